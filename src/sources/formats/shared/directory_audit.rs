//! Makes license changes of an event of the directory's audit log, as Azure Monitor has it in
//! `properties` and Graph in `directoryAudits`.
//!
//! The members that matter are `id`, `activityDateTime`, `activityDisplayName`, `result` and
//! `targetResources[{type, id, modifiedProperties[{displayName, oldValue, newValue}]}]`. Most
//! events are not about licenses, but tenant, time and id of every event have to be readable.
//!
//! Traps: the name of the activity may end in a full stop. `result` is a word or 0. The lists are
//! JSON text within a string, and their items (`[SkuName=SPE_E3, AccountId=..., SkuId=<guid>,
//! DisabledPlans=[]]`) are not JSON: every `SkuId=<guid>` counts. An event that did not succeed
//! changes nothing. A null value is an empty list. A change of disabled plans alone has the same
//! SKUs in both lists. A change whose targets or properties are missing, or are not lists of
//! objects, is a reject: only empty lists say that nothing was changed.

use crate::domain::guid::Guid;
use crate::sources::fields::values::{Tenants, event_time, folded_id, is_word, present, required_id};
use crate::sources::file_context::FileContext;
use crate::sources::formats::shared::graph_members::members;
use crate::sources::formats::shared::license_event::{Changed, LicenseLists, Operation, assigned_license, objects, succeeded};
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::{Node, Value};
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Sink};

static KEYS: Keys<6> = Keys::in_any_case([
    "id",
    "activityDateTime",
    "createdDateTime",
    "activityDisplayName",
    "result",
    "targetResources",
]);

/// The members of an event that matter, and those of the envelope that stand in for missing ones.
#[derive(Clone, Copy, Default)]
pub struct DirectoryAudit<'a> {
    pub id: Option<Node<'a>>,
    pub at: Option<Node<'a>>,
    /// Only sign-ins have it.
    pub created: Option<Node<'a>>,
    pub activity: Option<Node<'a>>,
    pub result: Option<Node<'a>>,
    pub targets: Option<Node<'a>>,
    pub logged_at: Option<Node<'a>>,
    pub logged_activity: Option<Node<'a>>,
    pub logged_result: Option<Node<'a>>,
}

/// Makes license changes of the events of one file.
pub struct DirectoryAuditRows {
    pub context: FileContext,
    pub tenants: Tenants,
    lists: LicenseLists,
}

impl DirectoryAuditRows {
    pub fn new(context: &FileContext) -> DirectoryAuditRows {
        DirectoryAuditRows {
            context: context.clone(),
            tenants: Tenants::default(),
            lists: LicenseLists::default(),
        }
    }

    /// Makes the rows of an event.
    pub fn take(&mut self, event: &DirectoryAudit<'_>, tenant: Guid, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let time = event_time(event.at, event.logged_at, &self.context)?;
        let event_id = required_id(event.id)?;
        let name = Operation::name(event.activity).or_else(|| Operation::name(event.logged_activity));
        let Some(operation) = name.and_then(|name| Operation::of(&name)) else {
            return Ok(Verdict::NotOurs);
        };
        let result = present(event.result).or_else(|| present(event.logged_result));
        if operation == Operation::AddsUser || !succeeded(result, &["success"])? {
            return Ok(Verdict::Accepted);
        }
        let targets = Targets::of(event.targets)?;
        self.lists.clear();
        if operation.has_lists() {
            let Some(lists) = targets.assigned_license()? else {
                return Ok(Verdict::Accepted);
            };
            self.lists.read(
                lists.field(&const { Keys::in_any_case(["oldValue"]) }),
                lists.field(&const { Keys::in_any_case(["newValue"]) }),
            )?;
            if self.lists.are_empty() {
                return Ok(Verdict::Accepted);
            }
        }
        let user = folded_id(targets.user.and_then(|user| user.field(&const { Keys::in_any_case(["id"]) })))?;
        if user.is_empty() {
            return Err(Reason::MissingUser);
        }
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

impl<'a> DirectoryAudit<'a> {
    pub fn of(properties: Node<'a>) -> DirectoryAudit<'a> {
        let mut event = DirectoryAudit::default();
        [event.id, event.at, event.created, event.activity, event.result, event.targets] = members(properties, &KEYS);
        event
    }
}

/// What an event is about.
struct Targets<'a> {
    /// All targets, users and others. `None` where the event has no list of them.
    all: Option<Node<'a>>,
    /// The first target that is a user.
    user: Option<Node<'a>>,
}

impl<'a> Targets<'a> {
    fn of(targets: Option<Node<'a>>) -> Result<Targets<'a>, Reason> {
        let is_user = |target: &Node<'a>| matches!(present(target.field(&const { Keys::in_any_case(["type"]) })), Some(Value::Text(kind)) if is_word(kind, "User"));
        let user = objects(targets)?.and_then(|mut all| all.find(is_user));
        Ok(Targets { all: targets, user })
    }

    /// The property with the lists: that of the user or, if no target is a user, of any target. A
    /// user has to have a list of properties, even if it is empty.
    fn assigned_license(&self) -> Result<Option<Node<'a>>, Reason> {
        if let Some(user) = self.user {
            let properties = properties(user)?.ok_or(Reason::MissingLicenses)?;
            return assigned_license(properties, &NAME);
        }
        for target in objects(self.all)?.ok_or(Reason::MissingLicenses)? {
            if let Some(properties) = properties(target)?
                && let Some(found) = assigned_license(properties, &NAME)?
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

static NAME: Keys<1> = Keys::in_any_case(["displayName"]);

fn properties(target: Node<'_>) -> Result<Option<impl Iterator<Item = Node<'_>>>, Reason> {
    objects(target.field(&const { Keys::in_any_case(["modifiedProperties"]) }))
}
