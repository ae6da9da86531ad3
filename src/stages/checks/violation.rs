//! Describes in a sentence what is wrong with a row: table, day, customer, product, workload,
//! column, both values. Messages end up in logs and next to the published files, so they never
//! contain ids of users. Such a row is identified by its number.

use std::fmt;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::ActivitySource;

/// How many violations are kept as text.
const MOST_SHOWN: usize = 20;

/// The row that a violation is about.
#[derive(Clone, Copy, Default)]
pub struct Subject<'a> {
    pub table: &'static str,
    pub customer: Option<Guid>,
    pub product: Option<Guid>,
    pub workload: Option<&'a str>,
    /// For rows of users: the position in the file, from 0.
    pub row: Option<usize>,
}

impl<'a> Subject<'a> {
    /// A row of a table of customers and products.
    pub fn product(table: &'static str, customer: Guid, product: Guid) -> Subject<'a> {
        Subject {
            table,
            customer: Some(customer),
            product: Some(product),
            ..Subject::default()
        }
    }

    /// The same row for one workload.
    pub fn workload(self, workload: &'a str) -> Subject<'a> {
        Subject {
            workload: Some(workload),
            ..self
        }
    }
}

/// The violations of some rows of a day: the first ones as text, and their number.
pub struct Violations {
    day: Day,
    shown: Vec<String>,
    count: u64,
}

impl Violations {
    pub fn of(day: Day) -> Violations {
        Violations {
            day,
            shown: Vec::new(),
            count: 0,
        }
    }

    /// Returns how many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns the first of them, one sentence each.
    pub fn shown(&self) -> &[String] {
        &self.shown
    }

    /// Checks the value of a column. `by` names what the expected value follows from.
    #[inline]
    pub fn check_equal<T: PartialEq + Shown>(&mut self, subject: Subject<'_>, column: &str, found: T, expected: T, by: &str) {
        if found != expected {
            self.report(
                subject,
                format_args!("`{column}` is {}, and by {by} it is {}", Show(&found), Show(&expected)),
            );
        }
    }

    /// Reports a violation.
    pub fn report(&mut self, subject: Subject<'_>, what: fmt::Arguments<'_>) {
        self.count += 1;
        if self.shown.len() < MOST_SHOWN {
            self.shown.push(format!("{}: {what}", self.name(subject)));
        }
    }

    fn name(&self, subject: Subject<'_>) -> String {
        let mut name = format!("`{}` of {}", subject.table, self.day);
        for (word, value) in [
            ("customer", subject.customer.map(|id| id.to_string())),
            ("product", subject.product.map(|id| id.to_string())),
            ("workload", subject.workload.map(str::to_owned)),
        ] {
            if let Some(value) = value {
                name.push_str(&format!(", {word} `{value}`"));
            }
        }
        if let Some(row) = subject.row {
            name.push_str(&format!(", row {row}"));
        }
        name
    }
}

/// A value that messages can show.
pub trait Shown {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

macro_rules! shown {
    ($($type:ty),+) => {
        $(impl Shown for $type {
            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "`{self}`")
            }
        })+
    };
}

shown!(i64, u32, f64, bool, Day, &str, ActivitySource);

impl<T: Shown> Shown for Option<T> {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Some(value) => value.show(f),
            None => f.write_str("null"),
        }
    }
}

struct Show<'a, T>(&'a T);

impl<T: Shown> fmt::Display for Show<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.show(f)
    }
}
