//! Subscriptions from Partner Center's `/customers/{id}/subscriptions` (feed `subscriptions`,
//! format `partner-center`): pages
//! `{"totalCount":2,"items":[subscription...],"links":{"next":{...}}}`, a subscription a line, or a
//! bare array.
//!
//! `id, offerId, offerName, quantity, status, isTrial, commitmentEndDate, termDuration,
//! autoRenewEnabled` matter, and the kind of the product: `unitType, billingType, productType,
//! isMicrosoftProduct`. Only the partner's own subscriptions
//! are listed. Traps: an offer is not a SKU; the offers of the catalogue say which SKU it sells.
//! Ids come in upper case. An offer of new commerce (`CFQ7TTC0LH18:0001:CFQ7TTC0K971`) ends in its
//! availability, which does not matter. One that no list has is found by its name, if a single
//! product has that name. Partner Center sells much that is no seat of an online
//! service: server software, Azure, reservations, offers of the marketplace. All of it is in one
//! list, some of it in units of licenses. It is not ours. No record names tenant and day, only the
//! path does.

use crate::domain::guid::Guid;
use crate::domain::subscription::{Renewal, Seller, State, Term};
use crate::sources::fields::values::{boolean, day_of, folded_id, present, required_id, seats, state};
use crate::sources::file_context::FileContext;
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::{Node, Value};
use crate::sources::output::Verdict;
use crate::sources::record::{Notice, Position, Reason, Row, Sink, SoldBy, Subscription};
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;

/// Reads the subscriptions of one file.
pub struct PartnerCenter {
    context: FileContext,
}

static KEYS: Keys<13> = Keys::of([
    "id",
    "offerId",
    "offerName",
    "quantity",
    "status",
    "isTrial",
    "commitmentEndDate",
    "unitType",
    "billingType",
    "productType",
    "isMicrosoftProduct",
    "termDuration",
    "autoRenewEnabled",
]);

/// The members that matter.
#[derive(Clone, Copy, Default)]
struct Listed<'a> {
    id: Option<Node<'a>>,
    offer: Option<Node<'a>>,
    name: Option<Node<'a>>,
    quantity: Option<Node<'a>>,
    status: Option<Node<'a>>,
    is_trial: Option<Node<'a>>,
    ends: Option<Node<'a>>,
    unit: Option<Node<'a>>,
    billing: Option<Node<'a>>,
    product: Option<Node<'a>>,
    of_microsoft: Option<Node<'a>>,
    term: Option<Node<'a>>,
    auto_renew: Option<Node<'a>>,
}

impl Reader for PartnerCenter {
    fn new(context: &FileContext) -> PartnerCenter {
        PartnerCenter { context: context.clone() }
    }
}

impl PartnerCenter {
    /// The SKU that an offer in lower case sells, by its id or by its name.
    fn sku_of(&self, offer: &str, name: Option<Node<'_>>, sink: &mut dyn Sink) -> Option<Guid> {
        let offers = &self.context.offers;
        if let Some(sku) = offers.sku_of(offer) {
            return Some(sku);
        }
        let name = text_of(name)?;
        let sku = offers.sku_named(offer, &name)?;
        sink.noticed(Notice::OfferByName {
            offer: offer.to_owned(),
            name: name.trim().to_owned(),
        });
        Some(sku)
    }

    /// Whether a record is about seats of an online service. A member that is missing does not
    /// speak against it.
    fn has_seats(&self, listed: &Listed<'_>, sink: &mut dyn Sink) -> bool {
        let is_other = |word: &str| {
            let word = word.to_ascii_lowercase();
            OTHER_PRODUCTS.iter().any(|other| word.starts_with(other))
        };
        let by_usage = says(listed.billing, |word| word.eq_ignore_ascii_case("usage"));
        let is_service = present(listed.of_microsoft).and_then(boolean) != Some(false)
            && says(listed.product, is_other) != Some(true)
            && by_usage != Some(true);
        is_service && self.is_in_seats(listed.unit, sink)
    }

    /// Whether a unit is a seat. A kind that the catalogue lacks is none, and is told.
    fn is_in_seats(&self, unit: Option<Node<'_>>, sink: &mut dyn Sink) -> bool {
        match present(unit) {
            None => true,
            Some(Value::Text(text)) if text.is_empty() => true,
            Some(_) => text_of(unit).is_some_and(|unit| {
                let known = self.context.offers.unit_kinds.get(&unit.trim().to_lowercase());
                known.copied().unwrap_or_else(|| {
                    sink.noticed(Notice::UnknownUnit(unit.trim().to_owned()));
                    false
                })
            }),
        }
    }
}

