//! Which days a condition leaves: the parts of it that are about the day alone are asked of the days
//! that there are, and files of the others are not opened.

use std::collections::BTreeSet;

use polars::prelude::{Column, DataFrame, DataType, Expr, IntoLazy, NamedFrom, Operator, Series, col};

use crate::domain::day::Day;

/// The days for which the condition can hold. A part of it that is about anything else excludes
/// nothing, and neither does one that Polars cannot answer for days alone.
pub(super) fn left(days: BTreeSet<Day>, column: &str, condition: Option<&Expr>) -> BTreeSet<Day> {
    let mut parts = Vec::new();
    condition.into_iter().for_each(|condition| split(condition, &mut parts));
    parts.retain(|part| is_cell_by_cell(part) && names_only(part, column));
    parts.into_iter().fold(days, |days, part| kept(&days, column, part).unwrap_or(days))
}

/// A condition without what Polars adds to it: where the first rows of an order are asked for, it
/// tells in the course of the work what cannot be among them any more. That is no expression that
/// could be asked here, and leaves nothing out that would not be left out later.
pub(super) fn as_asked(condition: &Expr) -> Option<Expr> {
    let mut parts = Vec::new();
    split(condition, &mut parts);
    let asked = parts
        .into_iter()
        .filter(|part| !part.into_iter().any(|node| matches!(node, Expr::Display { .. })));
    asked.cloned().reduce(|one, other| one.and(other))
}

/// The parts of a condition that all have to hold.
fn split<'a>(condition: &'a Expr, parts: &mut Vec<&'a Expr>) {
    match condition {
        Expr::BinaryExpr {
            left,
            op: Operator::And | Operator::LogicalAnd,
            right,
        } => {
            split(left, parts);
            split(right, parts);
        }
        _ => parts.push(condition),
    }
}

/// Whether an expression names one column at most, and that one.
fn names_only(expr: &Expr, column: &str) -> bool {
    let names = expr.into_iter().filter_map(|node| match node {
        Expr::Column(name) => Some(name.as_str()),
        _ => None,
    });
    names.into_iter().all(|name| name == column)
}

/// Whether the value of an expression for a row follows from that row alone, so that it is the same
/// whichever rows stand beside it.
pub(super) fn is_cell_by_cell(expr: &Expr) -> bool {
    match expr {
        Expr::Column(_) | Expr::Literal(_) => true,
        Expr::Alias(inner, _) | Expr::Cast { expr: inner, .. } => is_cell_by_cell(inner),
        Expr::BinaryExpr { left, right, .. } => is_cell_by_cell(left) && is_cell_by_cell(right),
        Expr::Ternary { predicate, truthy, falsy } => [predicate, truthy, falsy].into_iter().all(|inner| is_cell_by_cell(inner)),
        Expr::Function { input, .. } => input.iter().all(is_cell_by_cell),
        // `IN` compares with a list that is gathered of values.
        Expr::Agg(_) => expr.into_iter().all(|node| !matches!(node, Expr::Column(_))),
        _ => false,
    }
}

fn kept(days: &BTreeSet<Day>, column: &str, part: &Expr) -> Option<BTreeSet<Day>> {
    let numbers: Vec<i32> = days.iter().map(|day| day.0).collect();
    let dates = Series::new(column.into(), numbers).cast(&DataType::Date).ok()?;
    let frame = DataFrame::new(days.len(), vec![Column::from(dates)]).ok()?;
    let left = frame
        .lazy()
        .filter(part.clone())
        .select([col(column).cast(DataType::Int32)])
        .collect()
        .ok()?;
    let left = left.columns().first()?.i32().ok()?;
    Some(left.iter().flatten().map(Day).collect())
}

#[cfg(test)]
mod tests {
    use polars::prelude::lit;
    use polars::sql::sql_expr;

    use super::*;

    #[track_caller]
    fn leaves(condition: &str, expected: &[&str]) {
        let days: BTreeSet<Day> = Day::parse("2026-01-30").unwrap().to(Day::parse("2026-02-02").unwrap()).collect();
        let left = left(days, "day", Some(&sql_expr(condition).unwrap()));
        assert_eq!(left.iter().map(Day::to_string).collect::<Vec<_>>(), expected, "{condition}");
    }

    const ALL: [&str; 4] = ["2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02"];

    #[test]
    fn conditions_on_the_day_leave_its_days() {
        leaves("day = DATE '2026-01-31'", &ALL[1..2]);
        leaves("day = DATE '2026-01-31'", &ALL[1..2]);
        leaves("day >= DATE '2026-02-01' AND seats_sold > 4", &ALL[2..]);
        leaves(
            "seats_sold > 4 AND (day = DATE '2026-01-30' OR day > DATE '2026-02-01')",
            &[ALL[0], ALL[3]],
        );
        leaves("day BETWEEN DATE '2026-01-31' AND DATE '2026-02-01'", &ALL[1..3]);
        leaves("day IN (DATE '2026-01-31', DATE '2026-02-02')", &[ALL[1], ALL[3]]);
        leaves("EXTRACT(MONTH FROM day) = 2", &ALL[2..]);
        leaves("day + INTERVAL '1 day' = DATE '2026-02-01'", &ALL[1..2]);
        leaves("NOT day = DATE '2026-01-30'", &ALL[1..]);
        leaves("day IS NULL", &[]);
    }

    #[test]
    fn conditions_on_anything_else_exclude_no_day() {
        leaves("seats_sold > 4", &ALL);
        leaves("day = DATE '2026-01-31' OR seats_sold > 4", &ALL);
        leaves("last_day = DATE '2026-01-31'", &ALL);
        let days: BTreeSet<Day> = [Day(1)].into();
        assert_eq!(left(days.clone(), "day", None), days);
        let of_all = col("day").eq(col("day").max());
        assert_eq!(left(days.clone(), "day", Some(&of_all)), days, "not cell by cell");
        assert!(left(days, "day", Some(&lit(false))).is_empty());
    }
}
