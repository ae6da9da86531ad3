//! Recognises, by their first bytes, other kinds of files that partners really have and no format
//! is read from: each with what to do about it.

/// What a Parquet file begins with.
pub const PARQUET: &[u8] = b"PAR1";

/// Kinds of files that begin with certain bytes.
const BEGINNINGS: [(&[u8], &str); 15] = [
    (
        b"PK\x03\x04",
        "a zip file that cannot be unpacked here (encrypted, damaged, within another, or not called `.zip`): unzip it",
    ),
    (b"PK\x05\x06", "a zip file without anything in it"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old Excel workbook (.xls): export it as CSV in UTF-8",
    ),
    (
        b"Obj\x01",
        "an Avro file without the `Body` that captures of event hubs have, or packed with another codec: export JSON lines",
    ),
    (b"%PDF", "a PDF: export CSV or JSON instead"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it"),
    (b"Rar!", "a RAR archive: unpack it"),
    (b"BZh", "compressed with bzip2: use gzip or zstd"),
    (b"\xfd7zXZ\x00", "compressed with xz: use gzip or zstd"),
    (b"\x04\x22\x4d\x18", "compressed with lz4: use gzip or zstd"),
    (b"ORC", "an ORC file: export Parquet, CSV or JSON instead"),
    (b"SQLite format 3\x00", "an SQLite database: export CSV or JSON"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
];

/// What a content is that begins like this, and what to do about it. `None` where it may be of one
/// of the formats.
pub fn recognised(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"PK\x03\x04") && [&b"xl/"[..], b"[Content_Types].xml"].iter().any(|name| contains(head, name)) {
        return Some("an Excel workbook (.xlsx): export it as CSV in UTF-8");
    }
    if let Some((_, what)) = BEGINNINGS.iter().find(|(beginning, _)| head.starts_with(beginning)) {
        return Some(what);
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let begins = |word: &str| {
        text.get(..word.len())
            .is_some_and(|begins| begins.eq_ignore_ascii_case(word.as_bytes()))
    };
    if begins("<!doctype html") || begins("<html") {
        return Some("a web page, probably of a sign-in or an error: download the file again");
    }
    begins("<?xml").then_some("an XML file: export CSV or JSON instead")
}

/// Whether some line begins like JSON.
pub fn has_json_line(head: &[u8]) -> bool {
    head.split(|byte| *byte == b'\n')
        .any(|line| matches!(line.trim_ascii_start(), [b'{' | b'[', ..]))
}

/// Whether a content is text in UTF-16, the lower byte first, with a byte order mark or without.
pub fn is_utf16_little_endian(head: &[u8]) -> bool {
    head.starts_with(b"\xff\xfe") || are_mostly(head, |pair| pair[0] != 0 && pair[1] == 0)
}

/// Whether a content is text in UTF-16, the higher byte first, with a byte order mark or without.
pub fn is_utf16_big_endian(head: &[u8]) -> bool {
    head.starts_with(b"\xfe\xff") || are_mostly(head, |pair| pair[0] == 0 && pair[1] != 0)
}

/// Whether most pairs of bytes are like this. UTF-16 without a byte order mark is recognised so:
/// every second byte of text in Latin letters is zero.
fn are_mostly(head: &[u8], is_like: fn(&[u8; 2]) -> bool) -> bool {
    let pairs = head.as_chunks::<2>().0;
    pairs.len() > 1 && pairs.iter().filter(|pair| is_like(pair)).count() * 10 > pairs.len() * 9
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_kinds_of_files_are_told_by_their_first_bytes() {
        for (head, words) in [
            (&b"PK\x03\x04....mimetype"[..], "a zip file"),
            (b"PK\x03\x04....[Content_Types].xml", "an Excel workbook (.xlsx)"),
            (b"Obj\x01\x04\x16avro.schema", "an Avro file"),
            (b"%PDF-1.7", "a PDF"),
            (b"\n <!DOCTYPE html><html>", "a web page"),
            (b"\xef\xbb\xbf<?xml version=\"1.0\"?>", "an XML file"),
        ] {
            assert!(
                recognised(head).is_some_and(|what| what.starts_with(words)),
                "{words}: {:?}",
                recognised(head)
            );
        }
        for head in [&b"{\"value\":[]}"[..], b"[", b"a,b\n1,2\n", b"", b"\x1f\x8b\x08", b"PAR1"] {
            assert_eq!(recognised(head), None, "{head:?}");
        }
    }
}
