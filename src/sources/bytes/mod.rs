//! The bytes of a raw file: where they come from, decompressed, cut into lines in bounded memory.

pub(crate) mod avro;
pub(crate) mod avro_schema;
pub(crate) mod content;
pub(crate) mod decompress;
pub(crate) mod documents;
pub(crate) mod first_bytes;
pub(crate) mod gzip;
pub mod input;
pub(crate) mod limits;
pub(crate) mod lines;
pub(crate) mod open_file;
pub(crate) mod raw_input;
pub(crate) mod snappy;
pub(crate) mod transcoder;
