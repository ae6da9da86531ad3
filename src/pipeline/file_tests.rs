//! Pipeline files, good and bad. Each bad one comes with the whole message that it gives.

#[path = "source_tests.rs"]
mod sources;

use super::*;
use crate::domain::input::Input;
use crate::domain::kinds::Feed;
use crate::sources::Format;

fn parsed(text: &str) -> PipelineFile {
    parse(text, Path::new("pipelines/nightly.toml")).unwrap_or_else(|error| panic!("{error}"))
}

/// Asserts the message of a bad file, without the file name at the beginning of each line.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let error = parse(text, Path::new("n.toml")).err().expect("the file should be refused");
    let lines: Vec<String> = error
        .problems
        .iter()
        .map(|problem| problem.to_string().replacen("n.toml:", "", 1))
        .collect();
    assert_eq!(lines, expected, "\n{error}");
}

/// A file with one good source (lines 1 to 3), then `rest` from line 4 on.
fn with(rest: &str) -> String {
    format!("[[source]]\nfeed = \"activity\"\npath = \"a/*.json\"\n{rest}")
}

/// `rest` from line 1 on, then a good source.
fn before(rest: &str) -> String {
    format!("{rest}\n[[source]]\nfeed = \"activity\"\npath = \"a/*.json\"\n")
}

const CONTRACT: &str = r#"
name = "nightly"
time_zone = "UTC"                       # whose midnight ends a day
first_day = "2026-01-01"
last_day = "2026-09-30"
rescan_days = 0
snapshot_stale_days = 50
partner_tenant_id = "8C0E4C3F-9F2E-4C3A-8F43-0D8EF6F1C2AB"
evidence = ["interactive", "non_interactive", "action"]
unlicensed_use = ["yammer"]
sold_states = ["active", "grace"]
entitled_states = ["active"]

[input]
root = "../data/sample"

[warehouse]
path = "../warehouse"
published = "../published"
shards = 1

[[source]]
feed = "activity"
format = "azure-monitor"
path = "insights-logs-*/**/PT1H.json*"
fail_above = 0.01
required = true

[catalogue]
skus = "../data/catalogue/skus.csv"
workloads = "../data/catalogue/workloads.csv"
products = "../data/catalogue/products.csv"
apps = "../data/catalogue/apps.csv"
offers = "../data/catalogue/offers.csv"
nce_offers = "../data/catalogue/nce_offers.csv"
unit_kinds = "../data/catalogue/unit_kinds.csv"
excluded = "../data/catalogue/excluded.csv"
audit_actions = "../data/catalogue/audit_actions.csv"
prices = "../prices.csv"

[[exclude]]
sku = "POWER_BI_STANDARD"
reason = "free"

[thresholds]
low_usage = 0.5
"#;

#[test]
fn pseudonyms_need_a_key_and_plain_ids_need_none() {
    let file = parsed(&with("[privacy]\nuser_ids = \"pseudonymous\"\nkey_file = \"secret/key\""));
    assert_eq!(
        file.privacy.needed_key_file().unwrap().value,
        Path::new("pipelines/secret/key"),
        "relative to the pipeline file"
    );
    assert!(parsed(&with("")).privacy.needed_key_file().is_none());
    assert!(parsed(&with("[privacy]\nuser_ids = \"plain\"")).privacy.needed_key_file().is_none());
    check(
        &with("[privacy]\nuser_ids = \"pseudonymous\""),
        &["4: `user_ids` `pseudonymous` needs a key; add `key_file = \"...\"`, a file of at least 16 secret bytes"],
    );
    let useless = "`key_file` has no use where user ids are plain; add `user_ids = \"pseudonymous\"`, or remove it";
    check(&with("[privacy]\nkey_file = \"key\""), &[&format!("5: {useless}")]);
    check(
        &with("[privacy]\nuser_ids = \"plain\"\nkey_file = \"key\""),
        &[&format!("6: {useless}")],
    );
    check(
        &with("[privacy]\nuser_ids = \"hashed\"\nkey_file = \"key\""),
        &["5: unknown `user_ids` `hashed` in [privacy]; it must be one of `plain`, `pseudonymous`"],
    );
}

