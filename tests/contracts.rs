//! What the contracts of the tables say of what each is made from: the order of the tables, and that
//! a changed setting makes exactly the tables again that read it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use uptake::domain::day::{Day, Instant, Zone};
use uptake::domain::exceptions::{Excepted, Exclusion};
use uptake::domain::guid::Guid;
use uptake::domain::kinds::{ActionMeaning, Evidence};
use uptake::domain::money::{Currency, Price};
use uptake::domain::next_steps::Language;
use uptake::domain::settings_group::SettingsGroup;
use uptake::domain::subscription::State;
use uptake::domain::user_ids::{Pseudonyms, UserIds};
use uptake::engine::report::{RunReport, Step};
use uptake::engine::request::Request;
use uptake::observe::record;
use uptake::pipeline::settings::Settings;
use uptake::pipeline::syntax::page::Written;
use uptake::sample::{self, Options};
use uptake::stages::TABLES;
use uptake::storage;
use uptake::warehouse::contract::{Contract, Partition};

use crate::workdir;

fn upstream(contract: &Contract) -> impl Iterator<Item = &'static Contract> {
    contract.made_from.tables.iter().map(|upstream| upstream.table)
}

#[test]
fn each_table_comes_after_what_it_is_made_from_so_there_is_no_circle() {
    let mut before = BTreeSet::new();
    for contract in TABLES {
        for table in upstream(contract) {
            assert!(before.contains(table.name), "`{}` comes before `{}`", contract.name, table.name);
        }
        before.insert(contract.name);
    }
}

#[test]
fn raw_files_come_in_through_received_tables_only() {
    for contract in TABLES {
        let is_received = contract.partition == Partition::Received;
        assert_eq!(is_received, upstream(contract).next().is_none(), "{}", contract.name);
        if !is_received {
            let brought: Vec<_> = upstream(contract).flat_map(|table| table.made_from.feeds).collect();
            let strange = contract.made_from.feeds.iter().find(|feed| !brought.contains(feed));
            assert_eq!(strange, None, "`{}` reads no table that has rows of the feed", contract.name);
        }
    }
}

#[test]
fn every_group_of_settings_is_read_by_a_table_or_published() {
    let read: BTreeSet<SettingsGroup> = TABLES.iter().flat_map(|contract| named(contract)).collect();
    let unread: Vec<_> = SettingsGroup::ALL.iter().filter(|group| !read.contains(group)).collect();
    assert_eq!(unread, [&SettingsGroup::Products]);
}

/// The groups that a contract names.
fn named(contract: &Contract) -> BTreeSet<SettingsGroup> {
    let made_from = &contract.made_from;
    made_from.settings.iter().chain(made_from.settings_by_effect).copied().collect()
}

/// The groups that a table, or anything behind it, reads. The files of a `received=` partition are
/// made together, those of one feed or those of all.
fn behind(contract: &'static Contract) -> BTreeSet<SettingsGroup> {
    let mut groups = named(contract);
    groups.extend(upstream(contract).flat_map(behind));
    if contract.partition == Partition::Received {
        let (own, received) = (contract.made_from.feeds, |other: &Contract| other.partition == Partition::Received);
        let shares_feed = |other: &Contract| {
            let feeds = other.made_from.feeds;
            own.is_empty() || feeds.is_empty() || feeds.iter().any(|feed| own.contains(feed))
        };
        let made_together = TABLES.iter().filter(|other| received(other) && shares_feed(other));
        groups.extend(made_together.flat_map(|other| named(other)));
    }
    groups
}

/// The settings with another value in one group.
fn changed(settings: &Settings, group: SettingsGroup) -> Settings {
    let mut settings = settings.clone();
    let rules = &mut settings.rules;
    let catalogue = &mut rules.catalogue;
    let sku = *catalogue.products.keys().next().unwrap();
    match group {
        SettingsGroup::Zone => rules.zone = Zone::named("Pacific/Auckland").unwrap(),
        SettingsGroup::Apps => catalogue.apps.values_mut().for_each(|workload| *workload = "mail".to_owned()),
        SettingsGroup::Workloads => {
            for product in catalogue.products.values_mut() {
                product.workloads.insert("mail".to_owned());
            }
        }
        SettingsGroup::Products => catalogue.products.get_mut(&sku).unwrap().name.push('!'),
        SettingsGroup::Scope => {
            catalogue.excluded.insert(sku, "for the test".to_owned());
        }
        SettingsGroup::Offers => {
            Arc::make_mut(&mut catalogue.offers).by_id.insert("an offer".to_owned(), sku);
        }
        SettingsGroup::Prices => {
            let price = Price::parse("12.50", Currency::of("EUR").unwrap()).unwrap();
            let prices = Arc::make_mut(&mut catalogue.prices);
            for sku in catalogue.products.keys() {
                prices.add((*sku, None), None, price);
            }
        }
        SettingsGroup::AuditActions => {
            let operations = &mut Arc::make_mut(&mut catalogue.audit_actions).operations;
            operations.insert("an operation".to_owned(), ActionMeaning::Use);
        }
        SettingsGroup::Evidence => rules.evidence = BTreeSet::from([Evidence::Interactive]),
        SettingsGroup::UnlicensedUse => {
            rules.unlicensed_use.insert("teams".to_owned());
        }
        SettingsGroup::States => rules.sold_states = BTreeSet::from([State::Active]),
        SettingsGroup::Partner => rules.partner_tenant = Some(Guid(1)),
        SettingsGroup::SnapshotAge => rules.snapshot_stale_days += 1,
        SettingsGroup::UserIds => settings.user_ids = UserIds::Pseudonymous(Pseudonyms::with_key(b"0123456789abcdef").unwrap()),
        SettingsGroup::Thresholds => rules.thresholds.grace_days += 1,
        SettingsGroup::Language => rules.language = Language::German,
        SettingsGroup::Exceptions => {
            let excepted = Excepted {
                tenant: None,
                sku: Some(sku),
            };
            let exclusion = Exclusion {
                from: Some(Day(0)),
                reason: "for the test".to_owned(),
            };
            rules.exceptions.exclude(excepted, exclusion);
        }
        SettingsGroup::SpareSeats => {
            let customer = Written {
                value: "nobody".to_owned(),
                line: 1,
            };
            settings.customer_exceptions.spare.push((customer, sku, 1));
        }
    }
    settings
}

