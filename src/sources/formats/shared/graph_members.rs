//! The members of Graph's records, as Graph writes them and as its PowerShell modules do.
//!
//! Graph answers `{"userId":"...","status":{"errorCode":0}}`. Objects of the modules (`Get-Mg...`,
//! `Get-MgBeta...`) have the same names with a capital letter first: `UserId`, `Status.ErrorCode`.
//! What a module does not know stands, as Graph wrote it, in `AdditionalProperties`. So keys are
//! written down here as Graph writes them, and found in any case ([`Keys::in_any_case`]).
//!
//! Trap: with too small a `-Depth` the nested objects are texts (see
//! [`not_nested`](crate::sources::fields::values::not_nested)).

use crate::sources::fields::values::present;
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::Node;

/// The values of these keys, and of those that are missing in a module's object, what stands in its
/// `AdditionalProperties`.
#[inline]
pub fn members<'a, const N: usize>(record: Node<'a>, keys: &Keys<N>) -> [Option<Node<'a>>; N] {
    let mut found = record.fields(keys);
    if is_of_module(record)
        && let Some(others) = record.field(&const { Keys::of(["AdditionalProperties"]) })
    {
        for (field, other) in found.iter_mut().zip(others.fields(keys)) {
            if present(*field).is_none() && other.is_some() {
                *field = other;
            }
        }
    }
    found
}

/// Whether an object is one of a PowerShell module: its first name has a capital letter. Graph's
/// own records, which are most, are not searched for more members.
#[inline]
fn is_of_module(record: Node<'_>) -> bool {
    let begins = record.raw().get(1..).unwrap_or_default().trim_ascii_start();
    matches!(begins, [b'"', first, ..] if first.is_ascii_uppercase())
}
