//! `license_holdings` (partition `received=`): which user holds which SKU on the day of a snapshot.

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::warehouse::table::table;

table! {
    /// A user holds a SKU on the day of a snapshot.
    LICENSE_HOLDINGS = "license_holdings", version 1, Received, sharded,
        feeds [LicenseHoldings],
        settings [UserIds], by effect [Zone];
    LicenseHolding {
        @key tenant_id: Guid = "the customer",
        @key day: Day = "the day of the snapshot",
        @key user_id: String = "who holds the SKU",
        @key sku_id: Guid = "the product",
        source_file: String = "path of the raw file",
    }
}

impl LicenseHolding {
    /// Returns a digest of the row without the file it came from.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new();
        hasher
            .bytes(&self.tenant_id.bytes())
            .number(i64::from(self.day.0))
            .text(&self.user_id)
            .bytes(&self.sku_id.bytes())
            .finish()
    }
}

/// Removes copies, keeps the row of the first file, and sorts by key.
pub fn distinct(mut rows: Vec<LicenseHolding>) -> Vec<LicenseHolding> {
    let order = |a: &LicenseHolding, b: &LicenseHolding| {
        (a.tenant_id, a.day, &a.user_id, a.sku_id, &a.source_file).cmp(&(b.tenant_id, b.day, &b.user_id, b.sku_id, &b.source_file))
    };
    rows.sort_unstable_by(order);
    rows.dedup_by(|a, b| (a.tenant_id, a.day, &a.user_id, a.sku_id) == (b.tenant_id, b.day, &b.user_id, b.sku_id));
    rows
}
