//! License changes in the audit log as Azure Monitor's diagnostic settings write it (feed `license_changes`, format `azure-monitor`).
//!
//! Category `AuditLogs`; ours are `Change user license`, `Update user` (some writers put the lists there), `Delete user`, `Hard Delete
//! user`, `Restore user` and `Add user` (which assigns nothing). Of `properties` matter `id`, `activityDateTime`, `activityDisplayName`, `result`
//! and `targetResources[{type, id, modifiedProperties[{displayName, oldValue, newValue}]}]`.
//!
//! Traps: the activity's name may end in a full stop; `result` is a word or 0; the lists are JSON text within a string, whose items
//! (`[SkuName=SPE_E3, AccountId=..., SkuId=<guid>, DisabledPlans=[]]`) are no JSON: every `SkuId=<guid>` counts; an unsuccessful
//! event changes nothing; a null value is an empty list; a change of disabled plans alone has the same SKUs in both.

use crate::domain::guid::Guid;
use crate::domain::kinds::Action;
use crate::sources::azure_envelope::{Envelope, Unpacked, properties};
use crate::sources::fields::{Ids, Tenants, event_time, is_word, is_zero, present, text};
use crate::sources::json::{Node, Value};
use crate::sources::json_file::JsonRecords;
use crate::sources::keys::Keys;
use crate::sources::license_list::LicenseList;
use crate::sources::output::Verdict;
use crate::sources::record::{FileContext, LicenseChange, Position, Reason, Row, Sink};

/// Reads the license changes of one file.
pub struct AzureAudit<'c> {
    context: &'c FileContext,
    tenants: Tenants,
    unpacked: Unpacked,
    ids: Ids,
    old: LicenseList,
    new: LicenseList,
}

/// What an audited operation does to licenses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    /// It carries an old and a new list.
    ChangesLists,
    /// It is about the whole user.
    OnUser(Action),
    /// It adds a user, who has nothing yet.
    AddsUser,
}

const KEYS: Keys = Keys::of(&[b"id", b"activityDateTime", b"activityDisplayName", b"result", b"targetResources"]);

/// The members of `properties` that matter.
#[derive(Clone, Copy, Default)]
struct AuditEvent<'a> {
    id: Option<Node<'a>>,
    at: Option<Node<'a>>,
    activity: Option<Node<'a>>,
    result: Option<Node<'a>>,
    targets: Option<Node<'a>>,
}

impl<'c> AzureAudit<'c> {
    pub fn new(context: &'c FileContext) -> AzureAudit<'c> {
        let (old, new) = (LicenseList::default(), LicenseList::default());
        AzureAudit {
            context,
            tenants: Tenants::default(),
            unpacked: Unpacked::default(),
            ids: Ids::default(),
            old,
            new,
        }
    }
}

impl JsonRecords for AzureAudit<'_> {
    const BATCH: &'static [u8] = b"records";
    const LINES: bool = true;

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let envelope = Envelope::of(record);
        if !envelope.category()?.is("AuditLogs") {
            return Ok(Verdict::NotOurs);
        }
        let mut slot = None;
        let event = properties(envelope.properties, &mut self.unpacked, &mut slot).map(|node| node.map(AuditEvent::of).unwrap_or_default());
        let activity = event.as_ref().ok().and_then(|event| Operation::name(event.activity));
        let operation = activity
            .or_else(|| Operation::name(envelope.operation))
            .and_then(|name| Operation::of(&name));
        let tenant = self.tenants.of_record(envelope.tenant, self.context)?;
        let event = event?;
        let time = event_time(event.at, envelope.time, self.context)?;
        self.ids.clear();
        let event_id = self.ids.fold_required(event.id)?;
        // Whatever the audit log is about, its tenant, time and id have to be sound; most of it is not about licenses.
        let Some(operation) = operation else { return Ok(Verdict::NotOurs) };
        if operation == Operation::AddsUser || !succeeded(event.result, envelope.result_type) {
            return Ok(Verdict::Accepted);
        }
        let targets = Targets::of(event.targets)?;
        self.old.clear();
        self.new.clear();
        if operation == Operation::ChangesLists {
            let Some(lists) = targets.assigned_license()? else {
                return Ok(Verdict::Accepted);
            };
            self.old.read(lists.member(b"oldValue"))?;
            self.new.read(lists.member(b"newValue"))?;
            if self.old.skus().is_empty() && self.new.skus().is_empty() {
                return Ok(Verdict::Accepted);
            }
        }
        let user = self.ids.fold(targets.user.and_then(|user| user.member(b"id")))?;
        if user.is_empty() {
            return Err(Reason::MissingUser);
        }
        let ids = self.ids.text();
        let (user_id, event_id) = (&ids[user], &ids[event_id]);
        let mut change = |sku: Option<Guid>, action: Action| {
            sink.row(
                at,
                Row::LicenseChange(LicenseChange {
                    tenant,
                    user_id,
                    sku,
                    at: time,
                    action,
                    event_id,
                }),
            );
        };
        if let Operation::OnUser(action) = operation {
            change(None, action);
        }
        for sku in self.old.skus() {
            change(
                Some(*sku),
                if self.new.skus().contains(sku) {
                    Action::Held
                } else {
                    Action::Removed
                },
            );
        }
        for sku in self.new.skus().iter().filter(|sku| !self.old.skus().contains(sku)) {
            change(Some(*sku), Action::Assigned);
        }
        Ok(Verdict::Accepted)
    }
}

