//! An open object as the Parquet library reads it.

use std::io::BufReader;

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use crate::storage::object::{OpenObject, Reader};

impl Length for OpenObject {
    fn len(&self) -> u64 {
        self.size()
    }
}

impl ChunkReader for OpenObject {
    type T = BufReader<Reader>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::new(self.reader_from(start)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        match self.read_range(start, length) {
            Ok(bytes) => Ok(bytes.into()),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                Err(ParquetError::EOF(format!("expected to read {length} bytes from {start} on")))
            }
            Err(error) => Err(error.into()),
        }
    }
}
