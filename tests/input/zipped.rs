//! Zip files in the input: each member is a raw file of its own.

use std::fs;
use std::io::Write;
use std::process::Command;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use uptake::stages::received::raw_files::{RAW_FILES, RawFile};
use uptake::stages::received::rejects::{REJECTS, Reject};
use uptake::storage::local::reads::Reads;

use super::{LAST, Site, said, sign_in};

/// A zip file of packed members: names and contents.
pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ZipArchiveWriter::new(&mut bytes);
    for (name, content) in members {
        let (mut entry, config) = writer
            .new_file(*name)
            .compression_method(CompressionMethod::DEFLATE)
            .start()
            .unwrap();
        let mut data = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
        data.write_all(content).unwrap();
        let (encoder, descriptor) = data.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

fn put(site: &Site, path: &str, bytes: &[u8]) {
    let path = site.raw(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn files(site: &Site) -> Vec<String> {
    let mut rows = site.rows::<RawFile>(&RAW_FILES);
    rows.sort_by(|a, b| a.source_file.cmp(&b.source_file));
    rows.iter()
        .map(|row| format!("{} {} {}", row.source_file, row.format, row.accepted))
        .collect()
}

#[test]
fn each_member_is_a_file_of_its_own_with_its_form_and_its_lines() {
    let site = Site::new("act/**/*.zip");
    let (one, two) = (sign_in("u1"), sign_in("u2"));
    put(
        &site,
        "act/2026-09-01/logs.zip",
        &zip(&[("a/one.csv", one.as_bytes()), ("two.csv", two.as_bytes())]),
    );
    site.age();
    site.run();
    assert_eq!(site.users(), ["u1", "u2"]);
    assert_eq!(
        files(&site),
        ["act/2026-09-01/logs.zip/a/one.csv csv 1", "act/2026-09-01/logs.zip/two.csv csv 1"]
    );
    let archive = site.raw("act/2026-09-01/logs.zip");
    let told = said(Command::new(env!("CARGO_BIN_EXE_uptake")).arg("inspect").arg(archive));
    for member in ["logs.zip/a/one.csv", "logs.zip/two.csv"] {
        assert!(told.succeeds().out.contains(member), "{}", told.out);
    }
    // The same file gives nothing new, another one in its place does.
    assert!(site.run_with(Reads::default()).unwrap().is_idle());
    put(
        &site,
        "act/2026-09-01/logs.zip",
        &zip(&[("a/one.csv", one.as_bytes()), ("two.csv", sign_in("u3").as_bytes())]),
    );
    site.run();
    assert_eq!(site.users(), ["u1", "u3"]);
}

#[test]
fn a_member_that_no_source_reads_any_more_gives_nothing_while_its_archive_is_there() {
    let site = Site::new("act/**/*.csv");
    let [one, two, three] = ["u1", "u2", "u3"].map(sign_in);
    put(
        &site,
        "act/2026-09-01/logs.zip",
        &zip(&[("one.csv", one.as_bytes()), ("two.csv", two.as_bytes())]),
    );
    put(&site, "act/2026-09-01/gone.zip", &zip(&[("three.csv", three.as_bytes())]));
    site.run();
    assert_eq!(site.users(), ["u1", "u2", "u3"]);
    fs::remove_file(site.raw("act/2026-09-01/gone.zip")).unwrap();
    site.pipeline(
        &format!("last_day = \"{LAST}\""),
        "[[source]]\nfeed = \"activity\"\npath = \"act/**/one.csv\"\n",
    );
    site.run();
    assert_eq!(site.users(), ["u1", "u3"]);
}

#[test]
fn a_pattern_of_members_reads_those_that_fit() {
    let site = Site::new("act/**/*.csv");
    let one = sign_in("u1");
    put(
        &site,
        "act/2026-09-01/logs.zip",
        &zip(&[("one.csv", one.as_bytes()), ("readme.txt", b"hello")]),
    );
    put(&site, "act/2026-09-01/other.zip", &zip(&[("readme.txt", b"hello")]));
    site.run();
    assert_eq!(files(&site), ["act/2026-09-01/logs.zip/one.csv csv 1"]);
}

#[test]
fn what_cannot_be_read_of_an_archive_is_a_reject_that_says_why() {
    let site = Site::new("act/**/*.zip");
    site.pipeline(
        "last_day = \"2026-09-05\"",
        "[[source]]\nfeed = \"activity\"\npath = \"act/**/*.zip\"\nfail_above = 1.0\n",
    );
    let text = sign_in("u1");
    let inner = zip(&[("one.csv", text.as_bytes())]);
    let mut encrypted = zip(&[("one.csv", text.as_bytes())]);
    let central = encrypted.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    encrypted[6] |= 1;
    encrypted[central + 8] |= 1;
    let mut damaged = zip(&[("one.csv", format!("{text}{}", "x".repeat(500)).as_bytes())]);
    let middle = damaged.len() / 4;
    damaged[middle] ^= 0xff;
    put(&site, "act/2026-09-01/damaged.zip", &damaged);
    put(&site, "act/2026-09-01/encrypted.zip", &encrypted);
    put(&site, "act/2026-09-01/nested.zip", &zip(&[("inner.zip", &inner)]));
    put(&site, "act/2026-09-01/no.zip", b"PK\x03\x04 and nothing else");
    site.run();
    let mut rejects: Vec<String> = site
        .rows::<Reject>(&REJECTS)
        .iter()
        .map(|row| format!("{} {}", row.source_file, row.reason))
        .collect();
    rejects.sort();
    rejects.dedup();
    assert_eq!(
        rejects[rejects.len() - 3..],
        [
            "act/2026-09-01/encrypted.zip/one.csv unknown_format",
            "act/2026-09-01/nested.zip/inner.zip unknown_format",
            "act/2026-09-01/no.zip unknown_format",
        ]
    );
    assert!(rejects[0].starts_with("act/2026-09-01/damaged.zip/one.csv "), "{rejects:?}");
}
