//! Tests of whole files, one file a format, and the laws that hold for all of them.

mod avro;
mod compressed;
mod dates;
mod details;
mod detect;
mod encodings;
mod files;
mod formats;
mod framing;
mod json;
mod laws;
mod look_alikes;
mod oracle;
mod parquet;
mod registry;
mod tables;
