//! Tables with our own column names, of every feed.

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::testing::{Found, TENANT, context, known, read_text, unknown};

const OTHER: &str = "51c6b1f0-3a6e-4d0f-b9f1-0a0b7d2f9e11";
const SKU: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";

/// A table of a feed, its records each on a line.
fn read(feed: Feed, header: &str, records: &[&str]) -> Found {
    let text = format!("{header}\n{}\n", records.join("\n"));
    read_text((feed, Format::Csv), text.trim_end_matches('\n'), &known())
}

const ACTIVITY: &str = "event_id,event_time,tenant_id,user_id,app_id,resource_id,interactive,error_code";

#[test]
fn sign_ins_are_read_by_the_names_of_the_columns() {
    let found = read(
        Feed::Activity,
        ACTIVITY,
        &[
            &format!("E1,2026-09-01 10:02:31.5+02:00,{},U1,App,Resource,true,0", TENANT.to_uppercase()),
            "e2,9/1/2026 8:02:31 AM,,u1,,,0,50126",
            "e3,2026-09-01T08:02:31Z,,,,,,",
        ],
    );
    assert_eq!(
        found.rows,
        [
            format!("2 {TENANT} e1|u1|app|resource 2026-09-01T08:02:31.5Z interactive succeeded"),
            format!("3 {TENANT} e2|u1|| 2026-09-01T08:02:31Z non_interactive "),
            format!("4 {TENANT} e3||| 2026-09-01T08:02:31Z interactive "),
        ]
    );
    let header = " Error_Code , user_id,resource_tenant_id,USER_TYPE,event_time,event_id,error_code";
    let record = format!("0,u1,{OTHER},guest,2026-09-01T08:02:31Z,e1,50126");
    let expected = format!("2 {TENANT} e1|u1|| 2026-09-01T08:02:31Z interactive succeeded guest foreign");
    assert_eq!(read(Feed::Activity, header, &[&record]).rows, [expected]);
}

#[test]
fn flaws_of_sign_ins_are_rejects_with_their_lines() {
    let time = "2026-09-01T08:02:31Z";
    let records = [
        (format!("e,{time},x,u,,,true,0"), "malformed_tenant"),
        (format!("e,{time},{OTHER},u,,,true,0"), "tenant_contradicts_path"),
        ("e,soon,,u,,,true,0".to_owned(), "unreadable_time"),
        ("e,,,u,,,true,0".to_owned(), "missing_time"),
        ("e,2009-12-31T23:59:59Z,,u,,,true,0".to_owned(), "time_before_2010"),
        (format!(",{time},,u,,,true,0"), "missing_id"),
        (format!("e,{time},,u,,,perhaps,0"), "unreadable_value"),
        (format!("e,{time},,u,,,true,bad"), "unreadable_value"),
    ];
    let lines: Vec<&str> = records.iter().map(|(line, _)| line.as_str()).collect();
    let expected: Vec<String> = records
        .iter()
        .enumerate()
        .map(|(at, (_, reason))| format!("{} {reason}", at + 2))
        .collect();
    assert_eq!(read(Feed::Activity, ACTIVITY, &lines).rejects, expected);
    let without = ACTIVITY.replace(",error_code", "");
    assert_eq!(read(Feed::Activity, &without, &[lines[0]]).rejects, ["1 missing_column"]);
}

#[test]
fn a_sign_in_long_after_its_receipt_is_a_reject() {
    let text = format!("{ACTIVITY}\ne,2026-09-03T00:00:01Z,,u,,,true,0\ne,2026-09-02T23:00:00Z,,u,,,true,0\n");
    let path = context(&format!("tenantId={TENANT}/2026-09-01.csv"));
    let found = read_text((Feed::Activity, Format::Csv), &text, &path);
    assert_eq!((found.rejects, found.rows.len()), (vec!["2 time_after_receipt".to_owned()], 1));
}

#[test]
fn license_changes_name_their_action() {
    let header = "event_id,event_time,tenant_id,user_id,sku_id,action";
    let time = "2026-09-01T08:02:31Z";
    let sku = SKU.to_uppercase();
    let lines = [
        format!("E1,{time},,U1,{sku},Assigned"),
        format!("e2,{time},{TENANT},u1,{SKU},removed"),
        format!("e3,{time},,u1,{SKU},held"),
        format!("e4,{time},,u1,,deleted"),
        format!("e5,{time},,u1,,assigned"),
        format!("e6,{time},,u1,{SKU},deleted"),
        format!("e7,{time},,u1,{SKU},given"),
        format!("e8,{time},,,{SKU},assigned"),
        format!(",{time},,u1,{SKU},assigned"),
    ];
    let found = read(Feed::LicenseChanges, header, &lines.each_ref().map(String::as_str));
    let row = |line: u32, sku: &str, action: &str| format!("{line} {TENANT} u1 {sku} {time} {action} e{}", line - 1);
    let expected = [
        row(2, SKU, "assigned"),
        row(3, SKU, "removed"),
        row(4, SKU, "held"),
        row(5, "all", "deleted"),
    ];
    assert_eq!(found.rows, expected);
    let rejects = [
        "6 malformed_sku",
        "7 malformed_sku",
        "8 unreadable_value",
        "9 missing_user",
        "10 missing_id",
    ];
    assert_eq!(found.rejects, rejects);
}

