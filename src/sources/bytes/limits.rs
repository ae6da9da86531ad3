//! How much a file may ask for, so that no file can take a machine's memory.

/// The limits of one file.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Length of a line.
    pub line_bytes: usize,
    /// Length of a document of many lines, which has to be in memory as a whole.
    pub document_bytes: usize,
    /// What a compressed file may inflate to.
    pub inflated_bytes: u64,
}

impl Limits {
    /// The limits of a file of this size: lines of 16 MiB, documents of 64 MiB, inflating to 4 GiB
    /// or 200 times the size.
    pub fn of_file(size: u64) -> Limits {
        Limits {
            line_bytes: 16 << 20,
            document_bytes: 64 << 20,
            inflated_bytes: size.saturating_mul(200).max(4 << 30),
        }
    }
}
