//! Avro files as Event Hubs Capture writes them.

use std::io::Write;

use proptest::prelude::*;

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::find_record::{FoundRecord, find_records};
use crate::sources::testing::{Found, SMALL, Slow, TENANT, gzip, known, read_input, read_text};

const AZURE: (Feed, Format) = (Feed::Activity, Format::AzureMonitor);
const SCHEMA: &str = r#"{"type":"record","name":"EventData","namespace":"Microsoft.ServiceBus.Messaging","fields":[
    {"name":"SequenceNumber","type":"long"},{"name":"Offset","type":"string"},{"name":"EnqueuedTimeUtc","type":"string"},
    {"name":"SystemProperties","type":{"type":"map","values":["long","double","string","bytes"]}},
    {"name":"Properties","type":{"type":"map","values":["long","double","string","bytes","null"]}},
    {"name":"Body","type":["null","bytes"]}]}"#;
const SYNC: &[u8; 16] = b"0123456789abcdef";

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

fn bytes(content: &[u8]) -> Vec<u8> {
    [long(content.len() as i64), content.to_vec()].concat()
}

fn event(body: Option<&str>) -> Vec<u8> {
    let system = [long(1), bytes(b"x-opt-offset"), long(0), long(7), long(0)].concat();
    // A block that says its length.
    let properties = [
        long(-1),
        bytes(&[bytes(b"key"), long(1), 1.5f64.to_le_bytes().to_vec()].concat()),
        long(0),
    ]
    .concat();
    let body = body.map_or(long(0), |body| [long(1), bytes(body.as_bytes())].concat());
    [long(-3), bytes(b"12"), bytes(b"9/1/2026 8:00:00 AM"), system, properties, body].concat()
}

fn packed(codec: &str, block: &[u8]) -> Vec<u8> {
    match codec {
        "deflate" => {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(block).unwrap();
            encoder.finish().unwrap()
        }
        // One literal, and nothing that is shorter for it.
        "snappy" => {
            let (length, last) = (block.len() as u32, (block.len() as u32).wrapping_sub(1).to_le_bytes());
            let claimed = (0..5).map(|at| (length >> (7 * at)) as u8 & 0x7f | if at < 4 { 0x80 } else { 0 });
            let mut crc = flate2::Crc::new();
            crc.update(block);
            let element = if block.is_empty() {
                Vec::new()
            } else {
                [&[63 << 2], &last[..], block].concat()
            };
            [claimed.collect(), element, crc.sum().to_be_bytes().to_vec()].concat()
        }
        "zstandard" => zstd::encode_all(block, 1).unwrap(),
        _ => block.to_vec(),
    }
}

/// A file of blocks of events.
fn capture(schema: &str, codec: &str, blocks: &[Vec<Option<&str>>]) -> Vec<u8> {
    let mut file = [b"Obj\x01".to_vec(), long(2), bytes(b"avro.codec"), bytes(codec.as_bytes())].concat();
    file.extend([bytes(b"avro.schema"), bytes(schema.as_bytes()), long(0), SYNC.to_vec()].concat());
    for events in blocks {
        let block: Vec<u8> = events.iter().flat_map(|body| event(*body)).collect();
        file.extend([long(events.len() as i64), bytes(&packed(codec, &block)), SYNC.to_vec()].concat());
    }
    file
}

fn sign_in(id: &str) -> String {
    format!(
        r#"{{"time":"2026-09-01T08:00:00Z","category":"SignInLogs","tenantId":"{TENANT}","resultType":"0","properties":{{"id":"{id}"}}}}"#
    )
}

fn batch(ids: &[&str]) -> String {
    let records: Vec<String> = ids.iter().map(|id| sign_in(id)).collect();
    format!("{{\"records\":[{}]}}", records.join(","))
}

fn read(file: &[u8]) -> Found {
    read_input(AZURE, &mut &file[..], &known())
}

#[test]
fn the_body_of_each_event_is_a_line() {
    let bodies = [batch(&["a", "b"]), sign_in("c"), "no JSON".to_owned()];
    let blocks = [
        vec![Some(bodies[0].as_str()), None],
        vec![],
        vec![Some(&bodies[1]), Some(&bodies[2])],
    ];
    let expected = read_text(AZURE, &format!("{}\n", bodies.join("\n")), &known());
    assert_eq!((expected.counts.accepted, expected.counts.rejected), (3, 1));
    for codec in ["null", "deflate", "snappy", "zstandard"] {
        let file = capture(SCHEMA, codec, &blocks);
        assert_eq!(read(&file), expected, "{codec}");
        assert_eq!(read(&gzip(&file)), expected);
        assert_eq!(read_input(AZURE, &mut Slow::new(&file, 3), &known()), expected);
        let auto = read_input((Feed::Activity, Format::Auto), &mut file.as_slice(), &known());
        assert_eq!(auto.chosen.map(|choice| choice.format), Some(Format::AzureMonitor));
        let found = find_records(&mut file.as_slice(), file.len() as u64, &[(2, "c".to_owned())]);
        assert_eq!(found, [FoundRecord::Record(sign_in("c").into_bytes())]);
    }
}

#[test]
fn what_comes_before_a_damage_is_kept() {
    let (a, b) = (sign_in("a"), sign_in("b"));
    let file = capture(SCHEMA, "null", &[vec![Some(&a)], vec![Some(&b)]]);
    for length in [file.len() - 1, file.len() - 20, file.len() - 200] {
        let found = read(&file[..length]);
        assert!(found.counts.accepted >= 1, "{length}");
        assert!(found.rejects[0].ends_with(" corrupt_compression"), "{:?}", found.rejects);
    }
}

#[test]
fn a_block_that_unpacks_to_more_than_is_allowed_is_a_bomb() {
    let a = sign_in("a");
    let long_body = " ".repeat(SMALL.inflated_bytes as usize + 1);
    for codec in ["deflate", "snappy", "zstandard"] {
        let found = read(&capture(SCHEMA, codec, &[vec![Some(&a)], vec![Some(&long_body)]]));
        assert_eq!(
            (found.counts.accepted, found.rejects),
            (1, vec!["2 decompression_bomb".to_owned()]),
            "{codec}"
        );
    }
}

#[test]
fn another_avro_file_is_named() {
    let schema = SCHEMA.replace("\"Body\"", "\"Text\"");
    for file in [
        capture(&schema, "null", &[]),
        capture(SCHEMA, "lzma", &[]),
        b"Obj\x01 and so on".to_vec(),
    ] {
        let found = read(&file);
        assert_eq!(found.rejects, ["0 unknown_format"]);
        assert!(found.details[0].starts_with("it is an Avro file"), "{:?}", found.details);
    }
}

proptest! {
    #[test]
    fn damaged_files_give_the_same_whatever_the_sizes_of_reads(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..5),
        cut in proptest::option::of(any::<prop::sample::Index>()),
        codec in proptest::sample::select(vec!["null", "deflate", "snappy", "zstandard"]),
        piece in 1..50usize,
    ) {
        let (a, b) = (batch(&["a", "b"]), sign_in("c"));
        let mut file = capture(SCHEMA, codec, &[vec![Some(&a), None], vec![Some(&b)]]);
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        let whole = read(&file);
        prop_assert_eq!(read_input(AZURE, &mut Slow::new(&file, piece), &known()), whole);
    }
}
