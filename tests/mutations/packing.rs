//! The files that are damaged: each form of the sample as it is, and its records packed in every
//! other way that people have.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;

use serde_json::{Value, json};
use uptake::domain::catalogue::Catalogue;
use uptake::domain::day::{Day, Zone};
use uptake::domain::guid::Guid;
use uptake::domain::kinds::Feed;
use uptake::pipeline::catalogue::built_in;
use uptake::sample::forms::{Batch, FORMS, Form};
use uptake::sources::file_context::FileContext;
use uptake::sources::path::path_context;
use uptake::sources::read::read_in_order;
use uptake::sources::record::{FileCounts, Position, Reason, Row, Sink, SnapshotPage};
use uptake::sources::{self, Format};
use uptake::storage;

use super::written::{ByteOrder, batches, gzip, indented, item_of_indented, lines, utf16, zip};
use crate::formats::{PARTNER, TENANT, path_day, records};

/// The packings besides the forms' own.
pub const NAMES: [&str; 16] = [
    "lines",
    "array",
    "indented",
    "concatenated",
    "array of batches",
    "utf-16 le",
    "utf-16 be",
    "utf-16 le without mark",
    "utf-16 be without mark",
    "semicolons",
    "tabs",
    "#TYPE",
    "sep=",
    "zip of one",
    "zip of many",
    "gzip",
];

/// A file that is to be damaged.
pub struct Packed {
    /// The form, the feed, and the packing.
    pub name: String,
    feed: Feed,
    format: Format,
    pub bytes: Vec<u8>,
    /// How many records it has.
    pub count: u64,
    /// The records as they stand in the bytes; none where nobody can see them there.
    marks: Vec<Vec<u8>>,
    /// The header of a table, with its line end; empty where there is none.
    header: Vec<u8>,
    is_table: bool,
    /// Whether sums in the file tell of every damage, so that all records are there, or some fault.
    is_sealed: bool,
    is_archive: bool,
    /// The rows of each record, where each is a line of its own.
    rows_of_lines: Vec<Vec<String>>,
}

impl Packed {
    /// Whether a record cannot be gone without a word after so many damages.
    pub fn tells_after(&self, times: usize) -> bool {
        times == 1 || self.is_sealed || self.is_table
    }

    /// How many of the records are there as they were, so that something must come of them.
    pub fn whole_records(&self, bytes: &[u8]) -> u64 {
        if self.is_sealed {
            return if bytes.is_empty() { 0 } else { self.count };
        }
        let is_whole = |mark: &&Vec<u8>| memchr::memmem::find(bytes, mark).is_some();
        let whole = self.marks.iter().filter(is_whole).count() as u64;
        // Nobody can tell a header with a row in it from a wide one.
        let may_have_a_row = !bytes.starts_with(&self.header);
        whole.saturating_sub(u64::from(may_have_a_row))
    }

    /// The rows of those lines that are whole, where the first line is: then every line stands for
    /// itself.
    pub fn rows_of_whole_lines(&self, bytes: &[u8]) -> Vec<String> {
        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        let is_mark = |line: &&[u8]| self.marks.iter().any(|mark| mark == line);
        if !lines.first().is_some_and(is_mark) {
            return Vec::new();
        }
        let of_whole = self.marks.iter().zip(&self.rows_of_lines);
        let of_whole = of_whole.filter(|(mark, _)| lines.contains(&mark.as_slice()));
        of_whole.flat_map(|(_, rows)| rows.clone()).collect()
    }
}

/// What a reader found.
#[derive(Default)]
pub struct Reading {
    pub counts: FileCounts,
    pub rows: Vec<String>,
    pub rejects: Vec<String>,
}

impl Sink for Reading {
    fn row(&mut self, _: Position, row: Row<'_>) {
        self.rows.push(format!("{row:?}"));
    }

    fn reject(&mut self, at: Position, reason: Reason, _: &[u8], _: &str) {
        self.rejects.push(format!("{}/{} {reason}", at.line, at.record));
    }

    fn snapshot_page(&mut self, _: SnapshotPage) {}
}

impl Reading {
    fn add(&mut self, other: Reading) {
        self.counts.records += other.counts.records;
        self.counts.accepted += other.counts.accepted;
        self.counts.rejected += other.counts.rejected;
        self.counts.not_ours += other.counts.not_ours;
        self.rows.extend(other.rows);
        self.rejects.extend(other.rejects);
    }
}

thread_local! {
    static CATALOGUE: Catalogue = built_in().parse().unwrap().catalogue;
}

/// Reads a file as the pipeline does: an archive member by member.
pub fn read(packed: &Packed, bytes: &[u8], auto: bool) -> Reading {
    let format = if auto { Format::Auto } else { packed.format };
    let mut found = Reading::default();
    let mut files = Vec::new();
    if packed.is_archive {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.zip");
        fs::write(&path, bytes).unwrap();
        for (_, member) in storage::members_named(&path).unwrap() {
            let mut content = Vec::new();
            member.reader().read_to_end(&mut content).unwrap();
            files.push(content);
        }
    }
    if files.is_empty() {
        files.push(bytes.to_vec());
    }
    for file in files {
        found.add(read_file(packed.feed, format, &file));
    }
    found
}

