//! `portfolio`: sums over customers by product, by workload, and in total. Reads `adoption`,
//! `workload_adoption` and `customer_adoption`. Ratios are sum over sum. Fractions are added in the order of the key, so
//! that the same input gives the same bytes.

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use arrow::record_batch::RecordBatch;
use polars::prelude::{DataType, Expr, IntoLazy, NULL, SortMultipleOptions, UnionArgs, col, concat, len, lit, when};

use crate::domain::guid::Guid;
use crate::stages::measures::adoption::ADOPTION;
use crate::stages::measures::customer_adoption::CUSTOMER_ADOPTION;
use crate::stages::measures::usage::Parts;
use crate::stages::measures::workload_adoption::WORKLOAD_ADOPTION;
use crate::warehouse::data_frame;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::table::{column_of, table};

table! {
    /// A sum over customers: of one product (workload null), of one workload (SKU null), or of
    /// everything (both null).
    PORTFOLIO = "portfolio", version 2, Day, single,
        from Day [ADOPTION, WORKLOAD_ADOPTION, CUSTOMER_ADOPTION];
    Portfolio {
        @key sku_id: Option<Guid> = "the product; null: all of them",
        @key workload: Option<String> = "the workload; null: any",
        customers: i64 = "customers with a row in scope in the summed table",
        customers_without_seats: i64 = "those of them without a snapshot in force, who are in no sum",
        seats_sold: Option<i64> = "sum over the customers; null for a workload",
        seats_sold_own: Option<i64> = "sum over the customers; null for a workload",
        seats_trial: Option<i64> = "sum over the customers; null for a workload",
        seats_lapsed: Option<i64> = "sum over the customers; null for a workload",
        seats_assigned: Option<i64> = "sum over the customers; null for a workload",
        seats_assigned_disabled: Option<i64> = "sum over the customers; null for a workload",
        seats_unassigned: Option<i64> = "sum over the customers; null for a workload",
        users_waiting: Option<i64> = "sum over the customers; null for a workload",
        deployment_ratio: Option<f64> = "seats_assigned / seats_sold",
        seats_assigned_own_prorated: Option<f64> = "sum over the customers; null for a workload",
        entitlements_total: Option<i64> = "sum over the customers",
        entitlements_active: Option<i64> = "sum over the customers",
        active_current: Option<i64> = "sum over the customers; null for a workload",
        active_moved: Option<i64> = "sum over the customers; null for a workload",
        active_switched: Option<i64> = "sum over the customers; null for a workload",
        active_lapsed: Option<i64> = "sum over the customers; null for a workload",
        active_trial: Option<i64> = "sum over the customers; null for a workload",
        active_over_assigned: Option<i64> = "sum over the customers; null for a workload",
        active_unlicensed: Option<i64> = "sum over the customers; only for a workload",
        usage_ratio: Option<f64> = "entitlements_active / entitlements_total",
        usage_ratio_adjusted: Option<f64> = "active_current / entitlements_total; null for a workload",
        usage_ratio_licensed: Option<f64> = "the same without the unlicensed; only for a workload",
        users_entitled: Option<i64> = "sum over the customers of their distinct users with a license; null for a product",
        users_active: Option<i64> = "sum over the customers of those of them who are active; null for a product",
        users_ratio: Option<f64> = "users_active / users_entitled; never above 1, null for a product",
    }
}

impl Portfolio {
    /// The parts of active entitlements; `None` in the row of a workload.
    pub fn parts(&self) -> Option<Parts> {
        Some(Parts {
            current: self.active_current?,
            moved: self.active_moved?,
            switched: self.active_switched?,
            lapsed: self.active_lapsed?,
            trial: self.active_trial?,
            over_assigned: self.active_over_assigned?,
        })
    }
}

/// Sums one day. The rows are those of all shards.
pub fn build(
    adoption: &RecordBatch,
    workload_adoption: &RecordBatch,
    customer_adoption: &RecordBatch,
) -> Result<RecordBatch, WarehouseError> {
    let in_scope = data_frame::of(adoption)?.lazy().filter(col("in_scope"));
    let products = in_scope.sort(["tenant_id", "sku_id"], SortMultipleOptions::default());
    let all_products = products.clone().with_columns([lit(NULL).cast(DataType::String).alias("sku_id")]);
    let workloads = data_frame::of(workload_adoption)?.lazy();
    let sums = [
        all_products
            .group_by([col("sku_id")])
            .agg(sums_of_products())
            .with_columns(sums_of_people(customer_adoption)?),
        products.group_by([col("sku_id")]).agg(sums_of_products()),
        workloads.group_by([col("workload")]).agg(sums_of_workloads()),
    ];
    let sums = sums.map(|sums| data_frame::with_all_columns(sums, &PORTFOLIO));
    let rows = concat(sums.into_iter().collect::<Result<Vec<_>, _>>()?, UnionArgs::default())?;
    let licensed = col("entitlements_active") - col("active_unlicensed");
    let rows = rows.with_columns([
        ratio(col("seats_assigned"), col("seats_sold")).alias("deployment_ratio"),
        ratio(col("entitlements_active"), col("entitlements_total")).alias("usage_ratio"),
        ratio(col("active_current"), col("entitlements_total")).alias("usage_ratio_adjusted"),
        ratio(licensed, col("entitlements_total")).alias("usage_ratio_licensed"),
        ratio(col("users_active"), col("users_entitled")).alias("users_ratio"),
    ]);
    data_frame::collect(rows.sort(["sku_id", "workload"], SortMultipleOptions::default()), &PORTFOLIO)
}

