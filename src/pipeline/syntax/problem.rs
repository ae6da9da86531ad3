//! Problems of files that people write: where, what, and what to do about it.

use std::fmt;

/// One problem of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file as the user gave it.
    pub file: String,
    /// Line from 1, or 0 if the problem is of the whole file.
    pub line: usize,
    /// What is wrong and what to do, in lower case, values in back-ticks.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.text),
            line => write!(f, "{}:{line}: {}", self.file, self.text),
        }
    }
}

/// A pipeline file that cannot be used: every problem, one per line, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.problems))]
pub struct SettingsError {
    pub problems: Vec<Problem>,
}

/// Catalogue files that cannot be used: every problem, one per line, file by file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.problems))]
pub struct CatalogueError {
    pub problems: Vec<Problem>,
}

/// How many problems a message shows.
const SHOWN: usize = 50;

fn lines(problems: &[Problem]) -> String {
    let mut lines: Vec<String> = problems.iter().take(SHOWN).map(Problem::to_string).collect();
    if problems.len() > SHOWN {
        lines.push(format!("and {} more", problems.len() - SHOWN));
    }
    lines.join("\n")
}

/// `; did you mean ...?` for a known word, otherwise `otherwise`.
pub(in crate::pipeline) fn hint(nearest: Option<&str>, otherwise: &str) -> String {
    match nearest {
        Some(known) => format!("; did you mean `{known}`?"),
        None => format!("; {otherwise}"),
    }
}

/// Words in back-ticks, as a list in a message.
pub(in crate::pipeline) fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_cut() {
        let problem = |line| Problem {
            file: "a.toml".to_owned(),
            line,
            text: "bad".to_owned(),
        };
        assert_eq!(
            SettingsError {
                problems: vec![problem(0), problem(7)]
            }
            .to_string(),
            "a.toml: bad\na.toml:7: bad"
        );
        let many = CatalogueError {
            problems: (1..=60).map(problem).collect(),
        }
        .to_string();
        assert_eq!(many.lines().count(), 51);
        assert!(many.ends_with("and 10 more"));
    }
}
