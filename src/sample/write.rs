//! The edge of the room: files below the output folder, plain or gzip, and the pipeline file that reads them.
#![allow(
    clippy::disallowed_methods,
    reason = "a sample is no warehouse: whoever makes one starts again where it breaks off"
)]

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};

use super::portfolio::{self, Customer};
use super::{Options, SampleError, Summary};

/// What this room writes below its folder; nothing of it may be there before.
const OURS: [&str; 5] = [
    "insights-logs-",
    "graph-users",
    "graph-subscriptions",
    "customers.csv",
    "pipeline.toml",
];

/// The output folder, and what was written so far.
pub struct Output<'a> {
    options: &'a Options,
    /// The customer list, as far as it goes.
    customers: String,
    pub summary: Summary,
}

impl<'a> Output<'a> {
    /// Makes the folder; refuses one that holds a sample already, since the old files would be read with the new ones.
    pub fn open(options: &'a Options) -> Result<Output<'a>, SampleError> {
        let out = &options.out;
        let failed = |source| SampleError::Write { path: out.clone(), source };
        fs::create_dir_all(out).map_err(failed)?;
        for entry in fs::read_dir(out).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            if OURS.iter().any(|ours| name.to_string_lossy().starts_with(ours)) {
                return Err(SampleError::NotEmpty {
                    out: out.clone(),
                    found: name.to_string_lossy().into_owned(),
                });
            }
        }
        let summary = Summary {
            customers: 0,
            users: 0,
            first_day: options.first_day(),
            last_day: options.last_day,
            files: 0,
            records: 0,
            unreadable_lines: 0,
            unfinished_lines: 0,
            raw_bytes: 0,
            file_bytes: 0,
        };
        Ok(Output {
            options,
            customers: "tenant_id,name,domain,country,segment\n".to_owned(),
            summary,
        })
    }

    /// Writes a log or a page, compressed if so wished. The path is relative and without `.gz`.
    pub fn file(&mut self, path: &str, content: &[u8]) -> Result<(), SampleError> {
        let name = if self.options.gzip { format!("{path}.gz") } else { path.to_owned() };
        let path = self.options.out.join(name);
        let written = self
            .put(&path, content, self.options.gzip)
            .map_err(|source| SampleError::Write { path, source })?;
        self.summary.files += 1;
        self.summary.raw_bytes += content.len() as u64;
        self.summary.file_bytes += written;
        Ok(())
    }

    fn put(&self, path: &Path, content: &[u8], gzip: bool) -> io::Result<u64> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = File::create(path)?;
        if !gzip {
            file.write_all(content)?;
            return Ok(content.len() as u64);
        }
        // No time and no name in the header: the same content gives the same bytes.
        let mut packer = GzBuilder::new().write(Vec::with_capacity(content.len() / 6), Compression::new(6));
        packer.write_all(content)?;
        let packed = packer.finish()?;
        file.write_all(&packed)?;
        Ok(packed.len() as u64)
    }

    /// Notes a customer for the customer list.
    pub fn customer(&mut self, customer: &Customer) {
        self.summary.customers += 1;
        self.summary.users += customer.users.len() as u64;
        if customer.traits.listed {
            let fields = [&customer.name, &customer.domain, customer.country, customer.segment]
                .map(field)
                .join(",");
            self.customers.push_str(&format!("{},{fields}\n", customer.tenant));
        }
    }

    /// Writes the customer list and the pipeline file.
    pub fn close(mut self) -> Result<Summary, SampleError> {
        let (customers, pipeline) = (std::mem::take(&mut self.customers), pipeline(self.options));
        for (name, content) in [("customers.csv", customers), ("pipeline.toml", pipeline)] {
            let path: PathBuf = self.options.out.join(name);
            let written = self
                .put(&path, content.as_bytes(), false)
                .map_err(|source| SampleError::Write { path, source })?;
            self.summary.files += 1;
            self.summary.raw_bytes += written;
            self.summary.file_bytes += written;
        }
        Ok(self.summary)
    }
}

/// A field of a CSV, in quotes where it needs them.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// The pipeline file that reads what was written.
fn pipeline(options: &Options) -> String {
    format!(
        r#"# Reads the raw logs beside this file: a made-up portfolio, written by `uptake sample --seed {seed}`.
#   uptake run pipeline.toml
name = "sample"
time_zone = "UTC"
first_day = "{first}"
last_day = "{last}"                      # a fixed archive: it ends here, not yesterday
partner_tenant_id = "{partner}"

[input]
root = "."

[warehouse]
path = "warehouse"
published = "published"

[[source]]
feed = "activity"
format = "azure-monitor"
path = "insights-logs-*signinlogs/**/PT1H.json*"
fail_above = 0.02                              # a night of a small portfolio has few records: one unreadable line is already 1 %
required = true

[[source]]
feed = "license_changes"
format = "azure-monitor"
path = "insights-logs-auditlogs/**/PT1H.json*"

[[source]]
feed = "license_holdings"
format = "graph-users"
path = "graph-users/**/*.json*"

[[source]]
feed = "subscriptions"
format = "graph-company-subscriptions"
path = "graph-subscriptions/**/*.json*"

[[source]]
feed = "customers"
format = "csv"
path = "customers.csv"
"#,
        seed = options.seed,
        first = options.first_day(),
        last = options.last_day,
        partner = portfolio::partners(options.seed).0,
    )
}
