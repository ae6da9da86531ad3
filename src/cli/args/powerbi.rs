//! The arguments of `powerbi`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::values::language;
use crate::domain::next_steps::Language;

pub const POWERBI_EXAMPLES: &str = "\
Writes a project of Power BI Desktop (PBIP): open `uptake.pbip` in the folder, and refresh. The model has every published table with
the meanings of its columns, the relationships, and measures that say what the reports of uptake say. No data is in it.

Examples:
  uptake powerbi --out powerbi
  uptake powerbi --out powerbi --folder 'C:\\uptake\\published'     where the PC with Power BI finds the published files
  uptake powerbi my.toml --out powerbi --language de              with German pages";

#[derive(Args, Debug)]
pub struct PowerBiArgs {
    /// The pipeline file.
    #[arg(default_value = "pipelines/nightly.toml")]
    pub pipeline: PathBuf,
    /// The folder to write to: new, empty, or with a project that uptake wrote and nobody changed.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Where Power BI finds the published files: a folder as the PC with Power BI sees it, or a URL
    /// of Azure's storage with the account in it; default: the published folder.
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<String>,
    /// The language of the pages, `en` or `de`; default: the pipeline's.
    #[arg(long, value_name = "LANGUAGE", value_parser = language)]
    pub language: Option<Language>,
}
