//! `uptake report`: its pages and workbooks say what the published tables say, in a real browser and
//! in another library, and wrong calls leave nothing behind.

pub mod agree;
mod at_the_end;
mod browser;
mod figures;
mod libreoffice;
mod page;
mod people;
mod published;
mod trend_words;
mod workbook;
mod wrong_calls;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

/// The sample portfolio, published once for all tests of the report.
pub struct Sample {
    _folder: TempDir,
    pub pipeline: PathBuf,
    pub published: PathBuf,
}

/// A name that would break a page if it were not written as a text.
pub const HOSTILE: &str = "<script>alert(1)</script> \"quoted\" & 'more' =1+1";
pub const RIGHT_TO_LEFT: &str = "חברת דוגמה בע״מ";

/// Publishes the sample, with names that are hard to write and with prices.
pub fn sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("sample");
        let written = uptake(&[
            "sample",
            "--quiet",
            "--customers",
            "12",
            "--days",
            "75",
            "--out",
            root.to_str().unwrap(),
        ]);
        assert!(written.status.success(), "{written:?}");
        let list = root.join("customers.csv");
        let mut rows: Vec<Vec<String>> = csv::Reader::from_path(&list)
            .unwrap()
            .into_records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect();
        let headings: Vec<String> = csv::Reader::from_path(&list)
            .unwrap()
            .headers()
            .unwrap()
            .iter()
            .map(str::to_owned)
            .collect();
        let name = headings.iter().position(|heading| heading == "name").unwrap();
        rows[0][name] = HOSTILE.to_owned();
        rows[1][name] = RIGHT_TO_LEFT.to_owned();
        rows[2][name] = "Donaudampfschifffahrts".repeat(9);
        let mut list = csv::Writer::from_path(&list).unwrap();
        list.write_record(&headings).unwrap();
        rows.iter().for_each(|row| list.write_record(row).unwrap());
        list.flush().unwrap();
        std::fs::write(
            root.join("prices.csv"),
            "part_number,price_per_month,currency\nSPE_E3,36.90,EUR\nSPE_E5,54.75,EUR\nSPB,20.60,USD\n",
        )
        .unwrap();
        let pipeline = root.join("pipeline.toml");
        let ran = uptake(&["run", "--quiet", pipeline.to_str().unwrap()]);
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        Sample {
            published: root.join("published"),
            pipeline,
            _folder: folder,
        }
    })
}

/// Another portfolio, with enough history for an outlook.
pub fn long_sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("sample");
        let out = root.to_str().unwrap();
        let written = uptake(&[
            "sample",
            "--quiet",
            "--customers",
            "8",
            "--users",
            "8",
            "--days",
            "160",
            "--out",
            out,
        ]);
        assert!(written.status.success(), "{written:?}");
        let pipeline = root.join("pipeline.toml");
        let ran = uptake(&["run", "--quiet", pipeline.to_str().unwrap()]);
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        Sample {
            published: root.join("published"),
            pipeline,
            _folder: folder,
        }
    })
}

pub fn uptake(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_uptake")).args(arguments).output().unwrap()
}

/// The text of a report about the sample.
pub fn report(arguments: &[&str], out: &Path) -> Vec<u8> {
    report_of(sample(), arguments, out)
}

/// The text of a report about some portfolio.
pub fn report_of(sample: &Sample, arguments: &[&str], out: &Path) -> Vec<u8> {
    let pipeline = sample.pipeline.to_str().unwrap();
    let all = [&["report", pipeline, "--out", out.to_str().unwrap()], arguments].concat();
    let output = uptake(&all);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(out).unwrap()
}

/// The same as a page.
pub fn page(arguments: &[&str]) -> String {
    page_of(sample(), arguments)
}

pub fn page_of(sample: &Sample, arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    String::from_utf8(report_of(sample, arguments, &folder.path().join("page.html"))).unwrap()
}
