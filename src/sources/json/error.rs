//! Why a JSON text cannot be read.

/// Why a text is not sound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JsonError {
    /// Brackets or strings that do not balance, something after the end, or no `{` or `[` at the
    /// beginning.
    Broken,
    /// Not UTF-8. Whether it is broken besides, the field says.
    NotUtf8 { broken: bool },
    /// More than [`DEPTH_LIMIT`](crate::sources::json::brackets::DEPTH_LIMIT) levels.
    TooDeep,
    /// More marks than fit into memory.
    TooLarge,
}
