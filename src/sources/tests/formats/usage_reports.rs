//! Usage reports of Microsoft 365: what of each proves a use, its day, its user, and what does not.

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::detect;
use crate::sources::fields::user_name::id_of_name;
use crate::sources::testing::{Found, TENANT, context, known, read_text, unknown};

const REPORT: (Feed, Format) = (Feed::Activity, Format::UsageReport);

const TEAMS: &str = "\u{feff}Report Refresh Date,User Id,User Principal Name,Last Activity Date,Is Deleted,Deleted Date,Assigned Products,\
    Team Chat Message Count,Private Chat Message Count,Call Count,Meeting Count,Has Other Action,Is Licensed,Report Period";
const EMAIL: &str = "Report Refresh Date,User Principal Name,Display Name,Is Deleted,Deleted Date,Last Activity Date,Send Count,Receive Count,\
    Read Count,Meeting Created Count,Meeting Interacted Count,Assigned Products,Report Period";
const ONEDRIVE: &str = "Report Refresh Date,User Principal Name,Is Deleted,Deleted Date,Last Activity Date,Viewed Or Edited File Count,\
    Synced File Count,Shared Internally File Count,Shared Externally File Count,Assigned Products,Report Period";
const YAMMER: &str = "Report Refresh Date,User Principal Name,Display Name,User State,State Change Date,Last Activity Date,Posted Count,\
    Read Count,Liked Count,Assigned Products,Report Period";
const APPS: &str = "Report Refresh Date,User Principal Name,Last Activation Date,Last Activity Date,Report Period,Windows,Web,Outlook,Word,\
    Excel,PowerPoint,OneNote,Teams,Outlook (Windows),Outlook (Web)";
const SERVICES: &str = "Report Refresh Date,User Principal Name,Display Name,Is Deleted,Deleted Date,Has Exchange License,\
    Exchange Last Activity Date,OneDrive Last Activity Date,SharePoint Last Activity Date,Skype For Business Last Activity Date,\
    Yammer Last Activity Date,Teams Last Activity Date,Exchange License Assign Date,Assigned Products";
const COPILOT: &str = "Report Refresh Date,Report Period,User Principal Name,Display Name,Last Activity Date,\
    Microsoft Teams Copilot Last Activity Date,PowerPoint Copilot Last Activity Date,Copilot Chat Last Activity Date";

fn table(header: &str, rows: &[&str]) -> String {
    format!("{header}\r\n{}\r\n", rows.join("\r\n"))
}

fn ada() -> String {
    id_of_name(crate::domain::guid::Guid::parse(TENANT.as_bytes()).unwrap(), "ada@kunde.example")
}

/// What a report says of Ada: day, report and workload, without what is the same in all rows.
fn of_ada(found: &Found) -> Vec<String> {
    let id = ada();
    let row = |row: &String| {
        let words: Vec<&str> = row.split(' ').collect();
        let [_, tenant, ids, at, evidence, succeeded, workload] = words[..] else {
            panic!("{row}")
        };
        assert_eq!((tenant, evidence, succeeded), (TENANT, "report", "succeeded"));
        let report = ids.strip_suffix(&format!("|{id}||")).unwrap_or_else(|| panic!("{row}"));
        format!("{} {report} {workload}", at.strip_suffix("T00:00:00Z").unwrap())
    };
    found.rows.iter().map(row).collect()
}

#[track_caller]
fn check(header: &str, rows: &[&str], expected: &[&str]) {
    let found = read_text(REPORT, &table(header, rows), &known());
    assert_eq!(
        (of_ada(&found), &found.rejects),
        (expected.iter().map(|text| (*text).to_owned()).collect(), &vec![])
    );
    assert_eq!(found.counts.accepted, rows.len() as u64);
    let chosen = detect::choose(Feed::Activity, header.trim_start_matches('\u{feff}').as_bytes()).map(|choice| choice.format);
    assert_eq!(chosen, Some(Format::UsageReport));
}

#[test]
fn messages_calls_and_meetings_prove_the_use_of_teams_and_other_actions_do_not() {
    let row = |counts: &str| format!("2026-09-01,,Ada@Kunde.example,2026-08-30,False,,E3,{counts},7");
    let proves = ["2026-08-30 getTeamsUserActivityUserDetail teams"];
    for counts in ["1,0,0,0,No,Yes", "0,2,0,0,Yes,Yes", "0,0,1,0,No,No", "0,0,0,1,No,"] {
        check(TEAMS, &[&row(counts)], &proves);
    }
    check(TEAMS, &[&row("0,0,0,0,Yes,Yes"), &row(",,,,Yes,Yes")], &[]);
    check(TEAMS, &["2026-09-01,,ada@kunde.example,,False,,E3,0,3,0,0,Yes,Yes,7"], &[]);
}

