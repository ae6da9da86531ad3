//! What diagnostic settings write: lines in a storage account, the batches that an event hub passes
//! on, and what scripts make of them: indented documents, text in UTF-16.

use std::io;

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
