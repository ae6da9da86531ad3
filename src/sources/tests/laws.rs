//! Laws that hold for every input: counts add up, nothing fails, reads of any size give the same,
//! and the plain reader agrees.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::oracle::{Answer, answer};
use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::file_context::FileContext;
use crate::sources::split::Parts;
use crate::sources::testing::{Found, Slow, TENANT, context, gzip, known, read_input, unknown, zstd_frame};

const SIGN_INS: (Feed, Format) = (Feed::Activity, Format::AzureMonitor);
/// Every format of every feed.
fn sources() -> impl Iterator<Item = (Feed, Format)> {
    Feed::ALL
        .iter()
        .flat_map(|feed| Format::for_feed(*feed).into_iter().map(move |format| (*feed, format)))
}

/// A value that a field may have. Good ones are more frequent.
fn field(good: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let good = proptest::sample::select(good).prop_map(|text| serde_json::from_str(text).unwrap());
    let odd = proptest::sample::select(vec![
        json!(null),
        json!(""),
        json!(0),
        json!("0"),
        json!(7),
        json!(-1.5),
        json!(true),
        json!([]),
        json!({}),
        json!([{"id": "x"}]),
        json!({"errorCode": 1}),
        json!("Ünï\"\\\u{1F600}\u{7}#ext#"),
        json!("{}"),
        json!("{\"id\":\"packed\"}"),
        json!("SkuId="),
    ]);
    prop_oneof![8 => good, 1 => odd]
}

/// An object of some of these fields, in some order, with others among them.
fn object(fields: Vec<(&'static str, BoxedStrategy<Value>)>) -> impl Strategy<Value = Value> {
    let fields: Vec<_> = fields
        .into_iter()
        .map(|(key, value)| proptest::option::weighted(0.95, value).prop_map(move |value| (key, value)))
        .collect();
    let other = (
        proptest::sample::select(vec![
            "x",
            "Id",
            "displayName",
            "a key that is longer than most keys are, by far, and then some",
            "\u{e9}\"",
        ]),
        field(&["1", "[[{}]]", "\"a text with } and ] and : in it\""]),
    );
    (fields, proptest::collection::vec(other, 0..4), any::<u64>()).prop_map(|(fields, others, seed)| {
        let mut members: Vec<(String, Value)> = fields
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value?)))
            .collect();
        members.extend(others.into_iter().map(|(key, value)| (key.to_owned(), value)));
        let length = members.len().max(1);
        members.rotate_left(seed as usize % length);
        Value::Object(members.into_iter().collect())
    })
}

fn sign_in() -> impl Strategy<Value = Value> {
    const GUIDS: &[&str] = &[
        "\"8a4de8b5-095c-47d0-a96f-a75130c61d53\"",
        "\"8A4DE8B5-095C-47D0-A96F-A75130C61D53\"",
        "\"2b6bbd5a-3d5c-4f6f-9a1f-1f0b7a4f6d11\"",
    ];
    const TIMES: &[&str] = &[
        "\"2026-09-01T08:02:31.2737420Z\"",
        "\"9/1/2026 8:02:31 AM\"",
        "\"2026-09-01T08:02:31+02:00\"",
        "\"2009-09-01T08:02:31Z\"",
        "\"2026-09-05T08:02:31Z\"",
    ];
    let status = object(vec![("errorCode", field(&["0", "50126", "\"0\""]).boxed())]);
    let properties = object(vec![
        ("id", field(GUIDS).boxed()),
        ("createdDateTime", field(TIMES).boxed()),
        ("userId", field(GUIDS).boxed()),
        (
            "userPrincipalName",
            field(&["\"a@b.c\"", "\"a_b.c#EXT#@d.onmicrosoft.com\""]).boxed(),
        ),
        ("userType", field(&["\"Member\"", "\"Guest\"", "\"\""]).boxed()),
        ("appId", field(GUIDS).boxed()),
        ("resourceId", field(GUIDS).boxed()),
        ("resourceTenantId", field(GUIDS).boxed()),
        ("isInteractive", field(&["true", "false", "\"True\""]).boxed()),
        ("status", prop_oneof![9 => status, 1 => field(&["null"])].boxed()),
    ]);
    let properties = (properties, 0..8u8).prop_map(|(value, packed)| if packed == 0 { Value::String(value.to_string()) } else { value });
    object(vec![
        ("time", field(TIMES).boxed()),
        (
            "category",
            field(&["\"SignInLogs\"", "\"NonInteractiveUserSignInLogs\"", "\"AuditLogs\""]).boxed(),
        ),
        ("tenantId", field(&["\"8a4de8b5-095c-47d0-a96f-a75130c61d53\""]).boxed()),
        ("resultType", field(&["\"0\"", "0", "\"50126\""]).boxed()),
        ("properties", prop_oneof![9 => properties, 1 => field(&["null"])].boxed()),
    ])
}