#[test]
fn sending_reading_and_meeting_prove_the_use_of_mail_and_receiving_does_not() {
    let row = |counts: &str| format!("2026-09-01,ada@kunde.example,Ada,False,,2026-08-30,{counts},E3,7");
    let proves = ["2026-08-30 getEmailActivityUserDetail exchange"];
    for counts in ["1,0,0,0,0", "0,9,1,0,0", "0,0,0,1,0", "0,0,0,0,1"] {
        check(EMAIL, &[&row(counts)], &proves);
    }
    check(EMAIL, &[&row("0,99,0,0,0")], &[]);
}

#[test]
fn files_that_were_only_synced_prove_nothing_and_onedrive_is_sharepoint() {
    let row = |counts: &str| format!("2026-09-01,ada@kunde.example,False,,2026-08-30,{counts},E3,7");
    for counts in ["1,0,0,0", "0,5,1,0", "0,0,0,1"] {
        check(ONEDRIVE, &[&row(counts)], &["2026-08-30 getOneDriveActivityUserDetail sharepoint"]);
    }
    check(ONEDRIVE, &[&row("0,500,0,0")], &[]);
    let sites = ONEDRIVE.replace("Assigned", "Visited Page Count,Assigned");
    check(
        &sites,
        &[&row("0,7,0,0,3")],
        &["2026-08-30 getSharePointActivityUserDetail sharepoint"],
    );
    check(&sites, &[&row("0,7,0,0,0")], &[]);
}

#[test]
fn reading_is_a_use_of_yammer_and_applications_say_yes_or_no() {
    let row = |counts: &str| format!("2026-09-01,ada@kunde.example,Ada,active,2020-01-01,2026-08-30,{counts},E3,7");
    check(YAMMER, &[&row("0,4,0")], &["2026-08-30 getYammerActivityUserDetail yammer"]);
    check(YAMMER, &[&row("0,0,0")], &[]);
    let apps = |used: &str| format!("2026-09-01,ada@kunde.example,2024-01-01,2026-08-30,30,Yes,Yes,Yes,{used}");
    let proves = ["2026-08-30 getM365AppUserDetail office_apps"];
    check(APPS, &[&apps("No,Yes,No,No,No,No,No")], &proves);
    check(APPS, &[&apps("No,No,No,No,No,Yes,No")], &proves);
    check(APPS, &[&apps("No,No,No,No,Yes,No,Yes")], &[]);
}

#[test]
fn each_service_has_a_date_of_its_own_and_a_license_is_none() {
    check(
        SERVICES,
        &[
            "2026-09-01,ada@kunde.example,Ada,False,,True,2026-08-30,2026-08-12,2026-08-12,2026-08-01,,2026-08-31,2024-05-01,E3",
            "2026-09-01,ada@kunde.example,Ada,True,2026-08-31,True,,,,,,,2026-08-29,E3",
        ],
        &[
            "2026-08-12 getOffice365ActiveUserDetail/sharepoint sharepoint",
            "2026-08-30 getOffice365ActiveUserDetail/exchange exchange",
            "2026-08-31 getOffice365ActiveUserDetail/teams teams",
        ],
    );
    check(
        COPILOT,
        &[
            "2026-09-01,30,ada@kunde.example,Ada,2026-08-30,2026-08-30,2026-08-02,",
            "2026-09-01,30,ada@kunde.example,Ada,,,,",
        ],
        &[
            "2026-08-02 getMicrosoft365CopilotUsageUserDetail/copilot copilot",
            "2026-08-30 getMicrosoft365CopilotUsageUserDetail/copilot copilot",
        ],
    );
}

#[test]
fn the_second_version_of_copilots_report_counts_a_date_without_prompts_too() {
    let header = COPILOT.replace(
        "Copilot Chat Last Activity Date",
        "Prompts submitted for all apps,Copilot Chat (work) Last Activity Date,Edge Last Activity Date",
    );
    check(
        &header,
        &["2026-09-01,28,ada@kunde.example,Ada,2026-08-30,,,0,2026-08-29,2026-08-28"],
        &[
            "2026-08-28 getMicrosoft365CopilotUsageUserDetail/copilot copilot",
            "2026-08-29 getMicrosoft365CopilotUsageUserDetail/copilot copilot",
            "2026-08-30 getMicrosoft365CopilotUsageUserDetail/copilot copilot",
        ],
    );
}

