//! What an audited operation on a user says about licenses, whichever log tells it: the operation's name, the old and the new list, and the
//! changes that follow from them.

use std::borrow::Cow;

use crate::domain::day::Instant;
use crate::domain::guid::Guid;
use crate::domain::kinds::Action;
use crate::sources::fields::{is_word, is_zero, present};
use crate::sources::json::{Node, Value};
use crate::sources::license_list::LicenseList;
use crate::sources::record::{LicenseChange, Position, Reason, Row, Sink};

/// What an audited operation does to licenses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// It carries an old and a new list.
    ChangesLists,
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

    /// The operation of that name, with or without a full stop at its end; `None` for one that is not about licenses.
    pub fn of(name: &str) -> Option<Operation> {
        let name = name.strip_suffix('.').unwrap_or(name).trim_end();
        const OPERATIONS: [(&str, Operation); 6] = [
            ("change user license", Operation::ChangesLists),
            ("update user", Operation::ChangesLists),
            ("delete user", Operation::OnUser(Action::Deleted)),
            ("hard delete user", Operation::OnUser(Action::Deleted)),
            ("restore user", Operation::OnUser(Action::Restored)),
            ("add user", Operation::AddsUser),
        ];
        let known = OPERATIONS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
        known.map(|(_, operation)| *operation)
    }
}

/// Whether a result says that the event succeeded: the word or the number for it. Without a result it did not.
pub fn succeeded(result: Option<Value<'_>>) -> bool {
    match result {
        Some(Value::Text(word)) if is_word(word, "success") => true,
        Some(value) => is_zero(value) == Some(true),
        None => false,
    }
}

/// An array; missing and null are `None`, anything else is unreadable.
pub fn array(node: Option<Node<'_>>) -> Result<Option<Node<'_>>, Reason> {
    match present(node) {
        None => Ok(None),
        Some(Value::Array(array)) => Ok(Some(array)),
        Some(_) => Err(Reason::UnreadableValue),
    }
}

/// The lists of one event. Their memory is used again for the next one.
#[derive(Default)]
pub struct Lists {
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

impl Lists {
    pub fn clear(&mut self) {
        self.old.clear();
        self.new.clear();
    }

    /// Reads both lists of a modified property.
    pub fn read(&mut self, old: Option<Node<'_>>, new: Option<Node<'_>>) -> Result<(), Reason> {
        self.old.read(old)?;
        self.new.read(new)
    }

    /// Neither before nor after the change a license.
    pub fn are_empty(&self) -> bool {
        self.old.skus().is_empty() && self.new.skus().is_empty()
    }

    /// Gives the changes: what happened to the whole user, what was removed or held on, what was assigned.
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
