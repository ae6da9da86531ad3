//! Where Polars understands something else than SQL does, or nothing at all: what a question says is
//! written here as Polars takes it for the same, or refused where it would be taken for another
//! question.

use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Interval, Value, VisitMut, VisitorMut, WindowType};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use std::ops::ControlFlow;

use crate::sql::error::SqlError;

/// Functions that make one value of many rows.
const OF_MANY_ROWS: [&str; 9] = ["sum", "count", "avg", "min", "max", "median", "stddev", "variance", "total"];
/// The most digits to which a number is rounded here.
const MOST_DIGITS: usize = 15;

/// Rewrites one expression.
pub(super) fn adapt(expr: &mut Expr) -> Result<(), SqlError> {
    let adapted = match expr {
        // Polars takes what is unknown for false here.
        Expr::IsNotTrue(inner) => format!("(COALESCE({inner}, FALSE) = FALSE)"),
        Expr::IsNotFalse(inner) => format!("(COALESCE({inner}, TRUE) = TRUE)"),
        // `INTERVAL 1 MONTH` and `INTERVAL '1' MONTH` are `INTERVAL '1 month'`.
        Expr::Interval(Interval {
            value,
            leading_field: Some(field),
            ..
        }) => match number_of(value) {
            Some(number) => format!("INTERVAL '{number} {}'", field.to_string().to_lowercase()),
            None => return Ok(()),
        },
        Expr::Function(function) => {
            let Some(arguments) = arguments_of(&function.args) else {
                return Ok(());
            };
            if function.over.is_some() && sums_in_a_window(function) {
                return Err(SqlError::question(
                    format!("`{function}` looks along sums that are made in the same SELECT"),
                    "make the sums in a WITH, and look along them in the SELECT that follows",
                ));
            }
            match rounded(&function.name.to_string(), &arguments) {
                Some(rounded) => rounded,
                None => return Ok(()),
            }
        }
        _ => return Ok(()),
    };
    let parsed = Parser::new(&GenericDialect)
        .try_with_sql(&adapted)
        .and_then(|mut parser| parser.parse_expr());
    *expr = parsed.map_err(|error| SqlError::question(error.to_string(), ""))?;
    Ok(())
}

fn number_of(value: &Expr) -> Option<String> {
    let Expr::Value(value) = value else { return None };
    let (Value::Number(text, _) | Value::SingleQuotedString(text)) = &value.value else {
        return None;
    };
    text.trim().parse::<i64>().ok().map(|number| number.to_string())
}

/// The arguments of a function, where all of them are plain expressions.
fn arguments_of(arguments: &FunctionArguments) -> Option<Vec<&Expr>> {
    let FunctionArguments::List(list) = arguments else { return None };
    let plain = |argument| match argument {
        &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref expr)) => Some(Some(expr)),
        // `COUNT(*)` has none that matters.
        FunctionArg::Unnamed(_) => Some(None),
        _ => None,
    };
    let arguments: Vec<Option<&Expr>> = list.args.iter().map(plain).collect::<Option<_>>()?;
    Some(arguments.into_iter().flatten().collect())
}

/// Polars rounds a half to the even digit; SQL, and whoever reads percents, away from zero.
fn rounded(name: &str, arguments: &[&Expr]) -> Option<String> {
    if !name.eq_ignore_ascii_case("round") {
        return None;
    }
    let (number, digits) = match arguments {
        [number] => (number, 0),
        [number, digits] => (number, number_of(digits)?.parse::<usize>().ok()?),
        _ => return None,
    };
    let power = format!("1{}.0", "0".repeat(digits));
    (digits <= MOST_DIGITS).then(|| format!("(SIGN({number}) * FLOOR(ABS({number}) * {power} + 0.5) / {power})"))
}

/// Whether a window function is about sums of groups. Polars would look along the rows of each group
/// instead.
fn sums_in_a_window(function: &sqlparser::ast::Function) -> bool {
    let mut function = function.clone();
    let mut sums = Sums(false);
    let _ = function.args.visit(&mut sums);
    if let Some(WindowType::WindowSpec(window)) = &mut function.over {
        let _ = window.visit(&mut sums);
    }
    sums.0
}

struct Sums(bool);

impl VisitorMut for Sums {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expr
            && function.over.is_none()
            && OF_MANY_ROWS.contains(&function.name.to_string().to_lowercase().as_str())
        {
            self.0 = true;
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends by panicking")]

    use super::*;

    fn adapted(text: &str) -> Result<String, SqlError> {
        let mut expr = Parser::new(&GenericDialect).try_with_sql(text).unwrap().parse_expr().unwrap();
        adapt(&mut expr)?;
        Ok(expr.to_string())
    }

    #[test]
    fn what_sql_means_is_written_as_polars_takes_it() {
        for (written, expected) in [
            ("a IS NOT TRUE", "(COALESCE(a, false) = false)"),
            ("INTERVAL 1 MONTH", "INTERVAL '1 month'"),
            ("INTERVAL '28' DAY", "INTERVAL '28 day'"),
            ("INTERVAL '28 days'", "INTERVAL '28 days'"),
            ("ROUND(a)", "(SIGN(a) * FLOOR(ABS(a) * 1.0 + 0.5) / 1.0)"),
            ("ROUND(a, 2)", "(SIGN(a) * FLOOR(ABS(a) * 100.0 + 0.5) / 100.0)"),
            ("ROUND(a, b)", "ROUND(a, b)"),
            ("SUM(a)", "SUM(a)"),
            ("SUM(a) OVER (PARTITION BY b)", "SUM(a) OVER (PARTITION BY b)"),
        ] {
            assert_eq!(adapted(written).unwrap(), expected);
        }
    }

    #[test]
    fn a_window_over_sums_is_refused_since_polars_takes_it_for_another_question() {
        for text in [
            "LAG(SUM(a)) OVER (ORDER BY b)",
            "RANK() OVER (ORDER BY SUM(a) DESC)",
            "SUM(COUNT(*)) OVER ()",
        ] {
            assert!(adapted(text).unwrap_err().to_string().contains("looks along sums"), "{text}");
        }
    }
}