#[test]
fn holdings_are_snapshots_of_every_tenant_and_day_in_the_table() {
    let header = "snapshot_day,tenant_id,user_id,sku_id";
    let text = format!(
        "{header}\n2026-08-31,{TENANT},U1,{SKU}\n2026-08-31 00:00:00,{TENANT},u2,\n2026-08-31,{OTHER},u3,{SKU}\n2026-08-30,{OTHER},u3,x\n"
    );
    let found = read_text((Feed::LicenseHoldings, Format::Csv), &text, &unknown());
    assert_eq!(
        found.rows,
        [format!("2 {TENANT} 2026-08-31 u1 {SKU}"), format!("4 {OTHER} 2026-08-31 u3 {SKU}")]
    );
    assert_eq!(found.rejects, ["5 malformed_sku"]);
    let pages = [
        format!("{OTHER} 2026-08-30"),
        format!("{OTHER} 2026-08-31"),
        format!("{TENANT} 2026-08-31"),
    ];
    assert_eq!(found.pages, pages);
    let by_path = read(Feed::LicenseHoldings, "user_id,sku_id", &[&format!("u1,{SKU}")]);
    assert_eq!(by_path.rows, [format!("2 {TENANT} 2026-09-01 u1 {SKU}")]);
    let own = read(Feed::LicenseHoldings, "user_id,sku_id,day", &[&format!("u1,{SKU},2026-08-01")]);
    assert_eq!(own.pages, [format!("{TENANT} 2026-08-01")]);
}

#[test]
fn holdings_may_say_whose_account_is_disabled_and_who_waits() {
    let header = "user_id,sku_id,account_enabled,waiting";
    let lines = ["true,", "0,false", ",1", ","].map(|more| format!("u,{SKU},{more}"));
    let found = read(Feed::LicenseHoldings, header, &lines.each_ref().map(String::as_str));
    let expected = [" enabled", " disabled", " waits", ""];
    let row = |(line, more): (usize, &&str)| format!("{line} {TENANT} 2026-09-01 u {SKU}{more}");
    assert_eq!(found.rows, (2..).zip(&expected).map(row).collect::<Vec<_>>());
    let flawed = ["perhaps,", ",perhaps"].map(|more| format!("u,{SKU},{more}"));
    let found = read(Feed::LicenseHoldings, header, &flawed.each_ref().map(String::as_str));
    assert_eq!(found.rejects, ["2 unreadable_value", "3 unreadable_value"]);
}

#[test]
fn a_last_line_without_an_end_that_lacks_cells_is_unfinished() {
    let read = |text: &str| {
        let found = read_text((Feed::LicenseHoldings, Format::Csv), text, &known());
        (found.rows.len(), found.rejects)
    };
    let whole = format!("user_id,sku_id,day\nu1,{SKU},2026-09-01\nu2,{SKU},2026-09-01");
    assert_eq!(read(&whole), (2, Vec::new()));
    let (cut, _) = whole.rsplit_once(',').unwrap();
    assert_eq!(read(cut), (1, vec!["3 unfinished_last_line".to_owned()]));
    assert_eq!(read(&format!("{cut}\n")), (2, Vec::new()));
}

#[test]
fn a_snapshot_of_a_day_before_2010_is_a_reject() {
    let rows = [format!("u1,{SKU},2009-12-31"), format!("u1,{SKU},2010-01-01")];
    let found = read(Feed::LicenseHoldings, "user_id,sku_id,day", &rows.each_ref().map(String::as_str));
    assert_eq!(found.rejects, ["2 time_before_2010"]);
    assert_eq!(found.pages, [format!("{TENANT} 2010-01-01")]);
}

#[test]
fn a_table_of_nothing_is_a_snapshot_where_the_path_says_of_what() {
    let header = "user_id,sku_id";
    assert_eq!(read(Feed::LicenseHoldings, header, &[]).pages, [format!("{TENANT} 2026-09-01")]);
    assert_eq!(read(Feed::LicenseHoldings, header, &["\u{1},"]).pages.len(), 1);
    assert!(read_text((Feed::LicenseHoldings, Format::Csv), header, &unknown()).pages.is_empty());
    assert!(read(Feed::LicenseHoldings, "something else", &["1"]).pages.is_empty());
    assert!(read(Feed::LicenseHoldings, "user_id,sku_id,tenant_id", &["u,,x"]).pages.is_empty());
}

const SUBSCRIPTIONS: &str = "snapshot_day,tenant_id,subscription_id,sku_id,seats,status,is_trial,seller,ends_on";

