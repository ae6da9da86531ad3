//! The floor plan of `src`, as ARCHITECTURE.md has it: each room imports only from rooms below it,
//! imports go one way between the files and folders of a room, and rooms and files stay small.

mod imports;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Each room with the rooms that it may import from, besides itself.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("storage", &["domain"]),
    ("sources", &["domain"]),
    ("warehouse", &["domain", "storage"]),
    ("stages", &["domain", "sources", "warehouse"]),
    ("reference", &["domain", "sources"]),
    ("reports", &["domain", "storage", "warehouse", "stages"]),
    ("delta", &["domain", "storage", "warehouse", "reports"]),
    ("pipeline", &["domain", "sources"]),
    ("sql", &["domain", "storage", "warehouse", "stages", "reports", "pipeline"]),
    ("explain", &["domain", "stages", "reports"]),
    ("pages", &["domain", "storage", "warehouse", "stages", "reports", "explain"]),
    ("powerbi", &["domain", "warehouse", "stages", "reports"]),
    (
        "engine",
        &[
            "domain",
            "storage",
            "sources",
            "warehouse",
            "stages",
            "reports",
            "delta",
            "pages",
            "pipeline",
            "explain",
        ],
    ),
    ("observe", &["domain", "storage", "warehouse", "reports", "pipeline", "engine"]),
    (
        "audit",
        &[
            "domain",
            "storage",
            "sources",
            "warehouse",
            "stages",
            "reference",
            "reports",
            "pipeline",
            "explain",
            "engine",
        ],
    ),
    ("sample", &["domain"]),
    (
        "cli",
        &[
            "domain",
            "storage",
            "sources",
            "warehouse",
            "stages",
            "reports",
            "delta",
            "pages",
            "powerbi",
            "pipeline",
            "sql",
            "explain",
            "engine",
            "observe",
            "audit",
            "sample",
        ],
    ),
];

/// The rooms that a file names in paths that begin at the root of the crate.
fn named(text: &str) -> BTreeSet<String> {
    let after = text.split("crate::").skip(1);
    after
        .map(|rest| {
            rest.chars()
                .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
                .collect()
        })
        .collect()
}

#[test]
fn each_room_imports_only_from_rooms_below_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rooms: BTreeSet<String> = fs::read_dir(&source)
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(rooms, ROOMS.iter().map(|(room, _)| (*room).to_owned()).collect());
    for (room, below) in ROOMS {
        for entry in walkdir::WalkDir::new(source.join(room)).into_iter().map(Result::unwrap) {
            if entry.path().extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let text = fs::read_to_string(entry.path()).unwrap();
            for other in named(&text).into_iter().filter(|other| rooms.contains(other)) {
                let allowed = other == *room || below.contains(&other.as_str());
                assert!(
                    allowed,
                    "{} imports from `{other}`, which is not below `{room}`",
                    entry.path().display()
                );
            }
        }
    }
}

/// Files outside of `storage` that read or change the file system by themselves, and what there.
const ON_THEIR_OWN: &[(&str, &str)] = &[
    (
        "cli/commands/catalogue.rs",
        "Microsoft's list of products, and the built-in lists that are written anew",
    ),
    ("cli/context.rs", "the pipeline file, and the key and the catalogues that it names"),
    ("sample/output.rs", "the raw files that `uptake sample` makes up"),
];

/// How a file says that it reads or changes the file system: by a path below `std::fs`, by asking
/// what is at a path, or by another library.
const WAYS: &[&str] = &[
    "fs::",
    "read_dir(",
    ".exists()",
    ".try_exists()",
    ".is_dir()",
    ".is_file()",
    ".canonicalize()",
    "symlink_metadata",
    "tempfile::",
    "walkdir::",
    "memmap",
];

/// The code of a file without its tests; none of a file that is one of tests.
fn without_tests<'t>(name: &str, text: &'t str) -> &'t str {
    if name.ends_with("_tests.rs") || name.ends_with("/testing.rs") || name.contains("/tests/") {
        return "";
    }
    let Some((code, tests)) = text.split_once("\nmod tests {\n") else {
        return text;
    };
    let condition = code.lines().rev().find(|line| !line.starts_with("#[allow("));
    let condition = condition.unwrap_or_default();
    assert!(
        ["#[cfg(test)]", "#[cfg(all(test, unix))]"].contains(&condition),
        "`{name}` has its tests always"
    );
    assert!(
        tests.find("\n}\n").is_some_and(|end| end + 3 == tests.len()),
        "`{name}` goes on after its tests"
    );
    code
}

#[test]
fn only_storage_reads_and_changes_the_file_system() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut on_their_own = BTreeSet::new();
    for entry in walkdir::WalkDir::new(&source).into_iter().map(Result::unwrap) {
        let name = entry.path().strip_prefix(&source).unwrap().display().to_string();
        if name.ends_with(".rs") && !name.starts_with("storage/") {
            let text = fs::read_to_string(entry.path()).unwrap();
            let code = without_tests(&name, &text);
            if WAYS.iter().any(|way| code.contains(way)) {
                on_their_own.insert(name);
            }
        }
    }
    let expected: BTreeSet<String> = ON_THEIR_OWN.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(on_their_own, expected, "go through `storage`, or say why not");
}

/// How many files and folders a folder may have.
const MOST_ENTRIES: usize = 20;
/// How many lines a file may have.
const MOST_LINES: usize = 400;

#[test]
fn imports_go_one_way_between_files_and_between_the_entries_of_each_folder() {
    let files = imports::of_files();
    let mut circles = imports::circles(&files);
    let folders: BTreeSet<&str> = files.keys().filter_map(|file| Some(file.rsplit_once("::")?.0)).collect();
    for folder in folders.into_iter().chain([""]) {
        circles.extend(imports::circles(&imports::between_entries(folder, &files)));
    }
    let circles: Vec<String> = circles.iter().map(|circle| format!("{circle:?}")).collect();
    assert!(circles.is_empty(), "these import each other in a circle:\n{}", circles.join("\n"));
}

#[test]
fn folders_have_few_entries_and_files_few_lines() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut entries: BTreeMap<String, usize> = BTreeMap::new();
    for entry in walkdir::WalkDir::new(&source).min_depth(1).into_iter().map(Result::unwrap) {
        let below = entry.path().strip_prefix(&source).unwrap();
        *entries.entry(below.parent().unwrap().display().to_string()).or_default() += 1;
        if entry.file_type().is_file() {
            let (name, lines) = (
                below.display().to_string(),
                fs::read_to_string(entry.path()).unwrap_or_default().lines().count(),
            );
            let may_be_long = !name.ends_with(".rs");
            assert!(
                lines <= MOST_LINES || may_be_long,
                "`{name}` has {lines} lines: split it by what it is about"
            );
        }
    }
    for (folder, count) in entries {
        assert!(count <= MOST_ENTRIES, "`{folder}` has {count} entries: group them in folders");
    }
}
