//! Downloads of the Entra portal: their companions, other languages, the audit log as a wide table.

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::detect::known_others::known_other;
use crate::sources::testing::{Found, known, read_text};

fn read(feed: Feed, format: Format, text: &str) -> Found {
    read_text((feed, format), text, &known())
}

const AUTH_DETAILS: &str = "\u{feff}Request ID,Authentication method,Authentication method detail,Succeeded,Result detail,Requirement,Date (UTC)\n\
    r1,Password,Password in the cloud,true,Correct password,Primary authentication,2026-09-02T08:01:11Z\n\
    r2,\"Text, message\",,false,,,2026-09-02T08:01:11Z\n";
const APPLICATIONS: &str = "Date (UTC),Request ID,Correlation ID,Service principal ID,Service principal name,Application,Application ID ,Status\n\
    2026-09-02T08:01:11Z,r1,c1,p1,backup,Backup,a1,Success\n";

#[test]
fn companions_of_a_download_are_counted_as_of_other_feeds() {
    for (text, records) in [(AUTH_DETAILS, 2), (APPLICATIONS, 1)] {
        for format in [Format::Auto, Format::PortalCsv] {
            let found = read(Feed::Activity, format, text);
            assert_eq!((found.counts.records, found.counts.not_ours), (records, records), "{format} {text}");
            assert!(found.rows.is_empty() && found.rejects.is_empty());
        }
    }
    let json = r#"[{"requestId":"r1","authenticationMethod":"Password","succeeded":true},{"requestId":"r2","authenticationMethod":"x"}]"#;
    for format in [Format::Auto, Format::Graph] {
        assert_eq!(read(Feed::Activity, format, json).counts.not_ours, 2, "{format}");
    }
}

#[test]
fn a_companion_that_is_cut_is_still_counted_to_the_last_record() {
    for until in 0..AUTH_DETAILS.len() {
        if AUTH_DETAILS.is_char_boundary(until) {
            let counts = read(Feed::Activity, Format::PortalCsv, &AUTH_DETAILS[..until]).counts;
            assert_eq!(counts.records, counts.accepted + counts.rejected + counts.not_ours);
        }
    }
}

#[test]
fn a_file_that_cannot_serve_is_a_reject_that_says_what_to_export_instead() {
    for (feed, text, says) in [
        (
            Feed::Activity,
            "Report Refresh Date,Report Period,Exchange Active\n2026-09-01,7,12\n",
            "getOffice365ActiveUserDetail",
        ),
        (
            Feed::LicenseHoldings,
            r#"{"value":[{"id":"g","groupTypes":[],"securityEnabled":true}]}"#,
            "get `/users`",
        ),
        (
            Feed::LicenseHoldings,
            "userPrincipalName,displayName,id,accountEnabled\na@b.example,A,x,True\n",
            "assignedLicenses",
        ),
        (
            Feed::Activity,
            r#"{"value":[{"id":"a","appId":"b","createdDateTime":"2026-09-01T00:00:00Z","servicePrincipalType":"Application"}]}"#,
            "get `/users`",
        ),
        (
            Feed::Activity,
            r#"{"error":{"code":"Authorization_RequestDenied","message":"x"}}"#,
            "the call failed",
        ),
        (Feed::Activity, "CreationDate,UserIds,Operations\n2026-09-01,a,b\n", "`AuditData`"),
    ] {
        let found = read(feed, Format::Auto, text);
        assert_eq!(found.rejects, ["0 unknown_format"], "{text}");
        assert!(found.details[0].contains(says), "{}", found.details[0]);
    }
}

#[test]
fn what_is_read_is_never_taken_for_something_that_cannot_serve() {
    for text in [
        "Date (UTC),Request ID,User ID,Authentication method\n",
        r#"{"id":"x","createdDateTime":"2026-09-01T00:00:00Z","userId":"u","appId":"a","riskLevel":"none","riskState":"none","riskDetail":"none"}"#,
        r#"{"id":"x","userPrincipalName":"a@b.example","accountEnabled":true,"assignedLicenses":[]}"#,
        r#"{"value":[]}"#,
        "",
    ] {
        assert_eq!(known_other(text.as_bytes()), None, "{text}");
    }
}