#[test]
fn the_contracts_example_is_read_as_written() {
    let file = parsed(CONTRACT);
    assert_eq!(file.name, "nightly");
    assert_eq!(
        (file.first_day, file.last_day),
        (Day::parse("2026-01-01"), Day::parse("2026-09-30"))
    );
    assert_eq!(file.partner_tenant, Guid::parse(b"8c0e4c3f-9f2e-4c3a-8f43-0d8ef6f1c2ab"));
    assert_eq!(file.inputs.inputs, [Input::only("pipelines/../data/sample".into())]);
    assert_eq!(file.warehouse.as_deref(), Some(Path::new("pipelines/../warehouse")));
    assert_eq!(file.published.as_deref(), Some(Path::new("pipelines/../published")));
    assert_eq!((file.shards, file.rescan_days, file.language), (1, 0, Language::English));
    assert_eq!(file.snapshot_stale_days, 50);
    let [source] = &file.sources[..] else { panic!("one source") };
    assert_eq!(source.id, "activity:insights-logs-*/**/PT1H.json*");
    assert_eq!(
        (source.feed, source.format, source.required, source.line),
        (Feed::Activity, Format::AzureMonitor, true, 22)
    );
    assert!(
        source
            .glob
            .is_match("insights-logs-signinlogs/tenantId=x/y=2026/m=09/d=01/h=08/m=00/PT1H.json.gz")
    );
    assert!(!source.reads("other/PT1H.json"));
    let parts: Vec<Part> = file.catalogue_files().map(|(part, _)| part).collect();
    assert_eq!(parts, Part::ALL);
    assert_eq!(
        file.exclude[0].sku,
        Some(Written {
            value: "POWER_BI_STANDARD".to_owned(),
            line: 42
        })
    );
    assert_eq!(file.thresholds, Thresholds::default());
}

#[test]
fn what_is_not_written_has_its_default() {
    let file = parsed(&with(""));
    let standard = Rules::standard();
    assert_eq!((file.name.as_str(), file.zone.name()), ("nightly", "UTC"));
    assert_eq!(
        (file.evidence, file.sold_states, file.entitled_states),
        (standard.evidence, standard.sold_states, standard.entitled_states)
    );
    assert_eq!(
        (file.inputs.inputs, file.warehouse, file.published, file.first_day),
        (vec![], None, None, None)
    );
    assert!(file.catalogue.is_empty() && file.exclude.is_empty() && file.unlicensed_use.is_none());
    let source = &file.sources[0];
    assert_eq!((source.format, source.fail_above, source.required), (Format::Auto, 0.01, false));
}

#[test]
fn absolute_paths_stay_and_relative_ones_start_at_the_files_folder() {
    let file = parse(
        &with("[input]\nroot = \"/raw\"\n[warehouse]\npath = \"w\"\n"),
        Path::new("nightly.toml"),
    )
    .unwrap();
    assert_eq!(file.inputs.inputs, [Input::only("/raw".into())]);
    assert_eq!(file.warehouse.as_deref(), Some(Path::new("w")));
}

#[test]
fn a_byte_order_mark_windows_line_ends_and_toml_dates_are_fine() {
    let file = parsed(&format!(
        "\u{FEFF}{}",
        before("first_day = 2026-01-01\nlanguage = \"de\"").replace('\n', "\r\n")
    ));
    assert_eq!((file.first_day, file.language), (Day::parse("2026-01-01"), Language::German));
}

#[test]
fn a_time_zone_is_known_by_its_true_name() {
    assert_eq!(parsed(&before("time_zone = \"europe/berlin\"")).zone.name(), "Europe/Berlin");
    assert_eq!(parsed(&before("time_zone = \"utc\"")).zone.name(), "UTC");
    check(
        &before("time_zone = \"Europe/Berln\""),
        &["1: unknown time zone `Europe/Berln`; did you mean `Europe/Berlin`?"],
    );
    check(
        &before("time_zone = \"Etc/Unknown\""),
        &["1: unknown time zone `Etc/Unknown`; write an IANA name such as `Europe/Berlin` or `UTC`"],
    );
}

