//! Graph's snapshots of users and subscriptions, and the customers' table.

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::testing::{Found, TENANT, context, known, read_input, read_text, unknown};

const USERS: (Feed, Format) = (Feed::LicenseHoldings, Format::GraphUsers);
const SUBSCRIPTIONS: (Feed, Format) = (Feed::Subscriptions, Format::GraphCompanySubscriptions);
const CUSTOMERS: (Feed, Format) = (Feed::Customers, Format::Csv);
const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";
const VISIO: &str = "c5928f49-12ba-48f7-ada3-0d743a3601d5";

fn user(id: &str, rest: &str) -> String {
    format!(r#"{{"id":"{id}","userPrincipalName":"a@b.c"{rest}}}"#)
}

/// The members of a user who holds nothing.
const NO_LICENSES: &str = ",\"assignedLicenses\":[]";

fn users(text: &str) -> Found {
    read_text(USERS, text, &known())
}

/// The SKUs of the rows.
fn skus(text: &str) -> Vec<String> {
    let found = users(text);
    assert!(found.rejects.is_empty(), "{found:?}");
    found.rows.iter().map(|row| row.rsplit(' ').next().unwrap().to_owned()).collect()
}

#[test]
fn states_decide_where_they_are_and_a_sku_is_held_once() {
    let assigned = format!(r#","assignedLicenses":[{{"skuId":"{VISIO}","disabledPlans":[]}}]"#);
    let state = |sku: &str, state: &str| format!(r#"{{"skuId":"{sku}","assignedByGroup":null,"state":"{state}"}}"#);
    let states = |list: &[String]| format!(r#","licenseAssignmentStates":[{}]"#, list.join(","));
    let both = states(&[
        state(E3, "Disabled"),
        state(E3, "activeWithError"),
        state(E3, "Active"),
        state(VISIO, "Error"),
    ]);
    assert_eq!(skus(&user("u", &format!("{assigned}{both}"))), [E3]);
    // Graph left out the states of a SKU: no state names it.
    assert_eq!(skus(&user("u", &format!("{assigned}{}", states(&[])))), [VISIO]);
    let of_another = states(&[state(E3, "Active")]);
    assert_eq!(skus(&user("u", &format!("{assigned}{of_another}"))), [E3, VISIO]);
    assert_eq!(skus(&user("u", &of_another)), [E3]);
    assert_eq!(skus(&user("u", &format!(",\"assignedLicenses\":[]{of_another}"))), [E3]);
    assert_eq!(skus(&user("u", &format!("{assigned},\"licenseAssignmentStates\":null"))), [VISIO]);
    assert_eq!(skus(&user("u", &assigned)), [VISIO]);
    assert_eq!(
        skus(&user(
            "u",
            &assigned.replace(VISIO, &format!("{E3}\"}},{{\"skuId\":\"{}", E3.to_uppercase()))
        )),
        [E3]
    );
}

#[test]
fn who_has_no_seat_left_waits_and_holds_nothing() {
    let state = |sku: &str, state: &str, error: &str| format!(r#"{{"skuId":"{sku}","state":"{state}","error":{error}}}"#);
    let rows = |states: &[String]| {
        let states = states.join(",");
        let found = users(&user(
            "u",
            &format!(r#","assignedLicenses":[],"licenseAssignmentStates":[{states}]"#),
        ));
        assert!(found.rejects.is_empty(), "{found:?}");
        found.rows
    };
    let of = |sku: &str, more: &str| format!("1 {TENANT} 2026-09-01 u {sku}{more}");
    let no_seat = state(E3, "error", "\"countViolation\"");
    assert_eq!(
        rows(&[no_seat.clone(), state(VISIO, "Active", "\"None\"")]),
        [of(VISIO, ""), of(E3, " waits")]
    );
    assert_eq!(rows(&[no_seat.clone(), no_seat.clone()]), [of(E3, " waits")]);
    // Held in another way.
    assert_eq!(rows(&[no_seat, state(E3, "ActiveWithError", "\"CountViolation\"")]), [of(E3, "")]);
    for error in [
        "\"MutuallyExclusiveViolation\"",
        "\"DependencyViolation\"",
        "\"ProhibitedInUsageLocationViolation\"",
        "\"UniquenessViolation\"",
        "\"Other\"",
        "null",
        "7",
    ] {
        assert_eq!(rows(&[state(E3, "Error", error)]), [""; 0], "{error}");
    }
    assert_eq!(rows(&[state(E3, "Disabled", "\"CountViolation\"")]), [""; 0]);
}

#[test]
fn an_account_is_enabled_disabled_or_unknown() {
    let held = format!(r#","assignedLicenses":[{{"skuId":"{E3}"}}]"#);
    let read = |enabled: &str| users(&user("u", &format!("{held}{enabled}")));
    for (written, expected) in [
        (",\"accountEnabled\":true", " enabled"),
        (",\"accountEnabled\":false", " disabled"),
        (",\"accountEnabled\":\"False\"", " disabled"),
        (",\"accountEnabled\":null", ""),
        ("", ""),
    ] {
        assert_eq!(read(written).rows, [format!("1 {TENANT} 2026-09-01 u {E3}{expected}")], "{written}");
    }
    assert_eq!(read(",\"accountEnabled\":\"perhaps\"").rejects, ["1 unreadable_value"]);
}

#[test]
fn a_user_without_any_list_of_licenses_says_nothing_about_them_and_an_empty_list_says_that_there_are_none() {
    let nulls = ",\"assignedLicenses\":null,\"licenseAssignmentStates\":null";
    for nothing in ["", ",\"assignedLicenses\":null", nulls, ",\"licenses\":[]"] {
        let found = users(&user("u", nothing));
        assert_eq!(
            (found.rejects, found.rows.len()),
            (vec!["1 missing_licenses".to_owned()], 0),
            "{nothing}"
        );
        assert_eq!(
            found.pages,
            [format!("{TENANT} 2026-09-01")],
            "the snapshot is there, and incomplete"
        );
    }
    for empty in [NO_LICENSES, ",\"licenseAssignmentStates\":[]", ",\"AssignedLicenses\":[]"] {
        let found = users(&user("u", empty));
        assert_eq!((found.counts.accepted, found.rows.len()), (1, 0), "{empty}");
    }
    let found = users(&user("u", ",\"assigned_licenses\":[]"));
    assert_eq!(
        found.details,
        ["no member `assignedLicenses`, `licenseAssignmentStates`, but `assigned_licenses`"]
    );
    let found = users(&user("u", ",\"alice@contoso.example\":1"));
    assert_eq!(
        found.details,
        ["no member `assignedLicenses`, `licenseAssignmentStates`; there are `id`, `userPrincipalName`"]
    );
}

#[test]
fn a_state_that_is_none_is_a_reject() {
    for state in ["", ",\"state\":null", ",\"state\":7"] {
        let states = format!(",\"licenseAssignmentStates\":[{{\"skuId\":\"{E3}\"{state}}}]");
        assert_eq!(users(&user("u", &states)).rejects, ["1 unreadable_value"], "{state}");
    }
}

#[test]
fn a_list_that_is_none_and_a_sku_that_is_none_are_rejects_without_rows() {
    let licenses = |value: &str| users(&user("u", &format!(",\"assignedLicenses\":{value}")));
    for (value, reason) in [
        ("7".to_owned(), "unreadable_value"),
        ("{}".to_owned(), "unreadable_value"),
        ("[7]".to_owned(), "unreadable_value"),
        (format!("[{{\"skuId\":\"{E3}\"}},{{\"skuId\":\"x\"}}]"), "malformed_sku"),
        ("[{}]".to_owned(), "malformed_sku"),
        ("[{\"skuId\":7}]".to_owned(), "malformed_sku"),
    ] {
        let found = licenses(&value);
        assert_eq!((found.rejects, found.rows.len()), (vec![format!("1 {reason}")], 0), "{value}");
    }
}

#[test]
fn tenant_and_day_come_from_the_path() {
    let text = format!(
        "{}\n{}",
        user("A", &format!(",\"assignedLicenses\":[{{\"skuId\":\"{E3}\"}}]")),
        user("", "")
    );
    let found = read_text(USERS, &text, &context(&format!("tenantId={TENANT}/users-2026-09-03.json")));
    assert_eq!(found.rows, [format!("1 {TENANT} 2026-09-03 a {E3}")]);
    assert_eq!(
        (found.rejects, found.pages),
        (vec!["2 missing_id".to_owned()], vec![format!("{TENANT} 2026-09-03")])
    );
    let found = read_text(USERS, &text, &unknown());
    assert_eq!(
        (found.rejects, found.pages.len()),
        (vec!["1 missing_tenant".to_owned(), "2 missing_tenant".to_owned()], 0)
    );
    let found = read_text(USERS, &text, &context(&format!("tenantId={TENANT}/users.json")));
    assert_eq!(
        (found.rejects, found.pages.len()),
        (vec!["1 missing_day".to_owned(), "2 missing_day".to_owned()], 0)
    );
}

#[test]
fn pages_count_and_say_whether_another_one_follows() {
    let page = |rest: &str| {
        format!(
            "{{\"@odata.context\":\"x\",\"value\":[{},{}]{rest}}}",
            user("a", NO_LICENSES),
            user("b", NO_LICENSES)
        )
    };
    let found = users(&page(",\"@odata.nextLink\":\"https://x\""));
    assert_eq!(
        (found.counts.records, found.pages),
        (2, vec![format!("{TENANT} 2026-09-01 and more")])
    );
    let found = users(&format!(
        "{}\n{}\n{}\n{}",
        page(""),
        page(",\"@odata.nextLink\":null"),
        user("c", NO_LICENSES),
        user("d", NO_LICENSES)
    ));
    assert_eq!((found.counts.records, found.pages), (6, vec![format!("{TENANT} 2026-09-01"); 3]));
    assert_eq!(users(&format!("[{}]", user("a", NO_LICENSES))).pages.len(), 1);
}

#[test]
fn an_empty_list_is_a_page_and_an_empty_file_or_an_error_is_none() {
    for text in ["{\"value\":[]}", "[]", "{\n \"value\": [\n ]\n}\n"] {
        assert_eq!((users(text).pages.len(), users(text).counts.records), (1, 0));
    }
    for text in ["", "\n\n", "{\"value\":[", "{\"error\":{\"code\":\"Authentication_Expired\"}}"] {
        assert_eq!(users(text).pages.len(), 0, "{text}");
    }
}

#[test]
fn a_pretty_printed_page_is_one_document_and_its_rejects_carry_its_first_line() {
    let text = "\n{\n \"value\": [\n  {\n   \"id\": \"a\", \"assignedLicenses\": []\n  },\n  {\n   \"id\": null\n  },\n  7\n ],\n \"@odata.nextLink\": \"x\"\n}\n";
    let found = users(text);
    assert_eq!(found.rejects, ["2/2 missing_id", "2/3 broken_json"]);
    assert_eq!(
        (found.counts.accepted, found.pages),
        (1, vec![format!("{TENANT} 2026-09-01 and more")])
    );
    assert_eq!(found.raw[0], b"{\n   \"id\": null\n  }");
    let cut = users(&text[..text.len() - 3]);
    assert_eq!(
        (cut.rejects, cut.counts.records, cut.pages.len()),
        (vec!["2 broken_json".to_owned()], 1, 0)
    );
}

fn subscription() -> String {
    format!(
        r#"{{"id":"2B6BBD5A-x","skuId":"{E3}","skuPartNumber":"SPE_E3","status":"Warning","totalLicenses":25,"isTrial":false,"ownerTenantId":"{}","createdDateTime":"2020-01-01T00:00:00Z","nextLifecycleDateTime":"2026-12-31T23:30:00Z"}}"#,
        TENANT.to_uppercase()
    )
}

fn listed(from: &str, to: &str) -> Found {
    assert!(subscription().contains(from), "{from}");
    read_text(SUBSCRIPTIONS, &subscription().replace(from, to), &known())
}

#[test]
fn a_subscription_gives_its_row() {
    let found = listed("", "");
    assert_eq!(
        found.rows,
        [format!(
            "1 {TENANT} 2026-09-01 2b6bbd5a-x {E3} 25 grace false Owner(\"{TENANT}\") Some(2026-12-31) since 2020-01-01"
        )]
    );
    assert_eq!(found.pages, [format!("{TENANT} 2026-09-01")]);
    let mut context = known();
    context.zone = crate::domain::day::Zone::named("Europe/Berlin").unwrap();
    assert!(read_text(SUBSCRIPTIONS, &subscription(), &context).rows[0].contains("Some(2027-01-01)"));
}

#[test]
fn an_active_subscription_renews_when_its_term_ends_and_no_other_does() {
    let of = |from: &str, to: &str| {
        let active = subscription().replace("Warning", "Enabled").replace(from, to);
        let found = read_text(SUBSCRIPTIONS, &active, &known());
        found.rows[0].split_once("Some(2026-12-31)").unwrap().1.to_owned()
    };
    assert_eq!(of("", ""), " since 2020-01-01 renews 2026-12-31");
    assert_eq!(of("Enabled", "Suspended"), " since 2020-01-01");
    assert_eq!(of("\"isTrial\":false", "\"isTrial\":true"), " since 2020-01-01");
    // Nothing but the term depends on it.
    for unreadable in ["soon", ""] {
        assert_eq!(of("2020-01-01T00:00:00Z", unreadable), " renews 2026-12-31");
    }
}

#[test]
fn what_a_subscription_may_lack() {
    let owner = format!("\"{}\"", TENANT.to_uppercase());
    for (from, to, expected) in [
        (owner.as_str(), "null", "Owner(\"\")"),
        (owner.as_str(), "\"\"", "Owner(\"\")"),
        ("\"2026-12-31T23:30:00Z\"", "null", "None"),
        ("\"2026-12-31T23:30:00Z\"", "\"\"", "None"),
        ("\"isTrial\":false,", "", " false "),
        ("\"isTrial\":false", "\"isTrial\":null", " false "),
        ("\"isTrial\":false", "\"isTrial\":true", " true "),
        ("25", "\"25\"", " 25 "),
        ("25", "0", " 0 "),
        ("Warning", "LOCKEDOUT", " disabled "),
    ] {
        let found = listed(from, to);
        assert!(found.rows.len() == 1 && found.rows[0].contains(expected), "{to} {found:?}");
    }
}

#[test]
fn what_a_subscription_must_not_be() {
    for (from, to, reason) in [
        ("\"2B6BBD5A-x\"", "null", "missing_id"),
        ("\"2B6BBD5A-x\"", "7", "unreadable_value"),
        (E3, "x", "malformed_sku"),
        ("\"skuId\"", "\"sku\"", "malformed_sku"),
        ("Warning", "Paused", "unknown_status"),
        ("\"Warning\"", "null", "unknown_status"),
        ("25", "-1", "malformed_seats"),
        ("25", "25.0", "malformed_seats"),
        ("25", "\"many\"", "malformed_seats"),
        ("25", "null", "malformed_seats"),
        ("25", "99999999999999999999", "malformed_seats"),
        ("25", "2147483648", "malformed_seats"),
        ("false", "\"false\"", "unreadable_value"),
        ("2026-12-31T23:30:00Z", "soon", "unreadable_time"),
        ("\"2026-12-31T23:30:00Z\"", "7", "unreadable_time"),
    ] {
        let found = listed(from, to);
        assert_eq!((found.rejects, found.rows.len()), (vec![format!("1 {reason}")], 0), "{to}");
    }
}

#[test]
fn the_checks_of_a_subscription_go_in_order() {
    let mut text = subscription();
    let mut expected = Vec::new();
    for (from, to, reason) in [
        ("2026-12-31T23:30:00Z", "soon", "unreadable_time"),
        ("25", "x", "malformed_seats"),
        ("Warning", "x", "unknown_status"),
        (E3, "x", "malformed_sku"),
        ("2B6BBD5A-x", "", "missing_id"),
    ] {
        text = text.replace(from, to);
        expected.push((read_text(SUBSCRIPTIONS, &text, &known()).rejects, vec![format!("1 {reason}")]));
    }
    for (found, expected) in expected {
        assert_eq!(found, expected);
    }
}

#[test]
fn customers_come_in_any_order_of_columns() {
    let text = format!(
        "\u{feff} Name ,TENANT_ID,country,extra\r\n\"Contoso, Ltd\", {} ,DE\r\n\r\nFabrikam,{E3}\n",
        TENANT.to_uppercase()
    );
    let found = read_text(CUSTOMERS, &text, &unknown());
    assert_eq!(found.rows, [format!("2 {TENANT} Contoso, Ltd||DE|"), format!("4 {E3} Fabrikam|||")]);
    assert_eq!(found.counts.records, 2);
}

#[test]
fn customers_without_a_tenant_are_rejects() {
    let mut bytes = b"tenant_id,name\n,Contoso\nx,Fabrikam\n".to_vec();
    bytes.extend_from_slice(format!("{TENANT},Z\u{fc}rich\n").as_bytes());
    bytes.extend_from_slice(format!("{TENANT},Z").as_bytes());
    bytes.push(0xfc);
    let found = read_input(CUSTOMERS, &mut bytes.as_slice(), &unknown());
    assert_eq!(found.rejects, ["2 missing_tenant", "3 malformed_tenant", "5 invalid_utf8"]);
    assert_eq!(found.rows, [format!("4 {TENANT} Zürich|||")]);
    let left = format!("tenant_id,left_on\n{TENANT},2026-06-20\n{TENANT},\n{TENANT},soon\n");
    let found = read_text(CUSTOMERS, &left, &unknown());
    assert_eq!(found.rows, [format!("2 {TENANT} ||| left 2026-06-20"), format!("3 {TENANT} |||")]);
    assert_eq!(found.rejects, ["4 unreadable_time"]);
    assert_eq!(read_text(CUSTOMERS, "name,domain\na,b\n", &unknown()).rejects, ["1 missing_column"]);
    assert_eq!(read_text(CUSTOMERS, "", &unknown()).counts.records, 0);
    assert_eq!(read_text(CUSTOMERS, "tenant_id\n", &unknown()).counts.records, 0);
}
