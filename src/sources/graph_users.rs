//! Who holds which license, from Graph's `users?$select=id,assignedLicenses,licenseAssignmentStates` (feed `license_holdings`,
//! format `graph-users`): pages `{"value":[user...],"@odata.nextLink":"..."}`, a user a line, or a bare array.
//!
//! Where `licenseAssignmentStates[{skuId, assignedByGroup, state}]` is there it decides: a SKU is held when one of its states is
//! Active or ActiveWithError. Else every SKU of `assignedLicenses[{skuId, disabledPlans}]` is held. Trap: the same SKU assigned directly and
//! by a group is there twice and one holding. Tenant and day are in no record, only in the path.

use crate::domain::guid::Guid;
use crate::sources::fields::{guid, is_word, present, required_id, text};
use crate::sources::json::{Node, Value};
use crate::sources::json_file::JsonRecords;
use crate::sources::keys::Keys;
use crate::sources::output::Verdict;
use crate::sources::record::{FileContext, Holding, Position, Reason, Row, Sink, SnapshotPage};
use crate::sources::user_name;

static LICENSE_KEYS: Keys<2> = Keys::of(["skuId", "state"]);
static USER_KEYS: Keys<4> = Keys::of(["id", "userPrincipalName", "licenseAssignmentStates", "assignedLicenses"]);

/// Reads the users of one file.
pub struct GraphUsers<'c> {
    context: &'c FileContext,
    skus: Vec<Guid>,
}

impl<'c> GraphUsers<'c> {
    pub fn new(context: &'c FileContext) -> GraphUsers<'c> {
        GraphUsers { context, skus: Vec::new() }
    }

    /// Collects the distinct SKUs of a list.
    fn collect(&mut self, list: Value<'_>, with_states: bool) -> Result<(), Reason> {
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
            let sku = guid(sku).ok_or(Reason::MalformedSku)?;
            let is_held = !with_states || text(state)?.is_some_and(|state| is_word(state, "Active") || is_word(state, "ActiveWithError"));
            if is_held && !self.skus.contains(&sku) {
                self.skus.push(sku);
            }
        }
        Ok(())
    }
}

impl JsonRecords for GraphUsers<'_> {
    const BATCH: &'static str = "value";
    const LINES: bool = false;

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let tenant = self.context.tenant.ok_or(Reason::MissingTenant)?;
        let day = self.context.snapshot_day(None, sink)?;
        let [id, name, states, licenses] = record.fields(&USER_KEYS);
        let user = required_id(id)?;
        self.skus.clear();
        match (present(states), present(licenses)) {
            (Some(states), _) => self.collect(states, true)?,
            (None, Some(licenses)) => self.collect(licenses, false)?,
            (None, None) => {}
        }
        let user_id = &user;
        user_name::tell(sink, tenant, user_id, name);
        for sku in &self.skus {
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
        SnapshotPage::tell(self.context, announces_next, sink);
    }
}
