//! `spend`: what the seats of each product of a customer cost a month, and how much of that is for
//! seats that nobody uses. Reads `adoption` and the price list. An amount is seats times the price,
//! exactly. Nothing is added up here, least of all amounts of different currencies.

use arrow::record_batch::RecordBatch;
use polars::prelude::{DataType, Expr, IntoLazy, JoinArgs, JoinType, NULL, SortMultipleOptions, coalesce, col, lit, when};

use crate::domain::catalogue::Catalogue;
use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::money::{Currency, Money};
use crate::stages::measures::adoption::{ADOPTION, Adoption};
use crate::warehouse::data_frame;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::table::{Row, table};

table! {
    /// What a product of a customer costs a month. There is a row where the price list has a price
    /// that counts on the day. Amounts are in the unit of the currency, and only rows of one
    /// currency may be added up.
    SPEND = "spend", version 1, Day, sharded,
        from Day [ADOPTION],
        settings [Evidence, States, Workloads, Scope], by effect [Prices, Exceptions];
    Spend {
        @key tenant_id: Guid = "the customer",
        @key sku_id: Guid = "the product",
        currency: Currency = "the currency of the price: a code of ISO 4217",
        price_per_month: Money = "what a seat costs a month on this day: the customer's own price, else everybody's",
        seats_sold: Option<i64> = "as in adoption",
        seats_unassigned: Option<i64> = "as in adoption",
        seats_idle: Option<i64> = "assigned seats whose users were not active in the window; null where use cannot be seen",
        seats_disabled: i64 = "assigned seats of disabled accounts; as in adoption",
        cost_sold: Option<Money> = "seats_sold x price_per_month",
        cost_unassigned: Option<Money> = "seats_unassigned x price_per_month; a part of cost_sold",
        cost_idle: Option<Money> = "seats_idle x price_per_month",
        cost_disabled: Option<Money> = "seats_disabled x price_per_month; mostly a part of cost_idle",
        in_scope: bool = "as in adoption: the product counts in portfolio",
    }
}

/// The seats that have a cost, and the column of it.
const COSTS: [(&str, &str); 4] = [
    ("seats_sold", "cost_sold"),
    ("seats_unassigned", "cost_unassigned"),
    ("seats_idle", "cost_idle"),
    ("seats_disabled", "cost_disabled"),
];

table! {
    /// A price that counts on a day, as it is joined to `adoption`.
    DAY_PRICES = "day_prices", version 1, Whole, single;
    DayPrice {
        @key sku_id: Guid = "the product",
        @key tenant_id: Option<Guid> = "the customer whose own price it is; null: everybody's",
        price_per_month: Money = "what a seat costs",
        currency: Currency = "the currency",
        shows_use: bool = "the product has a workload, so that its use can be seen",
    }
}

/// Returns the rows of one day, sorted by key.
pub fn build(adoption: &[Adoption], day: Day, catalogue: &Catalogue) -> Result<RecordBatch, WarehouseError> {
    let prices = prices_on(day, catalogue);
    if prices.is_empty() || adoption.is_empty() {
        return Ok(RecordBatch::new_empty(SPEND.schema()));
    }
    let prices = data_frame::of(&Row::frame(&prices)?)?.lazy();
    let own = prices.clone().filter(col("tenant_id").is_not_null());
    let everybodys =
        prices
            .filter(col("tenant_id").is_null())
            .select([col("sku_id"), col("price_per_month"), col("currency"), col("shows_use")]);
    let by = |columns: &[&str]| columns.iter().map(|column| col(*column)).collect::<Vec<Expr>>();
    let (product, customer) = (by(&["sku_id"]), by(&["sku_id", "tenant_id"]));
    let rows = data_frame::of(&Row::frame(adoption)?)?.lazy();
    let rows = rows.join(own, &customer, &customer, JoinArgs::new(JoinType::Left));
    let rows = rows.join(everybodys, &product, &product, JoinArgs::new(JoinType::Left));
    let of_price = ["price_per_month", "currency", "shows_use"];
    // The second join calls its columns `_right`.
    let rows = rows.with_columns(of_price.map(|column| coalesce(&[col(column), col(format!("{column}_right"))])));
    let rows = rows
        .filter(col("price_per_month").is_not_null())
        .with_columns([idle(), col("seats_assigned_disabled").alias("seats_disabled")]);
    let rows = rows.with_columns(COSTS.map(|(seats, cost)| amount(seats).alias(cost)));
    data_frame::collect(rows.sort(["tenant_id", "sku_id"], SortMultipleOptions::default()), &SPEND)
}

/// Assigned seats whose users were not active, where use can be seen. Users who are active and have
/// the product are all parts of `entitlements_active` but those who no longer have it.
fn idle() -> Expr {
    let holders = ["active_current", "active_lapsed", "active_trial", "active_over_assigned"];
    let active = holders.map(col).into_iter().fold(lit(0_i64), |sum, part| sum + part);
    when(col("shows_use").and(col("window_days_covered").gt(lit(0))))
        .then(col("seats_assigned") - active)
        .otherwise(lit(NULL))
        .alias("seats_idle")
}

/// Seats times the price; null where that is more than a file can have.
fn amount(seats: &str) -> Expr {
    let price = "price_per_month";
    // Whole numbers would begin anew, so their size is looked at first.
    let size = col(seats).cast(DataType::Float64) * col(price).cast(DataType::Float64);
    when(size.lt_eq(lit(Money::MOST.0 as f64)))
        .then(col(seats) * col(price))
        .otherwise(lit(NULL))
}

fn prices_on(day: Day, catalogue: &Catalogue) -> Vec<DayPrice> {
    let price = |((sku_id, tenant_id), price): ((Guid, Option<Guid>), crate::domain::money::Price)| {
        Some(DayPrice {
            sku_id,
            tenant_id,
            price_per_month: price.of_seats(1)?,
            currency: price.currency,
            shows_use: catalogue.workloads_of(sku_id).next().is_some(),
        })
    };
    catalogue.prices.in_force(day).filter_map(price).collect()
}

#[cfg(test)]
#[path = "spend_tests.rs"]
mod tests;
