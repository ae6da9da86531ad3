//! Who holds which license, and who waits for one, from Graph's
//! `users?$select=id,accountEnabled,assignedLicenses,licenseAssignmentStates` (feed
//! `license_holdings`, format `graph-users`): pages `{"value":[user...],"@odata.nextLink":"..."}`, a
//! user a line, or a bare array; or what `Get-MgUser` gives, as JSON (see
//! `shared/graph_members.rs`).
//!
//! `licenseAssignmentStates[{skuId, assignedByGroup, state, error}]` decides for the SKUs that it
//! names: the user holds a SKU if one of its states is Active or ActiveWithError. Graph is known to
//! leave out states, so the user also holds a SKU of `assignedLicenses[{skuId, disabledPlans}]` that
//! no state names.
//!
//! The user waits for a seat of a SKU that is not held if one of its states is Error with the error
//! CountViolation: no seat is left. The other errors are no lack of seats, and more of them would
//! not help: MutuallyExclusiveViolation and UniquenessViolation (another license excludes it),
//! DependencyViolation (a plan that it needs is missing), ProhibitedInUsageLocationViolation (the
//! user's country), and Other, which says nothing.
//!
//! `accountEnabled` is read where it was asked for.
//!
//! Traps: without `$select` Graph gives neither member, and its SDKs write null for members that
//! were not asked for. Such a record says nothing about licenses and is a reject; only an empty
//! list means that a user holds nothing. A SKU that is assigned directly and by a group is listed
//! twice, and is one holding. No record names tenant and day, only the path does.

use crate::domain::guid::Guid;
use crate::sources::fields::user_name;
use crate::sources::fields::values::{array, boolean, guid, is_word, not_nested, present, required_id, text};
use crate::sources::file_context::FileContext;
use crate::sources::formats::shared::graph_members::members;
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::{Node, Value};
use crate::sources::output::Verdict;
use crate::sources::record::{Holding, NameSeen, Position, Reason, Row, Sink};
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;

static LICENSE_KEYS: Keys<3> = Keys::in_any_case(["skuId", "state", "error"]);
static USER_KEYS: Keys<5> = Keys::in_any_case([
    "id",
    "userPrincipalName",
    "licenseAssignmentStates",
    "assignedLicenses",
    "accountEnabled",
]);

/// Reads the users of one file.
pub struct GraphUsers {
    context: FileContext,
    /// The SKUs that the user holds.
    held: Vec<Guid>,
    /// The SKUs that the states of the user name.
    named: Vec<Guid>,
    /// Those of them of which no seat was left.
    without_a_seat: Vec<Guid>,
}

impl Reader for GraphUsers {
    fn new(context: &FileContext) -> GraphUsers {
        GraphUsers {
            context: context.clone(),
            held: Vec::new(),
            named: Vec::new(),
            without_a_seat: Vec::new(),
        }
    }
}

impl GraphUsers {
    /// Collects the SKUs that the states of a user name, those of them that the user holds, and
    /// those of which no seat was left.
    fn take_states(&mut self, states: Value<'_>) -> Result<(), Reason> {
        each_sku(states, |sku, state, error| {
            let state = text(state)?.ok_or(Reason::UnreadableValue)?;
            add(&mut self.named, sku);
            if is_word(state, "Active") || is_word(state, "ActiveWithError") {
                add(&mut self.held, sku);
            } else if is_word(state, "Error") && is_count_violation(error) {
                add(&mut self.without_a_seat, sku);
            }
            Ok(())
        })
    }

    /// Collects the SKUs of `assignedLicenses` that no state names.
    fn take_licenses(&mut self, licenses: Value<'_>) -> Result<(), Reason> {
        each_sku(licenses, |sku, _, _| {
            if !self.named.contains(&sku) {
                add(&mut self.held, sku);
            }
            Ok(())
        })
    }
}

/// Whether the error of a state says that no seat was left. A value that is no word says nothing.
fn is_count_violation(error: Option<Node<'_>>) -> bool {
    matches!(present(error), Some(Value::Text(error)) if is_word(error, "CountViolation"))
}

/// Calls `take` for each object of a list, with its `skuId` and, if it has them, its `state` and its
/// `error`.
fn each_sku<'a>(
    list: Value<'a>,
    mut take: impl FnMut(Guid, Option<Node<'a>>, Option<Node<'a>>) -> Result<(), Reason>,
) -> Result<(), Reason> {
    for entry in array(Some(list))?.into_iter().flat_map(Node::items) {
        let entry = match entry.value() {
            Value::Object(entry) => entry,
            other => return Err(not_nested(other)),
        };
        let [sku, state, error] = entry.fields(&LICENSE_KEYS);
        let Some(Value::Text(sku)) = present(sku) else {
            return Err(Reason::MalformedSku);
        };
        take(guid(sku).ok_or(Reason::MalformedSku)?, state, error)?;
    }
    Ok(())
}

fn add(skus: &mut Vec<Guid>, sku: Guid) {
    if !skus.contains(&sku) {
        skus.push(sku);
    }
}

impl JsonReader for GraphUsers {
    const LIST_KEY: &'static str = "value";
    const IN_ANY_CASE: bool = true;
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingLicenses, &["assignedLicenses", "licenseAssignmentStates"]),
        (Reason::MissingId, &["id"]),
        (
            Reason::UnreadableValue,
            &["assignedLicenses[]", "licenseAssignmentStates[]", "accountEnabled"],
        ),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let tenant = self.context.tenant.ok_or(Reason::MissingTenant)?;
        let day = self.context.snapshot_day(None, sink)?;
        let [id, name, states, licenses, enabled] = members(record, &USER_KEYS);
        let user = required_id(id)?;
        self.held.clear();
        self.named.clear();
        self.without_a_seat.clear();
        let (states, licenses) = (present(states), present(licenses));
        if states.is_none() && licenses.is_none() {
            return Err(Reason::MissingLicenses);
        }
        if let Some(states) = states {
            self.take_states(states)?;
        }
        if let Some(licenses) = licenses {
            self.take_licenses(licenses)?;
        }
        let account_enabled = present(enabled)
            .map(|enabled| boolean(enabled).ok_or(Reason::UnreadableValue))
            .transpose()?;
        let user_id = &user;
        user_name::report_name(sink, tenant, user_id, name, NameSeen::On(day));
        let held = self.held.iter().map(|sku| (*sku, false));
        let waiting = self.without_a_seat.iter().filter(|sku| !self.held.contains(sku));
        for (sku, waiting) in held.chain(waiting.map(|sku| (*sku, true))) {
            let holding = Holding {
                tenant,
                day,
                user_id,
                sku,
                account_enabled,
                waiting,
            };
            sink.row(at, Row::Holding(holding));
        }
        Ok(Verdict::Accepted)
    }

    fn page(&mut self, announces_next: bool, sink: &mut dyn Sink) {
        self.context.snapshot_page(announces_next, sink);
    }
}
