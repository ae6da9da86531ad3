//! The details of rejects: names of members and columns and kinds of files, and nothing about
//! people.

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::testing::{Found, TENANT, gzip, known, read_input, read_text};

const PORTAL: (Feed, Format) = (Feed::Activity, Format::PortalCsv);
const ANY: (Feed, Format) = (Feed::Activity, Format::Auto);

#[track_caller]
fn detail(found: &Found, reason: &str, expected: &str) {
    let told: Vec<&str> = found.rejects.iter().map(|reject| reject.split(' ').next_back().unwrap()).collect();
    assert_eq!((told, found.details[0].as_str()), (vec![reason], expected));
}

const FRENCH: &str = "Date (UTC),ID de la demande,ID d'utilisateur,Statut\n2026-09-01T08:00:00Z,e1,u1,Success\n";

#[test]
fn a_table_that_lacks_a_column_says_which_and_what_it_has_instead() {
    let what = "no column `Request ID`, `User ID`; there are `Date (UTC)`, `ID de la demande`, `ID d'utilisateur`, `Statut`";
    detail(&read_text(PORTAL, FRENCH, &known()), "missing_column", what);
    detail(
        &read_text(ANY, FRENCH, &known()),
        "unknown_format",
        &format!("read as portal-csv: {what}"),
    );
    let near = FRENCH
        .replace("ID de la demande", "request_id")
        .replace("ID d'utilisateur", "UserId");
    detail(
        &read_text(PORTAL, &near, &known()),
        "missing_column",
        "no column `Request ID`, `User ID`, but `request_id`, `UserId`",
    );
    let many = format!("Date (UTC),{}\n", vec!["Colonne"; 40].join(","));
    let found = read_text(PORTAL, &many, &known());
    assert!(found.details[0].ends_with("`Colonne` and 21 more"), "{:?}", found.details);
}

#[test]
fn a_first_line_that_may_be_about_people_is_not_shown() {
    for people in [
        "Alice Smith,Contoso,Linz\nBob Jones,Contoso,Graz\n",
        "alice@contoso.example,Sales\nbob@contoso.example,Sales\n",
        "2026-09-01T08:00:00Z,Alice Smith,0\n2026-09-01T09:00:00Z,Bob Jones,0\n",
        "Alice Smith\n",
    ] {
        for source in [PORTAL, ANY, (Feed::Customers, Format::Csv)] {
            let found = read_text(source, people, &known());
            let said = &found.details[0];
            assert!(said.ends_with("; the first line is none with names of columns"), "{said}");
            assert!(
                !["Alice", "alice", "Contoso", "Linz", "Sales"]
                    .iter()
                    .any(|name| said.contains(name)),
                "{said}"
            );
        }
    }
}

#[test]
fn missing_columns_are_named_whatever_separates_them_and_other_kinds_of_files_are_named() {
    let (commas, semicolons) = (
        read_text(PORTAL, FRENCH, &known()),
        read_text(PORTAL, &FRENCH.replace(',', ";"), &known()),
    );
    assert!(commas.details[0].contains("`Request ID`"), "{:?}", commas.details);
    assert_eq!(commas.details, semicolons.details);
    let (commas, tabs) = (
        read_text(ANY, FRENCH, &known()),
        read_text(ANY, &FRENCH.replace(',', "\t"), &known()),
    );
    assert_eq!(commas.details, tabs.details);
    for source in [PORTAL, ANY, (Feed::Activity, Format::AzureMonitor)] {
        let packed = gzip(b"PK\x03\x04 and so on\n\n");
        let found = read_input(source, &mut packed.as_slice(), &known());
        detail(
            &found,
            "unknown_format",
            "it is a zip file that cannot be unpacked here (encrypted, damaged, within another, or not called `.zip`): unzip it",
        );
    }
    let parquet = read_input((Feed::Activity, Format::AzureMonitor), &mut &b"PAR1...."[..], &known());
    detail(&parquet, "unknown_format", "it is a Parquet file: the format is `parquet`");
}

#[test]
fn a_record_says_which_member_it_lacks_or_of_which_kind_it_is() {
    let azure = (Feed::Activity, Format::AzureMonitor);
    let line = |members: &str| {
        format!(
            "{{\"category\":\"SignInLogs\",\"tenantId\":\"{TENANT}\",\"time\":\"2026-09-01T08:00:00Z\",\"properties\":{{{members}}}}}\n"
        )
    };
    let read = |members: &str| read_text(azure, &line(members), &known());
    detail(&read("\"Id\":\"x\""), "missing_id", "no member `properties.id`, but `Id`");
    detail(
        &read("\"userId\":\"x\""),
        "missing_id",
        "no member `properties.id`; there are `userId`",
    );
    detail(&read(""), "missing_id", "no member `properties.id`; there is none at all");
    detail(&read("\"id\":7"), "unreadable_value", "");
    let cut = "\"id\":\"x\",\"status\":\"System.Collections.Hashtable\"";
    detail(
        &read(cut),
        "cut_by_powershell",
        "`properties.status` is a text as PowerShell writes what lies too deep: export with `ConvertTo-Json -Depth 10`",
    );
    let table = "event_id,event_time,tenant_id,user_id,error_code\n,2026-09-01T08:00:00Z,,u1,0\n";
    detail(
        &read_text((Feed::Activity, Format::Csv), table, &known()),
        "missing_id",
        "`event_id` is empty or missing",
    );
}
