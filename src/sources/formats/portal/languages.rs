//! Finds the columns of the portal's downloads in other languages than English. The names of the
//! columns are in the language of whoever downloads, and so is the status of a sign-in. Ids, times
//! and error codes are in none.
//!
//! Known names come first: those of Spanish are all known, of French some, both from public tools
//! that read such files. What no known name leads to is found by what the records hold. The order
//! of the columns is the same in every language, but some came and went over the years:
//!
//! ```text
//! date, request id, user agent, correlation id, user id, user, user name, user type, cross tenant
//! access, ..., application, application id, (owner), resource, resource id, resource tenant id, ...,
//! home tenant id, home tenant name, IP address, location, status, error code, ...
//! ```

use std::net::IpAddr;

use crate::domain::guid::Guid;
use crate::sources::bytes::limits::Limits;
use crate::sources::bytes::open_file::OpenFile;
use crate::sources::fields::time::parse_instant;
use crate::sources::records::csv_file::{CsvFile, CsvRecord, CsvStep};
use crate::sources::records::table::squeezed;

/// The columns of sign-ins that matter, in English. A file needs the first three.
pub const COLUMNS: [&str; 13] = [
    "Date (UTC)",
    "Request ID",
    "User ID",
    "Username",
    "User type",
    "Application ID",
    "Resource ID",
    "Resource tenant ID",
    "Home tenant ID",
    "Cross tenant access type",
    "Status",
    "Sign-in error code",
    "Is interactive",
];

/// How many records are looked at.
const RECORDS: usize = 100;

/// Names of the columns in other languages, by their number in [`COLUMNS`].
const NAMES: [(usize, &str); 18] = [
    // Spanish.
    (0, "Fecha (UTC)"),
    (1, "Id. de solicitud"),
    (2, "Id. de usuario"),
    (3, "Nombre de usuario"),
    (4, "Tipo de usuario"),
    (5, "Id. de aplicación"),
    (6, "Id. de recurso"),
    (7, "Id. de inquilino de recursos"),
    (8, "Id. de inquilino inicial"),
    (9, "Tipo de acceso entre inquilinos"),
    (10, "Estado"),
    (11, "Código de error de inicio de sesión"),
    // French. The date is called as in English.
    (1, "ID de requête"),
    (2, "Identifiant utilisateur"),
    (3, "Nom d'utilisateur"),
    (3, "Nom d’utilisateur"),
    (10, "Statut"),
    (11, "Code d'erreur de connexion"),
];

/// The places of [`COLUMNS`] in a download of sign-ins that begins like this. `None` where it is
/// none.
pub fn sign_in_places(head: &[u8]) -> Option<Vec<Option<usize>>> {
    let mut records = first_records(head);
    if records.is_empty() {
        return None;
    }
    let header = records.remove(0);
    let by_content = records.iter().find_map(|record| by_content(record))?;
    let by_name = |column: usize| {
        let other = NAMES.iter().filter(|(of, _)| *of == column).map(|(_, name)| *name);
        let names: Vec<String> = other.chain([COLUMNS[column]]).map(squeezed).collect();
        header.iter().position(|cell| names.contains(&squeezed(cell)))
    };
    Some((0..COLUMNS.len()).map(|column| by_name(column).or(by_content[column])).collect())
}

/// The places of the columns by what a record holds. `None` where it is no sign-in, or lacks one of
/// the values that tell them.
fn by_content(cells: &[String]) -> Option<[Option<usize>; COLUMNS.len()]> {
    let cell = |place: usize| cells.get(place).map_or("", String::as_str);
    let is_guid = |place: usize| Guid::parse(cell(place).as_bytes()).is_some();
    let is_sign_in = parse_instant(cell(0).as_bytes()).is_some() && [1, 3, 4].into_iter().all(is_guid) && cell(6).contains('@');
    if !is_sign_in {
        return None;
    }
    // An id behind a name: first that of the application, then that of the resource.
    let mut named = (9..cells.len()).filter(|place| is_guid(*place) && !is_guid(place - 1) && !cell(place - 1).is_empty());
    let (application, resource) = (named.next()?, named.next()?);
    let address = (resource + 2..cells.len()).find(|place| cell(*place).parse::<IpAddr>().is_ok())?;
    let mut places = [None; COLUMNS.len()];
    for (column, place) in [
        0,
        1,
        4,
        6,
        7,
        application,
        resource,
        resource + 1,
        address - 2,
        8,
        address + 2,
        address + 3,
    ]
    .into_iter()
    .enumerate()
    {
        places[column] = Some(place);
    }
    Some(places)
}

/// The cells of the first records, the header first.
pub fn first_records(head: &[u8]) -> Vec<Vec<String>> {
    let mut input = head;
    let size = head.len() as u64;
    let mut file = CsvFile::new(OpenFile::new(&mut input, size, Limits::of_file(size)));
    let mut records = Vec::new();
    while records.len() <= RECORDS
        && let CsvStep::Record(record) = file.step()
    {
        records.push(cells(record));
    }
    records
}

fn cells(record: &CsvRecord) -> Vec<String> {
    let text = |number| String::from_utf8_lossy(record.field(number)).into_owned();
    (0..record.field_count()).map(text).collect()
}
