//! Where raw files are: one folder or place in a store, or several that have names, such as the
//! storage account of each customer. The path of a raw file begins with the name of its input, where
//! that has one.

use std::path::PathBuf;

/// A place of raw files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Input {
    /// What paths begin with. `None`: it is the only input, and has no name.
    pub name: Option<String>,
    /// A folder, or the URL of one in a store.
    pub root: PathBuf,
    pub options: StoreOptions,
}

impl Input {
    /// The only one.
    pub fn only(root: PathBuf) -> Input {
        Input {
            name: None,
            root,
            options: StoreOptions::default(),
        }
    }

    /// A path below this input as the path of a raw file.
    pub fn path(&self, below: &str) -> String {
        match (&self.name, below) {
            (None, below) => below.to_owned(),
            (Some(name), "") => name.clone(),
            (Some(name), below) => format!("{name}/{below}"),
        }
    }
}

/// How messages call the inputs of a pipeline.
pub fn shown(inputs: &[Input]) -> String {
    /// How many of several are named.
    const MOST: usize = 3;
    let one = |input: &Input| match &input.name {
        None => format!("`{}`", input.root.display()),
        Some(name) => format!("`{}` (`{name}`)", input.root.display()),
    };
    let named = inputs.iter().take(MOST).map(one).collect::<Vec<_>>().join(", ");
    match inputs.len().saturating_sub(MOST) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// What the URL of a store does not say, and the environment not for every input alike. There is no
/// secret among it.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct StoreOptions {
    /// The storage account (Azure).
    pub account: Option<String>,
    /// Where requests are sent to, where that is not the store of the platform (Azure, S3).
    pub endpoint: Option<String>,
    /// The region of a bucket (S3).
    pub region: Option<String>,
    /// The profile in `~/.aws` (S3).
    pub profile: Option<String>,
    /// What the variables of the environment begin with that say who may read this input.
    pub variables: Option<String>,
}
