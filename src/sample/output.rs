//! Writes the files below the output folder, in the form that is asked for, plain or gzip.
#![allow(
    clippy::disallowed_methods,
    reason = "a sample is no warehouse: whoever makes one starts again where it breaks off"
)]

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use flate2::{Compression, GzBuilder};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::Feed;
use crate::sample::customer::portfolio;
use crate::sample::customer::portfolio::Customer;
use crate::sample::facts;
use crate::sample::forms::text::csv_field;
use crate::sample::forms::{self, Batch};
use crate::sample::options::{Options, SampleError, Summary};
use crate::sample::pipeline_file;

/// What this room writes below its folder. None of it may exist. Other forms have a folder for each
/// feed.
const OURS: [&str; 10] = [
    "insights-logs-",
    "graph-users",
    "graph-subscriptions",
    "activity",
    "license_changes",
    "license_holdings",
    "subscriptions",
    CUSTOMERS,
    facts::PRICE_LIST,
    "pipeline.toml",
];
const CUSTOMERS: &str = "customers.csv";

/// How many bytes of a file are compressed at once. The end of a part may influence the
/// compression, so files up to this size are compressed whole.
pub const PACKED_AT_ONCE: usize = 16 << 20;

/// A log or a page that is to be written.
pub struct RawFile<'a> {
    pub feed: Feed,
    pub tenant: Guid,
    /// The day of receipt, or that of the snapshot.
    pub day: Day,
    /// Its path in the default form, without `.gz`.
    pub path: &'a str,
    /// What tells it from the others of its feed, tenant and day.
    pub stem: &'a str,
    pub records: u64,
    pub unreadable_lines: u64,
    pub unfinished_lines: u64,
}

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

    /// Writes a log or a page; `content` writes the text in the default form. If another form is
    /// asked for, that one writes the records anew.
    pub fn raw_file(&mut self, file: &RawFile<'_>, content: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), SampleError> {
        let form = forms::of(self.options.form, file.feed).filter(|form| form.name != forms::DEFAULT);
        let Some(form) = form else {
            self.summary.records += file.records;
            self.summary.unreadable_lines += file.unreadable_lines;
            self.summary.unfinished_lines += file.unfinished_lines;
            return self.file(file.path, self.options.gzip, content);
        };
        let path = |name: &str| format!("{}/tenantId={}/{}/{name}.{}", file.feed, file.tenant, file.day, form.ending);
        let failed = |source| SampleError::Write {
            path: self.options.out.join(path(file.stem)),
            source,
        };
        let mut text = Vec::new();
        content(&mut text).map_err(failed)?;
        let parts = forms::rewrite::parts(file.feed, &text);
        // An empty list says that there is nothing; an empty log says nothing.
        let is_list = matches!(file.feed, Feed::LicenseHoldings | Feed::Subscriptions);
        for (begin, records) in parts.iter().filter(|(_, records)| is_list || !records.is_empty()) {
            let batch = Batch {
                tenant: file.tenant,
                partner: portfolio::partners(self.options.seed).0,
                day: file.day,
                records,
            };
            let bytes = (form.write)(&batch).map_err(failed)?;
            self.summary.records += records.len() as u64;
            let is_packed = self.options.gzip && !form.is_packed();
            self.file(&path(&format!("{begin}{}", file.stem)), is_packed, |out| out.write_all(&bytes))?;
        }
        Ok(())
    }

    /// Writes a file, compressed or not. The path is relative and has no `.gz`.
    fn file(&mut self, path: &str, gzip: bool, content: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), SampleError> {
        let name = if gzip { format!("{path}.gz") } else { path.to_owned() };
        self.put(&name, gzip, content)
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
                .map(csv_field)
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

    /// Closes the customer list, and writes the price list and the pipeline file.
    pub fn close(mut self) -> Result<Summary, SampleError> {
        self.customers.flush().map_err(|source| SampleError::Write {
            path: self.options.out.join(CUSTOMERS),
            source,
        })?;
        self.summary.files += 1;
        self.summary.raw_bytes += self.customers.bytes;
        self.summary.file_bytes += self.customers.bytes;
        self.put(facts::PRICE_LIST, false, |out| out.write_all(facts::price_list().as_bytes()))?;
        let content = pipeline_file::text(self.options);
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
