//! Subscriptions from Graph's `/directory/subscriptions` (feed `subscriptions`, format
//! `graph-company-subscriptions`): pages, a subscription a line, or a bare array of
//! `companySubscription`; or what `Get-MgDirectorySubscription` gives, as JSON or CSV (see
//! `shared/graph_members.rs`). No value of it that matters is nested, so nothing is lost in the CSV.
//!
//! `id, skuId, status, totalLicenses, isTrial, ownerTenantId, createdDateTime,
//! nextLifecycleDateTime` matter. The
//! subscriptions of all sellers are listed; `ownerTenantId` is the seller. No record names tenant
//! and day, only the path does. `ends_on` is the day of `nextLifecycleDateTime` in the pipeline's
//! time zone. Of an active subscription that is no trial this is also the day on which it renews;
//! for any other it is the day on which it passes on to another state. Nothing says for how long a
//! subscription is bound: that follows from when it was created and when it renewed before.

use crate::domain::subscription::{Renewal, State};
use crate::sources::fields::values::{Field, boolean, day_of, folded_id, guid, present, required_id, seats, state};
use crate::sources::file_context::FileContext;
use crate::sources::formats::shared::graph_members::members;
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::{Node, Value};
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Row, Sink, SoldBy, Subscription};
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;
use crate::sources::records::table::{Cells, ReasonColumns, TableReader};

/// Reads the subscriptions of one file.
pub struct GraphSubscriptions {
    context: FileContext,
}

/// The members that matter, and the columns of a table, which needs the first five.
const NAMES: [&str; 8] = [
    "id",
    "skuId",
    "status",
    "totalLicenses",
    "ownerTenantId",
    "isTrial",
    "nextLifecycleDateTime",
    "createdDateTime",
];

static KEYS: Keys<8> = Keys::in_any_case(NAMES);

impl Reader for GraphSubscriptions {
    fn new(context: &FileContext) -> GraphSubscriptions {
        GraphSubscriptions { context: context.clone() }
    }
}

impl JsonReader for GraphSubscriptions {
    const LIST_KEY: &'static str = "value";
    const IN_ANY_CASE: bool = true;
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingId, &["id"]),
        (Reason::MalformedSku, &["skuId"]),
        (Reason::UnknownStatus, &["status"]),
        (Reason::MalformedSeats, &["totalLicenses"]),
        (Reason::UnreadableTime, &["nextLifecycleDateTime"]),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let is_trial = |value: Value<'_>| match value {
            Value::Bool(is_trial) => Some(is_trial),
            _ => None,
        };
        self.take(members(record, &KEYS), is_trial, at, sink)
    }

    fn page(&mut self, announces_next: bool, sink: &mut dyn Sink) {
        self.context.snapshot_page(announces_next, sink);
    }
}

impl TableReader for GraphSubscriptions {
    const COLUMNS: &'static [&'static str] = &NAMES;
    const NEEDED: usize = 5;
    const REASON_COLUMNS: ReasonColumns = &[
        (Reason::MissingId, &[0]),
        (Reason::MalformedSku, &[1]),
        (Reason::UnknownStatus, &[2]),
        (Reason::MalformedSeats, &[3]),
        (Reason::UnreadableValue, &[5]),
        (Reason::UnreadableTime, &[6]),
    ];

    fn record(&mut self, cells: &impl Cells, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        self.take(std::array::from_fn(|column| cells.cell(column)), boolean, at, sink)
    }

    fn end(&mut self, _is_empty: bool, sink: &mut dyn Sink) {
        self.context.snapshot_page(false, sink);
    }
}

impl GraphSubscriptions {
    /// Makes the row of a subscription. The fields are in the order of [`NAMES`]; `boolean` reads
    /// one of them.
    fn take<'a, F: Field<'a>>(
        &self,
        fields: [Option<F>; 8],
        boolean: fn(Value<'a>) -> Option<bool>,
        at: Position,
        sink: &mut dyn Sink,
    ) -> Result<Verdict, Reason> {
        let tenant = self.context.tenant.ok_or(Reason::MissingTenant)?;
        let day = self.context.snapshot_day(None, sink)?;
        let [id, sku, status, units, owner, is_trial, ends, created] = fields;
        let id = required_id(id)?;
        let Some(Value::Text(sku)) = present(sku) else {
            return Err(Reason::MalformedSku);
        };
        let sku = guid(sku).ok_or(Reason::MalformedSku)?;
        let state = state(status).ok_or(Reason::UnknownStatus)?;
        let seats = seats(units).ok_or(Reason::MalformedSeats)?;
        let is_trial = match present(is_trial) {
            None => false,
            Some(value) => boolean(value).ok_or(Reason::UnreadableValue)?,
        };
        let owner = folded_id(owner)?;
        let ends_on = day_of(ends, &self.context)?;
        let subscription = Subscription {
            tenant,
            day,
            subscription_id: &id,
            sku,
            seats,
            state,
            is_trial,
            sold_by: SoldBy::Owner(&owner),
            ends_on,
            renewal: Renewal {
                // Only the term is decided by it: what cannot be read leaves it unknown.
                created_on: day_of(created, &self.context).unwrap_or_default(),
                renews_on: ends_on.filter(|_| state == State::Active && !is_trial),
                ..Renewal::default()
            },
        };
        sink.row(at, Row::Subscription(subscription));
        Ok(Verdict::Accepted)
    }
}
