//! `uptake sample`: makes up the portfolio of a cloud partner and writes it as raw logs in the
//! formats that partners really have.
//!
//! Each of the first eight customers tells a story ([`Story`]). Together they contain every
//! situation of the definitions, some by plan (licenses that move on, subscriptions in grace,
//! trials, deleted and restored users), some by the rates of `life/user_day.rs` (failed, late and
//! repeated sign-ins). The same options give the same bytes, and customer 5 is the same whether
//! there are 8 customers or 200. One customer at a time is made up, written and forgotten.
//!
//! | file | contents |
//! |---|---|
//! | `options.rs`, `size.rs` | the options, and how large the sample will be |
//! | `chance.rs`, `facts.rs`, `text.rs` | random numbers; real products, applications and error codes; pieces of JSON |
//! | `customer/` | customers with their users, subscriptions and stories |
//! | `format/` | the JSON of sign-ins, audit records and Graph pages |
//! | `forms/` | the same records in every other form that raw files can have |
//! | `output.rs`, `pipeline_file.rs` | files, gzip; the pipeline file |
//! | `life/` | day by day: scenes, sign-ins, snapshots; what arrives late or twice |
//!
//! Below the output folder (in other forms: `<feed>/tenantId=<guid>/2026-09-01/...`):
//!
//! ```text
//! insights-logs-{signinlogs,noninteractiveusersigninlogs,serviceprincipalsigninlogs,auditlogs}/
//!     tenantId=<guid>/y=2026/m=09/d=01/h=23/m=00/PT1H.json[.gz]
//! graph-users/tenantId=<guid>/2026-09-01/users-1.json[.gz]
//! graph-subscriptions/tenantId=<guid>/2026-09-01.json[.gz]
//! customers.csv, prices.csv, pipeline.toml
//! ```

mod chance;
mod customer;
mod facts;
mod format;
pub mod forms;
mod life;
mod options;
mod output;
mod pipeline_file;
pub mod size;
#[cfg(test)]
mod tests;
mod text;

pub use customer::story::Story;
pub use options::{Options, SampleError, Summary};

/// Makes up a portfolio and writes its raw logs. `progress` gets the number of finished customers.
pub fn write(options: &Options, progress: &mut dyn FnMut(u32)) -> Result<Summary, SampleError> {
    options.check()?;
    let mut output = output::Output::open(options)?;
    for number in 0..options.customers {
        let (customer, mut chance) = customer::stories::customer(options, number);
        life::timeline::live(options, &customer, &mut chance, &mut output)?;
        output.customer(&customer)?;
        progress(number + 1);
    }
    output.close()
}
