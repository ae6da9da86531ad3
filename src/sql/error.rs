//! What can be wrong with a question, with the names that somebody may have meant.

use polars::error::PolarsError;

use crate::pipeline::syntax::nearest::nearest_few;
use crate::warehouse::error::WarehouseError;

/// How many names are suggested.
pub const SUGGESTIONS: usize = 3;

/// What Polars says where it would have to compare decimals bit by bit: it has 128 bits in a feature
/// that is not built in.
const NO_SUCH_TYPE: &str = "activate 'dtype-u128";

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    /// The warehouse or a published file cannot be read.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// The question cannot be answered as it is written.
    #[error("{message}")]
    Question { message: String, hint: String },
}

impl SqlError {
    pub fn question(message: impl Into<String>, hint: impl Into<String>) -> SqlError {
        SqlError::Question {
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// What Polars says of a question. `columns` are those of the tables that it names.
    pub fn of(error: &PolarsError, columns: &[&str]) -> SqlError {
        let message = said(error);
        if message.contains(NO_SUCH_TYPE) {
            return SqlError::question(
                "rows cannot be grouped by an amount of money",
                "`CAST(… AS DOUBLE)` or `CAST(… AS VARCHAR)` can stand in its place",
            );
        }
        let near = quoted(&message).and_then(|name| did_you_mean(name, columns));
        let hint = near.unwrap_or_else(|| match is_text_for_a_date(&message) {
            true => "write a date as `DATE '2026-09-30'`, a time as `TIMESTAMP '2026-09-30 08:00:00'`".to_owned(),
            false => String::new(),
        });
        SqlError::Question { message, hint }
    }
}

/// The names near to one, as a question.
pub fn did_you_mean(name: &str, known: &[&str]) -> Option<String> {
    if known.contains(&name) || name.contains(char::is_whitespace) {
        return None;
    }
    let near = nearest_few(name, known.iter().copied(), SUGGESTIONS);
    (!near.is_empty()).then(|| format!("did you mean `{}`?", near.join("`, `")))
}

/// The sentence behind the words that Polars puts around it.
fn said(error: &PolarsError) -> String {
    let text = match error {
        PolarsError::Context { error, .. } | PolarsError::ExprContext { error, .. } => return said(error),
        PolarsError::ColumnNotFound(text) | PolarsError::SchemaFieldNotFound(text) => match quoted(text) {
            Some(name) => return format!("there is no column `{name}`"),
            None if text.split_whitespace().count() == 1 => return format!("there is no column `{text}`"),
            None => text.to_string(),
        },
        PolarsError::SQLInterface(text)
        | PolarsError::SQLSyntax(text)
        | PolarsError::ComputeError(text)
        | PolarsError::InvalidOperation(text)
        | PolarsError::SchemaMismatch(text)
        | PolarsError::Duplicate(text)
        | PolarsError::ShapeMismatch(text)
        | PolarsError::OutOfBounds(text) => text.to_string(),
        other => other.to_string(),
    };
    // What follows a blank line is about the plan that Polars made of the question.
    let text = text.split("\n\n").next().unwrap_or_default();
    text.strip_prefix("sql parser error: ").unwrap_or(text).trim().to_owned()
}

/// Whether a text stands where a date should: Polars takes it for one in some places only.
fn is_text_for_a_date(message: &str) -> bool {
    message.contains("to a string value") || (message.contains("date on") && message.contains("str on"))
}

/// The first name in quotes of a sentence.
fn quoted(text: &str) -> Option<&str> {
    let from = text.find(['"', '\'', '`'])?;
    let mark = text[from..].chars().next()?;
    let rest = &text[from + mark.len_utf8()..];
    rest.find(mark).map(|end| &rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_there_gets_the_nearest_ones() {
        let columns = ["seats_sold", "seats_assigned", "day"];
        let error = PolarsError::ColumnNotFound("unable to find column \"seat_sold\"; valid columns: [..]".into());
        let SqlError::Question { message, hint } = SqlError::of(&error, &columns) else {
            panic!("it is about the question");
        };
        assert_eq!(message, "there is no column `seat_sold`");
        assert_eq!(hint, "did you mean `seats_sold`?");
        let known = PolarsError::SQLInterface("column \"day\" cannot be added".into());
        let SqlError::Question { hint, .. } = SqlError::of(&known, &columns) else {
            panic!("it is about the question");
        };
        assert_eq!(hint, "", "a column that is there is not misspelt");
    }
}