/// A record of each format, good enough to give a row.
fn records() -> Vec<String> {
    let lists = format!("[\"[SkuName=X, SkuId={TENANT}]\"]");
    let targets = json!([{"type": "User", "id": "u", "modifiedProperties": [{"displayName": "AssignedLicense", "oldValue": null, "newValue": &lists}]}]);
    let at = "2026-09-01T08:02:31Z";
    let audit =
        json!({"id": "e", "activityDateTime": at, "activityDisplayName": "Update user.", "result": "success", "targetResources": targets});
    [
        json!({"category": "AuditLogs", "time": at, "properties": audit}),
        audit,
        json!({"id": "u", "assignedLicenses": [{"skuId": TENANT}]}),
        json!({"id": "s", "skuId": TENANT, "status": "Enabled", "totalLicenses": 5}),
        json!({"CreationTime": "2026-09-01T08:02:31", "Id": "e", "Operation": "UserLoggedIn", "OrganizationId": TENANT, "UserType": 0, "UserKey": TENANT,
            "UserId": "a@b.c", "ErrorNumber": "0", "Target": [{"ID": TENANT, "Type": 0}]}),
        json!({"CreationTime": "2026-09-01T08:02:31", "Id": "e", "Operation": "Update user.", "OrganizationId": TENANT, "UserType": "Admin", "UserId": "a@b.c",
            "ResultStatus": "Success", "Target": [{"ID": "User_x"}], "ObjectId": "c@b.c", "Workload": "Exchange",
            "ModifiedProperties": [{"Name": "AssignedLicense", "OldValue": "[]", "NewValue": lists}]}),
        json!({"skuId": TENANT, "prepaidUnits": {"enabled": 5, "warning": 1}}),
        json!({"id": "s", "offerId": "cfq7ttc0lflx:0001", "status": "active", "quantity": "5", "unitType": "Licenses"}),
        json!({"items": [{"id": TENANT, "companyProfile": {"companyName": "Contoso"}}], "links": {"next": {}}}),
        json!({"id": "e", "createdDateTime": at, "userId": "u", "status": {"errorCode": 0}}),
        json!({"Id": "e", "TimeGenerated": at, "UserId": "u", "AADTenantId": TENANT, "ResultType": "0"}),
        json!({"Id": "e", "CreatedDateTime": "/Date(1788249751000)/", "UserId": "u", "Status": {"ErrorCode": 0}, "AdditionalProperties": {"appId": "a"}}),
        json!({"Id": "e", "CreatedDateTime": {"value": "/Date(1788249751000)/", "DateTime": "x"}, "UserId": "u", "Status": "@{ErrorCode=0}"}),
        json!({"Id": "u", "AssignedLicenses": {"value": [{"SkuId": TENANT}], "Count": 1}, "LicenseAssignmentStates": null}),
        json!({"id": "s", "firstSignInDateTime": at, "signInCount": 2, "userPrincipalName": "a@b.c", "tenantId": TENANT, "status": {"errorCode": 0}}),
        json!({"Operations": "UserLoggedIn", "AuditData": json!({"CreationTime": "2026-09-01T08:02:31", "Id": "e", "Operation": "UserLoggedIn",
            "OrganizationId": TENANT, "UserType": 0, "UserKey": TENANT, "UserId": "a@b.c"}).to_string()}),
        json!({"id": "e", "createdDateTime": at, "userId": "u", "auditData": {"CreationTime": "2026-09-01T08:02:31", "Id": "e", "Operation": "Update user.",
            "OrganizationId": TENANT, "ResultStatus": "Success", "ObjectId": "c@b.c", "ModifiedProperties": [{"Name": "AssignedLicense", "NewValue": lists}]}}),
        json!({"activeUnits": 5, "warningUnits": 1, "productSku": {"id": TENANT}}),
        json!({"customerTenantId": TENANT, "id": "s", "status": "ACTIVE", "productName": "MICROSOFT 365 E3", "licenseCount": 5}),
    ]
    .map(|record| record.to_string())
    .to_vec()
}

