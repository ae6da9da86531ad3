//! Lines in batches as large as a reader has them in its buffer.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::contender::{Contender, in_words_of};

/// How many bytes of anything follow a line.
pub const PADDING: usize = simd_json::INPUT_PADDING;

/// About as much of a text in memory is one batch: it fits into a processor's caches, as what a
/// reader has just copied does.
const BATCH_BYTES: usize = 256 * 1024;

enum Source {
    Text(Vec<u8>),
    File(PathBuf),
}

/// Some lines, and where they are.
pub struct Batch {
    source: Source,
    /// Where each line begins, and how long it is.
    pub lines: Vec<(usize, usize)>,
    /// How many lines are left out: a full parser finds fault with them, or they are of another
    /// shape.
    pub unsound: usize,
}

impl Batch {
    /// The lines of a text, in batches.
    pub fn of_text(text: &[u8]) -> Vec<Batch> {
        let mut rest = text;
        let mut batches = Vec::new();
        while !rest.is_empty() {
            let ends = rest.iter().skip(BATCH_BYTES).position(|byte| *byte == b'\n');
            let (now, later) = rest.split_at(ends.map_or(rest.len(), |end| BATCH_BYTES + end + 1));
            batches.push(Batch::of(Source::Text(now.to_vec())));
            rest = later;
        }
        batches
    }

    /// The lines of a file, which is read again whenever it is loaded.
    pub fn of_file(path: &Path) -> Batch {
        Batch::of(Source::File(path.to_owned()))
    }

    fn of(source: Source) -> Batch {
        let mut batch = Batch {
            source,
            lines: Vec::new(),
            unsound: 0,
        };
        let mut text = Vec::new();
        batch.load(&mut text);
        let mut begin = 0;
        for line in text[..text.len() - PADDING].split(|byte| *byte == b'\n') {
            match serde_json::from_slice::<Value>(line) {
                Ok(value) if is_plain(&value) => batch.lines.push((begin, line.len())),
                _ if line.trim_ascii().is_empty() => {}
                _ => batch.unsound += 1,
            }
            begin += line.len() + 1;
        }
        batch
    }

    /// Puts the lines into a buffer, and the padding after them.
    pub fn load(&self, buffer: &mut Vec<u8>) {
        buffer.clear();
        match &self.source {
            Source::Text(text) => buffer.extend_from_slice(text),
            Source::File(path) => {
                fs::File::open(path).and_then(|mut file| file.read_to_end(buffer)).unwrap();
            }
        }
        buffer.resize(buffer.len() + PADDING, b' ');
    }

    pub fn bytes(&self) -> usize {
        self.lines.iter().map(|(_, length)| length).sum()
    }
}

/// Whether no object on the way of a path is missing, empty or something else: sonic-rs refuses
/// such lines.
fn is_plain(record: &Value) -> bool {
    let filled = |value: &Value| value.as_object().is_some_and(|object| !object.is_empty());
    let properties = record.get("properties");
    filled(record) && properties.is_none_or(|properties| filled(properties) && properties.get("status").is_none_or(filled))
}

/// Ends the program where somebody finds other values than a full parser: then no figure means
/// anything.
pub fn check(batches: &[Batch], contenders: &mut [Box<dyn Contender>]) {
    let Some(paths) = contenders.first().map(|contender| contender.paths()) else {
        return;
    };
    let mut text = Vec::new();
    for batch in batches {
        batch.load(&mut text);
        let expected: Vec<Vec<Option<String>>> = batch
            .lines
            .iter()
            .map(|(begin, length)| values(&text[*begin..begin + length], paths))
            .collect();
        for contender in &mut *contenders {
            // One of them writes into the text.
            batch.load(&mut text);
            for ((begin, length), expected) in batch.lines.iter().zip(&expected) {
                let values = contender.values(&mut text[*begin..], *length);
                assert_eq!(&values, expected, "{} finds something else than the parser", contender.name());
            }
        }
    }
}

/// What a full parser finds in a line.
fn values(line: &[u8], paths: &[&[&str]]) -> Vec<Option<String>> {
    let line: Value = serde_json::from_slice(line).unwrap();
    let value = |path: &&[&str]| path.iter().try_fold(&line, |value, key| value.get(key)).map(in_words_of);
    paths.iter().map(value).collect()
}
