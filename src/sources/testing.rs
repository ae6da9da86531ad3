//! What the tests of this room share: inputs that read slowly or fail, compression, and a sink that
//! keeps everything as text.

use std::fs::File;
use std::io::{Error, Read, Write};
use std::sync::Arc;

use crate::domain::catalogue::{AuditActions, Catalogue, Offers};
use crate::domain::day::{Day, Zone};
use crate::domain::guid::Guid;
use crate::domain::kinds::{ActionMeaning, Evidence, Feed};
use crate::domain::subscription::Renewal;
use crate::sources::bytes::input::{Input, Seekable};
use crate::sources::bytes::limits::Limits;
use crate::sources::bytes::open_file::OpenFile;
use crate::sources::file_context::FileContext;
use crate::sources::path::{PathFacts, path_context};
use crate::sources::read::{read_in_order, read_open};
use crate::sources::record::{FileCounts, Notice, Position, Reason, Row, Sink, SnapshotPage};
use crate::sources::{Choice, Format};

/// A file on the disk is read from any place.
impl Input for File {
    fn seekable(&mut self) -> Option<&mut dyn Seekable> {
        Some(self)
    }
}

/// Gives at most so many bytes a read.
pub struct Slow<'a> {
    rest: &'a [u8],
    piece: usize,
}

impl<'a> Slow<'a> {
    pub fn new(bytes: &'a [u8], piece: usize) -> Slow<'a> {
        Slow { rest: bytes, piece }
    }
}

impl Read for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.piece.min(out.len());
        self.rest.read(&mut out[..count])
    }
}

impl Input for Slow<'_> {}

/// Gives these bytes and then an error.
pub struct Failing<'a>(pub &'a [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.0.is_empty() {
            Err(Error::other("the disk is gone"))
        } else {
            self.0.read(out)
        }
    }
}

impl Input for Failing<'_> {}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn zstd_frame(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// What a reader found, as text.
#[derive(Default, Debug, PartialEq, Eq, Clone)]
pub struct Found {
    pub rows: Vec<String>,
    pub rejects: Vec<String>,
    pub pages: Vec<String>,
    /// The bytes of each reject.
    pub raw: Vec<Vec<u8>>,
    /// The detail of each reject.
    pub details: Vec<String>,
    pub counts: FileCounts,
    pub chosen: Option<Choice>,
    pub noticed: Vec<Notice>,
}

fn place(at: Position) -> String {
    if at.record == 0 {
        at.line.to_string()
    } else {
        format!("{}/{}", at.line, at.record)
    }
}

impl Sink for Found {
    fn row(&mut self, at: Position, row: Row<'_>) {
        let at = place(at);
        self.rows.push(match row {
            Row::Activity(a) => {
                let flags: Vec<&str> = [
                    (a.succeeded, "succeeded"),
                    (a.guest, "guest"),
                    (a.foreign_resource, "foreign"),
                    (a.agent, "agent"),
                ]
                .iter()
                .filter_map(|(set, name)| set.then_some(*name))
                .collect();
                let by_name = if a.evidence == Evidence::Report { "report" } else { "action" };
                let by_flag = a
                    .interactive
                    .map_or(by_name, |is| if is { "interactive" } else { "non_interactive" });
                assert_eq!(by_flag, a.evidence.name());
                let workload = a.named_workload.map_or(String::new(), |name| format!(" {name}"));
                let ids = [a.event_id, a.user_id, a.app_id, a.resource_id].join("|");
                format!("{at} {} {ids} {} {} {}{workload}", a.tenant, a.at, a.evidence, flags.join(" "))
            }
            Row::LicenseChange(c) => {
                let sku = c.sku.map_or("all".to_owned(), |sku| sku.to_string());
                format!("{at} {} {} {sku} {} {} {}", c.tenant, c.user_id, c.at, c.action, c.event_id)
            }
            Row::Holding(h) => {
                let account = h.account_enabled.map_or("", |yes| if yes { " enabled" } else { " disabled" });
                let waits = if h.waiting { " waits" } else { "" };
                format!("{at} {} {} {} {}{account}{waits}", h.tenant, h.day, h.user_id, h.sku)
            }
            Row::Subscription(s) => {
                format!(
                    "{at} {} {} {} {} {} {} {:?} {:?} {:?}{}",
                    s.tenant,
                    s.day,
                    s.subscription_id,
                    s.sku,
                    s.seats,
                    s.state,
                    s.is_trial,
                    s.sold_by,
                    s.ends_on,
                    renewal(s.renewal)
                )
            }
            Row::SupportRequest(r) => format!("{at} {} {} {} {}", r.tenant, r.request_id, r.opened_at, r.topic),
            Row::Customer(c) => {
                let left = c.left_on.map_or(String::new(), |day| format!(" left {day}"));
                format!("{at} {} {}{left}", c.tenant, [c.name, c.domain, c.country, c.segment].join("|"))
            }
        });
    }

