//! Planted footers, keys and published files.

use super::*;

#[test]
fn an_edited_footer_is_found() {
    let site = Site::finished();
    let place = on("2026-09-12");
    let (_, footer) = site.footer::<Usage>(place);
    let store = site.store();
    let rows: Vec<Usage> = store.rows(place).unwrap();
    let mut fingerprint = footer.fingerprint;
    fingerprint.inputs.0 ^= 1;
    let lock = store.lock("the test that plants").unwrap();
    store.replace_rows(place, &rows, fingerprint).unwrap();
    drop(lock);
    site.has_fault("origin", &["usage", "2026-09-12"]);

    let site = Site::finished();
    let store = site.store();
    let footer = store.footer(&ACTIVITY_EVENTS, place).unwrap().unwrap();
    let frame = store.read(&ACTIVITY_EVENTS, place, &[]).unwrap();
    let mut days: Vec<DayPart> = footer.days.clone();
    days[0].rows += 1;
    let lock = store.lock("the test that plants").unwrap();
    store.replace(&ACTIVITY_EVENTS, place, &frame, footer.fingerprint, &days).unwrap();
    drop(lock);
    site.has_fault("footer", &["activity_events", "uptake.days"]);

    // The digest in the footer is another one, and so long as it was.
    let site = Site::finished();
    let (path, footer) = site.footer::<Usage>(place);
    let (digest, mut bytes) = (footer.digest.to_string(), fs::read(&path).unwrap());
    let at = bytes.windows(digest.len()).position(|part| part == digest.as_bytes()).unwrap();
    bytes[at..at + 4].copy_from_slice(if digest.starts_with("0000") { b"1111" } else { b"0000" });
    fs::write(&path, bytes).unwrap();
    site.has_fault("damaged", &["usage", "2026-09-12", "digest"]);
}

#[test]
fn a_duplicated_key_is_found_under_a_right_digest() {
    let site = Site::finished();
    let place = on("2026-09-12");
    let (path, footer) = site.footer::<Usage>(place);
    let mut rows: Vec<Usage> = site.store().rows(place).unwrap();
    rows.insert(1, rows[0].clone());
    // The store refuses to write this, so the test does.
    let bytes = written(&Usage::frame(&rows).unwrap(), &footer);
    fs::write(&path, bytes).unwrap();
    assert_ne!(site.footer::<Usage>(place).1.digest, footer.digest);
    site.has_fault("contract", &["usage", "2026-09-12", "twice the same key"]);
}

/// A file with these rows and a footer that fits them.
fn written(frame: &arrow::record_batch::RecordBatch, footer: &Footer) -> Vec<u8> {
    use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
    use parquet::file::metadata::KeyValue;
    use parquet::file::properties::WriterProperties;
    let options = ArrowWriterOptions::new()
        .with_properties(WriterProperties::builder().set_created_by("uptake".to_owned()).build())
        .with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(Vec::new(), USAGE.schema(), options).unwrap();
    writer.write(frame).unwrap();
    writer.flush().unwrap();
    writer.sync().unwrap();
    let digest = uptake::domain::digest::Digest::of(writer.inner());
    for (key, value) in [
        ("uptake.table", USAGE.name.to_owned()),
        ("uptake.version", USAGE.version.to_string()),
        ("uptake.fingerprint", footer.fingerprint.to_string()),
        ("uptake.digest", digest.to_string()),
    ] {
        writer.append_key_value_metadata(KeyValue::new(key.to_owned(), value));
    }
    writer.into_inner().unwrap()
}

#[test]
fn a_published_file_that_is_stale_edited_or_gone_is_found() {
    let site = Site::finished();
    let name = |name: &str| site.path("published").join(name);
    let usage = fs::read(name("usage.parquet")).unwrap();
    fs::write(name("usage.parquet"), fs::read(name("adoption.parquet")).unwrap()).unwrap();
    site.has_fault("published", &["usage.parquet", "it is not what was published"]);
    fs::remove_file(name("usage.parquet")).unwrap();
    site.has_fault("published", &["usage.parquet", "it is not there"]);
    fs::write(name("usage.parquet"), usage).unwrap();
    assert_eq!(site.check(&["--customers", "0"]).code, 0);
    let csv = fs::read_to_string(name("portfolio-export.csv")).unwrap();
    fs::write(name("portfolio-export.csv"), csv.replacen(",true,", ",false,", 1)).unwrap();
    site.has_fault("published", &["portfolio-export.csv"]);
}

#[test]
fn a_published_file_of_an_earlier_night_is_found_also_where_run_json_has_its_digest() {
    let earlier = Site::finished();
    fs::remove_dir_all(earlier.path("warehouse")).unwrap();
    fs::remove_dir_all(earlier.path("published")).unwrap();
    earlier.runs(&["--until", "2026-09-29"]);
    let site = Site::finished();
    let read = |site: &Site, name: &str| fs::read(site.path("published").join(name)).unwrap();
    let json = |site: &Site| -> Value { serde_json::from_slice(&read(site, "run.json")).unwrap() };
    fs::write(site.path("published/usage.parquet"), read(&earlier, "usage.parquet")).unwrap();
    let (mut run, old) = (json(&site), json(&earlier));
    let of_usage = |run: &Value| {
        run["published"]
            .as_array()
            .unwrap()
            .iter()
            .position(|file| file["name"] == "usage.parquet")
            .unwrap()
    };
    let (to, from) = (of_usage(&run), of_usage(&old));
    run["published"][to] = old["published"][from].clone();
    fs::write(site.path("published/run.json"), run.to_string()).unwrap();
    site.has_fault("published", &["usage.parquet", "it ends after"]);

    // All of it is of the night before.
    let site = Site::finished();
    fs::remove_dir_all(site.path("published")).unwrap();
    copy(&earlier.path("published"), &site.path("published"));
    site.has_fault("published", &["run.json", "not made from what the tables"]);
}