const USER: &str = "6c1d7a51-8a36-4b8f-8a0e-6d5a8f6b1c02";
const ID: &str = "10000000-0000-4000-8000-000000000001";
const APP: &str = "27922004-5251-4030-b22d-91ecd9a37ea4";
const RESOURCE: &str = "00000002-0000-0ff1-ce00-000000000000";
const HOME: &str = "8a4de8b5-095c-47d0-a96f-a75130c61d53";

/// A sign-in of a download with these columns, which are those of the portal in their order.
fn downloaded(header: &str, status: &str, code: &str) -> Found {
    let row = format!(
        "2026-09-01T08:00:00Z,{ID},Agent,{ID},{USER},Anna A,anna@kunde.example,Member,none,none,none,token,none,none,Outlook,{APP},,\
         Exchange,{RESOURCE},{HOME},,{HOME},,192.0.2.7,\"Linz, AT\",{status},{code},Other"
    );
    // A record of somebody whose name nobody knows tells nothing of the columns.
    let nobody = format!("2026-09-01T08:00:00Z,{ID},Agent,{ID},,,,,,,,,,,,,,,,,,,,,,{status},50034,");
    read(Feed::Activity, Format::Auto, &format!("{header}\n{nobody}\n{row}\n"))
}

fn header(names: [&str; 28]) -> String {
    names.join(",")
}

#[test]
fn a_download_in_any_language_is_read_by_its_order_and_content() {
    let japanese = header([
        "\u{65e5}\u{4ed8} (UTC)",
        "a",
        "b",
        "c",
        "d",
        "e",
        "f",
        "g",
        "h",
        "i",
        "j",
        "k",
        "l",
        "m",
        "n",
        "o",
        "p",
        "q",
        "r",
        "s",
        "t",
        "u",
        "v",
        "w",
        "x",
        "y",
        "z",
        "zz",
    ]);
    for (status, code, flags) in [
        ("\u{6210}\u{529f}", "", "succeeded"),
        ("x", "50126", ""),
        ("x", "0", "succeeded"),
        ("Erreur", "53003", ""),
    ] {
        let found = downloaded(&japanese, status, code);
        assert_eq!(found.counts.accepted, 2, "{:?}", found.details);
        let expected = format!("3 {HOME} {ID}|{USER}|{APP}|{RESOURCE} 2026-09-01T08:00:00Z interactive {flags}");
        assert_eq!(found.rows[1].trim_end(), expected.trim_end(), "{status} {code}");
        assert_eq!(found.chosen.as_ref().map(|choice| choice.format), Some(Format::PortalCsv));
    }
}

#[test]
fn a_known_name_counts_wherever_its_column_stands() {
    // Spanish, with two columns that changed places: the names lead to them all the same.
    let columns = "Fecha (UTC),Id. de solicitud,Agente de usuario,Id. de correlaci\u{f3}n,Id. de usuario,Usuario,Nombre de usuario,\
        Tipo de usuario,a,b,c,d,e,f,Recurso,Id. de recurso,g,Aplicaci\u{f3}n,Id. de aplicaci\u{f3}n,Id. de inquilino de recursos,h,\
        Id. de inquilino inicial,i,Direcci\u{f3}n IP,Ubicaci\u{f3}n,Estado,C\u{f3}digo de error de inicio de sesi\u{f3}n,Motivo del error";
    let found = downloaded(columns, "Correcto", "");
    assert!(found.rows[1].contains(&format!("|{RESOURCE}|{APP} ")), "{:?}", found.rows);
    assert!(
        downloaded(columns, "Error", "").rows[1].ends_with("interactive "),
        "a status that is known to be a failure"
    );
}

#[test]
fn a_table_that_only_begins_like_a_download_is_none() {
    for text in ["a,b\n2026-09-01T08:00:00Z,x\n", "a\n", "", "a,b,c,d,e,f,g\n1,2,3,4,5,6,x@y\n"] {
        assert!(read(Feed::Activity, Format::Auto, text).chosen.is_none(), "{text}");
    }
}

const SKU: &str = "18181a46-0d4e-45cd-891e-60aabd171b4e";

