//! The arguments of `catalogue`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::args::values::Format;

pub const REFRESH_EXAMPLES: &str = "\
The file is Microsoft's \"Product names and service plan identifiers for licensing\". It is held against the lists that are built into
the program; data/README.md says what to decide about what is new. --out and --plans-out write these lists anew, for whoever builds
the program.

Examples:
  uptake catalogue refresh licensing.csv
  uptake catalogue refresh licensing.csv --format json | jq '.new_products[].name'
  uptake catalogue refresh licensing.csv --out data/catalogue/skus.csv --plans-out data/catalogue/plans.csv";

#[derive(Subcommand, Debug)]
pub enum CatalogueCommand {
    /// Say what is new, gone and changed in Microsoft's newest list of products.
    #[command(after_help = REFRESH_EXAMPLES)]
    Refresh(RefreshArgs),
}

#[derive(Args, Debug)]
pub struct RefreshArgs {
    /// Microsoft's list, as CSV.
    pub file: PathBuf,
    /// Write the products and their plans here, in the form of data/catalogue/skus.csv.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write all plans here, in the form of data/catalogue/plans.csv.
    #[arg(long, value_name = "FILE")]
    pub plans_out: Option<PathBuf>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}