/// Lines of tables, and lines with hardly anything in them.
const LINES: &[&str] = &[
    "",
    " ",
    "[]",
    "{\"value\":[{\"id\":\"x\"},7]}",
    "{\"records\":[{},[]]}",
    "{\n",
    "]",
    "x",
    "\"",
    "\u{feff}",
    "tenant_id,name",
    "8a4de8b5-095c-47d0-a96f-a75130c61d53,\"Contoso, \"\"Ltd\"\"\"",
    "event_id,event_time,user_id,tenant_id,error_code,action,sku_id,request_id,opened_at,subscription_id,seats,status",
    "e,2026-09-01T08:02:31Z,u,,0,assigned,8a4de8b5-095c-47d0-a96f-a75130c61d53,r,2026-09-01T08:02:31Z,s,5,active",
    "RecordId,AuditData",
    "r,\"{\"\"Id\"\":\"\"e\"\",\"\"Operation\"\":\"\"UserLoggedIn\"\",\"\"CreationTime\"\":\"\"2026-09-01T08:02:31\"\"}\"",
    "AppId,CreatedDateTime,Id,Status,UserId",
    "a,9/1/2026 8:02:31 AM,e,0,u",
    "a,9/1/2026 8:02:31 AM,e,Microsoft.Graph.PowerShell.Models.MicrosoftGraphSignInStatus,u",
    "Id,IsTrial,OwnerTenantId,SkuId,Status,TotalLicenses",
    "s,False,8a4de8b5-095c-47d0-a96f-a75130c61d53,8a4de8b5-095c-47d0-a96f-a75130c61d53,Enabled,5",
    "Block credential,Licenses,Object Id,User principal name",
    "False,Microsoft 365 E3,u,a@b.c",
    "False,Unlicensed+,u,a@b.c",
    "Date (UTC),Request ID,User ID,Status",
    "Id,TimeGenerated,UserId,AADTenantId",
    "2026-09-01T08:02:31Z,\"e\"\"1\",u,Success",
    "e,2026-09-01T08:02:31Z,u,8a4de8b5-095c-47d0-a96f-a75130c61d53",
];

/// A file of records of all feeds.
fn file() -> impl Strategy<Value = Vec<u8>> {
    let fixed = records().into_iter().chain(LINES.iter().map(|line| (*line).to_owned()));
    let fixed = proptest::sample::select(fixed.collect::<Vec<_>>());
    let line =
        prop_oneof![3 => sign_in().prop_map(|value| value.to_string()), 3 => fixed, 1 => sign_in().prop_map(|value| format!("{value:#}"))];
    (proptest::collection::vec((line, proptest::sample::select(vec!["\n", "\r\n", ",\n", ""])), 0..8)).prop_map(|lines| {
        lines
            .into_iter()
            .flat_map(|(line, end)| [line.into_bytes(), end.as_bytes().to_vec()].concat())
            .collect()
    })
}

/// Bytes with some cut, doubled or changed.
fn mutated(bytes: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let change = (
        0..6u8,
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        proptest::sample::select(b"{}[]\":,\\\n \xff\xc3x0".to_vec()),
    );
    (bytes, proptest::collection::vec(change, 0..4)).prop_map(|(mut bytes, changes)| {
        for (kind, from, to, byte) in changes {
            if bytes.is_empty() {
                break;
            }
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let (from, to) = (from.min(to), from.max(to));
            match kind {
                0 => bytes.truncate(to),
                1 => drop(bytes.drain(from..to.min(from + 40))),
                2 => bytes.extend_from_within(from..to),
                3 => bytes.insert(from, byte),
                _ => bytes[from] = byte,
            }
        }
        bytes
    })
}

fn context_number(number: usize) -> FileContext {
    let in_path = context(&format!("tenantId={TENANT}/y=2026/m=09/d=01/h=08/m=00/PT1H.json"));
    [known(), unknown(), in_path][number].clone()
}

