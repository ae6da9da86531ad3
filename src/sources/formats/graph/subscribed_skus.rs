//! Subscriptions from Graph's `/subscribedSkus` (feed `subscriptions`, format
//! `graph-subscribed-skus`): pages, a SKU a line, or a bare array of `subscribedSku`; or what
//! `Get-MgSubscribedSku` gives, as JSON (see `shared/graph_members.rs`).
//!
//! A record adds up all subscriptions of a SKU: `prepaidUnits{enabled, warning, suspended,
//! lockedOut}` say how many units are in which state. Each state with units is one subscription,
//! whose id is the SKU and the state. A SKU without units gives none. Traps: real records have
//! enabled 0 and suspended 25, so `capabilityStatus` alone says too little. The seller is not
//! named, and trials cannot be told apart. No record names tenant and day, only the path does.

use crate::domain::subscription::{Renewal, Seller, State};
use crate::sources::fields::values::{guid, not_nested, present, seats};
use crate::sources::file_context::FileContext;
use crate::sources::formats::shared::graph_members::members;
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::{Node, Value};
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Row, Sink, SoldBy, Subscription};
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;

/// Reads the SKUs of one file.
pub struct GraphSubscribedSkus {
    context: FileContext,
    subscription_id: String,
}

static KEYS: Keys<2> = Keys::in_any_case(["skuId", "prepaidUnits"]);
static UNIT_KEYS: Keys<4> = Keys::in_any_case(["enabled", "warning", "suspended", "lockedOut"]);
/// The kinds of units: the end of the subscription's id, and the state.
const KINDS: [(&str, State); 4] = [
    ("enabled", State::Active),
    ("warning", State::Grace),
    ("suspended", State::Disabled),
    ("lockedout", State::Disabled),
];

impl Reader for GraphSubscribedSkus {
    fn new(context: &FileContext) -> GraphSubscribedSkus {
        GraphSubscribedSkus {
            context: context.clone(),
            subscription_id: String::new(),
        }
    }
}

impl JsonReader for GraphSubscribedSkus {
    const LIST_KEY: &'static str = "value";
    const IN_ANY_CASE: bool = true;
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingId, &["skuId"]),
        (Reason::MalformedSku, &["skuId"]),
        (Reason::MalformedSeats, &["prepaidUnits{}"]),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let tenant = self.context.tenant.ok_or(Reason::MissingTenant)?;
        let day = self.context.snapshot_day(None, sink)?;
        let [sku, units] = members(record, &KEYS);
        let sku = match present(sku) {
            None => return Err(Reason::MissingId),
            Some(Value::Text(sku)) => guid(sku).ok_or(Reason::MalformedSku)?,
            Some(_) => return Err(Reason::MalformedSku),
        };
        let units = match present(units) {
            Some(Value::Object(units)) => units,
            Some(other) if not_nested(other) == Reason::CutByPowershell => return Err(Reason::CutByPowershell),
            _ => return Err(Reason::MalformedSeats),
        };
        let counts = unit_counts(units)?;
        for ((kind, state), seats) in KINDS.into_iter().zip(counts).filter(|(_, seats)| *seats > 0) {
            self.subscription_id.clear();
            self.subscription_id.push_str(&sku.to_string());
            self.subscription_id.push('/');
            self.subscription_id.push_str(kind);
            let subscription = Subscription {
                tenant,
                day,
                subscription_id: &self.subscription_id,
                sku,
                seats,
                state,
                is_trial: false,
                sold_by: SoldBy::Seller(Seller::Unknown),
                ends_on: None,
                renewal: Renewal::default(),
            };
            sink.row(at, Row::Subscription(subscription));
        }
        Ok(Verdict::Accepted)
    }

    fn page(&mut self, announces_next: bool, sink: &mut dyn Sink) {
        self.context.snapshot_page(announces_next, sink);
    }
}

/// The number of units of each of [`KINDS`]. A kind that is missing has none. If all are missing,
/// the record does not say how many units there are, and cannot be read.
fn unit_counts(units: Node<'_>) -> Result<[i64; 4], Reason> {
    let mut counts = [0; 4];
    let mut is_empty = true;
    for (count, field) in counts.iter_mut().zip(units.fields(&UNIT_KEYS)) {
        if present(field).is_some() {
            is_empty = false;
            *count = seats(field).ok_or(Reason::MalformedSeats)?;
        }
    }
    if is_empty { Err(Reason::MalformedSeats) } else { Ok(counts) }
}