/// A small portfolio, and a warehouse of it.
fn made(folder: &Path) -> Settings {
    let mut options = Options::small(folder.join("raw"));
    (options.customers, options.days, options.gzip) = (2, 10, false);
    sample::write(&options, &mut |_| {}).unwrap();
    let text = std::fs::read_to_string(folder.join("raw/pipeline.toml")).unwrap();
    let settings = workdir::settings(&folder.join("raw"), &text);
    let report = workdir::run_pipeline(&settings).unwrap();
    assert!(report.published);
    record::write(&*storage::at(&settings.published), &settings, &report, Instant(0)).unwrap();
    settings
}

fn plan(settings: &Settings) -> RunReport {
    workdir::plan(&Request::new(settings, settings.last_day.unwrap())).unwrap()
}

#[test]
fn a_changed_setting_makes_exactly_the_tables_again_that_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let settings = made(folder.path());
    assert!(plan(&settings).is_idle());
    for group in SettingsGroup::ALL {
        let changed = changed(&settings, *group);
        for other in SettingsGroup::ALL {
            assert_eq!(
                changed.text(*other) != settings.text(*other),
                other == group,
                "{group} changed, and {other}"
            );
        }
        let report = plan(&changed);
        let steps: BTreeMap<&str, &Step> = report.steps.iter().map(|step| (step.table, step)).collect();
        for contract in TABLES {
            let step = steps.get(contract.name);
            if contract.made_from.settings.contains(group) {
                let all_are_made = step.is_some_and(|step| step.untouched == 0);
                assert!(
                    all_are_made,
                    "{group} changed, and `{}` was not made again: {step:?}",
                    contract.name
                );
            }
            if !behind(contract).contains(group) {
                assert!(step.is_none(), "{group} changed, and `{}` was made again: {step:?}", contract.name);
            }
        }
        let is_read = TABLES.iter().any(|contract| contract.made_from.settings.contains(group));
        let is_published = [SettingsGroup::Products, SettingsGroup::Workloads, SettingsGroup::Scope].contains(group);
        assert!(
            report.published || !(is_read || is_published),
            "{group} changed, and nothing is published"
        );
    }
    let made = |group: SettingsGroup| -> Vec<&str> { plan(&changed(&settings, group)).steps.iter().map(|step| step.table).collect() };
    assert_eq!(made(SettingsGroup::Language), ["next_steps"]);
    assert_eq!(made(SettingsGroup::Partner)[0], "subscriptions");
    assert_eq!(made(SettingsGroup::Products), [""; 0]);
    assert_eq!(made(SettingsGroup::Prices), ["spend", "next_steps"]);
}

#[test]
fn a_price_that_counts_from_a_day_on_makes_the_days_again_from_then_on_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let settings = made(folder.path());
    let last = settings.last_day.unwrap();
    let mut changed = settings.clone();
    let sku = *settings.rules.catalogue.products.keys().next().unwrap();
    let price = Price::parse("1", Currency::of("EUR").unwrap()).unwrap();
    Arc::make_mut(&mut changed.rules.catalogue.prices).add((sku, None), Some(last.plus(-2)), price);
    let steps = plan(&changed).steps;
    assert_eq!(steps.iter().map(|step| step.table).collect::<Vec<_>>(), ["spend", "next_steps"]);
    for step in &steps {
        let because: Vec<_> = step
            .because
            .iter()
            .map(|because| (because.day_count, because.causes.clone()))
            .collect();
        assert_eq!(because, [(3, vec!["settings"])], "{}", step.table);
    }
}