/// A value as JSON text in which some letters are escaped and some blanks stand between tokens, as
/// the bits of `seed` say.
fn spelled(value: &Value, seed: u64) -> String {
    let mut state = seed | 1;
    let mut chance = move |one_in: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        !seed.is_multiple_of(3) && state.is_multiple_of(one_in)
    };
    let (mut out, mut in_string, mut after_backslash) = (String::new(), false, false);
    for letter in value.to_string().chars() {
        match letter {
            '"' if !after_backslash => in_string = !in_string,
            _ if in_string && !after_backslash && letter.is_ascii_alphabetic() && chance(9) => {
                out.push_str(&format!("\\u{:04x}", letter as u32));
                continue;
            }
            _ => {}
        }
        after_backslash = in_string && letter == '\\' && !after_backslash;
        out.push(letter);
        if !in_string && matches!(letter, ',' | ':' | '{' | '"') && chance(7) {
            out.push(' ');
        }
    }
    out
}

proptest! {
    #[test]
    fn the_plain_reader_agrees_on_every_record(record in sign_in(), seed in any::<u64>(), number in 0..3usize) {
        let context = context_number(number);
        let found = read_input(SIGN_INS, &mut spelled(&record, seed).as_bytes(), &context);
        match answer(&record, &context) {
            Answer::Row(row) => prop_assert_eq!(found.rows, [format!("1 {row}")]),
            Answer::NotOurs => prop_assert_eq!(found.counts.not_ours, 1),
            Answer::Reject(reason) => prop_assert_eq!(found.rejects, [format!("1 {reason}")]),
        }
    }

    #[test]
    fn the_plain_reader_agrees_on_a_mutated_record_that_is_still_json(line in mutated(sign_in().prop_map(|value| value.to_string().into_bytes())), number in 0..3usize) {
        let context = context_number(number);
        let line: Vec<u8> = line.into_iter().map(|byte| if byte == b'\n' { b' ' } else { byte }).collect();
        let by_the_book = serde_json::from_slice::<Value>(&line).ok().filter(Value::is_object);
        let found = read_input(SIGN_INS, &mut line.as_slice(), &context);
        match by_the_book.map(|record| answer(&record, &context)) {
            Some(Answer::Row(row)) => prop_assert_eq!(found.rows, [format!("1 {row}")]),
            Some(Answer::NotOurs) => prop_assert_eq!(found.counts.not_ours, 1),
            // The structure of packed properties may be sound although they are no valid JSON.
            Some(Answer::Reject(reason)) => {
                let packed = memchr::memmem::find(&line, b"\"{").is_some();
                prop_assert!(packed || found.rejects == [format!("1 {reason}")], "{:?} is not {}", found.rejects, reason);
            }
            None => {}
        }
    }

    #[test]
    fn counts_add_up_and_reads_of_any_size_give_the_same(bytes in mutated(file()), piece in 1..200usize, number in 0..3usize) {
        let context = context_number(number);
        for source in sources() {
            // The counts are checked by the helper.
            let found = read_input(source, &mut bytes.as_slice(), &context);
            prop_assert_eq!(&read_input(source, &mut Slow::new(&bytes, piece), &context), &found);
            let zipped = gzip(&bytes);
            prop_assert_eq!(&read_input(source, &mut Slow::new(&zipped, piece), &context), &found);
        }
    }

    #[test]
    fn a_file_in_parts_gives_what_the_whole_gives(bytes in mutated(file()), part_bytes in 1..600usize, number in 0..3usize) {
        let context = context_number(number);
        let zipped = gzip(&bytes);
        for (feed, format) in sources() {
            for bytes in [&bytes[..], &zipped, &zipped[..zipped.len() * 2 / 3]] {
                let mut input = bytes;
                let Some(parts) = Parts::open(feed, format, &mut input, bytes.len() as u64, part_bytes) else { continue };
                let whole = read_input((feed, format), &mut &bytes[..], &context);
                let mut found = Found { chosen: parts.choice().cloned(), ..Found::default() };
                for part in parts {
                    let counts = part.read(&context, &mut found);
                    found.counts.records += counts.records;
                    found.counts.accepted += counts.accepted;
                    found.counts.rejected += counts.rejected;
                    found.counts.not_ours += counts.not_ours;
                }
                prop_assert_eq!(&found, &whole);
            }
        }
    }

    #[test]
    fn a_damaged_compressed_file_gives_the_same_whatever_the_sizes_of_reads(
        raw in mutated(file().prop_flat_map(|bytes| prop_oneof![Just(gzip(&bytes)), Just(zstd_frame(&bytes))])), piece in 1..200usize,
    ) {
        for source in sources() {
            let found = read_input(source, &mut raw.as_slice(), &known());
            prop_assert_eq!(&read_input(source, &mut Slow::new(&raw, piece), &known()), &found);
        }
    }
}
