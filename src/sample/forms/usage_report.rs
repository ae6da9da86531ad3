//! The usage report of all services, as the admin center exports it for a tenant without sign-in
//! logs: one row a user, with the latest day of each service. It knows users by name.

use std::collections::BTreeMap;
use std::io;

use crate::sample::forms::form::Batch;
use crate::sample::forms::record::SignIn;
use crate::sample::forms::text::Table;

const HEADER: &[&str] = &[
    "Report Refresh Date",
    "User Principal Name",
    "Display Name",
    "Is Deleted",
    "Deleted Date",
    "Has Exchange License",
    "Has OneDrive License",
    "Has SharePoint License",
    "Has Skype For Business License",
    "Has Yammer License",
    "Has Teams License",
    "Exchange Last Activity Date",
    "OneDrive Last Activity Date",
    "SharePoint Last Activity Date",
    "Skype For Business Last Activity Date",
    "Yammer Last Activity Date",
    "Teams Last Activity Date",
    "Assigned Products",
];

/// The services whose use the report knows, by the resource that is signed in to, else by the
/// application, and the places of their dates.
const SERVICES: [(&str, usize); 6] = [
    ("00000002-0000-0ff1-ce00-000000000000", 11),
    ("00000003-0000-0ff1-ce00-000000000000", 13),
    ("00000005-0000-0ff1-ce00-000000000000", 15),
    ("cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", 16),
    ("27922004-5251-4030-b22d-91ecd9a37ea4", 11),
    ("1fec8e78-bce4-4aaf-ab1b-5451cc387264", 16),
];

/// What the sign-ins of a file come to.
pub fn active_users(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    let mut users: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for sign_in in batch.records.iter().map(SignIn::of) {
        let service = |id: &str| SERVICES.iter().find(|(known, _)| id.eq_ignore_ascii_case(known));
        let place = service(&sign_in.resource).or_else(|| service(&sign_in.app));
        let (Some((_, place)), Some(day)) = (place, sign_in.created.get(..10)) else {
            continue;
        };
        if sign_in.error != "0" || sign_in.user_name.is_empty() || sign_in.user_type.eq_ignore_ascii_case("guest") {
            continue;
        }
        let row = users
            .entry(sign_in.user_name.clone())
            .or_insert_with(|| row(batch, &sign_in.user_name));
        if row[*place].as_str() < day {
            row[*place] = day.to_owned();
        }
    }
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    bytes.extend(
        Table {
            header: HEADER,
            rows: users.into_values().collect(),
        }
        .csv(),
    );
    Ok(bytes)
}

/// The row of a user without any activity.
fn row(batch: &Batch<'_>, name: &str) -> Vec<String> {
    let mut row = vec![String::new(); HEADER.len()];
    row[0] = batch.day.to_string();
    row[1] = name.to_owned();
    row[3] = "False".to_owned();
    row[17] = "MICROSOFT 365 E3".to_owned();
    row
}
