//! Decides in which file each line lies. Events arrive in the hour of their receipt; some arrive
//! twice, some days late.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::domain::guid::Guid;
use crate::domain::kinds::Feed;
use crate::sample::customer::portfolio::{Customer, LineFault};
use crate::sample::format::sign_in_records::Writer;
use crate::sample::life::changes::Record;
use crate::sample::life::sign_in::PendingSignIn;
use crate::sample::options::{Options, SampleError};
use crate::sample::output::{Output, RawFile};
use crate::sample::text::Moment;

/// The kinds of logs. Each has a container of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Container {
    Interactive,
    NonInteractive,
    Principals,
    Audit,
}

impl Container {
    fn folder(self) -> &'static str {
        match self {
            Container::Interactive => "insights-logs-signinlogs",
            Container::NonInteractive => "insights-logs-noninteractiveusersigninlogs",
            Container::Principals => "insights-logs-serviceprincipalsigninlogs",
            Container::Audit => "insights-logs-auditlogs",
        }
    }

    /// The end of the folder's name.
    fn word(self) -> &'static str {
        self.folder().trim_start_matches("insights-logs-")
    }

    fn feed(self) -> Feed {
        match self {
            Container::Audit => Feed::LicenseChanges,
            _ => Feed::Activity,
        }
    }
}

/// How an event arrives. Days are counted from the day on which it happened.
#[derive(Clone, Copy, Default)]
pub struct Arrival {
    pub days_late: i32,
    /// A second copy arrives this many days after the first.
    pub copy_after: Option<i32>,
}

/// What waits to be written. It is what a line is made from, because lines would need too much
/// memory.
#[derive(Clone)]
pub enum Entry {
    SignIn(PendingSignIn),
    Audit(Rc<Record>),
    Line(Rc<(Moment, String)>),
}

impl Entry {
    fn at(&self) -> Moment {
        match self {
            Entry::SignIn(event) => event.at,
            Entry::Audit(record) => record.at,
            Entry::Line(line) => line.0,
        }
    }
}

/// The entries of one customer that wait to be written.
pub struct Arrivals {
    /// By day of receipt, part of the day and container.
    waiting: BTreeMap<(i32, u32, Container), Vec<Entry>>,
    writer: Writer,
    /// Another tenant, in which some users are guests.
    elsewhere: Guid,
}

impl Arrivals {
    pub fn new(elsewhere: Guid) -> Arrivals {
        Arrivals {
            waiting: BTreeMap::new(),
            writer: Writer::default(),
            elsewhere,
        }
    }

    /// Adds an event of day `day`.
    pub fn receive(&mut self, options: &Options, day: i32, container: Container, entry: Entry, arrival: Arrival) {
        let part = entry.at().hour() * options.files_per_day / 24;
        let received = day + arrival.days_late;
        if let Some(days) = arrival.copy_after {
            self.waiting
                .entry((received + days, part, container))
                .or_default()
                .push(entry.clone());
        }
        self.waiting.entry((received, part, container)).or_default().push(entry);
    }

    /// Writes the files of all days until `day`.
    pub fn deliver(
        &mut self,
        options: &Options,
        customer: &Customer,
        day: i32,
        output: &mut Output<'_>,
        faults: &mut Vec<(i32, LineFault)>,
    ) -> Result<(), SampleError> {
        while let Some(entry) = self.waiting.first_entry() {
            let (received, part, container) = *entry.key();
            if received > day {
                break;
            }
            let mut entries = entry.remove();
            entries.sort_by_key(Entry::at);
            let date = options.first_day().plus(received).date();
            let hour = (part + 1) * 24 / options.files_per_day - 1;
            let path = format!(
                "{}/tenantId={}/y={:04}/m={:02}/d={:02}/h={hour:02}/m=00/PT1H.json",
                container.folder(),
                customer.tenant,
                date.year(),
                date.month(),
                date.day()
            );
            let interactive = container == Container::Interactive;
            let due = faults.iter().position(|&(due, _)| interactive && (0..=received).contains(&due));
            let fault = due.map(|due| faults.swap_remove(due).1);
            let last_file = day == options.days as i32 - 1 && part + 1 == options.files_per_day;
            let unfinished = interactive && last_file && customer.traits.unfinished;
            let file = RawFile {
                feed: container.feed(),
                tenant: customer.tenant,
                day: options.first_day().plus(received),
                path: &path,
                stem: &format!("{hour:02}-{}", container.word()),
                records: entries.len() as u64,
                unreadable_lines: u64::from(fault.is_some()),
                unfinished_lines: u64::from(unfinished),
            };
            output.raw_file(&file, |out| {
                let mut line = String::new();
                for (place, entry) in entries.iter().enumerate() {
                    self.line(options, customer, entry, &mut line);
                    writeln!(out, "{line}")?;
                    if let (Some(fault), true) = (fault, place == entries.len() / 2) {
                        writeln!(out, "{}", spoil(&line, fault))?;
                    }
                }
                if unfinished {
                    out.write_all(cut(&line, line.len() * 2 / 3).as_bytes())?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Makes the line of an entry.
    fn line(&mut self, options: &Options, customer: &Customer, entry: &Entry, line: &mut String) {
        line.clear();
        match entry {
            Entry::SignIn(event) => {
                let event = event.shown(customer, self.elsewhere);
                self.writer.sign_in(line, &event, options.record_bytes as usize);
            }
            Entry::Audit(record) => line.push_str(&record.line(customer)),
            Entry::Line(made) => line.push_str(&made.1),
        }
    }
}

/// Returns an unreadable copy of a line.
fn spoil(line: &str, fault: LineFault) -> String {
    match fault {
        LineFault::BrokenJson => cut(line, line.len() / 2).to_owned(),
        LineFault::MissingId => {
            let rest = line.find("\"properties\":{\"id\":").and_then(|from| {
                let value = from + "\"properties\":{".len();
                Some((value, value + line[value..].find(',')? + 1))
            });
            rest.map_or_else(
                || cut(line, line.len() / 2).to_owned(),
                |(from, to)| format!("{}{}", &line[..from], &line[to..]),
            )
        }
    }
}

/// Returns the first `bytes` bytes of a line, or a few less so that no character is cut.
fn cut(line: &str, bytes: usize) -> &str {
    &line[..line.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The memory of `uptake sample` depends on it: three of them wait for each user of the largest
    /// customer.
    #[test]
    fn what_waits_for_its_file_is_small() {
        assert!(size_of::<Entry>() <= 64, "{}", size_of::<Entry>());
    }
}
