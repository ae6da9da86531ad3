//! The files of a folder in groups, by their names: one glob for files that differ in numbers, dates
//! and tenants only. The members of an archive are files below it, as they are for a run.

use std::collections::BTreeMap;
use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

use crate::engine::inspect::source_block;
use crate::storage;
use crate::storage::error::StorageError;
use crate::storage::interface::{Kind, Storage};
use crate::storage::names::path_of;

/// What a run leaves in the folder of a warehouse, and in that of the published files: neither has
/// raw files.
const MADE_BY_A_RUN: [&str; 2] = [".uptake", "run.json"];

/// Files that one glob names.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub glob: String,
    /// Their names below the folder, in order.
    pub files: Vec<String>,
}

impl Group {
    /// Some of the files, from all over the group, so that days and tenants differ; the first and
    /// the last one to begin with.
    pub fn spread(&self, most: usize) -> Vec<&str> {
        let count = self.files.len();
        let steps = count.min(most);
        let mut places: Vec<usize> = (0..steps).map(|step| step * (count - 1) / (steps - 1).max(1)).collect();
        if let Some(last) = places.pop() {
            places.insert(places.len().min(1), last);
        }
        places.into_iter().map(|at| self.files[at].as_str()).collect()
    }
}

/// All files below a folder. Hidden ones are left out, and folders that a run has written.
pub fn groups(folder: &Path, storage: &dyn Storage) -> Result<Vec<Group>, StorageError> {
    let mut names = Vec::new();
    gather(storage, "", &mut names)?;
    names.sort_unstable();
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut archives = Vec::new();
    for name in names {
        let members = storage::members_named(&folder.join(path_of(&name)))?;
        let below: Vec<String> = members.into_iter().map(|(member, _)| format!("{name}/{member}")).collect();
        let files = match below.is_empty() {
            true => vec![name],
            false => {
                archives.push(name);
                below
            }
        };
        for file in files {
            groups.entry(source_block::glob_of(&file)).or_default().push(file);
        }
    }
    Ok(told_apart(groups, &archives))
}

fn gather(storage: &dyn Storage, prefix: &str, names: &mut Vec<String>) -> Result<(), StorageError> {
    let entries = storage.list(prefix, None)?.unwrap_or_default().entries;
    if entries.iter().any(|entry| MADE_BY_A_RUN.contains(&entry.name.as_str())) {
        return Ok(());
    }
    for entry in entries.into_iter().filter(|entry| !entry.name.starts_with('.')) {
        let name = match prefix {
            "" => entry.name,
            prefix => format!("{prefix}/{}", entry.name),
        };
        match entry.metadata.kind {
            Kind::Folder => gather(storage, &name, names)?,
            Kind::Object => names.push(name),
            Kind::Link | Kind::LeadsOut | Kind::Other => {}
        }
    }
    Ok(())
}

/// The groups, each with a glob that names no file of another one. A name that is nothing but
/// numbers is `*`, which is every other name too: there the glob asks for a digit. Where a glob
/// still names others, the group has one for each of its files. A glob that names an archive would
/// read all of its members.
fn told_apart(groups: BTreeMap<String, Vec<String>>, archives: &[String]) -> Vec<Group> {
    let nobodys = String::new();
    let all: Vec<(&String, &String)> = groups
        .iter()
        .flat_map(|(glob, files)| files.iter().map(move |file| (glob, file)))
        .chain(archives.iter().map(|archive| (&nobodys, archive)))
        .collect();
    let names_others = |own: &str, glob: &str| {
        let matcher = matcher(glob);
        all.iter()
            .any(|(of, file)| of.as_str() != own && matcher.as_ref().is_none_or(|matcher| matcher.is_match(file)))
    };
    let mut apart = Vec::new();
    for (own, files) in &groups {
        let with_digit = match own.rsplit_once('/') {
            Some((folder, name)) if name.starts_with('*') => format!("{folder}/[0-9]{name}"),
            None if own.starts_with('*') => format!("[0-9]{own}"),
            _ => own.clone(),
        };
        let glob = [own, &with_digit].into_iter().find(|glob| !names_others(own, glob));
        match glob {
            Some(glob) => apart.push(Group {
                glob: glob.clone(),
                files: files.clone(),
            }),
            None => apart.extend(files.iter().map(|file| Group {
                glob: source_block::literal(file),
                files: vec![file.clone()],
            })),
        }
    }
    apart
}

