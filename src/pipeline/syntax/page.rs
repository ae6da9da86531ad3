//! The text of a pipeline file, the problems found in it, and values with their lines.

use std::cell::RefCell;

use toml::Spanned;
use toml::de::DeValue;

use crate::pipeline::syntax::problem::Problem;

/// The text of a pipeline file and the problems found in it so far.
pub(in crate::pipeline) struct Page<'t> {
    file: String,
    text: &'t str,
    problems: RefCell<Vec<Problem>>,
}

impl<'t> Page<'t> {
    pub fn new(file: String, text: &'t str) -> Page<'t> {
        Page {
            file,
            text,
            problems: RefCell::default(),
        }
    }

    /// Returns the line (from 1) of the byte at `offset`.
    pub fn line_at(&self, offset: usize) -> usize {
        1 + self.text.as_bytes().iter().take(offset).filter(|&&byte| byte == b'\n').count()
    }

    /// Adds a problem of a line. Line 0 is the whole file.
    pub fn note(&self, line: usize, text: String) {
        self.problems.borrow_mut().push(Problem {
            file: self.file.clone(),
            line,
            text,
        });
    }

    /// Returns the problems in the order of the file.
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.line);
        problems
    }

    /// Returns a value as it is written, for a message: on one line, not too long.
    pub fn written(&self, value: &Spanned<DeValue<'_>>) -> String {
        let text = match value.get_ref() {
            DeValue::String(text) => text.as_ref(),
            _ => self.text.get(value.span()).unwrap_or_default(),
        };
        shortened(text)
    }
}

/// Returns a text on one line of at most 80 characters.
pub(in crate::pipeline) fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// A value and its line.
#[derive(Clone, Debug, PartialEq)]
pub struct Written<T> {
    pub value: T,
    /// Line in the pipeline file, from 1.
    pub line: usize,
}
