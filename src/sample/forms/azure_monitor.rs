//! What diagnostic settings write: lines in a storage account, and the batches that an event hub
//! passes on.

use std::io;

use crate::sample::forms::form::Batch;
use crate::sample::forms::text;

pub fn lines(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(text::lines(batch.records))
}

pub fn event_hub_batch(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(text::page("records", batch.records))
}
