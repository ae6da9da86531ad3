//! Subscriptions from Partner Center's `/customers/{id}/subscribedskus` (feed `subscriptions`, format
//! `partner-center-subscribed-skus`): pages `{"totalCount":1,"items":[sku...],"links":{...}}`, a SKU
//! a line, or a bare array.
//!
//! It is Graph's list of the same name in other words (see `graph/subscribed_skus.rs`):
//! `productSku.id` is the SKU, and `activeUnits, warningUnits, suspendedUnits` say how many units
//! are in which state. Each state with units is one subscription, with the id that it has there, so
//! that both lists of a customer are about the same subscriptions. Unlike Partner Center's list of
//! subscriptions it needs no map of offers. Traps: `totalUnits` is another sum, and `availableUnits`
//! and `consumedUnits` are no seats that were sold. The units of all sellers are added up. No record
//! names tenant and day, only the path does.

use crate::domain::subscription::{Renewal, Seller, State};
use crate::sources::fields::values::{guid, not_nested, present, seats};
use crate::sources::file_context::FileContext;
use crate::sources::formats::partner_center::subscriptions::next_link;
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::{Node, Value};
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Row, Sink, SoldBy, Subscription};
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;

/// Reads the SKUs of one file.
pub struct SubscribedSkus {
    context: FileContext,
}

static KEYS: Keys<4> = Keys::of(["productSku", "activeUnits", "warningUnits", "suspendedUnits"]);
/// The kinds of units: the end of the subscription's id, and the state.
const KINDS: [(&str, State); 3] = [
    ("enabled", State::Active),
    ("warning", State::Grace),
    ("suspended", State::Disabled),
];

impl Reader for SubscribedSkus {
    fn new(context: &FileContext) -> SubscribedSkus {
        SubscribedSkus { context: context.clone() }
    }
}

impl JsonReader for SubscribedSkus {
    const LIST_KEY: &'static str = "items";
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingId, &["productSku.id"]),
        (Reason::MalformedSku, &["productSku.id"]),
        (Reason::MalformedSeats, &["activeUnits", "warningUnits", "suspendedUnits"]),
        (Reason::UnreadableValue, &["productSku{}"]),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let tenant = self.context.tenant.ok_or(Reason::MissingTenant)?;
        let day = self.context.snapshot_day(None, sink)?;
        let [product, units @ ..] = record.fields(&KEYS);
        let sku = match present(product) {
            None => return Err(Reason::MissingId),
            Some(Value::Object(product)) => product.field(&const { Keys::of(["id"]) }),
            Some(other) => return Err(not_nested(other)),
        };
        let sku = match present(sku) {
            None => return Err(Reason::MissingId),
            Some(Value::Text(sku)) => guid(sku).ok_or(Reason::MalformedSku)?,
            Some(_) => return Err(Reason::MalformedSku),
        };
        for ((kind, state), seats) in KINDS.into_iter().zip(unit_counts(units)?).filter(|(_, seats)| *seats > 0) {
            let subscription = Subscription {
                tenant,
                day,
                subscription_id: &format!("{sku}/{kind}"),
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

    fn announces_next(document: Node<'_>) -> bool {
        next_link(document)
    }
}

/// The number of units of each of [`KINDS`]. A kind that is missing has none. If all are missing,
/// the record does not say how many units there are, and cannot be read.
fn unit_counts(units: [Option<Node<'_>>; 3]) -> Result<[i64; 3], Reason> {
    let mut counts = [0; 3];
    for (count, field) in counts.iter_mut().zip(units) {
        if present(field).is_some() {
            *count = seats(field).ok_or(Reason::MalformedSeats)?;
        }
    }
    let is_empty = units.iter().all(|field| present(*field).is_none());
    if is_empty { Err(Reason::MalformedSeats) } else { Ok(counts) }
}
