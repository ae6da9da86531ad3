//! Questions in SQL over the tables of the warehouse and the published files. Polars answers them;
//! this room says which tables there are, reads as little of them as a question needs, and explains
//! what is wrong with one.
//!
//! | file | what for |
//! |---|---|
//! | `tables` | which tables a question can name, and what a name means |
//! | `statement` | one statement, parsed: nothing but questions, and every name resolved |
//! | `dialect` | what SQL says and Polars takes for something else |
//! | `subquery` | subqueries that stand for one value, asked before the question around them |
//! | `pieces` | the files and row groups of a table, and reading one of them |
//! | `scan` | a table as Polars reads it: only the columns and the days that are asked for |
//! | `days` | which days a condition leaves |
//! | `answer` | a question, from its text to its rows |
//! | `rendered` | rows as a table, CSV, JSON or Parquet |
//! | `error` | what can be wrong, with the nearest names |
//!
//! Nothing is written: a statement is a question or it is refused, and a table is an object that
//! can only be read.

pub mod answer;
mod days;
mod dialect;
pub mod error;
mod pieces;
pub mod rendered;
mod scan;
mod statement;
mod subquery;
pub mod tables;
