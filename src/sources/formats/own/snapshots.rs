//! What tables of snapshots have in common. A record names its tenant and day, or the path does.
//! The file is a page of each snapshot that its records name. A table without records is a snapshot
//! that lists nothing, if the path names tenant and day.

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::sources::fields::values::Tenants;
use crate::sources::file_context::FileContext;
use crate::sources::json::value::Value;
use crate::sources::record::{Reason, Sink, SnapshotPage};
use crate::sources::records::table::day;

/// The snapshots that a file's records name.
pub struct Snapshots {
    context: FileContext,
    tenants: Tenants,
    named: BTreeSet<(Guid, Day)>,
    /// The snapshot of the last record. Most likely it comes again.
    last: Option<(Guid, Day)>,
}

impl Snapshots {
    pub fn new(context: &FileContext) -> Snapshots {
        Snapshots {
            context: context.clone(),
            tenants: Tenants::default(),
            named: BTreeSet::new(),
            last: None,
        }
    }

    /// The snapshot of a record.
    pub fn of_record(
        &mut self,
        tenant: Option<Value<'_>>,
        taken_on: Option<Value<'_>>,
        sink: &mut dyn Sink,
    ) -> Result<(Guid, Day), Reason> {
        let tenant = self.tenants.of_record(tenant, &self.context)?;
        let day = self.context.snapshot_day(day(taken_on)?, sink)?;
        if self.last != Some((tenant, day)) {
            self.last = Some((tenant, day));
            self.named.insert((tenant, day));
        }
        Ok((tenant, day))
    }

    /// Reports the pages, when all records were read.
    pub fn report_pages(&self, is_empty: bool, sink: &mut dyn Sink) {
        for &(tenant, day) in &self.named {
            sink.snapshot_page(SnapshotPage {
                tenant,
                day,
                announces_next: false,
            });
        }
        if is_empty {
            self.context.snapshot_page(false, sink);
        }
    }
}
