//! What a reader knows of a file besides its bytes.

use std::sync::Arc;

use crate::domain::catalogue::{AuditActions, Catalogue, Offers};
use crate::domain::day::{Day, EARLIEST, Instant, Zone};
use crate::domain::guid::Guid;
use crate::sources::date_order::Dates;
use crate::sources::path::{PathFacts, ReportDay};
use crate::sources::record::{Reason, Sink, SnapshotPage};

/// A snapshot may be so many days younger than the day of receipt that its path names.
const DAYS_AFTER_RECEIPT: i32 = 2;

/// What a reader knows of a file besides its bytes.
#[derive(Clone)]
pub struct FileContext {
    /// The tenant that the path names.
    pub tenant: Option<Guid>,
    /// The day that the path names. A snapshot whose records name no day is of this day.
    pub day: Option<Day>,
    /// The end of the hour or day of receipt that the path names. No event may be more than 24
    /// hours later.
    pub received_until: Option<Instant>,
    /// Today: no snapshot may be of a later day. `None` where this is not checked.
    pub today: Option<Day>,
    /// Whether its sign-ins are interactive, if the name of the file says so. It counts where the
    /// records do not say it.
    pub interactive: Option<bool>,
    /// The day of a usage report of one day, if the path names it.
    pub report_day: Option<ReportDay>,
    /// The pipeline's time zone, which gives the day of an instant.
    pub zone: Zone,
    /// What Partner Center sells.
    pub offers: Arc<Offers>,
    /// The order of day and month in the file's dates, as far as it is known.
    pub dates: Dates,
    /// The audited actions that are a use of the workload that they name.
    pub audit_actions: Arc<AuditActions>,
}

impl FileContext {
    /// Puts together what the path of a file says and what the rules of a pipeline say.
    pub fn of(facts: PathFacts, zone: &Zone, catalogue: &Catalogue) -> FileContext {
        FileContext {
            tenant: facts.tenant,
            day: facts.day,
            received_until: facts.received_until,
            today: None,
            interactive: facts.interactive,
            report_day: facts.report_day,
            zone: zone.clone(),
            offers: catalogue.offers.clone(),
            dates: Dates::default(),
            audit_actions: catalogue.audit_actions.clone(),
        }
    }

    /// The day of a snapshot: the one that its record names, else that of the path. Days on which
    /// nobody can have taken a snapshot are refused: they would make tables and caches grow by
    /// thousands of days.
    pub fn snapshot_day(&self, written: Option<Day>, sink: &mut dyn Sink) -> Result<Day, Reason> {
        let day = written.or(self.day).ok_or(Reason::MissingDay)?;
        if day < EARLIEST.day_utc() {
            return Err(Reason::TimeBefore2010);
        }
        if self.day.is_some_and(|received| day > received.plus(DAYS_AFTER_RECEIPT)) {
            return Err(Reason::DayInTheFuture);
        }
        if self.today.is_some_and(|today| day > today) {
            sink.too_early(day);
            return Err(Reason::DayInTheFuture);
        }
        Ok(day)
    }

    /// Reports a page of the snapshot that the path names, if it names one.
    pub fn snapshot_page(&self, announces_next: bool, sink: &mut dyn Sink) {
        if let (Some(tenant), Ok(day)) = (self.tenant, self.snapshot_day(None, sink)) {
            sink.snapshot_page(SnapshotPage {
                tenant,
                day,
                announces_next,
            });
        }
    }
}
