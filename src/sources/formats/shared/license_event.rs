//! What an audited operation on a user says about licenses, in whichever log: the name of the
//! operation, the old and the new list, and the changes that follow from them.

use std::borrow::Cow;

use crate::domain::day::Instant;
use crate::domain::guid::Guid;
use crate::domain::kinds::Action;
use crate::sources::fields::license_list::LicenseList;
use crate::sources::fields::values::{Field, array, is_word, is_zero, not_nested, present, text};
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::{Node, Value};
use crate::sources::record::{LicenseChange, Position, Reason, Row, Sink};

/// What an audited operation does to licenses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// It has an old and a new list, unless an update of the same user has them.
    ChangesLicenses,
    /// It has both lists if it is about licenses.
    UpdatesUser,
    /// It is about the whole user.
    OnUser(Action),
    /// It adds a user, who has nothing yet.
    AddsUser,
}

impl Operation {
    /// The name of an operation, if it is a text that is not empty.
    pub fn name(node: Option<Node<'_>>) -> Option<Cow<'_, str>> {
        let Some(Value::Text(name)) = present(node) else { return None };
        let name = match name.plain() {
            Some(plain) => Cow::Borrowed(std::str::from_utf8(plain).ok()?.trim()),
            None => Cow::Owned(name.decode(&mut String::new())?.trim().to_owned()),
        };
        (!name.is_empty()).then_some(name)
    }

    /// The operation of that name, with or without a full stop at its end. `None` for one that is
    /// not about licenses.
    pub fn of(name: &str) -> Option<Operation> {
        let name = name.strip_suffix('.').unwrap_or(name).trim_end();
        const OPERATIONS: [(&str, Operation); 6] = [
            ("change user license", Operation::ChangesLicenses),
            ("update user", Operation::UpdatesUser),
            ("delete user", Operation::OnUser(Action::Deleted)),
            ("hard delete user", Operation::OnUser(Action::Deleted)),
            ("restore user", Operation::OnUser(Action::Restored)),
            ("add user", Operation::AddsUser),
        ];
        let known = OPERATIONS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
        known.map(|(_, operation)| *operation)
    }

    /// Whether it can have an old and a new list.
    pub fn has_lists(self) -> bool {
        matches!(self, Operation::ChangesLicenses | Operation::UpdatesUser)
    }
}

/// Whether a result says that the event succeeded: one of these words, or 0. An event without a
/// result did not succeed. What is neither word nor number cannot be read.
pub fn succeeded(result: Option<Value<'_>>, words: &[&str]) -> Result<bool, Reason> {
    match result {
        None => Ok(false),
        Some(Value::Text(text)) if words.iter().any(|word| is_word(text, word)) => Ok(true),
        Some(value @ (Value::Text(_) | Value::Number(_))) => Ok(is_zero(value) == Some(true)),
        Some(_) => Err(Reason::UnreadableValue),
    }
}

/// The entries of an array of objects. Missing and null are `None`. What is no array, or has an
/// entry that is no object, is unreadable: the entry that was skipped could be the one that
/// matters.
pub fn objects(node: Option<Node<'_>>) -> Result<Option<impl Iterator<Item = Node<'_>>>, Reason> {
    let Some(array) = array(node)? else { return Ok(None) };
    match array.items().find(|item| !item.is_object()) {
        None => Ok(Some(array.items())),
        Some(other) => Err(not_nested(other.value())),
    }
}

/// The first property whose member `key` is `AssignedLicense`. It has the lists.
pub fn assigned_license<'a>(mut properties: impl Iterator<Item = Node<'a>>, key: &Keys<1>) -> Result<Option<Node<'a>>, Reason> {
    properties.try_fold(None, |found, property| {
        let is_it = text(property.field(key))?.is_some_and(|name| name.is("AssignedLicense"));
        Ok(found.or(is_it.then_some(property)))
    })
}

/// The lists of one event. The memory is used again for the next event.
#[derive(Default)]
pub struct LicenseLists {
    old: LicenseList,
    new: LicenseList,
}

/// Whom an event is about, and when.
pub struct Changed<'a> {
    pub tenant: Guid,
    pub user_id: &'a str,
    pub event_id: &'a str,
    pub time: Instant,
}

impl LicenseLists {
    pub fn clear(&mut self) {
        self.old.clear();
        self.new.clear();
    }

    /// Reads both lists of a modified property. A list that is missing or null is empty. If both
    /// are missing, the property says nothing and cannot be read.
    pub fn read<'a, F: Field<'a>>(&mut self, old: Option<F>, new: Option<F>) -> Result<(), Reason> {
        if old.is_none() && new.is_none() {
            return Err(Reason::MissingLicenses);
        }
        self.old.read(old)?;
        self.new.read(new)
    }

    /// Whether the user has no license before the change, and none after it.
    pub fn are_empty(&self) -> bool {
        self.old.skus().is_empty() && self.new.skus().is_empty()
    }

    /// Gives the changes to the sink: what happened to the whole user, which SKUs were removed or
    /// held on to, which were assigned.
    pub fn tell(&self, changed: &Changed<'_>, operation: Operation, at: Position, sink: &mut dyn Sink) {
        let mut change = |sku: Option<Guid>, action: Action| {
            sink.row(
                at,
                Row::LicenseChange(LicenseChange {
                    tenant: changed.tenant,
                    user_id: changed.user_id,
                    sku,
                    at: changed.time,
                    action,
                    event_id: changed.event_id,
                }),
            );
        };
        if let Operation::OnUser(action) = operation {
            change(None, action);
        }
        let (old, new) = (self.old.skus(), self.new.skus());
        for sku in old {
            let action = if new.contains(sku) { Action::Held } else { Action::Removed };
            change(Some(*sku), action);
        }
        for sku in new.iter().filter(|sku| !old.contains(sku)) {
            change(Some(*sku), Action::Assigned);
        }
    }
}