impl JsonReader for PartnerCenter {
    const LIST_KEY: &'static str = "items";
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingId, &["id"]),
        (Reason::UnknownOffer, &["offerId"]),
        (Reason::UnknownStatus, &["status"]),
        (Reason::MalformedSeats, &["quantity"]),
        (Reason::UnreadableTime, &["commitmentEndDate"]),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let listed = Listed::of(record);
        if !self.has_seats(&listed, sink) {
            return Ok(Verdict::NotOurs);
        }
        let tenant = self.context.tenant.ok_or(Reason::MissingTenant)?;
        let day = self.context.snapshot_day(None, sink)?;
        let id = required_id(listed.id)?;
        let offer = folded_id(listed.offer)?;
        let sku = self.sku_of(&offer, listed.name, sink).ok_or(Reason::UnknownOffer)?;
        let state = state(listed.status).ok_or(Reason::UnknownStatus)?;
        let seats = seats(listed.quantity).ok_or(Reason::MalformedSeats)?;
        let is_trial = match present(listed.is_trial) {
            None => false,
            Some(value) => boolean(value).ok_or(Reason::UnreadableValue)?,
        };
        let ends_on = day_of(listed.ends, &self.context)?;
        let subscription = Subscription {
            tenant,
            day,
            subscription_id: &id,
            sku,
            seats,
            state,
            is_trial,
            sold_by: SoldBy::Seller(Seller::Own),
            ends_on,
            renewal: Renewal {
                created_on: None,
                renews_on: ends_on.filter(|_| state == State::Active && !is_trial),
                term: listed.term(),
                auto_renew: present(listed.auto_renew).and_then(boolean),
            },
        };
        sink.row(at, Row::Subscription(subscription));
        Ok(Verdict::Accepted)
    }

    fn page(&mut self, announces_next: bool, sink: &mut dyn Sink) {
        self.context.snapshot_page(announces_next, sink);
    }

    fn announces_next(document: Node<'_>) -> bool {
        next_link(document)
    }
}

/// Whether a document of Partner Center says that another one follows.
pub fn next_link(document: Node<'_>) -> bool {
    let next = document
        .field(&const { Keys::of(["links"]) })
        .and_then(|links| links.field(&const { Keys::of(["next"]) }));
    matches!(present(next), Some(Value::Object(_)))
}

/// How the types of products begin that are no online services: `Software`, `SaaS` (the
/// marketplace), `Azure`, `AzurePlan`, `AzureReservation`, `ReservationsAzureInstance` and so on.
/// An unknown type may be an online service: its offer has to be in the catalogue, else the record
/// is a reject.
const OTHER_PRODUCTS: [&str; 6] = ["software", "perpetual", "saas", "azure", "reserv", "virtualmachine"];

/// The text of a member. `None` where there is none, or another value.
pub fn text_of(field: Option<Node<'_>>) -> Option<String> {
    let Some(Value::Text(text)) = present(field) else { return None };
    text.decode(&mut String::new()).map(str::to_owned)
}

/// Whether a text, or the `id` of an object, is such a word. `None` where there is no text.
fn says(field: Option<Node<'_>>, is_such: impl Fn(&str) -> bool) -> Option<bool> {
    match present(field)? {
        Value::Text(text) if text.is_empty() => None,
        Value::Text(text) => Some(text.decode(&mut String::new()).is_some_and(is_such)),
        Value::Object(object) => match present(object.field(&const { Keys::of(["id"]) })) {
            Some(Value::Text(text)) => Some(text.decode(&mut String::new()).is_some_and(is_such)),
            _ => None,
        },
        _ => Some(false),
    }
}

impl<'a> Listed<'a> {
    /// For how long the subscription is bound. Subscriptions of before new commerce do not say.
    fn term(&self) -> Option<Term> {
        match present(self.term)? {
            Value::Text(text) => Term::of_duration(text.decode(&mut String::new())?),
            _ => None,
        }
    }

    fn of(record: Node<'a>) -> Listed<'a> {
        let mut listed = Listed::default();
        [
            listed.id,
            listed.offer,
            listed.name,
            listed.quantity,
            listed.status,
            listed.is_trial,
            listed.ends,
            listed.unit,
            listed.billing,
            listed.product,
            listed.of_microsoft,
            listed.term,
            listed.auto_renew,
        ] = record.fields(&KEYS);
        listed
    }
}