fn read_file(feed: Feed, format: Format, bytes: &[u8]) -> Reading {
    let path = format!("tenantId={TENANT}/{}/file", path_day(feed));
    let context = CATALOGUE.with(|catalogue| FileContext::of(path_context(&path, None, None), &Zone::utc(), catalogue));
    read_in_order(&context, |context| {
        let mut found = Reading::default();
        found.counts = sources::read(feed, format, &mut &bytes[..], bytes.len() as u64, context, &mut found);
        found
    })
}

/// Every form and every packing of its records.
pub fn all() -> Vec<Packed> {
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for form in FORMS {
        let records = records_of(form.feed);
        let batch = Batch {
            tenant: Guid::parse(TENANT.as_bytes()).unwrap(),
            partner: Guid::parse(PARTNER.as_bytes()).unwrap(),
            day: Day::parse(path_day(form.feed)).unwrap(),
            records: &records,
        };
        let bytes = (form.write)(&batch).unwrap();
        let packings = Packings { form, all: &mut all };
        match (form.name, form.ending) {
            ("zip", _) => packings.own(&bytes, records.len(), Marks::Sealed),
            (_, "parquet") => packings.own(&bytes, records.len(), Marks::None),
            (_, "avro") => packings.own(&bytes, records.len(), Marks::Are(texts(&records))),
            ("utf-16", _) => {
                let marks = texts(&records).iter().map(|text| utf16(text, u16::to_le_bytes)).collect();
                packings.own(&bytes, records.len(), Marks::Are(marks));
            }
            ("indented", _) => {
                let marks = records.iter().map(item_of_indented).collect();
                packings.own(&bytes, records.len(), Marks::Are(marks));
            }
            (_, "csv") => packings.of_table(&bytes),
            _ => packings.of_json(&bytes, &mut seen),
        }
    }
    all
}

/// The records of a feed, as the default form has them.
fn records_of(feed: Feed) -> Vec<Value> {
    let mut all = records(feed);
    for (number, record) in all.iter_mut().enumerate().filter(|_| feed == Feed::Activity) {
        record["properties"]["isInteractive"] = json!(number % 3 != 2);
        record["properties"]["userDisplayName"] = json!("Zo\u{eb}, \"M\u{fc}ller\"; 1");
    }
    for sku in ["05e9a617-0261-4cee-bb44-138d3ef5d965", "4b9405b0-7788-4568-add1-99614e613b69"] {
        let mut more = all[0].clone();
        if feed == Feed::Subscriptions {
            (more["id"], more["skuId"]) = (json!(format!("s-{sku}")), json!(sku));
            all.push(more);
        }
    }
    all
}

fn texts(records: &[Value]) -> Vec<Vec<u8>> {
    records.iter().map(|record| record.to_string().into_bytes()).collect()
}

/// What can be seen of the records in a file.
enum Marks {
    None,
    Sealed,
    Are(Vec<Vec<u8>>),
}

/// Takes the packings of a form.
struct Packings<'a> {
    form: &'static Form,
    all: &'a mut Vec<Packed>,
}

