//! Raw bytes to canonical records and rejects: pure, and never failing on content. One raw format
//! one file.
//!
//! A reader takes the bytes of one file from wherever they come ([`read`]), and gives rows, rejects
//! and snapshot pages to a [`Sink`](record::Sink), in the order of the file. What the readers have
//! in common, from the ground up:
//!
//! | file | what it knows |
//! |---|---|
//! | `record` | what every reader produces |
//! | `path`, `input` | what a file's path says, where its bytes come from |
//! | `limits`, `guard` | how much a file may ask for; libraries that panic over it |
//! | `compressed`, `lines` | gzip, zstd, byte order marks; lines in bounded memory |
//! | `blocks`, `scan`, `structure` | where brackets, colons and quotes are |
//! | `text`, `keys`, `json` | values on demand |
//! | `parts` | a large file cut into parts that are read side by side |
//! | `json_file`, `csv_file`, `csv_table`, `audit_data`, `parquet_table`, `parquet_pages`, `table` | records in lines, batches, pages, tables |
//! | `time`, `date_order`, `fields`, `license_list`, `azure_envelope` | fields that several formats share |
//! | `sign_in`, `directory_audit`, `license_event`, `management_record` | records that several formats share |
//! | `snapshot_tables`, `support_request` | the same for tables of snapshots, and for support requests |
//! | `format`, `detect`, `first_keys`, `first_bytes` | the formats, and which one a file has |
//! | `detail` | what a reject says besides its reason |
//!
//! To add a format: a file of its own, a name in [`Format`], its place in [`Format::for_feed`], in
//! [`read`] and in `detect`.

pub mod bytes;
mod date_order;
mod detect;
pub mod fields;
pub mod file_context;
pub mod find_record;
mod format;
mod formats;
mod json;
mod outcome;
pub mod path;
pub mod read;
pub mod record;
pub mod records;
pub mod split;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use crate::domain::kinds::Feed;

pub use format::{Choice, Format};

use crate::sources::bytes::decompress::Content;
use crate::sources::bytes::input::Input;
use crate::sources::bytes::limits::Limits;
use crate::sources::formats::{azure_monitor, graph, log_analytics, management_api, own, partner_center, portal_csv};
use crate::sources::outcome::Output;
use file_context::FileContext;
use record::{FileCounts, Position, Reason, Sink};

/// Rises when a reader gives other rows for the same bytes: files that were read by another version
/// are read again.
pub const VERSION: u32 = 3;

/// Rises when `auto` chooses another form for the same bytes.
pub const AUTO_VERSION: u32 = 2;

/// How much of a content is looked at to tell what it is.
const HEAD_BYTES: usize = 64 * 1024;

/// How much of a file that is of no known form is kept for the rejects.
const UNKNOWN_BYTES: usize = 4096;

/// Reads one file of `compressed_size` bytes (as it is stored; for a plain file its size), in
/// order, and counts what it held.
///
/// It never fails: what cannot be read is a reject. `format` has to be one of [`Format::for_feed`];
/// with another one nothing in the file can be read, and that is the reject.
pub fn read(
    feed: Feed,
    format: Format,
    input: &mut dyn Input,
    compressed_size: u64,
    context: &FileContext,
    sink: &mut dyn Sink,
) -> FileCounts {
    read_within(
        Limits::of_file(compressed_size),
        (feed, format),
        input,
        compressed_size,
        context,
        sink,
    )
}

