//! Records written in the ways in which people pack them.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use rawzip::{CompressionMethod, ZipArchiveWriter};
use serde_json::Value;

/// Each on a line.
pub fn lines(records: &[Vec<u8>]) -> Vec<u8> {
    records.iter().flat_map(|record| [record.as_slice(), b"\n"].concat()).collect()
}

/// A document of many lines.
pub fn indented(record: &Value) -> Vec<u8> {
    format!("{record:#}").into_bytes()
}

/// The same as an item of a list of many lines.
pub fn item_of_indented(record: &Value) -> Vec<u8> {
    format!("{record:#}").replace('\n', "\n  ").into_bytes()
}

/// An array of batches of two records.
pub fn batches(key: &str, records: &[Vec<u8>]) -> Vec<u8> {
    let batch = |records: &[Vec<u8>]| {
        let list = records.join(&b","[..]);
        [format!("{{\"{key}\":[").as_bytes(), &list, b"]}"].concat()
    };
    let batches: Vec<Vec<u8>> = records.chunks(2).map(batch).collect();
    [b"[".as_slice(), &batches.join(&b","[..]), b"]"].concat()
}

/// In which order the bytes of a unit of UTF-16 stand.
pub type ByteOrder = fn(u16) -> [u8; 2];

/// A text of UTF-8 in UTF-16.
pub fn utf16(text: &[u8], order: ByteOrder) -> Vec<u8> {
    let text = std::str::from_utf8(text).unwrap();
    text.encode_utf16().flat_map(order).collect()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A zip file of packed members with some names.
pub fn zip(members: &[Vec<u8>]) -> Vec<u8> {
    let names: Vec<String> = (0..members.len()).map(|number| format!("folder/{number}.log")).collect();
    let members = names.iter().map(String::as_str).zip(members.iter().map(Vec::as_slice));
    zip_of(&members.collect::<Vec<_>>())
}

/// A zip file of packed members: their names and contents.
pub fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ZipArchiveWriter::new(&mut bytes);
    for (name, content) in members {
        let file = writer.new_file(name);
        let (mut entry, config) = file.compression_method(CompressionMethod::DEFLATE).start().unwrap();
        let mut data = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
        data.write_all(content).unwrap();
        let (encoder, sums) = data.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(sums).unwrap();
    }
    writer.finish().unwrap();
    bytes
}
