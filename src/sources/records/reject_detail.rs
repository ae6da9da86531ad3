//! Says more about a reject than its reason: which member or column is missing or of the wrong
//! kind, and what is there instead.
//!
//! It says names of members and columns, kinds of values, and numbers, never a value, so that
//! nothing here is about a person. It says a name only if it looks like a name. It says names from
//! the first line of a table only if that line has names of columns ([`are_names`]).

use crate::sources::fields::values::is_cut;
use crate::sources::json::value::{Node, Value};
use crate::sources::record::Reason;
use crate::sources::records::table::{Cells, ReasonColumns, squeezed};

/// The members that each reason is about. A name may be a path (`properties.id`). A path that ends
/// in `[]` has to be a list of objects, one that ends in `{}` an object; then the detail is given
/// only if it is not.
pub type ReasonMembers = &'static [(Reason, &'static [&'static str])];

/// The most names that are listed.
const MOST_NAMES: usize = 20;
/// The longest name.
const NAME_BYTES: usize = 60;

/// What is wrong with a record of JSON. Empty where there is nothing to say. `in_any_case` says
/// whether the reader reads names of members so.
pub fn of_record(members: ReasonMembers, in_any_case: bool, reason: Reason, record: Node<'_>) -> String {
    // Any object or list may be cut.
    let is_cut = reason == Reason::CutByPowershell;
    let of_reason = members.iter().filter(|(of, _)| *of == reason || is_cut);
    let wanted = of_reason
        .flat_map(|(_, paths)| paths.iter())
        .filter(|path| !is_cut || is_nested(path));
    let (mut missing, mut there, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for path in wanted {
        match check_path(record, in_any_case, path, "") {
            // An unreadable value is one that is there: a member that is missing is not at fault.
            PathCheck::Missing { .. } if is_cut || reason == Reason::UnreadableValue => {}
            PathCheck::Wrong(words) if is_cut && !words.ends_with(CUT_BY_POWERSHELL) => {}
            PathCheck::Missing { name, around } => {
                missing.push(name);
                there = around;
            }
            PathCheck::Wrong(words) => wrong.push(words + what_it_should_be(reason)),
            PathCheck::Fine => {}
        }
    }
    // One of several members would be enough. The one that is there and wrong is at fault.
    if !wrong.is_empty() {
        return wrong.join("; ");
    }
    if missing.is_empty() {
        return String::new();
    }
    match lacks("member", &texts(&missing), &texts(&there)) {
        // Whether a record names its tenant is a matter of the format: other members tell nothing.
        text if reason == Reason::MissingTenant => text.split("; there ").next().unwrap_or_default().to_owned(),
        text => text,
    }
}

/// What a value that is there should be, to follow what it is. The value itself is not shown.
fn what_it_should_be(reason: Reason) -> &'static str {
    match reason {
        Reason::UnreadableTime => ", and no time in a spelling that is known",
        Reason::MalformedTenant | Reason::MalformedSku => ", and no GUID",
        Reason::UnknownOffer => {
            ", and in no list of offers: name the SKU that it sells in a file of your own, `[catalogue] offers` in the pipeline file"
        }
        _ => "",
    }
}

/// Whether a path ends in an object or a list.
fn is_nested(path: &str) -> bool {
    path.ends_with("[]") || path.ends_with("{}")
}

fn texts(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// What is wrong with a record of a table. Its columns are there, so a cell is empty or of the
/// wrong kind.
pub fn of_cells(columns: &[&str], about: ReasonColumns, reason: Reason, cells: &impl Cells) -> String {
    let wanted = about.iter().filter(|(of, _)| *of == reason).flat_map(|(_, numbers)| numbers.iter());
    let words = wanted.filter_map(|number| {
        let name = columns.get(*number)?;
        Some(match cells.cell(*number) {
            Some(value) => format!("`{name}` is {}{}", kind(value), what_it_should_be(reason)),
            None => format!("`{name}` is empty or missing"),
        })
    });
    words.collect::<Vec<_>>().join("; ")
}

/// What is wrong with a table that needs columns of these names and has these cells in its first
/// two lines.
pub fn of_columns(needed: &[&str], first: &[&str], second: &[&str]) -> String {
    if are_names(first, second) {
        of_schema(needed, first)
    } else {
        format!(
            "{}; the first line is none with names of columns",
            no("column", &missing(needed, first))
        )
    }
}

/// What is wrong with a table that has columns of these names.
pub fn of_schema(needed: &[&str], names: &[&str]) -> String {
    lacks("column", &missing(needed, names), names)
}

fn missing<'n>(needed: &[&'n str], names: &[&str]) -> Vec<&'n str> {
    let is_there = |needed: &&&str| names.iter().any(|name| squeezed(name) == squeezed(needed));
    needed.iter().filter(|needed| !is_there(needed)).copied().collect()
}

/// Whether the first line of a table has the names of its columns. Each of its cells has only
/// letters and a few signs. Besides, one of them is a name that some format has, or the second line
/// has times, ids or numbers, as logs do.
pub fn are_names(first: &[&str], second: &[&str]) -> bool {
    let is_name = |cell: &&str| {
        let is_sign = |letter: char| letter.is_alphabetic() || " _-()[].,:/#'\u{2019}".contains(letter);
        cell.len() <= NAME_BYTES && cell.chars().all(is_sign)
    };
    let has_fact = |cell: &&str| cell.bytes().filter(u8::is_ascii_digit).count() >= 4 || cell.contains('@');
    let filled = first.iter().filter(|cell| !cell.trim().is_empty()).count();
    filled > 1 && first.iter().all(is_name) && (first.iter().any(|cell| is_known(cell)) || second.iter().any(has_fact))
}

