//! Subscriptions from Partner Center's `/customers/{id}/subscriptions` (feed `subscriptions`, format `partner-center`): pages
//! `{"totalCount":2,"items":[subscription...],"links":{"next":{...}}}`, a subscription a line, or a bare array.
//!
//! `id, offerId, quantity, status, isTrial, commitmentEndDate, unitType` matter. They are the partner's own: nobody else's are listed. Traps: an
//! offer is not a SKU, the catalogue's offers say which one it sells; ids come in upper case; an offer of new commerce
//! (`CFQ7TTC0LH18:0001:CFQ7TTC0K971`) ends in its availability, which does not matter; only units that are licenses are seats, while gigabytes,
//! instances and usage are not ours. Tenant and day are in no record, only in the path.

use crate::domain::guid::Guid;
use crate::domain::subscription::Seller;
use crate::sources::fields::{boolean, day_of, folded_id, is_word, present, required_id, seats, state};
use crate::sources::json::{Node, Value};
use crate::sources::json_file::JsonRecords;
use crate::sources::keys::Keys;
use crate::sources::output::Verdict;
use crate::sources::record::{FileContext, Position, Reason, Row, Sink, SnapshotPage, SoldBy, Subscription};

/// Reads the subscriptions of one file.
pub struct PartnerCenter<'c> {
    context: &'c FileContext,
}

static KEYS: Keys<7> = Keys::of(["id", "offerId", "quantity", "status", "isTrial", "commitmentEndDate", "unitType"]);

/// The members that matter.
#[derive(Clone, Copy, Default)]
struct Listed<'a> {
    id: Option<Node<'a>>,
    offer: Option<Node<'a>>,
    quantity: Option<Node<'a>>,
    status: Option<Node<'a>>,
    is_trial: Option<Node<'a>>,
    ends: Option<Node<'a>>,
    unit: Option<Node<'a>>,
}

impl<'c> PartnerCenter<'c> {
    pub fn new(context: &'c FileContext) -> PartnerCenter<'c> {
        PartnerCenter { context }
    }

    /// The SKU that an offer (in lower case) sells.
    fn sku_of(&self, offer: &str) -> Option<Guid> {
        let offers = &self.context.offers;
        let without_availability = || offer.match_indices(':').nth(1).and_then(|(at, _)| offers.get(&offer[..at]));
        offers.get(offer).or_else(without_availability).copied()
    }
}

impl JsonRecords for PartnerCenter<'_> {
    const BATCH: &'static str = "items";
    const LINES: bool = false;

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let listed = Listed::of(record);
        if !are_licenses(listed.unit) {
            return Ok(Verdict::NotOurs);
        }
        let tenant = self.context.tenant.ok_or(Reason::MissingTenant)?;
        let day = self.context.snapshot_day(None, sink)?;
        let id = required_id(listed.id)?;
        let offer = folded_id(listed.offer)?;
        let sku = self.sku_of(&offer).ok_or(Reason::UnknownOffer)?;
        let state = state(listed.status).ok_or(Reason::UnknownStatus)?;
        let seats = seats(listed.quantity).ok_or(Reason::MalformedSeats)?;
        let is_trial = match present(listed.is_trial) {
            None => false,
            Some(value) => boolean(value).ok_or(Reason::UnreadableValue)?,
        };
        let subscription = Subscription {
            tenant,
            day,
            subscription_id: &id,
            sku,
            seats,
            state,
            is_trial,
            sold_by: SoldBy::Seller(Seller::Own),
            ends_on: day_of(listed.ends, &self.context.zone)?,
        };
        sink.row(at, Row::Subscription(subscription));
        Ok(Verdict::Accepted)
    }

    fn page(&mut self, announces_next: bool, sink: &mut dyn Sink) {
        SnapshotPage::tell(self.context, announces_next, sink);
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

/// Whether units are seats; those that do not say what they are, are.
fn are_licenses(unit: Option<Node<'_>>) -> bool {
    const LICENSES: [&str; 5] = ["", "Licenses", "License", "License(s)", "Add-On Licenses"];
    match present(unit) {
        None => true,
        Some(Value::Text(unit)) => LICENSES.iter().any(|word| is_word(unit, word)),
        Some(_) => false,
    }
}

impl<'a> Listed<'a> {
    fn of(record: Node<'a>) -> Listed<'a> {
        let mut listed = Listed::default();
        [
            listed.id,
            listed.offer,
            listed.quantity,
            listed.status,
            listed.is_trial,
            listed.ends,
            listed.unit,
        ] = record.fields(&KEYS);
        listed
    }
}
