//! Subqueries that stand for one value, such as `WHERE day = (SELECT MAX(day) FROM adoption)`.
//! Polars has none of them. Each that can be asked by itself is asked before the question around it,
//! and its answer is written in its place. So a condition on a day prunes files here too.
//!
//! A subquery that names something of the query around it cannot be asked by itself.

use std::ops::ControlFlow;

use polars::prelude::{AnyValue, DataFrame, TimeUnit};
use polars::sql::SQLContext;
use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{Cte, Expr, Query, Statement, VisitMut, VisitorMut, With};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

use crate::domain::day::Day;
use crate::sql::error::SqlError;
use crate::warehouse::data_frame;
use crate::warehouse::error::WarehouseError;

const HINT: &str = "a subquery that stands for a value cannot name columns of the query around it: join the two, or use IN or EXISTS";

/// Puts the answers of subqueries in their places.
pub(super) fn settle(statement: &mut Statement, context: &mut SQLContext, columns: &[&str]) -> Result<(), SqlError> {
    let mut settler = Settler {
        context,
        columns,
        scopes: Vec::new(),
    };
    match statement.visit(&mut settler) {
        ControlFlow::Break(error) => Err(*error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

struct Settler<'a> {
    context: &'a mut SQLContext,
    /// The columns of the tables that the question names.
    columns: &'a [&'a str],
    /// The `WITH`s around a place, the outermost first, as far as they are settled.
    scopes: Vec<Vec<Cte>>,
}

impl Settler<'_> {
    /// Asks a subquery by itself, with what the `WITH`s around it name.
    fn ask(&mut self, query: &Query) -> Result<DataFrame, SqlError> {
        let mut alone = query.clone();
        let own = alone.with.take().map(|with| with.cte_tables).unwrap_or_default();
        let cte_tables: Vec<Cte> = self.scopes.iter().flatten().cloned().chain(own).collect();
        alone.with = (!cte_tables.is_empty()).then(|| With {
            with_token: AttachedToken::empty(),
            recursive: false,
            cte_tables,
        });
        let found = data_frame::answered(|| self.context.execute(&alone.to_string()));
        found.and_then(data_frame::collected).map_err(|error| match error {
            WarehouseError::Query(error) => alone_is_not_enough(query, &SqlError::of(&error, self.columns)),
            error => SqlError::Warehouse(error),
        })
    }
}

fn alone_is_not_enough(query: &Query, error: &SqlError) -> SqlError {
    let hint = match error {
        SqlError::Question { hint, .. } if !hint.is_empty() => hint.as_str(),
        _ => HINT,
    };
    SqlError::question(format!("the subquery `{query}` cannot be asked by itself: {error}"), hint)
}

impl VisitorMut for Settler<'_> {
    type Break = Box<SqlError>;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<Self::Break> {
        let with = query.with.take();
        self.scopes.push(Vec::new());
        for mut cte in with.into_iter().flat_map(|with| with.cte_tables) {
            cte.query.visit(self)?;
            if let Some(scope) = self.scopes.last_mut() {
                scope.push(cte);
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<Self::Break> {
        let cte_tables = self.scopes.pop().unwrap_or_default();
        query.with = (!cte_tables.is_empty()).then(|| With {
            with_token: AttachedToken::empty(),
            recursive: false,
            cte_tables,
        });
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Self::Break> {
        let Expr::Subquery(query) = expr else {
            return ControlFlow::Continue(());
        };
        let settled = self.ask(query).and_then(|rows| value(query, &rows));
        match settled {
            Ok(value) => *expr = value,
            Err(error) => return ControlFlow::Break(Box::new(error)),
        }
        ControlFlow::Continue(())
    }
}

/// The one value of an answer; null where it has no row.
fn value(query: &Query, rows: &DataFrame) -> Result<Expr, SqlError> {
    let (height, width) = rows.shape();
    if width != 1 || height > 1 {
        return Err(SqlError::question(
            format!("the subquery `{query}` stands for one value, and has {height} rows of {width} columns"),
            "MAX, MIN or LIMIT 1 make one value of several; IN compares with all of them",
        ));
    }
    let cell = rows.columns()[0].get(0).unwrap_or(AnyValue::Null);
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let written = match cell {
        AnyValue::Null => "NULL".to_owned(),
        AnyValue::Boolean(flag) => flag.to_string(),
        AnyValue::String(text) => quoted(text),
        AnyValue::StringOwned(text) => quoted(&text),
        AnyValue::Date(day) => format!("DATE '{}'", Day(day)),
        AnyValue::Datetime(micros, TimeUnit::Microseconds, _) => match jiff::Timestamp::from_microsecond(micros) {
            Ok(at) => format!("CAST('{}' AS TIMESTAMP)", at.strftime("%Y-%m-%d %H:%M:%S%.6f")),
            Err(_) => "NULL".to_owned(),
        },
        AnyValue::Float64(number) => format!("{number:?}"),
        number if number.is_primitive_numeric() => number.to_string(),
        AnyValue::Decimal(..) => format!("CAST({cell} AS DECIMAL(38, 4))"),
        other => {
            return Err(SqlError::question(
                format!("the subquery `{query}` gives a {}, which cannot stand in a query", other.dtype()),
                "",
            ));
        }
    };
    let parsed = Parser::new(&GenericDialect)
        .try_with_sql(&written)
        .and_then(|mut parser| parser.parse_expr());
    // A number below 0 stays together.
    parsed
        .map(|value| Expr::Nested(Box::new(value)))
        .map_err(|error| SqlError::question(error.to_string(), ""))
}