/// Whether some format has a column of this name. The list leaves out words that could be the name
/// of a person or firm.
fn is_known(name: &str) -> bool {
    const KNOWN: [&str; 24] = [
        "actor id",
        "application id",
        "auditdata",
        "createddatetime",
        "creationdate",
        "date (utc)",
        "error_code",
        "event_id",
        "event_time",
        "operation",
        "recordtype",
        "request id",
        "resource id",
        "resultstatus",
        "sku_id",
        "snapshot_day",
        "subscription_id",
        "tenant_id",
        "timegenerated",
        "user id",
        "user_id",
        "userid",
        "userids",
        "userprincipalname",
    ];
    KNOWN.contains(&squeezed(name).as_str())
}

fn lacks(what: &str, missing: &[&str], there: &[&str]) -> String {
    let mut text = no(what, missing);
    if there.is_empty() {
        text.push_str("; there is none at all");
        return text;
    }
    let plain = |name: &str| {
        name.chars()
            .filter(|letter| letter.is_alphanumeric())
            .collect::<String>()
            .to_lowercase()
    };
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    let is_near = |name: &&&str| missing.iter().any(|missing| plain(&last(missing)) == plain(name));
    let near: Vec<&str> = there.iter().filter(is_near).copied().collect();
    if near.is_empty() {
        text.push_str(&format!("; there are {}", listed(there)));
    } else {
        text.push_str(&format!(", but {}", listed(&near)));
    }
    text
}

/// The words for "columns of these names are missing".
fn no(what: &str, missing: &[&str]) -> String {
    let missing: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    format!("no {what} {}", missing.join(", "))
}

/// Names in their order, at most [`MOST_NAMES`] of them.
pub fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(MOST_NAMES)
        .map(|name| format!("`{}`", name.chars().filter(|letter| !letter.is_control()).collect::<String>()))
        .collect();
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Whether a key of JSON looks like the name of a member. No format has other names, so such a key
/// may be a value that somebody put there.
pub fn is_key(name: &str) -> bool {
    let plain = name.strip_prefix("@odata.").unwrap_or(name);
    let is_sign = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let digits = plain.bytes().filter(u8::is_ascii_digit).count();
    (1..=40).contains(&plain.len()) && plain.bytes().all(|byte| is_sign(&byte)) && digits < 4
}

/// What is wrong at a path.
enum PathCheck {
    /// Nothing is there: the name that is missing, and the members of the object around it.
    Missing {
        name: String,
        around: Vec<String>,
    },
    Wrong(String),
    Fine,
}

fn check_path(node: Node<'_>, in_any_case: bool, path: &str, before: &str) -> PathCheck {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let (name, is_list) = name.strip_suffix("[]").map_or((name, false), |name| (name, true));
    let (name, is_object) = name.strip_suffix("{}").map_or((name, false), |name| (name, true));
    let whole = format!("{before}{name}");
    let members = node.members();
    let is_it = |key: &str| key == name || (in_any_case && key.eq_ignore_ascii_case(name));
    let found = members.iter().rfind(|(key, _)| is_it(key)).map(|(_, node)| node.value());
    let value = match found {
        None | Some(Value::Null) => {
            let around = members.into_iter().map(|(key, _)| key).filter(|key| is_key(key)).collect();
            return PathCheck::Missing { name: whole, around };
        }
        Some(value) => value,
    };
    match (value, rest) {
        (Value::Array(list), _) if is_list => {
            let inside = |item: Node<'_>| match (item.value(), rest) {
                (Value::Object(item), Some(rest)) => check_path(item, in_any_case, rest, &format!("{whole}.")),
                (Value::Object(_), None) => PathCheck::Fine,
                (value, _) => PathCheck::Wrong(format!("an entry of `{whole}` is {}", kind(value))),
            };
            let found: Vec<PathCheck> = list.items().map(inside).filter(|check| !matches!(check, PathCheck::Fine)).collect();
            let wrong = found.iter().position(|check| matches!(check, PathCheck::Wrong(_))).unwrap_or(0);
            found.into_iter().nth(wrong).unwrap_or(PathCheck::Fine)
        }
        (value, _) if is_list => PathCheck::Wrong(format!("`{whole}` is no list: {}", kind(value))),
        (Value::Object(_), None) if is_object => PathCheck::Fine,
        (Value::Object(node), Some(rest)) => check_path(node, in_any_case, rest, &format!("{whole}.")),
        // The object may be packed into a text, which is not decoded here.
        (Value::Text(_), Some(_)) => PathCheck::Fine,
        (value, _) => PathCheck::Wrong(format!("`{whole}` is {}", kind(value))),
    }
}

/// The kind of a value in words, without the value.
fn kind(value: Value<'_>) -> &'static str {
    let mut buffer = String::new();
    match value {
        Value::Text(text) => match text.decode(&mut buffer) {
            None => "a text that cannot be read",
            Some("") => "empty",
            Some(text) if is_cut(text) => CUT_BY_POWERSHELL,
            Some(_) => "a text",
        },
        Value::Number(_) => "a number",
        Value::Bool(_) => "true or false",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
        Value::Instant(_) => "a time",
        Value::Null => "null",
        Value::Unreadable => "something that cannot be read",
    }
}

/// What is in the place of an object or a list if `Export-Csv` or a small `-Depth` cut it.
const CUT_BY_POWERSHELL: &str = "a text as PowerShell writes what lies too deep: export with `ConvertTo-Json -Depth 10`";
