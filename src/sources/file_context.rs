//! What a reader knows of a file besides its bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::catalogue::{AuditActions, Catalogue};
use crate::domain::day::{Day, EARLIEST, Instant, Zone};
use crate::domain::guid::Guid;
use crate::sources::date_order::Dates;
use crate::sources::path::PathFacts;
use crate::sources::record::{Reason, Sink, SnapshotPage};

/// How many days a snapshot may be younger than the day of receipt that its path names.
const DAYS_AFTER_RECEIPT: i32 = 2;

/// What a reader knows of a file besides its bytes.
#[derive(Clone)]
pub struct FileContext {
    /// The tenant that the path names.
    pub tenant: Option<Guid>,
    /// The day that the path names: that of a snapshot whose records have none.
    pub day: Option<Day>,
    /// The end of the time of receipt that the path names: no event may be more than 24 hours
    /// later.
    pub received_until: Option<Instant>,
    /// The day that it is: no snapshot may be of a later one. `None`: nobody asks.
    pub today: Option<Day>,
    /// Whether its sign-ins are interactive, where the file's name says so and nothing in the file
    /// does.
    pub interactive: Option<bool>,
    /// The pipeline's time zone: what an instant's day is.
    pub zone: Zone,
    /// Which SKU an offer of Partner Center sells; offer ids are lower case.
    pub offers: Arc<BTreeMap<String, Guid>>,
    /// The order of day and month in the file's dates, as far as it is known.
    pub dates: Dates,
    /// Which audited actions are a use of the workload that they name.
    pub audit_actions: Arc<AuditActions>,
}

impl FileContext {
    /// What a file's path says and what a pipeline's rules say.
    pub fn of(facts: PathFacts, zone: &Zone, catalogue: &Catalogue) -> FileContext {
        FileContext {
            tenant: facts.tenant,
            day: facts.day,
            received_until: facts.received_until,
            today: None,
            interactive: facts.interactive,
            zone: zone.clone(),
            offers: catalogue.offers.clone(),
            dates: Dates::default(),
            audit_actions: catalogue.audit_actions.clone(),
        }
    }

    /// The day of a snapshot: the one that a record writes, else that of the path. A day on which
    /// nobody can have taken a snapshot would make tables, caches and memory grow by thousands of
    /// days.
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
