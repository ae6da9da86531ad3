//! Finds single records of a raw file again, by the line and the id that were noted when the file
//! was read.
//!
//! A record may be a line, a part of a line (a batch), or a part of a document of many lines, of
//! which only the first line was noted. So the search goes to the noted line, and from there on to
//! the id. In JSON the record is the outermost object around the id that is an element of an array,
//! or where that is a batch or page, the one in its list. If there is none, it is the outermost
//! object. In any other text the record is the line.

use crate::sources::bytes::documents::DocumentEnd;
use crate::sources::bytes::first_bytes::PARQUET;
use crate::sources::bytes::input::Input;
use crate::sources::bytes::limits::Limits;
use crate::sources::bytes::lines::Step;
use crate::sources::bytes::open_file::OpenFile;
use crate::sources::detect::first_keys::LISTS;
use crate::sources::formats::usage_report::reports::is_of_report;

/// What was found at the place of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundRecord {
    /// The bytes of the record.
    Record(Vec<u8>),
    /// Why there is none.
    Missing(&'static str),
}

/// Finds records by the line in which they begin (in a document, the line in which the document
/// begins) and the id that they have. The answers are in the order of `wanted`.
pub fn find_records(input: &mut dyn Input, compressed_size: u64, wanted: &[(u64, String)]) -> Vec<FoundRecord> {
    let limits = Limits::of_file(compressed_size);
    let mut file = OpenFile::new(input, compressed_size, limits);
    if file.content.peek(PARQUET.len()).starts_with(PARQUET) {
        return vec![FoundRecord::Missing("a row of a Parquet file has no text to show"); wanted.len()];
    }
    let mut answers = vec![FoundRecord::Missing("the file has changed: the event is no longer there"); wanted.len()];
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|at| wanted[*at].0);
    let mut lines = file.lines();
    let mut waiting = order.into_iter().peekable();
    while let Some(first) = waiting.peek().map(|at| wanted[*at].0) {
        let (number, line, ended) = match lines.step() {
            Step::Line { number, bytes, ended } => (number, bytes, ended),
            Step::TooLong { .. } => continue,
            Step::Error { .. } | Step::End => break,
        };
        if number < first {
            continue;
        }
        let here: Vec<usize> = std::iter::from_fn(|| waiting.next_if(|at| wanted[*at].0 <= number)).collect();
        let absent = take(line, wanted, &here, &mut answers);
        // A document of many lines that begins in this one, maybe behind the end of another.
        let (length, begins_at) = (line.len(), line.iter().position(|byte| matches!(byte, b'{' | b'[')));
        let is_json = matches!(line.trim_ascii_start(), [b'{' | b'[' | b'}' | b']', ..]);
        let Some(begins_at) = begins_at.filter(|_| is_json && ended && !absent.is_empty()) else {
            continue;
        };
        lines.step_back(length, ended);
        lines.pass(begins_at);
        let end = lines.document(limits.document_bytes);
        let waiting = lines.waiting();
        let document = match end {
            DocumentEnd::At(length) => &waiting[..length],
            _ => waiting,
        };
        take(document, wanted, &absent, &mut answers);
        let _ = lines.step();
    }
    answers
}

/// Answers for the records that a text has, and returns those that it does not have.
fn take(text: &[u8], wanted: &[(u64, String)], which: &[usize], answers: &mut [FoundRecord]) -> Vec<usize> {
    let mut absent = Vec::new();
    for &at in which {
        let id = &wanted[at].1;
        if is_of_report(id) {
            answers[at] = row_of_report(text);
            continue;
        }
        match record_with(text, id.as_bytes()) {
            Some(record) => answers[at] = FoundRecord::Record(record.to_vec()),
            None => absent.push(at),
        }
    }
    absent
}

