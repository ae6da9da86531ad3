//! Subscriptions from Graph's `/directory/subscriptions` (feed `subscriptions`, format
//! `graph-company-subscriptions`): pages, a subscription a line, or a bare array of
//! `companySubscription`.
//!
//! `id, skuId, status, totalLicenses, isTrial, ownerTenantId, createdDateTime,
//! nextLifecycleDateTime` matter. The
//! subscriptions of all sellers are listed; `ownerTenantId` is the seller. No record names tenant
//! and day, only the path does. `ends_on` is the day of `nextLifecycleDateTime` in the pipeline's
//! time zone. Of an active subscription that is no trial this is also the day on which it renews;
//! for any other it is the day on which it passes on to another state. Nothing says for how long a
//! subscription is bound: that follows from when it was created and when it renewed before.

use crate::domain::subscription::{Renewal, State};
use crate::sources::fields::values::{day_of, folded_id, guid, present, required_id, seats, state};
use crate::sources::file_context::FileContext;
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::{Node, Value};
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Row, Sink, SoldBy, Subscription};
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;

/// Reads the subscriptions of one file.
pub struct GraphSubscriptions {
    context: FileContext,
}

static KEYS: Keys<8> = Keys::of([
    "id",
    "skuId",
    "status",
    "totalLicenses",
    "isTrial",
    "ownerTenantId",
    "nextLifecycleDateTime",
    "createdDateTime",
]);

/// The members that matter.
#[derive(Clone, Copy, Default)]
struct Listed<'a> {
    id: Option<Node<'a>>,
    sku: Option<Node<'a>>,
    status: Option<Node<'a>>,
    seats: Option<Node<'a>>,
    is_trial: Option<Node<'a>>,
    owner: Option<Node<'a>>,
    ends: Option<Node<'a>>,
    created: Option<Node<'a>>,
}

impl Reader for GraphSubscriptions {
    fn new(context: &FileContext) -> GraphSubscriptions {
        GraphSubscriptions { context: context.clone() }
    }
}

impl JsonReader for GraphSubscriptions {
    const LIST_KEY: &'static str = "value";
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingId, &["id"]),
        (Reason::MalformedSku, &["skuId"]),
        (Reason::UnknownStatus, &["status"]),
        (Reason::MalformedSeats, &["totalLicenses"]),
        (Reason::UnreadableTime, &["nextLifecycleDateTime"]),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let tenant = self.context.tenant.ok_or(Reason::MissingTenant)?;
        let day = self.context.snapshot_day(None, sink)?;
        let listed = Listed::of(record);
        let id = required_id(listed.id)?;
        let Some(Value::Text(sku)) = present(listed.sku) else {
            return Err(Reason::MalformedSku);
        };
        let sku = guid(sku).ok_or(Reason::MalformedSku)?;
        let state = state(listed.status).ok_or(Reason::UnknownStatus)?;
        let seats = seats(listed.seats).ok_or(Reason::MalformedSeats)?;
        let is_trial = match present(listed.is_trial) {
            None => false,
            Some(Value::Bool(is_trial)) => is_trial,
            Some(_) => return Err(Reason::UnreadableValue),
        };
        let owner = folded_id(listed.owner)?;
        let ends_on = day_of(listed.ends, &self.context)?;
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
                created_on: day_of(listed.created, &self.context).unwrap_or_default(),
                renews_on: ends_on.filter(|_| state == State::Active && !is_trial),
                ..Renewal::default()
            },
        };
        sink.row(at, Row::Subscription(subscription));
        Ok(Verdict::Accepted)
    }

    fn page(&mut self, announces_next: bool, sink: &mut dyn Sink) {
        self.context.snapshot_page(announces_next, sink);
    }
}

impl<'a> Listed<'a> {
    fn of(record: Node<'a>) -> Listed<'a> {
        let mut listed = Listed::default();
        [
            listed.id,
            listed.sku,
            listed.status,
            listed.seats,
            listed.is_trial,
            listed.owner,
            listed.ends,
            listed.created,
        ] = record.fields(&KEYS);
        listed
    }
}
