//! Who holds which license, from Graph's
//! `users?$select=id,assignedLicenses,licenseAssignmentStates` (feed `license_holdings`, format
//! `graph-users`): pages `{"value":[user...],"@odata.nextLink":"..."}`, a user a line, or a bare
//! array.
//!
//! `licenseAssignmentStates[{skuId, assignedByGroup, state}]` decides for the SKUs that it names:
//! the user holds a SKU if one of its states is Active or ActiveWithError. Graph is known to leave
//! out states, so the user also holds a SKU of `assignedLicenses[{skuId, disabledPlans}]` that no
//! state names.
//!
//! Traps: without `$select` Graph gives neither member, and its SDKs write null for members that
//! were not asked for. Such a record says nothing about licenses and is a reject; only an empty
//! list means that a user holds nothing. A SKU that is assigned directly and by a group is listed
//! twice, and is one holding. No record names tenant and day, only the path does.

use crate::domain::guid::Guid;
use crate::sources::fields::user_name;
use crate::sources::fields::values::{guid, is_word, present, required_id, text};
use crate::sources::file_context::FileContext;
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::{Node, Value};
use crate::sources::output::Verdict;
use crate::sources::record::{Holding, NameSeen, Position, Reason, Row, Sink};
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;

static LICENSE_KEYS: Keys<2> = Keys::of(["skuId", "state"]);
static USER_KEYS: Keys<4> = Keys::of(["id", "userPrincipalName", "licenseAssignmentStates", "assignedLicenses"]);

/// Reads the users of one file.
pub struct GraphUsers {
    context: FileContext,
    /// The SKUs that the user holds.
    held: Vec<Guid>,
    /// The SKUs that the states of the user name.
    named: Vec<Guid>,
}

impl Reader for GraphUsers {
    fn new(context: &FileContext) -> GraphUsers {
        GraphUsers {
            context: context.clone(),
            held: Vec::new(),
            named: Vec::new(),
        }
    }
}

impl GraphUsers {
    /// Collects the SKUs that the states of a user name, and those of them that the user holds.
    fn take_states(&mut self, states: Value<'_>) -> Result<(), Reason> {
        each_sku(states, |sku, state| {
            let state = text(state)?.ok_or(Reason::UnreadableValue)?;
            add(&mut self.named, sku);
            if is_word(state, "Active") || is_word(state, "ActiveWithError") {
                add(&mut self.held, sku);
            }
            Ok(())
        })
    }

    /// Collects the SKUs of `assignedLicenses` that no state names.
    fn take_licenses(&mut self, licenses: Value<'_>) -> Result<(), Reason> {
        each_sku(licenses, |sku, _| {
            if !self.named.contains(&sku) {
                add(&mut self.held, sku);
            }
            Ok(())
        })
    }
}

/// Calls `take` for each object of a list, with its `skuId` and, if it has one, its `state`.
fn each_sku<'a>(list: Value<'a>, mut take: impl FnMut(Guid, Option<Node<'a>>) -> Result<(), Reason>) -> Result<(), Reason> {
    let Value::Array(list) = list else {
        return Err(Reason::UnreadableValue);
    };
    for entry in list.items() {
        let Value::Object(entry) = entry.value() else {
            return Err(Reason::UnreadableValue);
        };
        let [sku, state] = entry.fields(&LICENSE_KEYS);
        let Some(Value::Text(sku)) = present(sku) else {
            return Err(Reason::MalformedSku);
        };
        take(guid(sku).ok_or(Reason::MalformedSku)?, state)?;
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
    const IS_LINES: bool = false;
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingLicenses, &["assignedLicenses", "licenseAssignmentStates"]),
        (Reason::MissingId, &["id"]),
        (Reason::UnreadableValue, &["assignedLicenses[]", "licenseAssignmentStates[]"]),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let tenant = self.context.tenant.ok_or(Reason::MissingTenant)?;
        let day = self.context.snapshot_day(None, sink)?;
        let [id, name, states, licenses] = record.fields(&USER_KEYS);
        let user = required_id(id)?;
        self.held.clear();
        self.named.clear();
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
        let user_id = &user;
        user_name::report_name(sink, tenant, user_id, name, NameSeen::On(day));
        for sku in &self.held {
            sink.row(
                at,
                Row::Holding(Holding {
                    tenant,
                    day,
                    user_id,
                    sku: *sku,
                }),
            );
        }
        Ok(Verdict::Accepted)
    }

    fn page(&mut self, announces_next: bool, sink: &mut dyn Sink) {
        self.context.snapshot_page(announces_next, sink);
    }
}