/// The row of a usage report. It has no id, so it is the line; in a page of many users nothing says
/// which row it is.
fn row_of_report(text: &[u8]) -> FoundRecord {
    let Some(begins_at) = text.iter().position(|byte| !byte.is_ascii_whitespace()) else {
        return FoundRecord::Missing("the file has changed: the row is no longer there");
    };
    match text[begins_at] {
        b'{' if !has_list(text) => match object_around(text, begins_at) {
            Some((start, end)) => FoundRecord::Record(text[start..end].to_vec()),
            None => FoundRecord::Record(text.to_vec()),
        },
        b'{' | b'[' => FoundRecord::Missing("a page of a usage report has many users and no ids: look for the user's name in the file"),
        _ => FoundRecord::Record(text.to_vec()),
    }
}

/// Whether a text has the list of a page.
fn has_list(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    LISTS.iter().any(|list| text.contains(&format!("\"{list}\"")))
}

/// The record in a text that has an id, in any case; `None` where the text does not have it.
fn record_with<'a>(text: &'a [u8], id: &[u8]) -> Option<&'a [u8]> {
    let at = find_any_case(text, id)?;
    if !matches!(text.trim_ascii_start(), [b'{' | b'[', ..]) {
        return Some(text);
    }
    let (start, end) = object_around(text, at)?;
    Some(&text[start..end])
}

/// The place of an id in a text, its letters in any case.
fn find_any_case(text: &[u8], id: &[u8]) -> Option<usize> {
    if id.is_empty() || text.len() < id.len() {
        return None;
    }
    let (lower, upper) = (id[0].to_ascii_lowercase(), id[0].to_ascii_uppercase());
    memchr::memchr2_iter(lower, upper, &text[..=text.len() - id.len()]).find(|&at| text[at..at + id.len()].eq_ignore_ascii_case(id))
}

/// The record around a place in a JSON text: where it begins and ends.
fn object_around(text: &[u8], place: usize) -> Option<(usize, usize)> {
    // The open brackets, with their places.
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut record: Option<(usize, usize)> = None;
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'"' => at += length_of_string(&text[at..]),
            bracket @ (b'{' | b'[') => open.push((bracket, at)),
            b'}' | b']' => {
                open.pop();
                if let Some((start, depth)) = record
                    && open.len() == depth
                {
                    return Some((start, at + 1));
                }
            }
            _ => {}
        }
        at += 1;
        if record.is_none() && at > place {
            let depth = record_depth(text, &open)?;
            record = Some((open[depth].1, depth));
        }
    }
    // The text ends within the record: the rest of the text is the record.
    record.map(|(start, _)| (start, text.len()))
}

/// Which of the open brackets begins the record: with what each is, and its place.
fn record_depth(text: &[u8], open: &[(u8, usize)]) -> Option<usize> {
    let is_object = |depth: usize| open.get(depth).is_some_and(|(bracket, _)| *bracket == b'{');
    let is_item = |depth: &usize| is_object(*depth) && open[depth - 1].0 == b'[';
    let Some(mut depth) = (1..open.len()).find(is_item) else {
        return (0..open.len()).find(|depth| is_object(*depth));
    };
    // An item of a bare array may be a batch or page.
    while depth == 1 && open.get(2).is_some_and(|(bracket, at)| *bracket == b'[' && is_list(&text[..*at])) && is_item(&3) {
        depth = 3;
    }
    Some(depth)
}

/// Whether a text ends with the key of a batch or page.
fn is_list(before: &[u8]) -> bool {
    let key = before.trim_ascii_end().strip_suffix(b":").unwrap_or_default().trim_ascii_end();
    LISTS.iter().any(|list| key.ends_with(format!("\"{list}\"").as_bytes()))
}

