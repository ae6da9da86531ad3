//! Limits for what is read of a file, so that no file can use up the machine's memory.

/// The limits of one file.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest line.
    pub line_bytes: usize,
    /// The longest document of many lines: it has to be in memory as a whole.
    pub document_bytes: usize,
    /// The most bytes that a compressed file may inflate to.
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