/// The sums over the rows of a product, or of all products. Customers without a snapshot in force
/// are counted and in no sum.
fn sums_of_products() -> Vec<Expr> {
    let is_known = || col("seats_snapshot_day").is_not_null();
    let known = |column: &str| col(column).filter(is_known());
    let customers = |tenants: Expr| tenants.n_unique().cast(DataType::Int64);
    let mut sums = vec![
        customers(col("tenant_id")).alias("customers"),
        customers(col("tenant_id").filter(is_known().not())).alias("customers_without_seats"),
        if_any(is_known(), data_frame::added_in_order(known("seats_assigned_own_prorated"))),
    ];
    let counts = [
        "seats_sold",
        "seats_sold_own",
        "seats_trial",
        "seats_lapsed",
        "seats_assigned",
        "seats_assigned_disabled",
        "seats_unassigned",
        "users_waiting",
        "entitlements_total",
        "entitlements_active",
        "active_current",
        "active_moved",
        "active_switched",
        "active_lapsed",
        "active_trial",
        "active_over_assigned",
    ];
    sums.extend(counts.map(|count| if_any(is_known(), known(count).sum())));
    sums
}

/// The people of all customers, for the row of everything. Those of customers without a snapshot in
/// force are in no sum.
fn sums_of_people(customer_adoption: &RecordBatch) -> Result<[Expr; 2], WarehouseError> {
    let column = |name| Ok::<_, WarehouseError>(column_of(customer_adoption, &CUSTOMER_ADOPTION, name)?.as_primitive::<Int64Type>());
    let age = column("subscriptions_age_days")?;
    let any = || col("customers").gt(col("customers_without_seats"));
    let sum = |name| {
        let people = column(name)?.iter().zip(age).filter(|(_, age)| age.is_some());
        let sum: i64 = people.filter_map(|(people, _)| people).sum();
        let sum = lit(sum).cast(DataType::Int64);
        Ok::<_, WarehouseError>(when(any()).then(sum).otherwise(lit(NULL)).alias(name))
    };
    Ok([sum("users_entitled")?, sum("users_active")?])
}

/// The sums over the rows of a workload.
fn sums_of_workloads() -> Vec<Expr> {
    let is_known = || col("entitlements_total").is_not_null();
    let sum = |count: &str| if_any(is_known(), col(count).filter(is_known()).sum());
    vec![
        len().cast(DataType::Int64).alias("customers"),
        is_known().not().sum().cast(DataType::Int64).alias("customers_without_seats"),
        sum("entitlements_total"),
        sum("entitlements_active"),
        sum("active_unlicensed"),
        sum("users_entitled"),
        sum("users_active"),
    ]
}

/// A sum, or null where no row of the group is one that it adds up.
fn if_any(is_added: Expr, sum: Expr) -> Expr {
    when(is_added.any(true)).then(sum).otherwise(lit(NULL))
}

/// Divides two counts; null where the denominator is 0 or one of them is null.
fn ratio(numerator: Expr, denominator: Expr) -> Expr {
    let quotient = numerator.cast(DataType::Float64) / denominator.clone().cast(DataType::Float64);
    when(denominator.neq(lit(0))).then(quotient).otherwise(lit(NULL))
}

/// The same of rows, for tests.
#[cfg(test)]
pub fn build_rows(
    adoption: &[crate::stages::measures::adoption::Adoption],
    workload_adoption: &[crate::stages::measures::workload_adoption::WorkloadAdoption],
    customer_adoption: &[crate::stages::measures::customer_adoption::CustomerAdoption],
) -> Result<Vec<Portfolio>, WarehouseError> {
    use crate::warehouse::table::Row;
    Row::rows(&build(
        &Row::frame(adoption)?,
        &Row::frame(workload_adoption)?,
        &Row::frame(customer_adoption)?,
    )?)
}