/// The number of bytes from the opening quote of a string to its closing quote.
fn length_of_string(text: &[u8]) -> usize {
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::testing::gzip;

    fn found(bytes: &[u8], wanted: &[(u64, &str)]) -> Vec<String> {
        let wanted: Vec<(u64, String)> = wanted.iter().map(|(line, id)| (*line, (*id).to_owned())).collect();
        find_records(&mut &bytes[..], bytes.len() as u64, &wanted)
            .into_iter()
            .map(|found| match found {
                FoundRecord::Record(bytes) => String::from_utf8(bytes).unwrap_or_default(),
                FoundRecord::Missing(why) => format!("missing: {why}"),
            })
            .collect()
    }

    #[test]
    fn the_row_of_a_usage_report_is_its_line_and_in_a_page_nothing_says_which() {
        let id = "getTeamsUserActivityUserDetail";
        assert_eq!(found(b"User,Count\nanna,1\nbert,2\n", &[(3, id)]), ["bert,2"]);
        assert_eq!(found(b"{\"a\":1}\n{\"a\":2}\n", &[(2, id)]), ["{\"a\":2}"]);
        let of_service = "getOffice365ActiveUserDetail/teams";
        assert!(found(b"{\"value\":[{\"a\":1}]}", &[(1, of_service)])[0].contains("many users"));
    }

    const GONE: &str = "missing: the file has changed: the event is no longer there";

    #[test]
    fn a_record_that_is_a_line_is_found_in_any_order_and_case() {
        let text = b"{\"id\":\"A1\",\"list\":[{\"x\":1}]}\n\n{\"id\":\"b2\"}\n";
        let expected = ["{\"id\":\"b2\"}", "{\"id\":\"A1\",\"list\":[{\"x\":1}]}", GONE];
        assert_eq!(found(text, &[(3, "b2"), (1, "a1"), (2, "b9")]), expected);
        assert_eq!(found(&gzip(text), &[(3, "B2"), (1, "a1"), (7, "a1")]), expected);
    }

    #[test]
    fn a_record_in_a_batch_or_a_document_of_many_lines_is_cut_out_of_it() {
        let batch = b"{\"records\":[{\"id\":\"a}1\",\"p\":{\"q\":[{\"r\":2}]}},{\"id\":\"b2\"}]}\n{\"id\":\"c3\"}";
        assert_eq!(
            found(batch, &[(1, "a}1"), (1, "b2"), (2, "c3")]),
            ["{\"id\":\"a}1\",\"p\":{\"q\":[{\"r\":2}]}}", "{\"id\":\"b2\"}", "{\"id\":\"c3\"}"]
        );
        let array = b"[{\"id\":\"a1\"},{\"value\":[{\"id\":\"b2\",\"x\":[{\"y\":\"c3\"}]},{\"id\":\"d4\"}]}]";
        assert_eq!(
            found(array, &[(1, "a1"), (1, "c3"), (1, "d4")]),
            ["{\"id\":\"a1\"}", "{\"id\":\"b2\",\"x\":[{\"y\":\"c3\"}]}", "{\"id\":\"d4\"}"]
        );
        let several = b"[\n{\n\"id\": \"a1\"\n}\n]{\n\"id\":\"b2\"\n}\n";
        assert_eq!(
            found(several, &[(1, "a1"), (5, "b2"), (6, "b2")]),
            ["{\n\"id\": \"a1\"\n}", "{\n\"id\":\"b2\"\n}", "\"id\":\"b2\""]
        );
        let pretty = b"{\n \"value\": [\n  {\n   \"id\": \"a1\"\n  },\n  {\"id\": \"b2\"}\n ]\n}\n";
        assert_eq!(
            found(pretty, &[(1, "b2"), (1, "a1")]),
            ["{\"id\": \"b2\"}", "{\n   \"id\": \"a1\"\n  }"]
        );
    }

    #[test]
    fn a_record_of_a_table_is_its_line_and_a_row_of_a_parquet_file_has_none() {
        assert_eq!(found(b"id,at\na1,2\nb2,3\n", &[(2, "a1")]), ["a1,2"]);
        let parquet = found(b"PAR1 and so on", &[(2, "a1")]);
        assert!(parquet[0].starts_with("missing: a row of a Parquet file"), "{parquet:?}");
    }
}
