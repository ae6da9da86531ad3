//! The measures. Each is a sum, a ratio of sums or a count over the rows of one table on the last of
//! the days that are looked at, so that days are never added up. What leaves rows out of
//! `portfolio` leaves them out here.

use crate::domain::words::Phrase;
use crate::domain::words::powerbi as phrases;

/// What a measure works out.
#[derive(Clone, Copy, Debug)]
pub enum Formula {
    Sum(&'static str),
    /// A sum over a sum.
    Ratio {
        above: &'static str,
        /// What is taken away from what is above.
        less: Option<&'static str>,
        below: &'static str,
    },
    /// A sum of money; blank where the rows have several currencies.
    Money(&'static str),
    Rows,
    /// How many values a column has.
    Distinct(&'static str),
}

/// Which rows count.
#[derive(Clone, Copy, Debug)]
pub enum Filter {
    IsTrue(&'static str),
    IsKnown(&'static str),
}

/// How a number is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    Whole,
    Percent,
    Money,
}

impl Format {
    /// As Power BI writes it.
    pub fn text(self) -> &'static str {
        match self {
            Format::Whole => "#,0",
            Format::Percent => "0.0 %",
            Format::Money => "#,0.00",
        }
    }
}

/// A measure of the model.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// The English one is what DAX calls it.
    pub name: Phrase,
    pub table: &'static str,
    pub about: &'static str,
    pub formula: Formula,
    pub filters: &'static [Filter],
}

impl Measure {
    pub fn format(&self) -> Format {
        match self.formula {
            Formula::Sum(_) | Formula::Rows | Formula::Distinct(_) => Format::Whole,
            Formula::Ratio { .. } => Format::Percent,
            Formula::Money(_) => Format::Money,
        }
    }

    /// The measure as DAX.
    pub fn dax(&self) -> String {
        let column = |name: &str| format!("'{}'[{name}]", self.table);
        let sum = |name: &str| format!("SUM ( {} )", column(name));
        let formula = match self.formula {
            Formula::Sum(name) => sum(name),
            Formula::Ratio { above, less, below } => {
                let less = less.map(|less| format!(" - {}", sum(less))).unwrap_or_default();
                format!("DIVIDE ( {}{less}, {} )", sum(above), sum(below))
            }
            Formula::Money(name) => format!("IF ( HASONEVALUE ( {} ), {} )", column("currency"), sum(name)),
            Formula::Rows => format!("COUNTROWS ( '{}' )", self.table),
            Formula::Distinct(name) => format!("DISTINCTCOUNT ( {} )", column(name)),
        };
        let filters = self.filters.iter().map(|filter| match filter {
            Filter::IsTrue(name) => format!(", {} = TRUE ()", column(name)),
            Filter::IsKnown(name) => format!(", NOT ISBLANK ( {} )", column(name)),
        });
        let filters: String = filters.collect();
        format!("CALCULATE ( {formula}{filters}, LASTDATE ( 'calendar'[day] ) )")
    }
}

/// Products in scope, of customers whose subscriptions are known.
const IN_SUMS: &[Filter] = &[Filter::IsTrue("in_scope"), Filter::IsKnown("seats_snapshot_day")];
const IN_SCOPE: &[Filter] = &[Filter::IsTrue("in_scope")];
const WORKLOADS: &[Filter] = &[Filter::IsKnown("entitlements_total")];
const LISTED: &[Filter] = &[Filter::IsKnown("subscriptions_age_days")];
const NEW: &[Filter] = &[Filter::IsTrue("is_new")];

const fn measure(table: &'static str, filters: &'static [Filter], name: Phrase, formula: Formula, about: &'static str) -> Measure {
    Measure {
        name,
        table,
        about,
        formula,
        filters,
    }
}

const fn ratio(above: &'static str, below: &'static str) -> Formula {
    Formula::Ratio { above, less: None, below }
}

/// All of them, by table.
pub const MEASURES: &[Measure] = &[
    measure(
        "adoption",
        IN_SCOPE,
        phrases::CUSTOMERS,
        Formula::Distinct("tenant_id"),
        "customers with a product in scope",
    ),
    measure(
        "adoption",
        IN_SUMS,
        phrases::SEATS_SOLD,
        Formula::Sum("seats_sold"),
        "paid seats that count as sold",
    ),
    measure(
        "adoption",
        IN_SUMS,
        phrases::SEATS_ASSIGNED,
        Formula::Sum("seats_assigned"),
        "seats that a user has",
    ),
    measure(
        "adoption",
        IN_SUMS,
        phrases::SEATS_UNASSIGNED,
        Formula::Sum("seats_unassigned"),
        "seats that are sold and not assigned",
    ),
    measure(
        "adoption",
        IN_SUMS,
        phrases::SEATS_DISABLED,
        Formula::Sum("seats_assigned_disabled"),
        "assigned seats whose account is disabled",
    ),
    measure(
        "adoption",
        IN_SUMS,
        phrases::USERS_WAITING,
        Formula::Sum("users_waiting"),
        "users who wait for a seat",
    ),
    measure(
        "adoption",
        IN_SUMS,
        phrases::DEPLOYMENT,
        ratio("seats_assigned", "seats_sold"),
        "assigned seats of those that are sold; may exceed 100 %",
    ),
    measure(
        "adoption",
        IN_SUMS,
        phrases::ENTITLEMENTS,
        Formula::Sum("entitlements_total"),
        "seats that may be used now",
    ),
    measure(
        "adoption",
        IN_SUMS,
        phrases::ACTIVE,
        Formula::Sum("entitlements_active"),
        "users who were active in the 28 days while they held the product",
    ),
    measure(
        "adoption",
        IN_SUMS,
        phrases::USAGE,
        ratio("entitlements_active", "entitlements_total"),
        "active users of the seats that may be used; may exceed 100 %",
    ),
    measure(
        "adoption",
        IN_SUMS,
        phrases::USAGE_ADJUSTED,
        ratio("active_current", "entitlements_total"),
        "the same of users who have the product today; never above 100 %",
    ),
    measure(
        "workload_adoption",
        WORKLOADS,
        phrases::WORKLOAD_USAGE,
        ratio("entitlements_active", "entitlements_total"),
        "active users of the seats that have the workload; look at one workload, as people are in several",
    ),
    measure(
        "workload_adoption",
        WORKLOADS,
        phrases::WORKLOAD_USAGE_LICENSED,
        Formula::Ratio {
            above: "entitlements_active",
            less: Some("active_unlicensed"),
            below: "entitlements_total",
        },
        "the same without users who hold no product with the workload",
    ),
    measure(
        "workload_adoption",
        WORKLOADS,
        phrases::WORKLOAD_PEOPLE,
        ratio("users_active", "users_entitled"),
        "active people of those who have a product with the workload; never above 100 %",
    ),
    measure(
        "customer_adoption",
        LISTED,
        phrases::PEOPLE_ENTITLED,
        Formula::Sum("users_entitled"),
        "people who have a product in scope",
    ),
    measure(
        "customer_adoption",
        LISTED,
        phrases::PEOPLE_ACTIVE,
        Formula::Sum("users_active"),
        "those of them who were active in the 28 days",
    ),
    measure(
        "customer_adoption",
        LISTED,
        phrases::PEOPLE_RATIO,
        ratio("users_active", "users_entitled"),
        "active people of those with a license; never above 100 %",
    ),
    measure(
        "spend",
        IN_SCOPE,
        phrases::COST_SOLD,
        Formula::Money("cost_sold"),
        "what the seats cost a month; blank where several currencies are looked at",
    ),
    measure(
        "spend",
        IN_SCOPE,
        phrases::COST_UNASSIGNED,
        Formula::Money("cost_unassigned"),
        "what seats without a user cost a month",
    ),
    measure(
        "spend",
        IN_SCOPE,
        phrases::COST_IDLE,
        Formula::Money("cost_idle"),
        "what assigned seats cost a month whose users were not active",
    ),
    measure(
        "next_steps",
        &[],
        phrases::NEXT_STEPS,
        Formula::Rows,
        "what to do next: how many steps",
    ),
    measure(
        "next_steps",
        NEW,
        phrases::NEW_STEPS,
        Formula::Rows,
        "those of them that the day before does not have",
    ),
    measure(
        "subscriptions",
        &[],
        phrases::SEATS_RENEWING,
        Formula::Sum("seats"),
        "seats of the subscriptions in force",
    ),
    measure(
        "seat_outcomes",
        IN_SCOPE,
        phrases::SEATS_RETAINED,
        Formula::Sum("seats_retained"),
        "seats used in the 28 days and in those before",
    ),
    measure(
        "seat_outcomes",
        IN_SCOPE,
        phrases::SEATS_REACTIVATED,
        Formula::Sum("seats_reactivated"),
        "seats used in the 28 days and not in those before",
    ),
    measure(
        "seat_outcomes",
        IN_SCOPE,
        phrases::SEATS_STOPPED,
        Formula::Sum("seats_stopped"),
        "seats used in the 28 days before and not since",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::columns::published_tables;

    #[test]
    fn measures_name_columns_that_are_published() {
        let tables = published_tables();
        for measure in MEASURES {
            let table = tables.iter().find(|table| table.name == measure.table).expect("a published table");
            let dax = measure.dax();
            for part in dax.split(&format!("'{}'[", measure.table)).skip(1) {
                let column = part.split(']').next().expect("a name");
                assert!(table.columns.iter().any(|known| known.name == column), "{dax}");
            }
        }
    }

    #[test]
    fn a_ratio_is_a_sum_over_a_sum_on_the_last_day() {
        let usage = MEASURES.iter().find(|measure| measure.name == phrases::USAGE).expect("usage");
        assert_eq!(
            usage.dax(),
            "CALCULATE ( DIVIDE ( SUM ( 'adoption'[entitlements_active] ), SUM ( 'adoption'[entitlements_total] ) ), \
             'adoption'[in_scope] = TRUE (), NOT ISBLANK ( 'adoption'[seats_snapshot_day] ), LASTDATE ( 'calendar'[day] ) )"
        );
    }
}
