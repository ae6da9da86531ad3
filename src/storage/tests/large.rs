//! Of stores: an object that is too large for one request is put in parts and read in blocks.

use std::io::{Read, Write};

use super::{Open, put};

/// A little more than one request takes.
const BYTES: u64 = (100 << 20) + 12_345;

/// The bytes from a place on: numbers, so that no two blocks are the same.
fn bytes(from: u64, length: usize) -> Vec<u8> {
    let numbers = from / 8..(from + length as u64) / 8 + 1;
    let all: Vec<u8> = numbers.flat_map(u64::to_le_bytes).collect();
    let skipped = (from % 8) as usize;
    all[skipped..skipped + length].to_vec()
}

pub fn a_large_object_is_put_in_parts_and_read_in_blocks(open: Open<'_>) {
    let storage = open();
    put(&*storage, "large", "small before");
    let before = storage.open("large").unwrap();
    let mut unfinished = storage.begin().unwrap();
    for from in (0..BYTES).step_by(1 << 20) {
        let length = (BYTES - from).min(1 << 20) as usize;
        unfinished.write_all(&bytes(from, length)).unwrap();
    }
    let staged = unfinished.finish().unwrap();
    storage.put(&staged, "large").unwrap();
    assert_eq!(before.read_range(0, 5).unwrap(), b"small");
    let other = open();
    let large = other.open("large").unwrap();
    assert_eq!(large.size(), BYTES);
    let mut reader = large.reader();
    let mut block = vec![0; 3 << 20];
    let mut from = 0;
    while from < BYTES {
        let read = reader.read(&mut block).unwrap();
        assert!(read > 0 && block[..read] == bytes(from, read), "from {from}");
        from += read as u64;
    }
    assert_eq!(reader.read(&mut block).unwrap(), 0);
    for from in [0, (8 << 20) - 5, 77_777_777, BYTES - 9] {
        assert_eq!(large.read_range(from, 9).unwrap(), bytes(from, 9));
    }
    assert!(large.read_range(BYTES - 8, 9).is_err());
    // It is read to its end as it was opened, or not at all.
    put(&*storage, "large", "small again");
    let late = large.read_range(40 << 20, 10).unwrap_err();
    assert!(late.to_string().contains("replaced while it was read"), "{late}");
}

pub fn what_a_put_answers_is_what_a_look_finds(open: Open<'_>) {
    let (storage, other) = (open(), open());
    for text in ["one", "another", "one"] {
        put(&*storage, "t/object", text);
        let found = other.look("t/object").unwrap().unwrap().version;
        assert_eq!(storage.put_version("t/object"), Some(found));
    }
    assert_eq!(other.put_version("t/object"), None);
    storage.delete("t/object").unwrap();
    assert_eq!(storage.put_version("t/object"), None);
}
