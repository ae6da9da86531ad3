//! `license_holdings` (partition `received=`): which user holds which SKU on the day of a snapshot,
//! and who waits for a seat. A row of somebody who waits is no holding.

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::warehouse::table::table;

table! {
    /// A user holds a SKU on the day of a snapshot, or waits for a seat of it.
    LICENSE_HOLDINGS = "license_holdings", version 2 reads 1, Received, sharded,
        feeds [LicenseHoldings],
        settings [UserIds], by effect [Zone];
    LicenseHolding {
        @key tenant_id: Guid = "the customer",
        @key day: Day = "the day of the snapshot",
        @key user_id: String = "who holds the SKU, or waits for it",
        @key sku_id: Guid = "the product",
        source_file: String = "path of the raw file",
        [since 2] account_enabled: Option<bool> = "whether the user's account is enabled; null where the list does not say",
        [since 2] waiting: bool = "the user is meant to have the SKU and does not, because no seat is left: no holding",
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

/// Leaves one row of each user and SKU, with the name of the first file, and sorts by key. Where
/// rows of a snapshot disagree, who holds a SKU does not wait for it, and an account that one of them
/// calls enabled is.
pub fn distinct(mut rows: Vec<LicenseHolding>) -> Vec<LicenseHolding> {
    let order = |a: &LicenseHolding, b: &LicenseHolding| {
        (a.tenant_id, a.day, &a.user_id, a.sku_id, &a.source_file).cmp(&(b.tenant_id, b.day, &b.user_id, b.sku_id, &b.source_file))
    };
    rows.sort_unstable_by(order);
    rows.dedup_by(|again, row| {
        let is_same = (again.tenant_id, again.day, &again.user_id, again.sku_id) == (row.tenant_id, row.day, &row.user_id, row.sku_id);
        if is_same {
            row.waiting &= again.waiting;
            row.account_enabled = row.account_enabled.max(again.account_enabled);
        }
        is_same
    });
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_user_and_sku_become_one_that_holds_and_is_enabled_if_any_does() {
        let row = |file: &str, account_enabled: Option<bool>, waiting: bool| LicenseHolding {
            tenant_id: Guid(1),
            day: Day(20_000),
            user_id: "user".to_owned(),
            sku_id: Guid(2),
            source_file: file.to_owned(),
            account_enabled,
            waiting,
        };
        let (held, waits) = (row("b", Some(false), false), row("a", Some(true), true));
        let both = row("a", Some(true), false);
        let both = vec![both];
        assert_eq!(distinct(vec![held.clone(), waits.clone()]), both);
        assert_eq!(distinct(vec![waits, held.clone()]), both);
        assert_eq!(distinct(vec![held.clone(), row("c", None, false)]), [held]);
    }
}
