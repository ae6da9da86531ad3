//! The floors: each room imports only from rooms below it, as ARCHITECTURE.md says.

use std::collections::BTreeSet;
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
    ("pipeline", &["domain", "sources"]),
    ("explain", &["domain", "stages", "reports"]),
    (
        "engine",
        &[
            "domain",
            "storage",
            "sources",
            "warehouse",
            "stages",
            "reports",
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
            "pipeline",
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