impl Operation {
    /// The name of an activity, if it is a text that is not empty.
    fn name(node: Option<Node<'_>>) -> Option<String> {
        let Some(Value::Text(name)) = present(node) else { return None };
        let mut buffer = String::new();
        let name = name.decode(&mut buffer)?.trim();
        (!name.is_empty()).then(|| name.to_owned())
    }

    fn of(name: &str) -> Option<Operation> {
        let name = name.strip_suffix('.').unwrap_or(name).trim_end();
        Some(match name.to_ascii_lowercase().as_str() {
            "change user license" | "update user" => Operation::ChangesLists,
            "delete user" | "hard delete user" => Operation::OnUser(Action::Deleted),
            "restore user" => Operation::OnUser(Action::Restored),
            "add user" => Operation::AddsUser,
            _ => return None,
        })
    }
}

/// Whether an event succeeded: what its result says, else its envelope's.
fn succeeded(result: Option<Node<'_>>, result_type: Option<Node<'_>>) -> bool {
    match present(result).or_else(|| present(result_type)) {
        Some(Value::Text(word)) if is_word(word, "success") => true,
        Some(value) => is_zero(value) == Some(true),
        None => false,
    }
}

impl<'a> AuditEvent<'a> {
    fn of(properties: Node<'a>) -> AuditEvent<'a> {
        let mut event = AuditEvent::default();
        properties.members(KEYS, |key, value| {
            let field = match key {
                b"id" => &mut event.id,
                b"activityDateTime" => &mut event.at,
                b"activityDisplayName" => &mut event.activity,
                b"result" => &mut event.result,
                b"targetResources" => &mut event.targets,
                _ => return,
            };
            *field = Some(value);
        });
        event
    }
}

/// What an event is about.
struct Targets<'a> {
    all: Option<Node<'a>>,
    /// The first one that is a user.
    user: Option<Node<'a>>,
}

impl<'a> Targets<'a> {
    fn of(targets: Option<Node<'a>>) -> Result<Targets<'a>, Reason> {
        let all = array(targets)?;
        let is_user = |target: &Node<'a>| matches!(present(target.member(b"type")), Some(Value::Text(kind)) if is_word(kind, "User"));
        Ok(Targets {
            all,
            user: all.and_then(|all| all.items().find(is_user)),
        })
    }

    /// The first modified property named AssignedLicense, of the user; where no target is a user, of any target.
    fn assigned_license(&self) -> Result<Option<Node<'a>>, Reason> {
        if let Some(user) = self.user {
            return assigned_license(user);
        }
        for target in self.all.into_iter().flat_map(Node::items) {
            if let Some(found) = assigned_license(target)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

fn assigned_license(target: Node<'_>) -> Result<Option<Node<'_>>, Reason> {
    for property in array(target.member(b"modifiedProperties"))?.into_iter().flat_map(Node::items) {
        if let Some(name) = text(property.member(b"displayName"))?
            && name.is("AssignedLicense")
        {
            return Ok(Some(property));
        }
    }
    Ok(None)
}

/// An array; missing and null are `None`, anything else is unreadable.
fn array(node: Option<Node<'_>>) -> Result<Option<Node<'_>>, Reason> {
    match present(node) {
        None => Ok(None),
        Some(Value::Array(array)) => Ok(Some(array)),
        Some(_) => Err(Reason::UnreadableValue),
    }
}
