//! What a run tells of the files that it read, besides rejects: files of several tenants, offers
//! that were found by their names, units that nobody knows.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::engine::ingest::notices::file_tenants::{self, SeveralTenants};
use crate::sources::record::Notice;

/// How many notices of readers are kept of a file. More of them say nothing new.
pub const MOST_NOTICES: usize = 1_000;
/// How many a warning names.
const NAMED: usize = 5;

/// What there is to tell of some files.
#[derive(Default, Serialize, Deserialize)]
pub struct FileNotices {
    /// The files that should be of one tenant and are of several.
    pub of_several_tenants: Vec<SeveralTenants>,
    /// What their readers noticed.
    pub noticed: BTreeSet<Notice>,
    /// The paths of files that were others when they were opened than when they were found. What is
    /// known of the version that was found says nothing about what was read.
    pub replaced: Vec<String>,
}

impl FileNotices {
    pub fn append(&mut self, mut other: FileNotices) {
        self.of_several_tenants.append(&mut other.of_several_tenants);
        self.noticed.append(&mut other.noticed);
        self.replaced.append(&mut other.replaced);
    }
}

/// Returns the warnings about files.
pub fn warnings<'f>(files: impl Iterator<Item = &'f FileNotices> + Clone) -> Vec<String> {
    let mut warnings = file_tenants::warnings(files.clone().flat_map(|files| &files.of_several_tenants));
    let noticed: BTreeSet<&Notice> = files.flat_map(|files| &files.noticed).collect();
    let by_name = noticed.iter().filter_map(|notice| match notice {
        Notice::OfferByName { offer, name } => Some(format!("`{offer}` is `{name}`")),
        Notice::UnknownUnit(_) => None,
    });
    if let Some((count, some)) = some_of(by_name) {
        let offers = if count == 1 { "1 offer is" } else { &format!("{count} offers are") };
        warnings.push(format!(
            "{offers} in no list of offers, and the product was found by its name: {some}; \
             `offers` in [catalogue] can say which product each sells"
        ));
    }
    let units = noticed.iter().filter_map(|notice| match notice {
        Notice::UnknownUnit(unit) => Some(format!("`{unit}`")),
        Notice::OfferByName { .. } => None,
    });
    if let Some((_, some)) = some_of(units) {
        warnings.push(format!(
            "subscriptions in unknown units were left out: {some}; `unit_kinds` in [catalogue] can say which units are seats"
        ));
    }
    warnings
}

/// Returns how many there are, and the first of them as a text. `None` where there are none.
fn some_of(texts: impl Iterator<Item = String>) -> Option<(usize, String)> {
    let texts: Vec<String> = texts.collect();
    let more = texts.len().saturating_sub(NAMED);
    let mut named = texts.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 {
        named.push_str(&format!(" and {more} more"));
    }
    (!texts.is_empty()).then_some((texts.len(), named))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(number: usize) -> Notice {
        Notice::OfferByName {
            offer: format!("cfq:{number}"),
            name: format!("Product {number}"),
        }
    }

    #[test]
    fn one_warning_tells_of_all_offers_and_one_of_all_units() {
        let files = |notices: &[Notice]| FileNotices {
            noticed: notices.iter().cloned().collect(),
            ..FileNotices::default()
        };
        let two = [files(&[offer(1), Notice::UnknownUnit("Barrels".to_owned())]), files(&[offer(1)])];
        assert_eq!(
            warnings(two.iter()),
            [
                "1 offer is in no list of offers, and the product was found by its name: `cfq:1` is `Product 1`; \
                 `offers` in [catalogue] can say which product each sells",
                "subscriptions in unknown units were left out: `Barrels`; `unit_kinds` in [catalogue] can say which units are seats",
            ]
        );
        let many = [files(&(1..8).map(offer).collect::<Vec<_>>())];
        let text = warnings(many.iter()).concat();
        assert!(
            text.starts_with("7 offers are in no list") && text.contains("`cfq:5` is `Product 5` and 2 more;"),
            "{text}"
        );
        assert!(warnings([files(&[])].iter()).is_empty());
    }
}
