//! Subscriptions from Partner Center's analytics, `analytics/subscriptions` (feed `subscriptions`,
//! format `partner-center-analytics`): a bare array, a list under `items`, or a subscription a line.
//!
//! `customerTenantId, id, status, productName, licenseCount, commitmentEndDate, autoRenewEnabled`
//! matter. All customers of the partner are in one list, and each record names its own. Traps: a
//! product is named, and neither its SKU nor its offer: it has to be the name of a single product of
//! the catalogue, in any case. Names of Azure's subscriptions are none, and these have no licenses:
//! `subscriptionType` says what they are. The day of the list stands in the path only.
//!
//! A customer whose last subscription is gone is not in the list: only Partner Center's
//! `/customers/{id}/subscriptions` can say that a customer has none.

use std::collections::BTreeSet;

use crate::domain::guid::Guid;
use crate::domain::subscription::{Renewal, Seller, State};
use crate::sources::fields::values::{Tenants, boolean, day_of, is_word, present, required_id, seats, state};
use crate::sources::file_context::FileContext;
use crate::sources::formats::partner_center::subscriptions::text_of;
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::{Node, Value};
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Row, Sink, SnapshotPage, SoldBy, Subscription};
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;

/// Reads the subscriptions of one file.
pub struct Analytics {
    context: FileContext,
    tenants: Tenants,
    /// The customers whose snapshot was reported.
    reported: BTreeSet<Guid>,
}

static KEYS: Keys<8> = Keys::of([
    "customerTenantId",
    "id",
    "status",
    "productName",
    "licenseCount",
    "commitmentEndDate",
    "autoRenewEnabled",
    "subscriptionType",
]);

impl Reader for Analytics {
    fn new(context: &FileContext) -> Analytics {
        Analytics {
            context: context.clone(),
            tenants: Tenants::default(),
            reported: BTreeSet::new(),
        }
    }
}

impl JsonReader for Analytics {
    const LIST_KEY: &'static str = "items";
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingTenant, &["customerTenantId"]),
        (Reason::MalformedTenant, &["customerTenantId"]),
        (Reason::MissingId, &["id"]),
        (Reason::UnknownProduct, &["productName"]),
        (Reason::UnknownStatus, &["status"]),
        (Reason::MalformedSeats, &["licenseCount"]),
        (Reason::UnreadableTime, &["commitmentEndDate"]),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let [tenant, id, status, product, licenses, ends, auto_renew, kind] = record.fields(&KEYS);
        if matches!(present(kind), Some(Value::Text(kind)) if is_word(kind, "Azure")) {
            return Ok(Verdict::NotOurs);
        }
        let tenant = self.tenants.of_record(tenant, &self.context)?;
        let day = self.context.snapshot_day(None, sink)?;
        if self.reported.insert(tenant) {
            sink.snapshot_page(SnapshotPage {
                tenant,
                day,
                announces_next: false,
            });
        }
        let id = required_id(id)?;
        let product = text_of(product).and_then(|name| self.context.offers.product_named(&name));
        let sku = product.ok_or(Reason::UnknownProduct)?;
        let state = state(status).ok_or(Reason::UnknownStatus)?;
        let seats = seats(licenses).ok_or(Reason::MalformedSeats)?;
        let ends_on = day_of(ends, &self.context)?;
        let subscription = Subscription {
            tenant,
            day,
            subscription_id: &id,
            sku,
            seats,
            state,
            is_trial: false,
            sold_by: SoldBy::Seller(Seller::Own),
            ends_on,
            renewal: Renewal {
                renews_on: ends_on.filter(|_| state == State::Active),
                auto_renew: present(auto_renew).and_then(boolean),
                ..Renewal::default()
            },
        };
        sink.row(at, Row::Subscription(subscription));
        Ok(Verdict::Accepted)
    }
}
