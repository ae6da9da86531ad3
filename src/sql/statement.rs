//! One statement, parsed, with every name of a table resolved.
//!
//! Polars looks for a table first and for a `WITH` of that name then, knows no schemas, and minds
//! upper and lower case. So every name that means a table is written here as Polars is told it
//! (`"published.adoption"`, which nobody else calls anything), with the name that the question has
//! for it as its alias. What a `WITH` names hides a table of that name, from there on. Polars knows
//! `WITH` at the beginning of a statement alone, so all of them are moved there, each name with a
//! number.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{
    Cte, Expr, Ident, ObjectName, ObjectNamePart, Query, Select, SetExpr, Statement, TableAlias, TableFactor, VisitMut, VisitorMut, With,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserOptions};

use crate::sql::dialect;
use crate::sql::error::SqlError;
use crate::sql::tables::{Schema, Tables};

const ONLY_QUESTIONS: &str = "a question begins with SELECT, WITH or EXPLAIN; `uptake query --list` names the tables";

/// A statement whose names are resolved.
pub(super) struct Resolved {
    pub statement: Statement,
    /// The tables that it names, as Polars is to be told them.
    pub tables: BTreeSet<String>,
}

/// Parses a text: one statement that asks something and changes nothing.
pub(super) fn parse(text: &str) -> Result<Statement, SqlError> {
    let wrong = |error: sqlparser::parser::ParserError| {
        let message = error.to_string();
        SqlError::question(message.strip_prefix("sql parser error: ").unwrap_or(&message), "")
    };
    let options = ParserOptions::default().with_trailing_commas(true);
    let mut parser = Parser::new(&GenericDialect)
        .with_options(options)
        .try_with_sql(text)
        .map_err(wrong)?;
    let statements = parser.parse_statements().map_err(wrong)?;
    match <[Statement; 1]>::try_from(statements) {
        Ok([statement]) if asks(&statement) => Ok(statement),
        Ok([statement]) => {
            let text = statement.to_string();
            let verb = text.split_whitespace().next().unwrap_or_default();
            Err(SqlError::question(
                format!("`{}` is no question: nothing is changed here", verb.to_uppercase()),
                ONLY_QUESTIONS,
            ))
        }
        Err(none) if none.is_empty() => Err(SqlError::question("there is no question", ONLY_QUESTIONS)),
        Err(several) => Err(SqlError::question(
            format!("these are {} statements: ask one at a time", several.len()),
            "",
        )),
    }
}

/// Whether a statement does nothing but ask, by how it begins.
fn asks(statement: &Statement) -> bool {
    match statement {
        Statement::Query(_) => true,
        Statement::Explain { statement, analyze, .. } => !analyze && matches!(**statement, Statement::Query(_)),
        _ => false,
    }
}

/// Resolves the names of a statement.
pub(super) fn resolve(mut statement: Statement, tables: &Tables) -> Result<Resolved, SqlError> {
    let mut resolver = Resolver {
        tables,
        named: BTreeSet::new(),
        scopes: Vec::new(),
        moved: Vec::new(),
    };
    match statement.visit(&mut resolver) {
        ControlFlow::Break(error) => Err(*error),
        ControlFlow::Continue(()) => Ok(Resolved {
            statement,
            tables: resolver.named,
        }),
    }
}

struct Resolver<'a> {
    tables: &'a Tables,
    named: BTreeSet<String>,
    /// For each query around a place, the outermost first, what its `WITH` names so far: as it is
    /// written, and as Polars is told.
    scopes: Vec<Vec<(String, String)>>,
    /// What the `WITH`s have, each behind what it asks.
    moved: Vec<Cte>,
}

impl Resolver<'_> {
    /// What a `WITH` around here calls a name, written in any case.
    fn common(&self, name: &str) -> Option<String> {
        let scopes = self.scopes.iter().rev();
        let mut names = scopes.flat_map(|scope| scope.iter().rev());
        let (_, told) = names.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(told.clone())
    }
}