    fn reject(&mut self, at: Position, reason: Reason, raw: &[u8], detail: &str) {
        self.rejects.push(format!("{} {reason}", place(at)));
        self.details.push(detail.to_owned());
        self.raw.push(raw.to_vec());
    }

    fn noticed(&mut self, notice: Notice) {
        self.noticed.push(notice);
    }

    fn chosen(&mut self, choice: &Choice) {
        self.chosen = Some(choice.clone());
    }

    fn snapshot_page(&mut self, page: SnapshotPage) {
        self.pages.push(format!(
            "{} {}{}",
            page.tenant,
            page.day,
            if page.announces_next { " and more" } else { "" }
        ));
    }
}

/// The tenant of the tests' paths.
pub const TENANT: &str = "8a4de8b5-095c-47d0-a96f-a75130c61d53";

/// A catalogue with an offer of the old kind, and one of new commerce without its availability; and
/// with a few audited actions.
fn catalogue() -> Catalogue {
    let sku = Guid::parse(b"05e9a617-0261-4cee-bb44-138d3ef5d965").unwrap();
    let offers = ["91fd106f-4b2c-4938-95ac-f54f74e9a239", "cfq7ttc0lflx:0001"];
    Catalogue {
        offers: Arc::new(Offers {
            by_id: offers.map(|id| (id.to_owned(), sku)).into(),
            by_name: [("microsoft 365 e3".to_owned(), sku)].into(),
            unit_kinds: [
                ("licenses", true),
                ("add-on licenses", true),
                ("gigabytes", false),
                ("instances", false),
                ("usage-based", false),
            ]
            .map(|(kind, is_seat)| (kind.to_owned(), is_seat))
            .into(),
        }),
        audit_actions: Arc::new(AuditActions {
            record_types: ["6", "sharepointfileoperation", "261"]
                .map(|name| (name.to_owned(), ActionMeaning::Use))
                .into(),
            operations: [("updatetenantsettings".to_owned(), ActionMeaning::Administration)].into(),
        }),
        ..Catalogue::default()
    }
}

/// What a path says, in UTC.
pub fn context(path: &str) -> FileContext {
    FileContext::of(path_context(path, None, None), &Zone::utc(), &catalogue())
}

/// A context that knows the tenant and a day, but no time of receipt.
pub fn known() -> FileContext {
    FileContext {
        tenant: Guid::parse(TENANT.as_bytes()),
        day: Day::parse("2026-09-01"),
        ..unknown()
    }
}

/// A context that knows nothing.
pub fn unknown() -> FileContext {
    FileContext::of(PathFacts::default(), &Zone::utc(), &catalogue())
}

/// Limits that a test can reach.
pub const SMALL: Limits = Limits {
    line_bytes: 100_000,
    document_bytes: 300_000,
    inflated_bytes: 2_000_000,
};

/// Reads an input as a format.
pub fn read_input(source: (Feed, Format), input: &mut dyn Input, context: &FileContext) -> Found {
    let mut found = Found::default();
    found.counts = read_open(OpenFile::new(input, 1000, SMALL), source.0, source.1, context, &mut found);
    let counts = found.counts;
    assert_eq!(counts.records, counts.accepted + counts.rejected + counts.not_ours);
    assert_eq!(counts.rejected as usize, found.rejects.len());
    found
}

/// Reads a text as a format, in the order of its dates.
pub fn read_text(source: (Feed, Format), text: &str, context: &FileContext) -> Found {
    read_in_order(context, |context| read_input(source, &mut text.as_bytes(), context))
}

/// What is said of a renewal.
fn renewal(of: Renewal) -> String {
    let day = |what: &str, day: Option<Day>| day.map_or(String::new(), |day| format!(" {what} {day}"));
    let term = of.term.map_or(String::new(), |term| format!(" every {term}"));
    let by_itself = of.auto_renew.map_or("", |yes| if yes { " by itself" } else { " by hand" });
    [day("since", of.created_on), day("renews", of.renews_on), term, by_itself.to_owned()].concat()
}
