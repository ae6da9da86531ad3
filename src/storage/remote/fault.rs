//! What a store answers when it refuses, as errors of the storage, without secrets.

use std::error::Error as _;
use std::io::{self, ErrorKind};

use object_store::Error;

/// An error of the store as one of the system.
pub fn io_error(error: Error) -> io::Error {
    let kind = match &error {
        Error::NotFound { .. } => ErrorKind::NotFound,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => ErrorKind::PermissionDenied,
        Error::AlreadyExists { .. } => ErrorKind::AlreadyExists,
        _ => ErrorKind::Other,
    };
    io::Error::new(kind, text_of(&error))
}

/// The error and what caused it, each said once.
fn text_of(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    without_secrets(&text)
}

/// A text without the queries of URLs: a shared access signature is one.
fn without_secrets(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, url)) = rest.split_once("://") {
        let end = url.find(|letter: char| letter.is_whitespace() || "\"'()<>`".contains(letter));
        let (url, after) = url.split_at(end.unwrap_or(url.len()));
        let (place, query) = url.split_once('?').map_or((url, None), |(place, query)| (place, Some(query)));
        clean.push_str(before);
        clean.push_str("://");
        clean.push_str(place);
        if query.is_some() {
            clean.push_str("?...");
        }
        rest = after;
    }
    clean.push_str(rest);
    // One line: what a server sends as HTML or XML is for nobody's terminal.
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_not_repeated() {
        let text = "GET (https://a.blob.core.windows.net/c/x?sv=1&sig=SECRET) failed,\n see http://b/c, https://d?e=SECRET";
        let clean = without_secrets(text);
        assert_eq!(
            clean,
            "GET (https://a.blob.core.windows.net/c/x?...) failed, see http://b/c, https://d?..."
        );
    }
}