#[test]
fn all_problems_are_reported_at_once_in_the_order_of_the_file() {
    let text =
        "nam = \"x\"\n\n[warehouse]\npath = 7\nshard = 2\n\n[[source]]\nfeed = \"activty\"\npath = \"a\"\n\n[[exclude]]\nsku = \"X\"\n";
    check(
        text,
        &[
            "1: unknown key `nam` at the top of the file; did you mean `name`?",
            "4: `path` in [warehouse] must be a text in double quotes, not `7`",
            "5: unknown key `shard` in [warehouse]; did you mean `shards`?",
            "8: unknown `feed` `activty` in [[source]]; did you mean `activity`?",
            "11: [[exclude]] lacks `reason`; add `reason = \"...\"`, why the product is left out of portfolio sums",
        ],
    );
}

#[test]
fn a_key_in_the_wrong_table_is_sent_home() {
    check(
        &with("[thresholds]\nlanguage = \"de\"\n"),
        &["5: unknown key `language` in [thresholds]; it belongs to the top of the file or [report]"],
    );
    check(
        &before("path = \"x\""),
        &["1: unknown key `path` at the top of the file; it belongs to [warehouse] or [[source]] or [export.delta]"],
    );
    check(
        &with("[input]\ncolour = 1\n"),
        &["5: unknown key `colour` in [input]; known keys: `root`, `options`"],
    );
}

#[test]
fn what_is_not_toml_is_reported_with_its_line() {
    for (text, line) in [
        ("name = \"x\"\n\nname = \"y\"\n", 3),
        ("a = 1\nb = \n", 2),
        ("[input\nroot = \"x\"\n", 1),
        ("name = \"x\n", 1),
    ] {
        let error = parse(text, Path::new("n.toml")).err().unwrap();
        assert_eq!(error.problems[0].line, line, "{text:?}: {error}");
        assert!(error.problems[0].text.starts_with("not valid TOML: "), "{error}");
    }
}

#[test]
fn numbers_have_limits() {
    for bad in ["-0.1", "1.01", "nan", "inf", "\"0.1\"", "true", "101"] {
        let written = bad.trim_matches('"');
        check(
            &with(&format!("fail_above = {bad}\n")),
            &[&format!(
                "4: `fail_above` in [[source]] must be a ratio from 0 to 1, not `{written}`"
            )],
        );
    }
    for good in ["0", "1", "0.0", "1e-3"] {
        parsed(&with(&format!("fail_above = {good}\n")));
    }
    for bad in ["0", "1000", "-1", "1.0", "99999999999999999999"] {
        check(
            &with(&format!("[warehouse]\nshards = {bad}\n")),
            &[&format!(
                "5: `shards` in [warehouse] must be a whole number from 1 to 999, not `{bad}`"
            )],
        );
    }
    assert_eq!(parsed(&with("[warehouse]\nshards = 0x3e7\n")).shards, 999);
    for bad in ["0", "10001", "-1"] {
        check(
            &with(&format!("[warehouse]\nkeep_releases = {bad}\n")),
            &[&format!(
                "5: `keep_releases` in [warehouse] must be a whole number from 1 to 10000, not `{bad}`"
            )],
        );
    }
    assert_eq!(parsed(&with("")).keep_releases, 30);
    assert_eq!(
        parsed(&with("[thresholds]\nlow_usage = 0\nending_days = 7\n"))
            .thresholds
            .ending_days,
        7
    );
    check(
        &with("[thresholds]\ngrace_days = -1\n"),
        &["5: `grace_days` in [thresholds] must be a whole number from 0 to 3650, not `-1`"],
    );
    check(
        &with("[thresholds]\nlow_usage_seats = -5\nsupport_per_100_seats = -1\n"),
        &[
            "5: `low_usage_seats` in [thresholds] must be a whole number from 0 to 1000000000, not `-5`",
            "6: `support_per_100_seats` in [thresholds] must be a number from 0 to 1000, not `-1`",
        ],
    );
}

#[test]
fn a_percentage_in_place_of_a_ratio_is_told_what_it_is_as_a_ratio() {
    check(
        &with("fail_above = 2\n[thresholds]\nlow_usage = 50\nupsell_deployment = 92.5\nupsell_usage = 1.2\n"),
        &[
            "4: `fail_above` in [[source]] must be a ratio from 0 to 1, not `2`; did you mean 0.02?",
            "6: `low_usage` in [thresholds] must be a ratio from 0 to 1, not `50`; did you mean 0.5?",
            "7: `upsell_deployment` in [thresholds] must be a ratio from 0 to 1, not `92.5`; did you mean 0.925?",
            "8: `upsell_usage` in [thresholds] must be a ratio from 0 to 1, not `1.2`",
        ],
    );
}