/// [`read`] within other limits than a file usually has.
fn read_within(
    limits: Limits,
    source: (Feed, Format),
    input: &mut dyn Input,
    size: u64,
    context: &FileContext,
    sink: &mut dyn Sink,
) -> FileCounts {
    let mut content = Content::open(input, limits.inflated_bytes);
    let mut output = Output::new(sink);
    let (feed, mut format) = source;
    if let Some(what) = recognised(&mut content, format) {
        let begins = beginning(content.peek(HEAD_BYTES));
        output.reject_with(
            Position { line: 0, record: 0 },
            Reason::UnknownFormat,
            &begins,
            format!("it is {what}"),
        );
        return output.counts;
    }
    if format == Format::Auto {
        let head = content.peek(HEAD_BYTES);
        match detect::choose(feed, head) {
            Some(choice) => {
                format = choice.format;
                output.sink.chosen(&choice);
            }
            // Nothing to choose by: whatever is wrong with it, lines of JSON are the way to find
            // out.
            None if head.trim_ascii().is_empty() => format = Format::for_feed(feed).get(1).copied().unwrap_or(format),
            None => {
                let (begins, detail) = (beginning(head), detect::detail(&[feed], head));
                output.reject_with(Position { line: 0, record: 0 }, Reason::UnknownFormat, &begins, detail);
                return output.counts;
            }
        }
    }
    let file = Opened { content, size, limits };
    file.read_as(feed, format, context, &mut output);
    output.counts
}

/// What a file is that no reader knows, as far as its beginning tells; empty where it tells
/// nothing.
pub fn unknown(input: &mut dyn Input, size: u64) -> String {
    let mut content = Content::open(input, Limits::of_file(size).inflated_bytes);
    match recognised(&mut content, Format::Auto) {
        Some(what) => format!("it is {what}"),
        None => detect::detail(Feed::ALL, content.peek(HEAD_BYTES)),
    }
}

/// The first line of a content, where it has nothing but names of columns.
pub fn line_of_names(head: &[u8]) -> Option<&str> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut lines = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let first = std::str::from_utf8(lines.next()?.trim_ascii()).ok()?;
    let second = std::str::from_utf8(lines.next().unwrap_or_default()).unwrap_or_default();
    crate::sources::records::csv::has_names(first, second).then_some(first)
}

/// How a file of no known form begins, for the rejects.
fn beginning(head: &[u8]) -> Vec<u8> {
    head[..head.len().min(UNKNOWN_BYTES)].to_vec()
}

/// What a content is, and what to do about it, where it is of another kind than can be read as this
/// format. What begins like JSON is not looked at further.
fn recognised(content: &mut Content<'_>, format: Format) -> Option<&'static str> {
    if format == Format::Parquet {
        return None;
    }
    match content.peek(2) {
        [b'{' | b'[', second, ..] if *second != 0 => return None,
        [] => return None,
        _ => {}
    }
    let head = content.peek(HEAD_BYTES);
    let is_other_parquet = head.starts_with(detect::PARQUET) && format != Format::Auto;
    crate::sources::bytes::first_bytes::recognised(head).or_else(|| is_other_parquet.then_some("a Parquet file: the format is `parquet`"))
}

/// A file whose content is open.
struct Opened<'a> {
    content: Content<'a>,
    size: u64,
    limits: Limits,
}

