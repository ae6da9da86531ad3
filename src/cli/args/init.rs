//! The arguments of `init`.

use std::path::PathBuf;

use clap::Args;

pub const INIT_EXAMPLES: &str = "\
Some files of each kind are looked at, as `inspect` does; nothing below FOLDER is changed. A file that is there is not
overwritten. Exit code 3 where FOLDER has no file that can be read.

Examples:
  uptake init raw                          writes pipelines/nightly.toml, which every command finds by itself
  uptake init /srv/logs --out contoso.toml
  uptake init https://contoso.blob.core.windows.net/logs https://fabrikam.blob.core.windows.net/logs
  uptake plan contoso.toml";

#[derive(Args, Debug)]
pub struct InitArgs {
    /// The folder of the raw files, or its URL in a store. Several become inputs with names.
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub folders: Vec<PathBuf>,
    /// The pipeline file that is written. Warehouse and published files are to come into the current
    /// folder.
    #[arg(long, value_name = "FILE", default_value = "pipelines/nightly.toml")]
    pub out: PathBuf,
}
