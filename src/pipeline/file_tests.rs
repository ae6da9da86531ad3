//! Pipeline files, good and bad: each bad one with the whole message that it gives.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends by panicking")]

use super::*;
use crate::domain::kinds::Feed;
use crate::sources::Format;

fn parsed(text: &str) -> PipelineFile {
    parse(text, Path::new("pipelines/nightly.toml")).unwrap_or_else(|error| panic!("{error}"))
}

/// Asserts the message of a bad file, without the file's name before each line number.
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

/// A file with one good source (lines 1 to 3) and then `rest`, from line 4 on.
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
apps = "../data/catalogue/apps.csv"
offers = "../data/catalogue/offers.csv"
excluded = "../data/catalogue/excluded.csv"
audit_actions = "../data/catalogue/audit_actions.csv"

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
    assert_eq!(file.input_root.as_deref(), Some(Path::new("pipelines/../data/sample")));
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
        Written {
            value: "POWER_BI_STANDARD".to_owned(),
            line: 38
        }
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
        (file.input_root, file.warehouse, file.published, file.first_day),
        (None, None, None, None)
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
    assert_eq!(file.input_root.as_deref(), Some(Path::new("/raw")));
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
        &["5: unknown key `language` in [thresholds]; it belongs to the top of the file"],
    );
    check(
        &before("path = \"x\""),
        &["1: unknown key `path` at the top of the file; it belongs to [warehouse] or [[source]]"],
    );
    check(
        &with("[input]\ncolour = 1\n"),
        &["5: unknown key `colour` in [input]; known keys: `root`"],
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
fn a_file_without_a_source_is_refused() {
    let none = " no source; add at least one [[source]] with `feed` and `path`";
    check("", &[none]);
    check("source = []", &[none]);
    check(
        "[source]\nfeed = \"activity\"\n",
        &["1: `source` must be a list of tables; write [[source]] above each"],
    );
    check(
        "input = 3\nsource = [1, {}, 2]\n",
        &[
            "1: `input` must be a table; write [input]",
            "2: `source` must be a list of tables; write [[source]] above each",
        ],
    );
}

#[test]
fn a_source_needs_a_feed_and_a_path() {
    let feeds = "`activity`, `license_changes`, `license_holdings`, `subscriptions`, `customers`, `support_requests`";
    check(
        "\n[[source]]\n",
        &[
            &format!("2: [[source]] lacks `feed`; add `feed = \"...\"`, one of {feeds}"),
            "2: [[source]] lacks `path`; add `path = \"...\"`, a glob below the input folder, such as `subscriptions/**/*.json`",
        ],
    );
}

#[test]
fn every_feed_takes_its_formats_and_no_others() {
    for &feed in Feed::ALL {
        for &format in Format::ALL {
            let text = format!("[[source]]\nfeed = \"{feed}\"\nformat = \"{format}\"\npath = \"x\"\n");
            assert_eq!(
                parse(&text, Path::new("n.toml")).is_ok(),
                Format::for_feed(feed).contains(&format),
                "{feed} {format}"
            );
        }
    }
    check(
        &with("format = \"azure_monitor\""),
        &["4: unknown `format` `azure_monitor` in [[source]]; did you mean `azure-monitor`?"],
    );
    check(
        "[[source]]\nfeed = \"customers\"\nformat = \"parquet\"\npath = \"x\"\n",
        &["3: unknown `format` `parquet` in [[source]]; it must be one of `auto`, `csv`, `json`"],
    );
}

#[test]
fn a_source_may_not_be_written_twice() {
    let again = "[[source]]\nfeed = \"activity\"\nformat = \"csv\"\npath = \"a/*.json\"\n";
    check(
        &with(again),
        &["4: [[source]] `activity:a/*.json` is already written in line 1; remove one or change its `path`"],
    );
    assert_eq!(parsed(&with(&again.replace("activity", "license_changes"))).sources.len(), 2);
}

#[test]
fn a_glob_stays_below_the_input_folder() {
    let path = |path: &str| format!("[[source]]\nfeed = \"activity\"\npath = '{path}'\n");
    for (bad, why) in [
        ("/raw/*.json", "it must be relative to `root` of [input]"),
        ("C:/raw/*.json", "it must be relative to `root` of [input]"),
        (
            "../raw/*.json",
            "it must not have `.`, `..` or empty parts; the files are below `root` of [input]",
        ),
        (
            "./raw/*.json",
            "it must not have `.`, `..` or empty parts; the files are below `root` of [input]",
        ),
        (r"raw\*.json", "write `/` between folders, on every system"),
        (
            "raw/[a.json",
            "it is not a glob (unclosed character class; missing ']'); see `*`, `**`, `?`, `[abc]`, `{a,b}`",
        ),
    ] {
        check(&path(bad), &[&format!("3: `path` in [[source]] cannot be `{bad}`: {why}")]);
    }
    check(&path(" "), &["3: `path` in [[source]] is blank; fill it in or remove the line"]);
    let source = &parsed(&path("*/x.json")).sources[0];
    assert!(source.reads("a/x.json") && !source.reads("a/b/x.json"));
}

#[test]
fn a_path_pattern_has_exactly_one_group() {
    let file = parsed(&with(
        "path_tenant = 'tenant-(?P<id>[0-9a-f-]{36})(?:/|$)'\npath_day = 'on-(\\d+-\\d+-\\d+)'\n",
    ));
    let source = &file.sources[0];
    assert!(source.path_tenant.is_some() && source.path_day.is_some());
    assert!(source.reading_text().ends_with("on-(\\d+-\\d+-\\d+)\n"));
    check(
        &with("path_tenant = 'x'\npath_day = '(a)(b)'\n"),
        &[
            "4: `path_tenant` in [[source]] cannot be `x`: it has 0 groups; put exactly one `(...)` around what to take, such as \
             `(?i)customer-([0-9a-f-]{36})/`",
            "5: `path_day` in [[source]] cannot be `(a)(b)`: it has 2 groups; put exactly one `(...)` around what to take, such as \
             `export-(\\d{4}-\\d{2}-\\d{2})`",
        ],
    );
    check(
        &with("path_day = '(a'\n"),
        &["4: `path_day` in [[source]] cannot be `(a`: it is not a regular expression (unclosed group)"],
    );
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
fn a_source_may_have_a_name_of_its_own() {
    let two = |first: &str, second: &str| {
        format!("[[source]]\n{first}feed = \"activity\"\npath = \"a\"\n[[source]]\n{second}feed = \"activity\"\npath = \"b\"\n")
    };
    let named = parsed(&two("name = \" sign-ins  of Azure\"\n", ""));
    let names: Vec<(&str, &str)> = named
        .sources
        .iter()
        .map(|source| (source.name.as_str(), source.id.as_str()))
        .collect();
    assert_eq!(names, [("sign-ins of Azure", "activity:a"), ("activity:b", "activity:b")]);
    check(
        &two("name = \"one\"\n", "name = \"one\"\n"),
        &["5: the name `one` of [[source]] is already that of line 1; give each a `name` of its own"],
    );
    check(
        &two("name = \"activity:b\"\n", ""),
        &["5: the name `activity:b` of [[source]] is already that of line 1; give each a `name` of its own"],
    );
    check(
        &two("name = \" \"\n", ""),
        &["2: `name` in [[source]] is blank; fill it in or remove the line"],
    );
}

#[test]
fn a_glob_that_no_path_could_need_is_refused() {
    let with = |glob: &str| {
        let text = format!("[[source]]\nfeed = \"activity\"\npath = \"{glob}\"\n");
        parse(&text, Path::new("n.toml")).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(with("{a,{b,{c,d}}}/*.csv"), Ok(()));
    for glob in [
        "{".repeat(500) + &"}".repeat(500),
        "{a,".repeat(500) + "b" + &"}".repeat(500),
        "a".repeat(5000),
    ] {
        let message = with(&glob).unwrap_err();
        assert!(
            message.starts_with("n.toml:3: `path`") && message.contains("it is not a glob"),
            "{message}"
        );
    }
}
