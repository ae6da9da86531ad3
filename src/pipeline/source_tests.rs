//! Sources, good and bad.

use super::*;

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
