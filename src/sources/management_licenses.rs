//! License changes of the Office 365 Management Activity API (feed `license_changes`, format `management-api`), packed like its other records (see
//! `management_activity`).
//!
//! One change gives two records of the same second that share `InterSystemsId`: `Change user license.`, usually without anything in it, and
//! `Update user.` with the old and the new `AssignedLicense` in `ModifiedProperties[{Name, OldValue, NewValue}]`. Lists are read from both. `Delete user.`,
//! `Hard Delete user.`, `Restore user.` and `Add user.` are those of the directory's audit log; every other operation is not ours.
//!
//! Traps: `UserId` is who did it, not whose license it is: that is in `Target`, as `User_<guid>` among other ids, else `ObjectId` by name; who did it may be a
//! service (licensing by groups), so nobody is left out.

use crate::domain::guid::Guid;
use crate::sources::fields::{Tenants, event_time, is_word, present, required_id, text};
use crate::sources::json::{Node, Value};
use crate::sources::json_file::JsonRecords;
use crate::sources::keys::Keys;
use crate::sources::license_event::{Changed, Lists, Operation, array};
use crate::sources::management_record::{Audited, Who};
use crate::sources::output::Verdict;
use crate::sources::record::{FileContext, Position, Reason, Sink};

/// Reads the license changes of one file.
pub struct ManagementLicenses<'c> {
    context: &'c FileContext,
    tenants: Tenants,
    lists: Lists,
}

impl<'c> ManagementLicenses<'c> {
    pub fn new(context: &'c FileContext) -> ManagementLicenses<'c> {
        ManagementLicenses {
            context,
            tenants: Tenants::default(),
            lists: Lists::default(),
        }
    }
}

impl JsonRecords for ManagementLicenses<'_> {
    const BATCH: &'static str = "value";
    const LINES: bool = false;

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let audited = Audited::of(record);
        let name = Operation::name(audited.operation).ok_or(Reason::MissingCategory)?;
        let Some(operation) = Operation::of(&name) else {
            return Ok(Verdict::NotOurs);
        };
        let tenant = self.tenants.of_record(audited.tenant, self.context)?;
        let time = event_time(audited.time, None::<Value<'_>>, self.context)?;
        let event_id = required_id(audited.id)?;
        if operation == Operation::AddsUser || !succeeded(audited.result) {
            return Ok(Verdict::Accepted);
        }
        self.lists.clear();
        if operation == Operation::ChangesLists {
            let Some(lists) = assigned_license(audited.modified)? else {
                return Ok(Verdict::Accepted);
            };
            self.lists.read(
                lists.field(&const { Keys::of(["OldValue"]) }),
                lists.field(&const { Keys::of(["NewValue"]) }),
            )?;
            if self.lists.are_empty() {
                return Ok(Verdict::Accepted);
            }
        }
        let user = target_user(&audited)?.user_id(tenant).ok_or(Reason::MissingUser)?;
        let changed = Changed {
            tenant,
            user_id: &user,
            event_id: &event_id,
            time,
        };
        self.lists.tell(&changed, operation, at, sink);
        Ok(Verdict::Accepted)
    }
}

fn succeeded(result: Option<Node<'_>>) -> bool {
    const WORDS: [&str; 3] = ["Success", "Succeeded", "True"];
    matches!(present(result), Some(Value::Text(result)) if WORDS.iter().any(|word| is_word(result, word)))
}

fn assigned_license(modified: Option<Node<'_>>) -> Result<Option<Node<'_>>, Reason> {
    for property in array(modified)?.into_iter().flat_map(Node::items) {
        if let Some(name) = text(property.field(&const { Keys::of(["Name"]) }))?
            && name.is("AssignedLicense")
        {
            return Ok(Some(property));
        }
    }
    Ok(None)
}

/// Whose license it is: `User_<guid>` among the targets, else a GUID among them, else the object, by id or by name.
fn target_user(audited: &Audited<'_>) -> Result<Who, Reason> {
    let (mut by_id, mut buffer) = (None, String::new());
    for target in array(audited.target)?.into_iter().flat_map(Node::items) {
        let Some(id) = text(target.field(&const { Keys::of(["ID"]) }))? else {
            continue;
        };
        let id = id.decode(&mut buffer).ok_or(Reason::UnreadableValue)?.trim();
        if let Some(user) = id.strip_prefix("User_").and_then(|id| Guid::parse(id.as_bytes())) {
            return Ok(Who::User(user));
        }
        by_id = by_id.or_else(|| Guid::parse(id.as_bytes()));
    }
    if let Some(user) = by_id.filter(|id| id.0 != 0) {
        return Ok(Who::User(user));
    }
    match text(audited.object)? {
        None => Ok(Who::Nobody),
        Some(object) => {
            let name = object.decode(&mut buffer).ok_or(Reason::UnreadableValue)?.trim().to_lowercase();
            Ok(Who::of_name(name))
        }
    }
}