impl VisitorMut for Resolver<'_> {
    type Break = Box<SqlError>;

    /// The queries of a `WITH` are resolved one after the other: each sees the names before it.
    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<Self::Break> {
        if let Some(what) = change_of(&query.body) {
            let message = format!("`{what}` is no question: nothing is changed here");
            return ControlFlow::Break(Box::new(SqlError::question(message, ONLY_QUESTIONS)));
        }
        let with = query.with.take();
        if with.as_ref().is_some_and(|with| with.recursive) {
            return ControlFlow::Break(Box::new(SqlError::question("`WITH RECURSIVE` is not supported", "")));
        }
        self.scopes.push(Vec::new());
        for mut cte in with.into_iter().flat_map(|with| with.cte_tables) {
            cte.query.visit(self)?;
            let written = cte.alias.name.value.clone();
            let told = format!("{}. {written}", self.moved.len() + 1);
            cte.alias.name = Ident::with_quote('"', told.clone());
            self.moved.push(cte);
            if let Some(scope) = self.scopes.last_mut() {
                scope.push((written, told));
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<Self::Break> {
        self.scopes.pop();
        if self.scopes.is_empty() && !self.moved.is_empty() {
            query.with = Some(With {
                with_token: AttachedToken::empty(),
                recursive: false,
                cte_tables: std::mem::take(&mut self.moved),
            });
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<Self::Break> {
        match select.selection.as_ref().map_or(Ok(()), dialect::check_condition) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(Box::new(error)),
        }
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<Self::Break> {
        let TableFactor::Table {
            name, alias, args: None, ..
        } = factor
        else {
            return ControlFlow::Continue(());
        };
        let written: Vec<&Ident> = name.0.iter().filter_map(ObjectNamePart::as_ident).collect();
        let Some(last) = written.last().copied().cloned() else {
            return ControlFlow::Continue(());
        };
        let texts: Vec<&str> = written.iter().map(|ident| ident.value.as_str()).collect();
        let common = if texts.len() == 1 { self.common(texts[0]) } else { None };
        let told = match common {
            Some(common) => common,
            None => match self.tables.find(&texts) {
                Err(error) => return ControlFlow::Break(Box::new(error)),
                Ok(table) => {
                    self.named.insert(table.to_string());
                    table.to_string()
                }
            },
        };
        let called = match texts.as_slice() {
            // The alias of `adoption.parquet` is `adoption`.
            [first, ending] if ending.eq_ignore_ascii_case("parquet") => Ident::new(*first),
            _ => last,
        };
        if alias.is_none() && called.value != told {
            *alias = Some(TableAlias {
                explicit: true,
                name: called,
                columns: Vec::new(),
                at: None,
            });
        }
        *name = ObjectName::from(Ident::with_quote('"', told));
        ControlFlow::Continue(())
    }

    /// `published.adoption.day` is the column of what `FROM` calls `adoption`.
    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Self::Break> {
        if let Expr::CompoundIdentifier(parts) = expr
            && parts.len() == 3
            && [Schema::Published, Schema::Warehouse]
                .iter()
                .any(|schema| schema.name().eq_ignore_ascii_case(&parts[0].value))
        {
            parts.remove(0);
        }
        match dialect::adapt(expr, &|column| self.tables.kind_of_time(column)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(Box::new(error)),
        }
    }
}

/// The verb of a query that changes something; `None` of one that asks.
fn change_of(body: &SetExpr) -> Option<&'static str> {
    match body {
        SetExpr::Insert(_) => Some("INSERT"),
        SetExpr::Update(_) => Some("UPDATE"),
        SetExpr::Delete(_) => Some("DELETE"),
        SetExpr::Merge(_) => Some("MERGE"),
        SetExpr::Select(select) if select.into.is_some() => Some("SELECT INTO"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::store::Store;

    fn resolved(text: &str) -> Result<(String, Vec<String>), SqlError> {
        let folder = tempfile::tempdir().unwrap();
        let tables = Tables::new(Store::at(folder.path()), folder.path());
        let resolved = resolve(parse(text)?, &tables)?;
        Ok((resolved.statement.to_string(), resolved.tables.into_iter().collect()))
    }

    #[track_caller]
    fn becomes(text: &str, expected: &str, tables: &[&str]) {
        let (statement, named) = resolved(text).unwrap();
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(&statement), words(expected));
        assert_eq!(named, tables);
    }

    #[track_caller]
    fn is_refused(text: &str, with: &str) {
        let error = resolved(text).unwrap_err().to_string();
        assert!(error.contains(with), "{error}");
    }

    #[test]
    fn a_table_keeps_the_name_that_the_question_has_for_it() {
        becomes(
            "SELECT adoption.day FROM adoption",
            "SELECT adoption.day FROM \"published.adoption\" AS adoption",
            &["published.adoption"],
        );
        becomes(
            "SELECT w.day, published.usage.day FROM warehouse.usage w JOIN published.usage ON w.day = published.usage.day",
            "SELECT w.day, usage.day FROM \"warehouse.usage\" w JOIN \"published.usage\" AS usage ON w.day = usage.day",
            &["published.usage", "warehouse.usage"],
        );
    }

    #[test]
    fn what_a_with_names_hides_a_table_from_there_on() {
        becomes(
            "WITH customers AS (SELECT * FROM customers), b AS (SELECT * FROM customers) SELECT * FROM Customers, b",
            "WITH \"1. customers\" AS (SELECT * FROM \"published.customers\" AS customers), \
             \"2. b\" AS (SELECT * FROM \"1. customers\" AS customers) \
             SELECT * FROM \"1. customers\" AS Customers, \"2. b\" AS b",
            &["published.customers"],
        );
        becomes(
            "SELECT * FROM (WITH usage AS (SELECT 1) SELECT * FROM usage) a, usage",
            "WITH \"1. usage\" AS (SELECT 1) SELECT * FROM (SELECT * FROM \"1. usage\" AS usage) a, \
             \"published.usage\" AS usage",
            &["published.usage"],
        );
    }

    #[test]
    fn nothing_but_a_question_is_carried_out() {
        for text in [
            "DELETE FROM adoption",
            "DROP TABLE adoption",
            "CREATE TABLE a AS SELECT 1",
            "INSERT INTO adoption VALUES (1)",
            "UPDATE adoption SET day = day",
            "TRUNCATE TABLE adoption",
            "COPY adoption TO 'file'",
            "SHOW TABLES",
            "EXPLAIN DELETE FROM adoption",
            "WITH a AS (DELETE FROM adoption) SELECT 1",
            "SELECT 1 INTO adoption",
        ] {
            is_refused(text, "is no question");
        }
        is_refused("SELECT 1; SELECT 2", "2 statements");
        is_refused(" -- nothing", "there is no question");
        is_refused("SELECT day FORM adoption", "Expected");
        is_refused("SELECT * FROM adoptoin", "there is no table `adoptoin`");
    }
}
