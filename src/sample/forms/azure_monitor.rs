//! What diagnostic settings write: lines in a storage account, the batches that an event hub passes
//! on, and what people make of them: indented documents, text in UTF-16, zip files.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};

use crate::sample::forms::form::Batch;
use crate::sample::forms::text;

pub fn lines(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(text::lines(batch.records))
}

pub fn event_hub_batch(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(text::page("records", batch.records))
}

/// One indented array after the other, as scripts append them page by page.
pub fn indented(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    let pages = batch
        .records
        .chunks(1000)
        .map(|page| format!("{:#}\r\n", serde_json::Value::from(page)));
    Ok(pages.collect::<String>().into_bytes())
}

/// Lines as `>` of Windows PowerShell writes them.
pub fn utf16(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    let lines = String::from_utf8(text::lines(batch.records)).map_err(io::Error::other)?;
    let text = format!("\u{feff}{}", lines.replace('\n', "\r\n"));
    Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
}

/// A zip file with the lines in it.
pub fn zip(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    let file = archive.new_file("PT1H.json").compression_method(CompressionMethod::DEFLATE);
    let (mut entry, config) = file.start().map_err(io::Error::other)?;
    let mut data = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
    data.write_all(&text::lines(batch.records))?;
    let (encoder, sums) = data.finish().map_err(io::Error::other)?;
    encoder.finish()?;
    entry.finish(sums).map_err(io::Error::other)?;
    archive.finish().map_err(io::Error::other)?;
    Ok(bytes)
}
