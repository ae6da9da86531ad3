//! Which line lies in which file: events arrive in the hour of their receipt, some of them twice, some days late.

use std::collections::BTreeMap;

use super::portfolio::{Customer, Fault};
use super::text::Moment;
use super::write::Output;
use super::{Options, SampleError};

/// The kinds of logs, each with a container of its own.
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
}

/// How an event arrives, counted in days after the day on which it happened.
#[derive(Clone, Copy, Default)]
pub struct Arrival {
    pub days_late: i32,
    /// A second copy, so many days after the first.
    pub copy_after: Option<i32>,
}

/// The lines of one customer that wait for their file.
#[derive(Default)]
pub struct Arrivals {
    /// By day of receipt, part of the day and container.
    waiting: BTreeMap<(i32, u32, Container), Vec<(Moment, String)>>,
}

impl Arrivals {
    /// Takes in the line of an event of day `day`.
    pub fn receive(&mut self, options: &Options, day: i32, container: Container, at: Moment, line: String, arrival: Arrival) {
        let part = at.hour() * options.files_per_day / 24;
        let received = day + arrival.days_late;
        if let Some(days) = arrival.copy_after {
            self.waiting
                .entry((received + days, part, container))
                .or_default()
                .push((at, line.clone()));
        }
        self.waiting.entry((received, part, container)).or_default().push((at, line));
    }

    /// Writes the files of all days until `day`.
    pub fn deliver(
        &mut self,
        options: &Options,
        customer: &Customer,
        day: i32,
        output: &mut Output<'_>,
        faults: &mut Vec<(i32, Fault)>,
    ) -> Result<(), SampleError> {
        while let Some(entry) = self.waiting.first_entry() {
            let (received, part, container) = *entry.key();
            if received > day {
                break;
            }
            let mut lines = entry.remove();
            lines.sort_by_key(|&(at, _)| at);
            let mut content = String::with_capacity(lines.iter().map(|(_, line)| line.len() + 1).sum());
            for (place, (_, line)) in lines.iter().enumerate() {
                content.push_str(line);
                content.push('\n');
                let may_spoil = container == Container::Interactive && place == lines.len() / 2;
                if let Some(due) = faults.iter().position(|&(due, _)| may_spoil && (0..=received).contains(&due)) {
                    content.push_str(&spoil(line, faults.swap_remove(due).1));
                    content.push('\n');
                    output.summary.unreadable_lines += 1;
                }
            }
            let last_file = day == options.days as i32 - 1 && part + 1 == options.files_per_day;
            if let (true, true, Container::Interactive, Some((_, line))) = (customer.traits.unfinished, last_file, container, lines.last())
            {
                content.push_str(cut(line, line.len() * 2 / 3));
                output.summary.unfinished_lines += 1;
            }
            output.summary.records += lines.len() as u64;
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
            output.file(&path, content.as_bytes())?;
        }
        Ok(())
    }
}

/// A copy of a line with a fault.
fn spoil(line: &str, fault: Fault) -> String {
    match fault {
        Fault::BrokenJson => cut(line, line.len() / 2).to_owned(),
        Fault::MissingId => {
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

/// The first `bytes` bytes of a line, or a few less, not to cut a letter in two.
fn cut(line: &str, bytes: usize) -> &str {
    &line[..line.floor_char_boundary(bytes)]
}