#[test]
fn subscriptions_say_who_sold_them() {
    let lines = [
        format!("2026-08-31,{TENANT},S1,{SKU},25,Active,False,own,2026-12-31"),
        format!("2026-08-31,,s2,{SKU},0,in grace period,1,Direct,2026-12-31T00:00:00"),
        format!(",,s3,{SKU},5,suspended,,,"),
    ];
    let found = read(Feed::Subscriptions, SUBSCRIPTIONS, &lines.each_ref().map(String::as_str));
    let expected = [
        format!("2 {TENANT} 2026-08-31 s1 {SKU} 25 active false Seller(Own) Some(2026-12-31)"),
        format!("3 {TENANT} 2026-08-31 s2 {SKU} 0 grace true Seller(Direct) Some(2026-12-31)"),
        format!("4 {TENANT} 2026-09-01 s3 {SKU} 5 disabled false Seller(Unknown) None"),
    ];
    assert_eq!(found.rows, expected);
    assert_eq!(found.pages.len(), 2);
}

#[test]
fn subscriptions_say_when_they_renew() {
    let header = format!("{SUBSCRIPTIONS},renews_on,term,auto_renew");
    let line = |renewal: &str| format!("2026-08-31,{TENANT},s1,{SKU},25,active,false,own,2026-12-31,{renewal}");
    for (written, expected) in [
        ("2026-12-31,year,true", " renews 2026-12-31 every year by itself"),
        ("2026-12-31,Three_Years,0", " renews 2026-12-31 every three_years by hand"),
        (",P1M,", " every month"),
        (",,", ""),
    ] {
        let found = read(Feed::Subscriptions, &header, &[&line(written)]);
        assert!(found.rows[0].ends_with(&format!("Some(2026-12-31){expected}")), "{found:?}");
    }
    for (written, reason) in [
        ("soon,,", "unreadable_time"),
        (",fortnight,", "unreadable_value"),
        (",,maybe", "unreadable_value"),
    ] {
        assert_eq!(
            read(Feed::Subscriptions, &header, &[&line(written)]).rejects,
            [format!("2 {reason}")]
        );
    }
}

#[test]
fn flaws_of_subscriptions_are_rejects() {
    let good = format!("2026-08-31,{TENANT},S1,{SKU},25,active,false,own,2026-12-31");
    for (from, to, reason) in [
        ("2026-08-31", "yesterday", "unreadable_time"),
        ("S1", "", "missing_id"),
        ("05e9", "x", "malformed_sku"),
        ("active", "asleep", "unknown_status"),
        (",25,", ",2.5,", "malformed_seats"),
        (",25,", ",-1,", "malformed_seats"),
        (",25,", ",2147483648,", "malformed_seats"),
        (",25,", ",9223372036854775807,", "malformed_seats"),
        ("2026-08-31", "2009-12-31", "time_before_2010"),
        ("own", "somebody", "unreadable_value"),
        ("false", "perhaps", "unreadable_value"),
        ("2026-12-31", "2026-13-31", "unreadable_time"),
    ] {
        assert_eq!(
            read(Feed::Subscriptions, SUBSCRIPTIONS, &[&good.replacen(from, to, 1)]).rejects,
            [format!("2 {reason}")]
        );
    }
}

#[test]
fn support_requests_keep_their_topic_as_it_is() {
    let text = format!(
        "tenant_id,request_id,opened_at,topic\n{TENANT},R-1,2026-09-01T08:00:00+02:00,\"Mail, \"\"C:\\new\"\"\nÜ \"\n,r-2,2026-09-01,x\n"
    );
    let found = read_text((Feed::SupportRequests, Format::Csv), &text, &known());
    assert_eq!(found.rows, [format!("2 {TENANT} r-1 2026-09-01T06:00:00Z Mail, \"C:\\new\"\nÜ")]);
    assert_eq!(found.rejects, ["4 unreadable_time"]);
    let json = format!(
        "{{\"items\":[{{\"id\":\"R-1\",\"organization\":{{\"id\":\"{TENANT}\",\"name\":\"x\"}},\"createdDate\":\"2026-09-01T06:00:00Z\",\"supportTopicName\":\"Mail\\u0021\"}}]}}"
    );
    let found = read_text((Feed::SupportRequests, Format::Json), &json, &unknown());
    assert_eq!(found.rows, [format!("1/1 {TENANT} r-1 2026-09-01T06:00:00Z Mail!")]);
    let own = format!("{{\"tenant_id\":\"{TENANT}\",\"request_id\":\"r\",\"opened_at\":\"2026-09-01T06:00:00Z\"}}\n{{}}\n");
    let found = read_text((Feed::SupportRequests, Format::Json), &own, &unknown());
    assert_eq!(
        (found.rows, found.rejects),
        (
            vec![format!("1 {TENANT} r 2026-09-01T06:00:00Z ")],
            vec!["2 missing_tenant".to_owned()]
        )
    );
}
