//! Finds the keys of the first records of a JSON text. Only its beginning is there, and it may be
//! cut anywhere.
//!
//! A record is the outermost object, or an object in a bare array or in a list that the outermost
//! object has under `records`, `value` or `items`. The items of a bare array may be such objects, or
//! arrays, themselves. Only strings, brackets and colons are looked at.

/// The keys under which formats have their lists.
pub const LISTS: [&str; 3] = ["records", "value", "items"];

/// What a text begins with.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FirstKeys {
    /// The keys of each of the first records. If there is no list, or a list without keys, those of
    /// the outermost object.
    pub records: Vec<Vec<String>>,
    /// The key of the list. Empty for a bare array.
    pub list: Option<String>,
    /// Whether the list has something in it, as far as the text goes.
    pub has_entries: bool,
    /// How many brackets are open within the list.
    depth: usize,
}

/// An open bracket.
struct Open {
    is_object: bool,
    /// The key in it that was read last.
    key: String,
}

/// Reads the text until so many records have ended.
pub fn first_keys(text: &[u8], records: usize) -> FirstKeys {
    let mut found = FirstKeys::default();
    let mut outermost: Vec<String> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    // Whether the list has ended.
    let mut closed = false;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let in_list = found.list.is_some() && !closed;
        at += 1;
        match byte {
            b'"' => {
                let Some(length) = string_length(&text[at..]) else { break };
                let string = &text[at..at + length];
                at += length + 1;
                let is_key = text[at..].trim_ascii_start().first() == Some(&b':');
                let depth = open.len();
                match open.last_mut() {
                    Some(last) if last.is_object && is_key => {
                        last.key = String::from_utf8_lossy(string).into_owned();
                        match depth {
                            1 => outermost.push(last.key.clone()),
                            _ if in_list && depth == found.depth + 1 => {
                                if let Some(record) = found.records.last_mut() {
                                    record.push(last.key.clone());
                                }
                            }
                            _ => {}
                        }
                    }
                    _ => found.has_entries |= in_list && depth == found.depth,
                }
            }
            b'{' | b'[' => {
                let is_entry = in_list && open.len() == found.depth;
                found.has_entries |= is_entry;
                if is_entry && byte == b'{' {
                    found.records.push(Vec::new());
                }
                if byte == b'['
                    && let Some(key) = begins_list(&found, &open)
                {
                    found = FirstKeys {
                        list: Some(key),
                        depth: open.len() + 1,
                        ..FirstKeys::default()
                    };
                }
                open.push(Open {
                    is_object: byte == b'{',
                    key: String::new(),
                });
            }
            b'}' | b']' => {
                open.pop();
                if in_list && open.len() + 1 == found.depth {
                    // Behind an empty page of a bare array there may be another one.
                    let goes_on = !found.has_entries && open.first().is_some_and(|outer| !outer.is_object);
                    closed = !goes_on;
                    found.depth = if goes_on { 1 } else { found.depth };
                    found.list = if goes_on { Some(String::new()) } else { found.list };
                }
                let ends_record = in_list && open.len() == found.depth;
                if open.is_empty()
                    || (ends_record && found.records.len() >= records && found.records.iter().any(|record| !record.is_empty()))
                {
                    break;
                }
            }
            b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => found.has_entries |= in_list && open.len() == found.depth,
        }
    }
    if found.records.iter().all(Vec::is_empty) {
        found.records = vec![outermost];
    }
    found
}

/// The key of a list of records, if the next bracket begins one.
fn begins_list(found: &FirstKeys, open: &[Open]) -> Option<String> {
    let is_list_key = |key: &str| LISTS.contains(&key);
    match (found.list.as_deref(), open) {
        (None, []) => Some(String::new()),
        (None, [outer]) if is_list_key(&outer.key) => Some(outer.key.clone()),
        // In a bare array: an array, or a batch or page, which has no members of a record.
        (Some(""), [_]) if found.depth == 1 && found.records.is_empty() => Some(String::new()),
        (Some(""), [_, page]) if found.depth == 1 && is_list_key(&page.key) => {
            let [keys] = found.records.as_slice() else { return None };
            keys.iter()
                .all(|key| is_list_key(key) || key.starts_with('@'))
                .then(|| page.key.clone())
        }
        _ => None,
    }
}

/// The length of a string up to its closing quote. `None` where the text ends before.
fn string_length(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}
