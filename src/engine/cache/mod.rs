//! What a run learned and the next one need not learn again. All of it can be deleted: that costs
//! time and changes no number.

pub mod customer_first_days;
pub mod source_totals;
pub(crate) mod unchanged_partitions;
pub mod up_to_date;
