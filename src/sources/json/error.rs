//! Why a JSON text cannot be read.

/// Why a JSON text is not sound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JsonError {
    /// Brackets or strings that do not balance, something after the end, or no `{` or `[` at the
    /// beginning.
    Broken,
    /// Not UTF-8; `broken` says whether its brackets or strings do not balance either.
    NotUtf8 { broken: bool },
    /// More than [`DEPTH_LIMIT`](crate::sources::json::brackets::DEPTH_LIMIT) levels.
    TooDeep,
    /// More marks than fit into memory.
    TooLarge,
}