fn matcher(glob: &str) -> Option<GlobMatcher> {
    let glob = GlobBuilder::new(glob).literal_separator(true).build().ok()?;
    Some(glob.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage;

    const TENANT: &str = "tenantId=8a4de8b5-095c-47d0-a96f-a75130c61d53";

    #[track_caller]
    fn are_grouped(names: &[&str], expected: &[(&str, usize)]) {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let groups = groups(folder.path(), &*storage::at(folder.path())).unwrap();
        let found: Vec<(&str, usize)> = groups.iter().map(|group| (group.glob.as_str(), group.files.len())).collect();
        assert_eq!(found, expected);
        for group in &groups {
            let matcher = matcher(&group.glob).unwrap();
            let named = names.iter().filter(|name| matcher.is_match(name)).count();
            assert_eq!(named, group.files.len(), "`{}` names its own files and no other", group.glob);
        }
    }

    #[test]
    fn files_that_differ_in_tenant_day_and_number_are_one_group() {
        are_grouped(
            &[
                &format!("logs/{TENANT}/y=2026/m=09/d=01/h=08/m=00/PT1H.json"),
                &format!("logs/{TENANT}/y=2026/m=09/d=02/h=08/m=00/PT1H.json.gz"),
                &format!("users/{TENANT}/2026-09-01/users-1.json"),
                &format!("users/{TENANT}/2026-09-01/users-2.json"),
                "lists/2026-09/subscriptions_01.csv",
                "lists/2026-10/subscriptions_02.csv",
                "customers.csv",
            ],
            &[
                ("customers.csv*", 1),
                ("lists/*/subscriptions_*.csv*", 2),
                ("logs/**/PT1H.json*", 2),
                ("users/**/users-*.json*", 2),
            ],
        );
    }

    #[test]
    fn a_glob_names_no_file_of_another_group() {
        are_grouped(
            &["2026-09-01.json", "2026-09-02.json", "users.json"],
            &[("[0-9]*.json*", 2), ("users.json*", 1)],
        );
        are_grouped(&["a.json", "a.jsonl"], &[("a.json", 1), ("a.jsonl*", 1)]);
    }

    #[test]
    fn no_glob_names_an_archive_or_a_member_of_another_group() {
        let names = |files: &[&str]| files.iter().map(|file| (*file).to_owned()).collect::<Vec<_>>();
        let all = names(&[
            "2026-09.zip/2026-09-01.json",
            "2026-09.zip/subs.json",
            "20260901",
            "all.zip/a/users_1.csv",
        ]);
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for file in &all {
            groups.entry(source_block::glob_of(file)).or_default().push(file.clone());
        }
        let archives = names(&["2026-09.zip", "all.zip"]);
        let found = told_apart(groups, &archives);
        let globs: Vec<&str> = found.iter().map(|group| group.glob.as_str()).collect();
        assert_eq!(
            globs,
            ["20260901", "*.zip/[0-9]*.json*", "*.zip/subs.json*", "all.zip/a/users_*.csv*"]
        );
        for group in &found {
            let matcher = matcher(&group.glob).unwrap();
            let named: Vec<&String> = all.iter().chain(&archives).filter(|name| matcher.is_match(name)).collect();
            assert_eq!(named, group.files.iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn hidden_files_and_what_a_run_has_written_are_no_raw_files() {
        are_grouped(&["raw/a.csv"], &[("raw/a.csv*", 1)]);
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "warehouse/.uptake/lock",
            "warehouse/usage/part-00.parquet",
            "published/run.json",
            ".git/a.csv",
        ] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        assert_eq!(groups(folder.path(), &*storage::at(folder.path())).unwrap(), []);
    }

    #[test]
    fn what_is_looked_at_is_from_all_over_the_group() {
        let group = |count: usize| Group {
            glob: "*".to_owned(),
            files: (0..count).map(|number| number.to_string()).collect(),
        };
        assert_eq!(group(1).spread(4), ["0"]);
        assert_eq!(group(3).spread(4), ["0", "2", "1"]);
        assert_eq!(group(100).spread(4), ["0", "99", "33", "66"]);
    }
}
