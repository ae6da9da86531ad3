//! Whose rows a file has, where only its path could say whose log it is: a download is of one
//! tenant. Where its records name several, some of them may be tenants that somebody of the
//! customer's visited, and the path has to say which one is meant.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::guid::Guid;
use crate::sources::Format;
use crate::sources::file_context::FileContext;

/// The tenants of a file's rows; most rows are of the tenant of the one before.
#[derive(Default)]
pub struct FileTenants {
    tenants: BTreeSet<Guid>,
    last: Option<Guid>,
}

/// A file that should be of one tenant and is of several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SeveralTenants {
    pub source: String,
    pub path: String,
    pub tenants: usize,
}

impl FileTenants {
    #[inline]
    pub fn add(&mut self, tenant: Guid) {
        if self.last != Some(tenant) {
            self.last = Some(tenant);
            self.tenants.insert(tenant);
        }
    }

    pub fn append(&mut self, other: FileTenants) {
        self.tenants.extend(other.tenants);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.tenants.len()
    }
}

/// What is odd about a file of a form with rows of so many tenants; `None` where nothing is.
pub fn warning(format: Format, context: &FileContext, tenants: usize) -> Option<String> {
    let is_odd = format.is_of_one_tenant() && context.tenant.is_none() && tenants > 1;
    is_odd.then(|| words(tenants))
}

fn words(tenants: usize) -> String {
    format!("{tenants} tenants; a download is of one: put it below tenantId=<GUID>/")
}

/// One warning for each source with such files, in the order of their names.
pub fn warnings<'f>(files: impl Iterator<Item = &'f SeveralTenants>) -> Vec<String> {
    let mut sources: BTreeMap<&str, BTreeSet<&SeveralTenants>> = BTreeMap::new();
    for file in files {
        sources.entry(&file.source).or_default().insert(file);
    }
    let of_source = |(source, files): (&str, BTreeSet<&SeveralTenants>)| {
        let first = files.first()?;
        let more = match files.len() - 1 {
            0 => String::new(),
            1 => " (and 1 more file like it)".to_owned(),
            more => format!(" (and {more} more files like it)"),
        };
        Some(format!(
            "`{}` of source `{source}` has sign-ins of {}{more}",
            first.path,
            words(first.tenants)
        ))
    };
    sources.into_iter().filter_map(of_source).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_source_is_told_of_once_with_its_first_file() {
        let file = |source: &str, path: &str| SeveralTenants {
            source: source.to_owned(),
            path: path.to_owned(),
            tenants: 2,
        };
        let files = [
            file("b/*", "b/2.csv"),
            file("a", "a.csv"),
            file("b/*", "b/1.csv"),
            file("b/*", "b/3.csv"),
        ];
        assert_eq!(
            warnings(files.iter()),
            [
                "`a.csv` of source `a` has sign-ins of 2 tenants; a download is of one: put it below tenantId=<GUID>/",
                "`b/1.csv` of source `b/*` has sign-ins of 2 tenants; a download is of one: put it below tenantId=<GUID>/ (and 2 more files like it)",
            ]
        );
        assert!(warnings([].iter()).is_empty());
    }
}