#[test]
fn a_report_of_one_date_is_of_the_date_that_was_asked_for() {
    let row = |period: &str| {
        table(
            TEAMS,
            &[&format!(
                "2026-09-03,,ada@kunde.example,2026-09-02,False,,E3,0,2,0,0,No,Yes,{period}"
            )],
        )
    };
    let day = |path: &str, period: &str| {
        let path = format!("tenantId={TENANT}/2026-09-03/{path}");
        of_ada(&read_text(REPORT, &row(period), &context(&path)))[0][..10].to_owned()
    };
    assert_eq!(day("getTeamsUserActivityUserDetail(date=2026-09-01).csv", "1"), "2026-09-01");
    assert_eq!(day("getTeamsUserActivityUserDetail(date='2026-09-01').csv", "7"), "2026-09-01");
    assert_eq!(day("date=2026-09-01/teams.csv", ""), "2026-09-01");
    assert_eq!(
        day("date=2026-09-03/teams.csv", "7"),
        "2026-09-02",
        "the folder is of the day of receipt"
    );
    assert_eq!(day("date=2026-09-03/teams(period='D7').csv", ""), "2026-09-02");
    assert_eq!(day("update=2026-09-01/teams.csv", ""), "2026-09-02");
    // The path does not say when it was received, and it may come late.
    let late = table(SERVICES, &["2026-09-09,ada@kunde.example,Ada,False,,True,2026-09-08,,,,,,,E3"]);
    assert_eq!(
        read_text(REPORT, &late, &context(&format!("tenantId={TENANT}/x(date=2026-09-01).csv")))
            .rows
            .len(),
        1
    );
    // Where each service has a date, that of the request says nothing of the others.
    let services = table(SERVICES, &["2026-09-03,ada@kunde.example,Ada,False,,True,2026-08-30,,,,,,,E3"]);
    let path = format!("tenantId={TENANT}/x(date=2026-09-01).csv");
    assert_eq!(
        of_ada(&read_text(REPORT, &services, &context(&path))),
        ["2026-08-30 getOffice365ActiveUserDetail/exchange exchange"]
    );
}

#[test]
fn json_says_the_same_whoever_wrote_it() {
    let expected = ["2026-08-30 getTeamsUserActivityUserDetail teams"];
    let graph = r#"{"reportRefreshDate":"2026-09-01","userId":"x","userPrincipalName":"Ada@kunde.example","lastActivityDate":"2026-08-30","isDeleted":false,"deletedDate":null,"assignedProducts":["E3"],"teamChatMessageCount":0,"privateChatMessageCount":2,"hasOtherAction":true,"reportPeriod":"7"}"#;
    let turned = r#"{"Report Refresh Date":"2026-09-01","User Principal Name":"ada@kunde.example","Last Activity Date":"2026-08-30","Private Chat Message Count":"2","Report Period":"7"}"#;
    for text in [
        format!("{{\"@odata.context\":\"x\",\"value\":[{graph}]}}"),
        format!("[{turned}]"),
        format!("{graph}\n"),
        turned.replace(' ', ""),
    ] {
        let found = read_text(REPORT, &text, &known());
        assert_eq!(
            (of_ada(&found), found.rejects.len()),
            (expected.map(str::to_owned).to_vec(), 0),
            "{text}"
        );
    }
    for text in [graph, turned] {
        let chosen = detect::choose(Feed::Activity, text.as_bytes()).map(|choice| choice.format);
        assert_eq!(chosen, Some(Format::UsageReport));
    }
    // The keys of a record need not be those of the one before.
    let mixed = format!("{graph}\n{turned}\n{graph}\n");
    assert_eq!(of_ada(&read_text(REPORT, &mixed, &known())).len(), 3);
}

#[test]
fn lists_of_periods_are_members_of_the_row() {
    let apps = |word: bool| {
        format!(
            r#"{{"reportRefreshDate":"2026-09-01","userPrincipalName":"ada@kunde.example","lastActivationDate":"2024-01-01","lastActivityDate":"2026-08-30","details":[{{"reportPeriod":30,"windows":true,"word":{word},"outlookWindows":false}}]}}"#
        )
    };
    let found = read_text(REPORT, &format!("[{},{}]", apps(true), apps(false)), &known());
    assert_eq!(of_ada(&found), ["2026-08-30 getM365AppUserDetail office_apps"]);
    assert_eq!(found.counts.accepted, 2);
    let copilot = r#"{"reportRefreshDate":"2026-09-01","userPrincipalName":"ada@kunde.example","lastActivityDate":"2026-08-30","powerPointCopilotLastActivityDate":"2026-08-02","wordCopilotLastActivityDate":null,"copilotActivityUserDetailsByPeriod":[{"reportPeriod":30}]}"#;
    assert_eq!(of_ada(&read_text(REPORT, copilot, &known())).len(), 2);
}

