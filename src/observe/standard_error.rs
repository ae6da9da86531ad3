//! Writes messages to standard error. A message that cannot be written (disk full behind `2>>`,
//! reader gone) is dropped: nobody can be told, and the work continues.

use std::borrow::Cow;
use std::io::Write;

/// Writes a whole line to standard error.
pub fn write_line(line: &str) {
    let _ = std::io::stderr().write_all(format!("{}\n", harmless(line)).as_bytes());
}

/// Makes a text harmless for terminals, whatever names it contains: control characters become
/// `\xHH`, except line ends, tabs and colours.
pub fn harmless(text: &str) -> Cow<'_, str> {
    let is_harmless = |letter: char| !letter.is_control() || matches!(letter, '\n' | '\t');
    if text.chars().all(is_harmless) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        if is_harmless(letter) || begins_colour(&text[at..]) {
            clean.push(letter);
        } else {
            clean.push_str(&format!("\\x{:02X}", u32::from(letter)));
        }
    }
    Cow::Owned(clean)
}

/// Returns whether a text begins with `ESC [ numbers m`.
fn begins_colour(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("\u{1b}[") else { return false };
    rest.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ';')
        .starts_with('m')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_and_ends_of_lines_command_a_terminal() {
        assert_eq!(harmless("a\tb\n\u{fc}"), "a\tb\n\u{fc}");
        assert_eq!(harmless("\u{1b}[1;32mgreen\u{1b}[0m"), "\u{1b}[1;32mgreen\u{1b}[0m");
        assert_eq!(harmless("\u{1b}[2J\u{7}\r\u{9b}2J"), "\\x1B[2J\\x07\\x0D\\x9B2J");
        assert_eq!(harmless("\u{1b}]0;title\u{7}"), "\\x1B]0;title\\x07");
    }
}
