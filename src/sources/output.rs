//! Hands what a reader finds to the sink, and counts it, so that records = accepted + rejected +
//! not ours whatever happens.

use crate::sources::record::{FileCounts, Position, Reason, Sink};

/// What a record is, if it is no reject.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is of this feed, even if it gave no row.
    Accepted,
    /// It is of another feed.
    NotOurs,
}

/// The detail of a reject that is not UTF-8: nearly always this is the cause.
pub const NOT_UTF8: &str = "it is in another encoding, probably Windows-1252: save the file as UTF-8";

/// The detail of a report whose names are hidden: what to switch.
pub const CONCEALED: &str = "the tenant conceals the names in its usage reports: in the Microsoft 365 admin center, under Settings, Org settings, \
    Services, Reports, uncheck `Display concealed user, group, and site names in all reports` (a global administrator of the tenant can), and \
    export the report again";

/// The detail of a record of nobody knows whom: where the file belongs.
pub const NO_TENANT: &str = "the path names no tenant: put the file below a folder `tenantId=<GUID>`, or name a `path_tenant` in the pipeline \
    file";

/// The detail of a snapshot without a day: where the file belongs.
pub const NO_DAY: &str = "neither the record nor the path names a day: put the file below a folder with its name, such as `2026-09-01`";

/// A sink and the counts of one file.
pub struct Output<'s> {
    pub sink: &'s mut dyn Sink,
    pub counts: FileCounts,
}

impl<'s> Output<'s> {
    pub fn new(sink: &'s mut dyn Sink) -> Output<'s> {
        Output {
            sink,
            counts: FileCounts::default(),
        }
    }

    /// Counts a record whose rows, if any, are already in the sink. A reject goes there now, with
    /// what `detail` says of it.
    pub fn count(&mut self, at: Position, raw: &[u8], result: Result<Verdict, Reason>, detail: impl FnOnce(Reason) -> String) {
        self.counts.records += 1;
        match result {
            Ok(Verdict::Accepted) => self.counts.accepted += 1,
            Ok(Verdict::NotOurs) => self.counts.not_ours += 1,
            Err(reason) => {
                self.counts.rejected += 1;
                let detail = match reason {
                    Reason::InvalidUtf8 => NOT_UTF8.to_owned(),
                    Reason::ConcealedNames => CONCEALED.to_owned(),
                    Reason::MissingDay => NO_DAY.to_owned(),
                    Reason::MissingTenant => match detail(reason) {
                        of_record if of_record.is_empty() => NO_TENANT.to_owned(),
                        of_record => format!("{of_record}; {NO_TENANT}"),
                    },
                    _ => detail(reason),
                };
                self.sink.reject(at, reason, raw, &detail);
            }
        }
    }

    /// Counts a record that cannot be used.
    pub fn reject(&mut self, at: Position, reason: Reason, raw: &[u8]) {
        self.count(at, raw, Err(reason), |_| String::new());
    }

    /// Counts a record that cannot be used, and says more about it.
    pub fn reject_with(&mut self, at: Position, reason: Reason, raw: &[u8], detail: String) {
        self.count(at, raw, Err(reason), |_| detail);
    }
}