/// The audit log with one event: its activity and result, and the first properties of its user.
fn audited(header: [&str; 6], activity: &str, result: &str, properties: &[[&str; 3]]) -> Found {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut names: Vec<String> = header.map(str::to_owned).to_vec();
    names.extend((0..11).map(|number| format!("Actor{number}")));
    let mut cells: Vec<String> = [
        "2026-09-01T09:00:00.1234567Z",
        ID,
        "Core Directory",
        "UserManagement",
        activity,
        result,
    ]
    .map(quoted)
    .to_vec();
    cells.extend(vec![String::new(); 11]);
    for target in 1..=2 {
        names.extend(["Type", "DisplayName", "ObjectId", "UserPrincipalName"].map(|name| format!("Target{target}{name}")));
        let (kind, id) = if target == 1 { ("Group", ID) } else { ("User", USER) };
        cells.extend([kind, "", id, ""].map(str::to_owned));
        for property in 1..=5 {
            names.extend(["Name", "OldValue", "NewValue"].map(|part| format!("Target{target}ModifiedProperty{property}{part}")));
            let of_user = properties.get(property - 1).filter(|_| target == 2);
            cells.extend(of_user.copied().unwrap_or_default().map(quoted));
        }
    }
    read(
        Feed::LicenseChanges,
        Format::Auto,
        &format!("{}\n{}\n", names.join(","), cells.join(",")),
    )
}

const ENGLISH: [&str; 6] = ["Date (UTC)", "CorrelationId", "Service", "Category", "Activity", "Result"];
const FRENCH: [&str; 6] = [
    "Date (UTC)",
    "CorrelationId",
    "Service",
    "Cat\u{e9}gorie",
    "Activit\u{e9}",
    "R\u{e9}sultat",
];

fn list() -> String {
    format!("[\"[SkuName=STANDARDPACK, AccountId={HOME}, SkuId={SKU}, DisabledPlans=[]]\"]")
}

#[test]
fn the_audit_log_of_the_portal_gives_the_changes_of_licenses() {
    let list = list();
    for header in [ENGLISH, FRENCH] {
        let found = audited(
            header,
            "Change user license",
            "success",
            &[["Department", "", "x"], ["AssignedLicense", "[]", &list]],
        );
        assert_eq!(found.rejects, [""; 0], "{:?}", found.details);
        assert_eq!(found.rows.len(), 1);
        for part in [USER, SKU, "assigned", &format!("{ID}:{USER}:2026-09-01")] {
            assert!(found.rows[0].contains(part), "{} {part}", found.rows[0]);
        }
        assert!(audited(header, "Update user", "success", &[["AssignedLicense", &list, "[]"]]).rows[0].contains("removed"));
        assert!(audited(header, "Delete user", "success", &[]).rows[0].contains("deleted"));
    }
}

#[test]
fn an_event_of_the_portals_audit_log_that_changes_nothing_gives_no_row() {
    let list = list();
    for (activity, result, properties) in [
        ("Change user license", "failure", &[["AssignedLicense", "[]", list.as_str()]][..]),
        ("Update user", "success", &[["City", "", "Berlin"]]),
        ("Add user", "success", &[]),
    ] {
        let found = audited(ENGLISH, activity, result, properties);
        assert_eq!((found.counts.accepted, found.rows.len()), (1, 0), "{activity}");
    }
    assert_eq!(audited(ENGLISH, "Add member to group", "success", &[]).counts.not_ours, 1);
}

#[test]
fn lists_that_the_portal_leaves_out_are_a_reject() {
    let four = [["a", "", ""]; 4];
    let named = [four.as_slice(), &[["Included Updated Properties", "", "\"AssignedLicense\""]]].concat();
    assert_eq!(
        audited(ENGLISH, "Change user license", "success", &named).rejects,
        ["2 missing_licenses"]
    );
    let cut = [["AssignedLicense", "", "System.Object[]"]];
    assert_eq!(
        audited(ENGLISH, "Change user license", "success", &cut).rejects,
        ["2 unreadable_license_list"]
    );
    assert_eq!(
        audited(ENGLISH, "Change user license", "r\u{e9}ussite", &cut).rejects,
        ["2 unreadable_value"]
    );
}
