//! Writes the files below the output folder, plain or gzip, and the pipeline file that reads them.
#![allow(
    clippy::disallowed_methods,
    reason = "a sample is no warehouse: whoever makes one starts again where it breaks off"
)]

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use flate2::{Compression, GzBuilder};

use crate::sample::customer::portfolio;
use crate::sample::customer::portfolio::Customer;
use crate::sample::options::{Options, SampleError, Summary};

/// What this room writes below its folder. None of it may exist.
const OURS: [&str; 5] = ["insights-logs-", "graph-users", "graph-subscriptions", CUSTOMERS, "pipeline.toml"];
const CUSTOMERS: &str = "customers.csv";

/// How many bytes of a file are compressed at once. The end of a part may influence the
/// compression, so files up to this size are compressed whole.
pub const PACKED_AT_ONCE: usize = 16 << 20;

/// The output folder and what was written so far.
pub struct Output<'a> {
    options: &'a Options,
    /// The customer list. It grows with each customer.
    customers: Counted<BufWriter<File>>,
    pub summary: Summary,
}

impl<'a> Output<'a> {
    /// Creates the folder. Refuses one that contains a sample, because the old files would be read
    /// together with the new ones.
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
        let path = out.join(CUSTOMERS);
        let list = File::create(&path).map_err(|source| SampleError::Write { path, source })?;
        let mut output = Output {
            options,
            customers: Counted::new(BufWriter::new(list)),
            summary,
        };
        output.list("tenant_id,name,domain,country,segment\n")?;
        Ok(output)
    }

    /// Writes a log or a page; `content` writes the text. The file is compressed if the options say
    /// so. The path is relative and has no `.gz`.
    pub fn file(&mut self, path: &str, content: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), SampleError> {
        let name = if self.options.gzip { format!("{path}.gz") } else { path.to_owned() };
        self.put(&name, self.options.gzip, content)
    }

    fn put(&mut self, name: &str, gzip: bool, content: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), SampleError> {
        let path = self.options.out.join(name);
        let (raw, written) = write_file(&path, gzip, content).map_err(|source| SampleError::Write { path, source })?;
        self.summary.files += 1;
        self.summary.raw_bytes += raw;
        self.summary.file_bytes += written;
        Ok(())
    }

    /// Adds a customer to the customer list.
    pub fn customer(&mut self, customer: &Customer) -> Result<(), SampleError> {
        self.summary.customers += 1;
        self.summary.users += customer.users.len() as u64;
        if customer.traits.listed {
            let fields = [&customer.name, &customer.domain, customer.country, customer.segment]
                .map(field)
                .join(",");
            self.list(&format!("{},{fields}\n", customer.tenant))?;
        }
        Ok(())
    }

    /// Appends to the customer list.
    fn list(&mut self, text: &str) -> Result<(), SampleError> {
        self.customers.write_all(text.as_bytes()).map_err(|source| SampleError::Write {
            path: self.options.out.join(CUSTOMERS),
            source,
        })
    }

    /// Closes the customer list and writes the pipeline file.
    pub fn close(mut self) -> Result<Summary, SampleError> {
        self.customers.flush().map_err(|source| SampleError::Write {
            path: self.options.out.join(CUSTOMERS),
            source,
        })?;
        self.summary.files += 1;
        self.summary.raw_bytes += self.customers.bytes;
        self.summary.file_bytes += self.customers.bytes;
        let content = pipeline(self.options);
        self.put("pipeline.toml", false, |out| out.write_all(content.as_bytes()))?;
        Ok(self.summary)
    }
}

/// Writes a file. Returns its bytes before compression and on disk.
fn write_file(path: &Path, gzip: bool, content: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> io::Result<(u64, u64)> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = Counted::new(BufWriter::new(File::create(path)?));
    if !gzip {
        content(&mut file)?;
        file.flush()?;
        return Ok((file.bytes, file.bytes));
    }
    // The header has no time and no name, so that the same content gives the same bytes.
    let packer = GzBuilder::new().write(file, Compression::new(6));
    let mut raw = Counted::new(BufWriter::with_capacity(PACKED_AT_ONCE, packer));
    content(&mut raw)?;
    let packer = raw.inner.into_inner().map_err(io::IntoInnerError::into_error)?;
    let mut file = packer.finish()?;
    file.flush()?;
    Ok((raw.bytes, file.bytes))
}

/// Counts the bytes that pass through.
struct Counted<W> {
    inner: W,
    bytes: u64,
}

impl<W> Counted<W> {
    fn new(inner: W) -> Counted<W> {
        Counted { inner, bytes: 0 }
    }
}

impl<W: io::Write> io::Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A field of a CSV, in quotes if it needs them.
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
