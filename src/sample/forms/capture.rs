//! What Event Hubs Capture writes: an Avro file whose events have what was sent as their body.

use std::io;

use serde_json::Value;

use crate::sample::forms::form::Batch;
use crate::sample::forms::text;

/// The schema of every capture.
const SCHEMA: &str = r#"{"type":"record","name":"EventData","namespace":"Microsoft.ServiceBus.Messaging","fields":[{"name":"SequenceNumber","type":"long"},{"name":"Offset","type":"string"},{"name":"EnqueuedTimeUtc","type":"string"},{"name":"SystemProperties","type":{"type":"map","values":["long","double","string","bytes"]}},{"name":"Properties","type":{"type":"map","values":["long","double","string","bytes","null"]}},{"name":"Body","type":["null","bytes"]}]}"#;
/// What stands behind every block.
const SYNC: &[u8; 16] = b"uptake's sample.";
/// How many records an event has, and how many events a block.
const RECORDS: usize = 50;
const EVENTS: usize = 4;

/// A file of blocks of some hundred kilobytes, whose events are batches of records.
pub fn capture(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    let events: Vec<Vec<u8>> = (0..)
        .zip(batch.records.chunks(RECORDS))
        .map(|(number, records)| event(number, records))
        .collect();
    let header = [long(1), bytes(b"avro.schema"), bytes(SCHEMA.as_bytes()), long(0)].concat();
    let mut file = [b"Obj\x01".as_slice(), &header, SYNC].concat();
    for events in events.chunks(EVENTS) {
        file.extend([long(events.len() as i64), bytes(&events.concat())].concat());
        file.extend_from_slice(SYNC);
    }
    Ok(file)
}

/// An event: its number, its place, its time, no properties, and its body.
fn event(number: i64, records: &[Value]) -> Vec<u8> {
    let nothing = long(0);
    let body = [long(1), bytes(&text::page("records", records))].concat();
    [
        long(number),
        bytes(b"0"),
        bytes(b"9/9/2026 10:00:00 AM"),
        nothing.clone(),
        nothing,
        body,
    ]
    .concat()
}

/// A number: seven bits a byte, the lowest first, and its sign in the lowest bit of all.
fn long(value: i64) -> Vec<u8> {
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    let mut out = Vec::new();
    while rest > 0x7f {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
    out
}

/// A length and so many bytes.
fn bytes(content: &[u8]) -> Vec<u8> {
    [long(content.len() as i64), content.to_vec()].concat()
}
