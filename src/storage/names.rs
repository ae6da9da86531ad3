//! Names of objects as text. The path of a raw file is a key of tables and is printed on terminals,
//! so it is text without control characters, and two files never have the same one.
//!
//! A name stays as it is, except that these bytes are written as `\xHH`:
//!
//! | bytes | why |
//! |---|---|
//! | those that are not UTF-8 | a text cannot hold them, and one sign for all of them would make one name of two |
//! | control characters | printed as they are they could command a terminal |
//! | a backslash before `x` and two hexadecimal digits | so that the way back is unambiguous |

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The text of one name.
pub fn text_of(name: &OsStr) -> Cow<'_, str> {
    if let Some(text) = name.to_str()
        && text.bytes().all(|byte| byte != b'\\' && (b' '..0x7f).contains(&byte))
    {
        return Cow::Borrowed(text);
    }
    Cow::Owned(escaped(name.as_encoded_bytes()))
}

/// The text of a path of several names, with `/` between them.
pub fn text_of_path(path: &Path) -> String {
    let names: Vec<Cow<'_, str>> = path.iter().map(text_of).collect();
    names.join("/")
}

fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 8);
    let escape = |text: &mut String, bytes: &[u8]| {
        for byte in bytes {
            // Writing to a string does not fail.
            let _ = write!(text, "\\x{byte:02X}");
        }
    };
    for chunk in bytes.utf8_chunks() {
        for (at, letter) in chunk.valid().char_indices() {
            let rest = &chunk.valid().as_bytes()[at..];
            if letter.is_control() || escape_at(rest).is_some() {
                escape(&mut text, &rest[..letter.len_utf8()]);
            } else {
                text.push(letter);
            }
        }
        escape(&mut text, chunk.invalid());
    }
    text
}

/// The byte of the escape that a text begins with.
fn escape_at(text: &[u8]) -> Option<u8> {
    match text {
        [b'\\', b'x', high, low, ..] => {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
        }
        _ => None,
    }
}

/// The path that a text was made of.
pub fn path_of(text: &str) -> PathBuf {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        match escape_at(rest) {
            Some(byte) => {
                bytes.push(byte);
                rest = &rest[4..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    PathBuf::from(os_text(bytes))
}

#[cfg(unix)]
fn os_text(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

#[cfg(not(unix))]
fn os_text(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};

    use proptest::prelude::*;

    use super::*;

    fn text(bytes: &[u8]) -> String {
        text_of(OsStr::from_bytes(bytes)).into_owned()
    }

    #[test]
    fn only_what_is_no_text_or_commands_a_terminal_is_written_otherwise() {
        assert_eq!(text(b"PT1H.json"), "PT1H.json");
        assert_eq!(text("M\u{fc}ller \\ 50 %FC.csv".as_bytes()), "M\u{fc}ller \\ 50 %FC.csv");
        assert_eq!(text(b"M\xfcller.csv"), "M\\xFCller.csv");
        assert_eq!(text(b"M\xf6ller.csv"), "M\\xF6ller.csv");
        assert_eq!(text(b"a\x1b[2Jb\n"), "a\\x1B[2Jb\\x0A");
        assert_eq!(text("\u{9b}2J".as_bytes()), "\\xC2\\x9B2J");
        assert_eq!(text(b"M\\xFCller.csv"), "M\\x5CxFCller.csv");
    }

    proptest! {
        #[test]
        fn every_name_comes_back_from_its_text(
            pieces in proptest::collection::vec(proptest::sample::select(vec![
                &b"a"[..], b"\\", b"x", b"FC", b"\\xFC", b"\xfc", b"\xc3", b"\xbc", b"\x07", b"\xe2\x82", b" ",
            ]), 0..12),
        ) {
            let name = pieces.concat();
            let text = text(&name);
            prop_assert!(!text.contains(char::is_control));
            prop_assert_eq!(path_of(&text).into_os_string().into_vec(), name);
        }
    }
}
