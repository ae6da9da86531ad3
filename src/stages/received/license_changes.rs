//! `license_changes` (partition `received=`): what license events say. Of several copies of an
//! event the earliest is kept.

use crate::domain::day::{Day, Instant};
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::domain::kinds::Action;
use crate::warehouse::table::table;

table! {
    /// One thing that a license event said about a user and a SKU, or about the whole user.
    LICENSE_CHANGES = "license_changes", version 1, Received, sharded,
        feeds [LicenseChanges],
        settings [Zone, UserIds];
    LicenseChange {
        @key tenant_id: Guid = "the customer",
        @key user_id: String = "whose license it is",
        @key sku_id: String = "the product; empty for the whole user",
        @key event_time: Instant = "when it happened",
        @key action: Action = "assigned, removed or held (one SKU); deleted or restored (the whole user)",
        @key event_id: String = "id of the audit record",
        day: Day = "the calendar date of `event_time` in the pipeline's time zone",
        source_file: String = "path of the raw file",
        source_line: i64 = "line in the raw file",
    }
}

/// A row in serialized form: tenant, user, SKU, time, action, event, day, file and line.
pub type StoredChange = (String, String, String, i64, String, String, i32, String, i64);

impl LicenseChange {
    /// Returns the form that can be serialized.
    pub fn into_stored(self) -> StoredChange {
        (
            self.tenant_id.to_string(),
            self.user_id,
            self.sku_id,
            self.event_time.0,
            self.action.name().to_owned(),
            self.event_id,
            self.day.0,
            self.source_file,
            self.source_line,
        )
    }

    /// Restores a serialized row. Returns `None` if it is damaged.
    pub fn from_stored(stored: StoredChange) -> Option<LicenseChange> {
        let (tenant, user_id, sku_id, time, action, event_id, day, source_file, source_line) = stored;
        Some(LicenseChange {
            tenant_id: Guid::parse(tenant.as_bytes())?,
            user_id,
            sku_id,
            event_time: Instant(time),
            action: Action::parse(&action)?,
            event_id,
            day: Day(day),
            source_file,
            source_line,
        })
    }

    /// Returns the SKU, or `None` if the row is about the whole user.
    pub fn sku(&self) -> Option<Guid> {
        Guid::parse(self.sku_id.as_bytes())
    }

    /// Two rows with the same identity are copies of one event.
    fn identity(&self) -> (Guid, &str, &str, &str, Action) {
        (self.tenant_id, &self.user_id, &self.sku_id, &self.event_id, self.action)
    }

    /// Returns a digest of the row without the file and line it came from.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new();
        hasher
            .bytes(&self.tenant_id.bytes())
            .text(&self.user_id)
            .text(&self.sku_id)
            .text(&self.event_id);
        hasher.number(self.action as i64).number(self.event_time.0).finish()
    }
}

/// Removes copies and sorts by key.
pub fn distinct(mut rows: Vec<LicenseChange>) -> Vec<LicenseChange> {
    rows.sort_unstable_by(|a, b| {
        a.identity()
            .cmp(&b.identity())
            .then(a.event_time.cmp(&b.event_time))
            .then_with(|| (&a.source_file, a.source_line).cmp(&(&b.source_file, b.source_line)))
    });
    rows.dedup_by(|later, kept| later.identity() == kept.identity());
    rows.sort_unstable_by(|a, b| {
        let key = |row: &LicenseChange| (row.event_time, row.action.name());
        (a.tenant_id, &a.user_id, &a.sku_id)
            .cmp(&(b.tenant_id, &b.user_id, &b.sku_id))
            .then_with(|| key(a).cmp(&key(b)))
            .then_with(|| a.event_id.cmp(&b.event_id))
    });
    rows
}