#[test]
fn concealed_names_are_rejects_that_say_what_to_switch_and_nobody_is_nobody() {
    let row = |name: &str| format!("2026-09-01,x,{name},2026-08-30,False,,E3,0,2,0,0,No,Yes,7");
    let concealed = [row("4A3BD27BC5E5EC209A8897A9E92D775A"), row("ada@kunde.example")];
    let found = read_text(REPORT, &table(TEAMS, &[&concealed[0], &concealed[1]]), &known());
    assert_eq!(
        (found.rejects.as_slice(), found.rows.len()),
        (&["2 concealed_names".to_owned()][..], 1)
    );
    assert!(
        found.details[0].contains("Display concealed user, group, and site names"),
        "{}",
        found.details[0]
    );
    let found = read_text(REPORT, &table(TEAMS, &[&row("(Unknown)"), &row("")]), &known());
    assert_eq!((found.counts.accepted, found.rows.len()), (2, 0));
    let guest = read_text(REPORT, &table(TEAMS, &[&row("a_b.example#EXT#@kunde.example")]), &known());
    assert!(guest.rows[0].contains(" succeeded guest teams"), "{guest:?}");
    let nameless = r#"{"reportRefreshDate":"2026-09-01","privateChatMessageCount":1,"lastActivityDate":"2026-08-30"}"#;
    assert_eq!(read_text(REPORT, nameless, &known()).rejects, ["1 missing_user"]);
}

#[test]
fn what_cannot_be_read_is_a_reject_and_what_no_window_looks_at_is_left_out() {
    let row = |refreshed: &str, day: &str, count: &str| {
        table(
            TEAMS,
            &[&format!("{refreshed},x,ada@kunde.example,{day},False,,E3,{count},0,0,0,No,Yes,7")],
        )
    };
    let rejects = |text: &str| read_text(REPORT, text, &known()).rejects;
    assert_eq!(rejects(&row("2026-09-01", "yesterday", "1")), ["2 unreadable_time"]);
    assert_eq!(rejects(&row("2026-09-01", "2009-12-31", "1")), ["2 time_before_2010"]);
    assert_eq!(rejects(&row("2026-09-01", "2026-08-30", "many")), ["2 unreadable_value"]);
    assert_eq!(rejects(&row("2026-09-01", "2026-08-30", "-1")), ["2 unreadable_value"]);
    let late = context(&format!("tenantId={TENANT}/2026-08-20.csv"));
    assert_eq!(
        read_text(REPORT, &row("2026-08-20", "2026-08-30", "1"), &late).rejects,
        ["2 time_after_receipt"]
    );
    assert_eq!(
        read_text(REPORT, &row("2026-09-01", "2026-08-30", "1"), &unknown()).rejects,
        ["2 missing_tenant"]
    );
    let old = read_text(REPORT, &row("2026-09-01", "2026-03-04", "1"), &known());
    assert_eq!((old.counts.accepted, old.rows.len()), (1, 0));
    assert_eq!(read_text(REPORT, &row("2026-09-01", "2026-03-05", "1"), &known()).rows.len(), 1);
}

#[test]
fn reports_that_cannot_serve_are_told_with_what_to_export_instead() {
    for text in [
        "Report Refresh Date,Exchange Active,Exchange Inactive,Report Date,Report Period\n2026-09-01,5,2,2026-08-30,7\n",
        "Report Refresh Date,User Principal Name,Display Name,Item Count,Storage Used (Byte),Last Activity Date\n",
        "[{\"reportRefreshDate\":\"2026-09-01\",\"exchange\":7,\"reportDate\":\"2026-08-30\"}]",
    ] {
        let found = read_text((Feed::Activity, Format::Auto), text, &known());
        assert_eq!((found.rejects[0].as_str(), found.rows.len()), ("0 unknown_format", 0), "{text}");
        assert!(
            found.details[0].contains("`getTeamsUserActivityUserDetail`"),
            "{}",
            found.details[0]
        );
        let forced = read_text(REPORT, text, &known());
        assert!(
            forced.rejects[0].ends_with("missing_column") || forced.rejects[0].ends_with("missing_user"),
            "{forced:?}"
        );
    }
}
