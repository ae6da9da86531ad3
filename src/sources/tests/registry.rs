//! The registry: it is whole, and each sign in it leads to the entry that it stands in.

use std::collections::BTreeSet;

use crate::domain::kinds::Feed;
use crate::sources::detect::choose;
use crate::sources::detect::known_others::KNOWN_OTHERS;
use crate::sources::formats::registry::{entry, of_feed};
use crate::sources::{Choice, Format};

#[test]
fn every_name_has_an_entry_and_no_feed_has_a_name_twice() {
    let mut seen = BTreeSet::new();
    for feed in Feed::ALL {
        for entry in of_feed(*feed) {
            assert!(seen.insert((*feed, entry.format)), "{feed} {}", entry.format);
        }
        assert!(entry(*feed, Format::Auto).is_none());
    }
    let names: BTreeSet<Format> = seen.into_iter().map(|(_, format)| format).chain([Format::Auto]).collect();
    assert_eq!(names, Format::ALL.iter().copied().collect());
}

#[test]
fn the_formats_of_each_feed_are_those_that_users_know_in_their_order() {
    let names = |feed| Format::for_feed(feed).into_iter().map(Format::name).collect::<Vec<_>>().join(" ");
    for (feed, known) in [
        (
            Feed::Activity,
            "auto azure-monitor graph portal-csv log-analytics management-api usage-report csv parquet",
        ),
        (
            Feed::LicenseChanges,
            "auto azure-monitor graph portal-csv management-api log-analytics csv parquet",
        ),
        (Feed::LicenseHoldings, "auto graph-users admin-center-users csv parquet"),
        (
            Feed::Subscriptions,
            "auto graph-company-subscriptions graph-subscribed-skus partner-center partner-center-subscribed-skus partner-center-analytics csv parquet",
        ),
        (Feed::Customers, "auto csv json"),
        (Feed::SupportRequests, "auto csv json"),
    ] {
        assert_eq!(names(feed), known);
    }
}

#[test]
fn each_sign_leads_to_the_entry_that_it_stands_in() {
    for entry in Feed::ALL.iter().flat_map(|feed| of_feed(*feed)) {
        let chosen = |text: String| choose(entry.feed, text.as_bytes()).map(|Choice { format, .. }| format);
        for group in entry.signs.keys {
            let members: Vec<String> = group.iter().map(|key| format!("\"{key}\":1")).collect();
            assert_eq!(
                chosen(format!("{{{}}}\n", members.join(","))),
                Some(entry.format),
                "{} {group:?}",
                entry.feed
            );
            for other in entry.signs.unless_keys {
                let text = format!("{{{},\"{other}\":1}}\n", members.join(","));
                assert_ne!(chosen(text), Some(entry.format), "{} {group:?} {other}", entry.feed);
            }
        }
        for key in entry.signs.empty_lists {
            let text = if key.is_empty() {
                "[]".to_owned()
            } else {
                format!("{{\"{key}\":[]}}")
            };
            assert_eq!(chosen(text), Some(entry.format), "{} {key}", entry.feed);
        }
        if let Some(csv) = entry.as_csv() {
            let header = csv
                .needed()
                .iter()
                .copied()
                .chain(csv.one_of().take(1))
                .collect::<Vec<_>>()
                .join(",");
            assert_eq!(chosen(format!("{header}\n")), Some(entry.format), "{} {header}", entry.feed);
            for other in entry.signs.unless_columns {
                assert_ne!(chosen(format!("{header},{other}\n")), Some(entry.format), "{} {other}", entry.feed);
            }
        }
    }
}

/// `uptake inspect` sends people to the section of the format, and `--form` of the sample to the page.
#[test]
fn each_format_has_a_section_that_says_how_to_export_it_and_what_it_is_for() {
    let page = include_str!("../../../docs/formats.md");
    let sections: Vec<(&str, &str)> = page.split("\n## ").skip(1).filter_map(|text| text.split_once('\n')).collect();
    let section = |name: &str| sections.iter().find(|(title, _)| *title == name).map(|(_, text)| *text);
    for feed in Feed::ALL {
        for entry in of_feed(*feed) {
            let text = section(entry.format.name()).unwrap_or_else(|| panic!("no section of {}", entry.format));
            let is_own_table = matches!(entry.format, Format::Csv | Format::Parquet);
            for says in ["**Export**", "**Feed", "**Tenant", "**Traps**"] {
                let is_list = says == "**Tenant" && matches!(feed, Feed::Customers | Feed::SupportRequests);
                assert!(
                    is_own_table || is_list || text.contains(says),
                    "the section of {} lacks {says}",
                    entry.format
                );
            }
            assert!(
                is_own_table || text.contains(&format!("`{feed}`")),
                "{} is not said to be for {feed}",
                entry.format
            );
        }
    }
    // The first table has all of them, in the order of messages.
    for line in page
        .lines()
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| line.starts_with("| `"))
    {
        let (feeds, formats) = line.trim_matches('|').split_once('|').unwrap();
        let formats: Vec<&str> = formats.split('[').skip(1).map(|link| link.split(']').next().unwrap()).collect();
        for name in feeds.split('`').skip(1).step_by(2) {
            let known: Vec<&str> = Format::for_feed(Feed::parse(name).unwrap())
                .into_iter()
                .skip(1)
                .map(Format::name)
                .collect();
            assert_eq!(formats, known, "{name}");
        }
    }
}

#[test]
fn the_page_names_every_kind_of_file_that_cannot_serve() {
    let page = include_str!("../../../docs/formats.md");
    let (_, section) = page.split_once("\n## What cannot serve\n").unwrap();
    for known in KNOWN_OTHERS {
        let row = format!("| {} | {} |", known.what, known.instead);
        assert!(section.contains(&row), "docs/formats.md lacks the row {row}");
    }
}
