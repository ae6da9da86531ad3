//! Raw bytes to canonical records and rejects: pure, and never failing on content. One raw format one file.
//!
//! A reader takes the bytes of one file from wherever they come ([`read`]), and gives rows, rejects and snapshot pages to a
//! [`Sink`](record::Sink), in the order of the file. What the readers have in common, from the ground up:
//!
//! | file | what it knows |
//! |---|---|
//! | `record` | what every reader produces |
//! | `path` | what a file's path says |
//! | `limits` | how much a file may ask for |
//! | `compressed`, `lines` | gzip, zstd, byte order marks; lines in bounded memory |
//! | `blocks`, `structure` | where brackets, colons and quotes are |
//! | `text`, `keys`, `json` | values on demand |
//! | `json_file`, `csv_file` | records in lines, batches, pages, tables |
//! | `time`, `fields`, `license_list`, `azure_envelope` | fields that several formats share |
//!
//! To add a format: a file of its own, a name in [`Format`], its place in [`Format::for_feed`] and in [`read`].

use std::io::Read;

use crate::domain::kinds::{Feed, spelled};

pub mod path;
pub mod record;
pub mod time;

mod azure_audit;
mod azure_envelope;
mod azure_sign_ins;
mod blocks;
mod compressed;
mod csv_file;
mod customers_csv;
mod fields;
mod graph_subscriptions;
mod graph_users;
mod json;
mod json_file;
mod keys;
mod license_list;
mod limits;
mod lines;
mod output;
mod structure;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;

use compressed::Content;
use limits::Limits;
use output::Output;
use record::{FileContext, FileCounts, Position, Reason, Sink};

spelled! {
    /// The forms in which raw files come.
    Format {
        AzureMonitor = "azure-monitor",
        GraphUsers = "graph-users",
        GraphCompanySubscriptions = "graph-company-subscriptions",
        Csv = "csv",
    }
}

/// Rises when a reader gives other rows for the same bytes: files that were read by another version are read again.
pub const VERSION: u32 = 1;

impl Format {
    /// The format of that name for a feed; `auto` is the feed's only one. `None` where the feed does not come in it.
    pub fn of(feed: Feed, name: &str) -> Option<Format> {
        let formats = Format::for_feed(feed);
        if name == "auto" {
            formats.first().copied()
        } else {
            formats.iter().copied().find(|format| format.name() == name)
        }
    }

    /// The formats in which a feed can come.
    pub fn for_feed(feed: Feed) -> &'static [Format] {
        match feed {
            Feed::Activity | Feed::LicenseChanges => &[Format::AzureMonitor],
            Feed::LicenseHoldings => &[Format::GraphUsers],
            Feed::Subscriptions => &[Format::GraphCompanySubscriptions],
            Feed::Customers => &[Format::Csv],
            Feed::SupportRequests => &[],
        }
    }
}

/// Reads one file of `compressed_size` bytes (as it is stored; for a plain file its size), in order, and counts what it held.
///
/// It never fails: what cannot be read is a reject. `format` has to be one of [`Format::for_feed`]; with another one nothing in the
/// file can be read, and that is the reject.
pub fn read(
    feed: Feed,
    format: Format,
    input: &mut dyn Read,
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
    input: &mut dyn Read,
    size: u64,
    context: &FileContext,
    sink: &mut dyn Sink,
) -> FileCounts {
    let content = Content::open(input, limits.inflated_bytes);
    let mut out = Output::new(sink);
    match source {
        (Feed::Activity, Format::AzureMonitor) => {
            json_file::read_json(content, size, limits, &mut azure_sign_ins::AzureSignIns::new(context), &mut out);
        }
        (Feed::LicenseChanges, Format::AzureMonitor) => {
            json_file::read_json(content, size, limits, &mut azure_audit::AzureAudit::new(context), &mut out);
        }
        (Feed::LicenseHoldings, Format::GraphUsers) => {
            json_file::read_json(content, size, limits, &mut graph_users::GraphUsers::new(context), &mut out);
        }
        (Feed::Subscriptions, Format::GraphCompanySubscriptions) => {
            json_file::read_json(
                content,
                size,
                limits,
                &mut graph_subscriptions::GraphSubscriptions::new(context),
                &mut out,
            );
        }
        (Feed::Customers, Format::Csv) => customers_csv::read_customers(content, size, limits, &mut out),
        _ => out.reject(Position { line: 0, record: 0 }, Reason::UnreadableFile, b""),
    }
    out.counts
}
