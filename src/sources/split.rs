//! A large file in parts of whole lines that can be read side by side: cutting it is a small part
//! of reading it.
//!
//! Only files of JSON lines are cut, and only those whose first line is sound by itself, so that
//! each line stands for itself (see `json_file`); and only in forms that do not count pages. What
//! the parts give, one after the other, is what the whole file gives.

use crate::domain::kinds::Feed;
use crate::sources::bytes::decompress::{Content, ContentError};
use crate::sources::bytes::input::Input;
use crate::sources::bytes::limits::Limits;
use crate::sources::bytes::lines::Lines;
use crate::sources::file_context::FileContext;
use crate::sources::format::{Choice, Format};
use crate::sources::formats::management_api::audit_data;
use crate::sources::formats::{azure_monitor, graph, log_analytics, management_api};
use crate::sources::has_json;
use crate::sources::json::structure::{Structure, is_blank};
use crate::sources::outcome::Output;
use crate::sources::record::{FileCounts, Sink};
use crate::sources::records::csv;
use crate::sources::records::json::{JsonRecords, read_lines};
use crate::sources::{HEAD_BYTES, detect};

/// The forms that are cut.
#[derive(Clone, Copy)]
enum Form {
    AzureSignIns,
    AzureAudit,
    GraphSignIns,
    GraphAudits,
    LogAnalytics,
    ManagementActivity,
    ManagementLicenses,
}

/// A large file, cut part by part.
pub struct Parts<'a> {
    content: Content<'a>,
    form: Form,
    choice: Option<Choice>,
    limits: Limits,
    part_bytes: usize,
    /// What was read behind the last part: the beginning of a line.
    rest: Vec<u8>,
    lines_before: u64,
    ended: bool,
}

/// Some lines of a file.
pub struct Part {
    bytes: Vec<u8>,
    lines_before: u64,
    /// Why the file ended before its end.
    error: Option<ContentError>,
    form: Form,
    limits: Limits,
}

impl<'a> Parts<'a> {
    /// Opens a file of `size` bytes, as it is stored, to be cut into parts of about `part_bytes`.
    /// `None` where it is none to be cut; then it has to be opened again to be read.
    pub fn open(feed: Feed, format: Format, input: &'a mut dyn Input, size: u64, part_bytes: usize) -> Option<Parts<'a>> {
        let limits = Limits::of_file(size);
        let mut content = Content::open(input, limits.inflated_bytes);
        let head = content.peek(HEAD_BYTES);
        let choice = match format {
            Format::Auto => Some(detect::choose(feed, head)?),
            _ => None,
        };
        let form = form_of(feed, choice.as_ref().map_or(format, |choice| choice.format), head)?;
        has_sound_first_line(head).then_some(Parts {
            content,
            form,
            choice,
            limits,
            part_bytes,
            rest: Vec::new(),
            lines_before: 0,
            ended: false,
        })
    }

    /// What `auto` made of it.
    pub fn choice(&self) -> Option<&Choice> {
        self.choice.as_ref()
    }

    /// Reads until there are at least `part_bytes` and the end of a line, or the end of the file.
    fn fill(&mut self) -> (Vec<u8>, Option<ContentError>) {
        let mut bytes = Vec::with_capacity(self.part_bytes + self.rest.len());
        bytes.append(&mut self.rest);
        loop {
            let from = bytes.len();
            bytes.resize(from.max(self.part_bytes).max(from + self.part_bytes / 4 + 1), 0);
            let read = self.content.read(&mut bytes[from..]);
            bytes.truncate(from + read.unwrap_or(0));
            match read {
                Ok(0) => {
                    self.ended = true;
                    return (bytes, None);
                }
                Err(error) => {
                    self.ended = true;
                    return (bytes, Some(error));
                }
                Ok(_) if bytes.len() < self.part_bytes => {}
                Ok(_) => match memchr::memrchr(b'\n', &bytes) {
                    Some(last) => {
                        self.rest.extend_from_slice(&bytes[last + 1..]);
                        bytes.truncate(last + 1);
                        return (bytes, None);
                    }
                    // Of a line that is too long no more matters than that it is.
                    None => bytes.truncate(self.limits.line_bytes + 1),
                },
            }
        }
    }
}

impl Iterator for Parts<'_> {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        if self.ended {
            return None;
        }
        let (bytes, error) = self.fill();
        let lines_before = self.lines_before;
        self.lines_before += memchr::memchr_iter(b'\n', &bytes).count() as u64;
        Some(Part {
            bytes,
            lines_before,
            error,
            form: self.form,
            limits: self.limits,
        })
    }
}

impl Part {
    /// Reads the lines of the part, as [`read`](crate::sources::read) reads those of a file.
    pub fn read(self, context: &FileContext, sink: &mut dyn Sink) -> FileCounts {
        let mut out = Output::new(sink);
        match self.form {
            Form::AzureSignIns => self.lines(&mut azure_monitor::sign_ins::AzureSignIns::new(context), &mut out),
            Form::AzureAudit => self.lines(&mut azure_monitor::audit_logs::AzureAudit::new(context), &mut out),
            Form::GraphSignIns => self.lines(&mut graph::sign_ins::GraphSignIns::new(context), &mut out),
            Form::GraphAudits => self.lines(&mut graph::directory_audits::GraphAudits::new(context), &mut out),
            Form::LogAnalytics => self.lines(&mut log_analytics::LogAnalytics::new(context), &mut out),
            Form::ManagementActivity => self.lines(&mut management_api::activity::ManagementActivity::new(context), &mut out),
            Form::ManagementLicenses => self.lines(&mut management_api::license_changes::ManagementLicenses::new(context), &mut out),
        }
        out.counts
    }

    fn lines(self, reader: &mut impl JsonRecords, out: &mut Output<'_>) {
        let lines = Lines::of_part(self.bytes, self.lines_before, self.error, self.limits.line_bytes);
        read_lines(lines, false, self.limits, reader, out);
    }
}

/// The form of a feed's file in a format that begins like this, where it is cut.
fn form_of(feed: Feed, format: Format, head: &[u8]) -> Option<Form> {
    let is_json = has_json(head);
    match (feed, format) {
        (Feed::Activity, Format::AzureMonitor) => Some(Form::AzureSignIns),
        (Feed::LicenseChanges, Format::AzureMonitor) => Some(Form::AzureAudit),
        (Feed::Activity, Format::Graph) => Some(Form::GraphSignIns),
        (Feed::LicenseChanges, Format::Graph) => Some(Form::GraphAudits),
        (Feed::Activity, Format::LogAnalytics) if is_json && !csv::begins_with_header::<log_analytics::LogAnalytics<'_>>(head) => {
            Some(Form::LogAnalytics)
        }
        (Feed::Activity, Format::ManagementApi) if is_json && !audit_data::begins_with_header(head) => Some(Form::ManagementActivity),
        (Feed::LicenseChanges, Format::ManagementApi) if is_json && !audit_data::begins_with_header(head) => Some(Form::ManagementLicenses),
        _ => None,
    }
}

/// Whether the first line that is not blank ends in this beginning of a file and is sound by
/// itself.
fn has_sound_first_line(head: &[u8]) -> bool {
    let Some(end) = memchr::memrchr(b'\n', head) else { return false };
    let mut lines = head[..end].split(|byte| *byte == b'\n');
    let first = lines.find(|line| !line.iter().all(|byte| is_blank(*byte)));
    first.is_some_and(|line| Structure::default().find(line).is_ok())
}
