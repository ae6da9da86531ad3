//! Where Polars understands something else than SQL does, or nothing at all: what a question says is
//! written here as Polars takes it for the same, or refused where it would be taken for another
//! question.

use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, CastKind, DataType, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Interval, Query, TimezoneInfo, Value,
    VisitMut, VisitorMut, WindowType,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

use crate::domain::day::Day;
use crate::sql::error::SqlError;
use crate::warehouse::contract::Kind;

/// Functions that make one value of many rows.
const OF_MANY_ROWS: [&str; 9] = ["sum", "count", "avg", "min", "max", "median", "stddev", "variance", "total"];
/// The most digits to which a number is rounded here.
const MOST_DIGITS: usize = 15;

/// Rewrites one expression. `kind_of_time` says of which kind a column is that has dates or times.
pub(super) fn adapt(expr: &mut Expr, kind_of_time: &dyn Fn(&str) -> Option<Kind>) -> Result<(), SqlError> {
    with_times(expr, kind_of_time);
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

/// A text that is compared with a column of dates or times is one itself. Polars sees that where a
/// question has one table, and compares texts where it has two.
fn with_times(expr: &mut Expr, kind_of_time: &dyn Fn(&str) -> Option<Kind>) {
    let kind = |column: &Expr| match column {
        Expr::Identifier(name) => kind_of_time(&name.value),
        Expr::CompoundIdentifier(parts) => kind_of_time(&parts.last()?.value),
        _ => None,
    };
    match expr {
        Expr::BinaryOp { left, right, op } if is_comparison(op) => match (kind(left), kind(right)) {
            (Some(kind), None) => as_time(right, kind),
            (None, Some(kind)) => as_time(left, kind),
            _ => {}
        },
        Expr::Between { expr, low, high, .. } => {
            if let Some(kind) = kind(expr) {
                as_time(low, kind);
                as_time(high, kind);
            }
        }
        Expr::InList { expr, list, .. } => {
            if let Some(kind) = kind(expr) {
                list.iter_mut().for_each(|value| as_time(value, kind));
            }
        }
        _ => {}
    }
}

fn is_comparison(op: &BinaryOperator) -> bool {
    use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
    matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq)
}

/// A text as a date or a time; what is no text stays.
fn as_time(expr: &mut Expr, kind: Kind) {
    let Expr::Value(value) = &*expr else { return };
    let Value::SingleQuotedString(text) = &value.value else { return };
    let is_day = Day::parse(text).is_some();
    if is_day {
        *expr = cast(expr.clone(), DataType::Date);
    }
    if kind == Kind::Instant {
        *expr = cast(expr.clone(), DataType::Timestamp(None, TimezoneInfo::None));
    }
}

fn cast(expr: Expr, data_type: DataType) -> Expr {
    Expr::Cast {
        kind: CastKind::Cast,
        expr: Box::new(expr),
        data_type,
        array: false,
        format: None,
    }
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
    let mut sums = Sums::default();
    let _ = function.args.visit(&mut sums);
    if let Some(WindowType::WindowSpec(window)) = &mut function.over {
        let _ = window.visit(&mut sums);
    }
    sums.has_sum
}

/// Refuses a `WHERE` that sums, or looks along rows: it is about single rows. Polars would take it
/// for a question about all of them.
pub(super) fn check_condition(condition: &Expr) -> Result<(), SqlError> {
    let mut sums = Sums::default();
    let _ = condition.clone().visit(&mut sums);
    match sums.has_sum || sums.has_window {
        true => Err(SqlError::question(
            format!("`WHERE {condition}` asks single rows for what is of many"),
            "HAVING asks groups, QUALIFY asks windows, and a subquery has a value of its own",
        )),
        false => Ok(()),
    }
}

/// What an expression has besides its subqueries.
#[derive(Default)]
struct Sums {
    has_sum: bool,
    has_window: bool,
    /// How many subqueries are around.
    depth: u32,
}

impl VisitorMut for Sums {
    type Break = ();

    fn pre_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expr
            && self.depth == 0
        {
            let name = function.name.to_string().to_lowercase();
            self.has_window |= function.over.is_some();
            self.has_sum |= function.over.is_none() && OF_MANY_ROWS.contains(&name.as_str());
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapted(text: &str) -> Result<String, SqlError> {
        let mut expr = Parser::new(&GenericDialect).try_with_sql(text).unwrap().parse_expr().unwrap();
        let kind_of_time = |column: &str| match column {
            "day" => Some(Kind::Day),
            "at" => Some(Kind::Instant),
            _ => None,
        };
        adapt(&mut expr, &kind_of_time)?;
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
            ("x.day = '2026-09-30'", "x.day = CAST('2026-09-30' AS DATE)"),
            ("'2026-09-30' < day", "CAST('2026-09-30' AS DATE) < day"),
            ("day = 'no day'", "day = 'no day'"),
            ("name = '2026-09-30'", "name = '2026-09-30'"),
            ("at >= '2026-09-30'", "at >= CAST(CAST('2026-09-30' AS DATE) AS TIMESTAMP)"),
            ("at >= '2026-09-30 08:00:00'", "at >= CAST('2026-09-30 08:00:00' AS TIMESTAMP)"),
            ("day IN ('2026-09-30', day)", "day IN (CAST('2026-09-30' AS DATE), day)"),
            (
                "day BETWEEN '2026-09-01' AND '2026-09-30'",
                "day BETWEEN CAST('2026-09-01' AS DATE) AND CAST('2026-09-30' AS DATE)",
            ),
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

    #[test]
    fn a_condition_is_about_single_rows_but_for_its_subqueries() {
        let check = |text: &str| {
            let expr = Parser::new(&GenericDialect).try_with_sql(text).unwrap().parse_expr().unwrap();
            check_condition(&expr)
        };
        for text in ["a > AVG(a)", "a = 1 AND SUM(a) OVER () > 3", "MAX(day) = b"] {
            assert!(check(text).unwrap_err().to_string().contains("single rows"), "{text}");
        }
        for text in [
            "a = 1",
            "day = (SELECT MAX(day) FROM b)",
            "a IN (SELECT SUM(c) FROM b)",
            "ABS(a) > 1",
        ] {
            assert!(check(text).is_ok(), "{text}");
        }
    }
}