impl Opened<'_> {
    fn read_as(self, feed: Feed, format: Format, context: &FileContext, out: &mut Output<'_>) {
        let file = self;
        match (feed, format) {
            (Feed::Activity, Format::AzureMonitor) => file.json(&mut azure_monitor::sign_ins::AzureSignIns::new(context), out),
            (Feed::Activity, Format::Graph) => file.json(&mut graph::sign_ins::GraphSignIns::new(context), out),
            (Feed::Activity, Format::PortalCsv) => file.csv(&mut portal_csv::PortalCsv::new(context), out),
            (Feed::Activity, Format::LogAnalytics) => file.json_or_csv(&mut log_analytics::LogAnalytics::new(context), out),
            (Feed::LicenseChanges, Format::AzureMonitor) => file.json(&mut azure_monitor::audit_logs::AzureAudit::new(context), out),
            (Feed::LicenseChanges, Format::Graph) => file.json(&mut graph::directory_audits::GraphAudits::new(context), out),
            (Feed::LicenseHoldings, Format::GraphUsers) => file.json(&mut graph::users::GraphUsers::new(context), out),
            (Feed::Subscriptions, Format::GraphCompanySubscriptions) => {
                file.json(&mut graph::company_subscriptions::GraphSubscriptions::new(context), out);
            }
            (Feed::Subscriptions, Format::GraphSubscribedSkus) => {
                file.json(&mut graph::subscribed_skus::GraphSubscribedSkus::new(context), out);
            }
            (Feed::Subscriptions, Format::PartnerCenter) => file.json(&mut partner_center::PartnerCenter::new(context), out),
            (Feed::Activity, Format::ManagementApi) => file.audited(&mut management_api::activity::ManagementActivity::new(context), out),
            (Feed::LicenseChanges, Format::ManagementApi) => {
                file.audited(&mut management_api::license_changes::ManagementLicenses::new(context), out)
            }
            (Feed::Activity, Format::Csv) => file.csv(&mut own::activity::ActivityTable::new(context), out),
            (Feed::LicenseChanges, Format::Csv) => file.csv(&mut own::license_changes::LicenseChangesTable::new(context), out),
            (Feed::LicenseHoldings, Format::Csv) => file.csv(&mut own::license_holdings::LicenseHoldingsTable::new(context), out),
            (Feed::Subscriptions, Format::Csv) => file.csv(&mut own::subscriptions::SubscriptionsTable::new(context), out),
            (Feed::SupportRequests, Format::Csv) => file.csv(&mut own::support_requests_csv::SupportRequestsTable::new(context), out),
            (Feed::SupportRequests, Format::Json) => {
                file.json(&mut own::support_requests_json::SupportRequestsJson::new(context), out);
            }
            (Feed::Activity, Format::Parquet) => file.parquet(&mut own::activity::ActivityTable::new(context), out),
            (Feed::LicenseChanges, Format::Parquet) => file.parquet(&mut own::license_changes::LicenseChangesTable::new(context), out),
            (Feed::LicenseHoldings, Format::Parquet) => file.parquet(&mut own::license_holdings::LicenseHoldingsTable::new(context), out),
            (Feed::Subscriptions, Format::Parquet) => file.parquet(&mut own::subscriptions::SubscriptionsTable::new(context), out),
            (Feed::Customers, Format::Json) => file.json(&mut own::customers_json::CustomersJson::default(), out),
            (Feed::Customers, Format::Csv) => file.csv(&mut own::customers_csv::CustomersTable, out),
            _ => out.reject(Position { line: 0, record: 0 }, Reason::UnreadableFile, b""),
        }
    }

    fn json(self, reader: &mut impl crate::sources::records::json::JsonRecords, out: &mut Output<'_>) {
        crate::sources::records::json::read_json(self.content, self.size, self.limits, reader, out);
    }

    fn csv(self, reader: &mut impl crate::sources::records::row::TableRecords, out: &mut Output<'_>) {
        crate::sources::records::csv::read_csv_table(self.content, self.size, self.limits, reader, out);
    }

    fn parquet(self, reader: &mut impl crate::sources::records::row::TableRecords, out: &mut Output<'_>) {
        crate::sources::records::parquet::read_parquet_table(self.content, self.limits, reader, out);
    }

    /// Reads a form that comes in both: JSON where there is no header and something begins like
    /// JSON.
    fn json_or_csv<R: crate::sources::records::json::JsonRecords + crate::sources::records::row::TableRecords>(
        mut self,
        reader: &mut R,
        out: &mut Output<'_>,
    ) {
        let head = self.content.peek(HEAD_BYTES);
        if has_json(head) && !crate::sources::records::csv::begins_with_header::<R>(head) {
            self.json(reader, out);
        } else {
            self.csv(reader, out);
        }
    }

    /// The same for records that a CSV has in one of its columns.
    fn audited<R: crate::sources::records::json::JsonRecords>(mut self, reader: &mut R, out: &mut Output<'_>) {
        let head = self.content.peek(HEAD_BYTES);
        if has_json(head) && !management_api::audit_data::begins_with_header(head) {
            self.json(reader, out);
        } else {
            management_api::audit_data::read_audit_data(self.content, self.size, self.limits, reader, out);
        }
    }
}

/// Whether some line begins like JSON.
fn has_json(head: &[u8]) -> bool {
    head.split(|byte| *byte == b'\n')
        .any(|line| matches!(line.trim_ascii_start(), [b'{' | b'[', ..]))
}