impl Packings<'_> {
    fn add(&mut self, packing: &str, bytes: &[u8], count: usize, marks: Marks) {
        let Form { name, feed, format, .. } = *self.form;
        let is_sealed = matches!(marks, Marks::Sealed);
        let marks = match marks {
            Marks::Are(marks) => marks,
            Marks::None | Marks::Sealed => Vec::new(),
        };
        let format = Format::for_feed(feed).into_iter().find(|known| known.name() == format).unwrap();
        let mut packed = Packed {
            name: format!("{feed} {name}: {packing}"),
            feed,
            format,
            bytes: bytes.to_vec(),
            count: count as u64,
            header: match self.form.ending {
                "csv" => first_bytes_before(&marks, bytes),
                _ => Vec::new(),
            },
            marks,
            is_table: self.form.ending == "csv",
            is_sealed,
            is_archive: bytes.starts_with(b"PK"),
            rows_of_lines: Vec::new(),
        };
        if packing == "lines" {
            packed.rows_of_lines = packed.marks.iter().map(|mark| read(&packed, mark, false).rows).collect();
        }
        self.all.push(packed);
    }

    /// The file as the form writes it.
    fn own(mut self, bytes: &[u8], count: usize, marks: Marks) {
        self.add("as it is", bytes, count, marks);
    }

    fn of_json(mut self, bytes: &[u8], seen: &mut BTreeSet<(Feed, Vec<u8>)>) {
        let documents: Vec<Value> = serde_json::Deserializer::from_slice(bytes)
            .into_iter()
            .map(Result::unwrap)
            .collect();
        let rows = documents[0]["tables"][0]["rows"].as_array();
        let list = ["records", "value", "items"].iter().find_map(|key| documents[0][*key].as_array());
        let records = match (rows.or(list).or(documents[0].as_array()), documents.len()) {
            (Some(list), 1) => list.clone(),
            _ => documents.clone(),
        };
        let (texts, count) = (texts(&records), records.len());
        self.add("as it is", bytes, count, Marks::Are(texts.clone()));
        // Rows of a table are no records without it, and records that were packed are not packed
        // again.
        if rows.is_some() || !seen.insert((self.form.feed, texts.concat())) {
            return;
        }
        let are = || Marks::Are(texts.clone());
        self.add("lines", &lines(&texts), count, are());
        self.add("array", Value::from(records.clone()).to_string().as_bytes(), count, are());
        let pretty: Vec<Vec<u8>> = records.iter().map(indented).collect();
        self.add("indented", &pretty.join(&b"\r\n"[..]), count, Marks::Are(pretty));
        self.add("concatenated", &texts.concat(), count, are());
        if let Some(key) = list_key(self.form.format) {
            self.add("array of batches", &batches(key, &texts), count, are());
        }
        self.in_utf16(&lines(&texts), &texts);
        let of_one: Vec<Vec<u8>> = texts.iter().map(|text| lines(std::slice::from_ref(text))).collect();
        self.packed(&lines(&texts), &of_one);
    }

    fn of_table(mut self, bytes: &[u8]) {
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
        let records: Vec<csv::ByteRecord> = reader.byte_records().map(Result::unwrap).collect();
        let written = |separator: u8, all_in_quotes: bool| -> Vec<Vec<u8>> {
            let style = if all_in_quotes {
                csv::QuoteStyle::Always
            } else {
                csv::QuoteStyle::Necessary
            };
            let line = |record: &csv::ByteRecord| {
                let mut writer = csv::WriterBuilder::new()
                    .delimiter(separator)
                    .quote_style(style)
                    .terminator(csv::Terminator::CRLF)
                    .from_writer(Vec::new());
                writer.write_byte_record(record).unwrap();
                writer.into_inner().unwrap()
            };
            records.iter().map(line).collect()
        };
        let count = records.len() - 1;
        let table = |written: &[Vec<u8>]| Marks::Are(written[1..].to_vec());
        let own = text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
        self.add("as it is", bytes, count, table(&own));
        let semicolons = written(b';', false);
        self.add("semicolons", &semicolons.concat(), count, table(&semicolons));
        let tabs = written(b'\t', false);
        self.add("tabs", &tabs.concat(), count, table(&tabs));
        let quoted = written(b',', true);
        let typed = [b"#TYPE Selected.Log\r\n".as_slice(), &quoted.concat()].concat();
        self.add("#TYPE", &typed, count, table(&quoted));
        let named = [b"sep=;\r\n".as_slice(), &semicolons.concat()].concat();
        self.add("sep=", &named, count, table(&semicolons));
        self.in_utf16(&tabs.concat(), &tabs[1..]);
        let of_one: Vec<Vec<u8>> = quoted[1..].iter().map(|row| [&quoted[0][..], row].concat()).collect();
        self.packed(&quoted.concat(), &of_one);
    }

    fn in_utf16(&mut self, text: &[u8], records: &[Vec<u8>]) {
        let orders: [(&str, ByteOrder); 2] = [("le", u16::to_le_bytes), ("be", u16::to_be_bytes)];
        for (name, order) in orders {
            for (mark, without) in [("\u{feff}", ""), ("", " without mark")] {
                let bytes = utf16(&[mark.as_bytes(), text].concat(), order);
                let marks = records.iter().map(|record| utf16(record, order)).collect();
                self.add(&format!("utf-16 {name}{without}"), &bytes, records.len(), Marks::Are(marks));
            }
        }
    }

    /// One file packed, and one for each record.
    fn packed(&mut self, one: &[u8], of_one: &[Vec<u8>]) {
        let count = of_one.len();
        self.add("gzip", &gzip(one), count, Marks::Sealed);
        self.add("zip of one", &zip(&[one.to_vec()]), count, Marks::Sealed);
        self.add("zip of many", &zip(of_one), count, Marks::Sealed);
    }
}

/// The bytes of a file before its first record.
fn first_bytes_before(marks: &[Vec<u8>], bytes: &[u8]) -> Vec<u8> {
    let at = marks.first().and_then(|mark| memchr::memmem::find(bytes, mark));
    bytes[..at.unwrap_or(0)].to_vec()
}

/// The key that holds the list of a format whose files are collected in batches or pages.
fn list_key(format: &str) -> Option<&'static str> {
    match format {
        "azure-monitor" => Some("records"),
        "graph" | "graph-users" | "graph-company-subscriptions" | "graph-subscribed-skus" => Some("value"),
        _ => None,
    }
}