#[test]
fn days_are_days_in_the_right_order() {
    check(
        &before("first_day = \"2026-02-30\"\nlast_day = 2026-01-01T00:00:00Z"),
        &[
            "1: `first_day` must be a day such as \"2026-01-31\", not `2026-02-30`",
            "2: `last_day` must be a day such as \"2026-01-31\", not `2026-01-01T00:00:00Z`",
        ],
    );
    check(
        &before("first_day = \"2026-02-02\"\nlast_day = \"2026-02-01\""),
        &["2: `last_day` `2026-02-01` is before `first_day` `2026-02-02`; swap or correct them"],
    );
    check(
        &before("first_day = \"0226-01-01\""),
        &["1: `first_day` must not be before 2010-01-01: no log is older, not `0226-01-01`"],
    );
}

#[test]
fn lists_hold_known_words() {
    check(
        &before(
            "evidence = [\n  \"interactive\",\n  \"actions\",\n]\nsold_states = []\nentitled_states = \"active\"\nunlicensed_use = [1]",
        ),
        &[
            "3: unknown `evidence` `actions`; did you mean `action`?",
            "5: `sold_states` is empty; name at least one of `active`, `grace`, `disabled`, `deprovisioned`, `pending`, `superseded`",
            "6: `entitled_states` must be a list such as [\"a\", \"b\"], not `active`",
            "7: `unlicensed_use` must be a text in double quotes, not `1`",
        ],
    );
    assert_eq!(parsed(&before("unlicensed_use = []")).unlicensed_use, Some(Vec::new()));
    assert_eq!(
        parsed(&before("evidence = [\"action\", \"action\"]")).evidence,
        BTreeSet::from([Evidence::Action])
    );
}

#[test]
fn ids_flags_and_languages_are_checked() {
    check(
        &before("partner_tenant_id = \"…\"\nlanguage = \"fr\"\nrescan_days = \"7\""),
        &[
            "1: `partner_tenant_id` must be a GUID such as \"8c0e4c3f-9f2e-4c3a-8f43-0d8ef6f1c2ab\", not `…`",
            "2: unknown `language` `fr`; it must be one of `en`, `de`",
            "3: `rescan_days` must be a whole number from 0 to 36500, not `7`",
        ],
    );
    check(
        &with("required = \"yes\"\n"),
        &["4: `required` in [[source]] must be true or false, not `yes`"],
    );
}

#[test]
fn an_exception_names_a_customer_or_a_product_and_spare_seats_name_both() {
    let file = parsed(&with(
        "[[exclude]]\ncustomer = \"Gone AG\"\nfrom = \"2026-06-20\"\nreason = \"left  us\"\n[[spare]]\ncustomer = \"Contoso\"\nsku = \"SPE_E3\"\nseats = 5\n",
    ));
    let exclude = &file.exclude[0];
    assert_eq!((exclude.from, exclude.reason.as_str()), (Day::parse("2026-06-20"), "left us"));
    assert!(exclude.sku.is_none() && exclude.customer.as_ref().is_some_and(|customer| customer.value == "Gone AG"));
    assert_eq!((file.spare[0].sku.value.as_str(), file.spare[0].seats), ("SPE_E3", 5));
    check(
        &with("[[exclude]]\nreason = \"r\"\n[[exclude]]\ncustomer = \"x\"\nfrom = \"soon\"\nreason = \"r\"\n[[spare]]\nseats = 0\n"),
        &[
            "4: [[exclude]] lacks `sku`; add `sku = \"...\"`, the GUID or the part number of a product, or `customer`",
            "8: `from` in [[exclude]] must be a day such as \"2026-01-31\", not `soon`",
            "10: [[spare]] lacks `customer`; add `customer = \"...\"`, the tenant id, the domain or the name of a customer",
            "10: [[spare]] lacks `sku`; add `sku = \"...\"`, the GUID or the part number of a product",
            "11: `seats` in [[spare]] must be a whole number from 1 to 1000000000, not `0`",
        ],
    );
}
