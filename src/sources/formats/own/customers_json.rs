//! The partner's customers as JSON (feed `customers`, format `json`): Partner Center's `/customers`
//! as pages `{"totalCount":2,"items":[customer...],"links":{...}}`, or a customer a line or in a
//! bare array. There it may also have uptake's own names `tenant_id, name, domain, country,
//! segment, left_on`.
//!
//! The members of a customer of Partner Center that matter are `id`, `companyProfile{tenantId,
//! companyName, domain}` and `billingProfile{defaultAddress{country}}`, which only a list with
//! details has. Trap: `id` is the tenant, unless `companyProfile` says otherwise.

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::sources::fields::values::{guid, present, text};
use crate::sources::file_context::FileContext;
use crate::sources::formats::partner_center::subscriptions::next_link;
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::{Node, Value};
use crate::sources::output::Verdict;
use crate::sources::record::{Customer, Position, Reason, Row, Sink};
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;

/// Reads the customers of one file.
#[derive(Default)]
pub struct CustomersJson {
    texts: [String; 4],
}

static KEYS: Keys<9> = Keys::of([
    "tenant_id",
    "name",
    "domain",
    "country",
    "segment",
    "id",
    "companyProfile",
    "billingProfile",
    "left_on",
]);

static COMPANY_KEYS: Keys<3> = Keys::of(["tenantId", "companyName", "domain"]);

impl Reader for CustomersJson {
    fn new(_: &FileContext) -> CustomersJson {
        CustomersJson::default()
    }
}

impl JsonReader for CustomersJson {
    const LIST_KEY: &'static str = "items";
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingTenant, &["tenant_id", "id", "companyProfile.tenantId"]),
        (Reason::MalformedTenant, &["tenant_id", "id", "companyProfile.tenantId"]),
        (Reason::UnreadableTime, &["left_on"]),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let [own_tenant, name, domain, country, segment, id, company, billing, left] = record.fields(&KEYS);
        let [company_tenant, company_name, company_domain] = company.map(|company| company.fields(&COMPANY_KEYS)).unwrap_or_default();
        let tenant = tenant_of([own_tenant, company_tenant, id])?;
        let address = billing.and_then(|billing| billing.field(&const { Keys::of(["defaultAddress"]) }));
        let left_on = left_on(left)?;
        let fields = [
            name.or(company_name),
            domain.or(company_domain),
            country.or_else(|| address.and_then(|address| address.field(&const { Keys::of(["country"]) }))),
            segment,
        ];
        for (out, field) in self.texts.iter_mut().zip(fields) {
            out.clear();
            if let Some(text) = text(field)? {
                text.append_to(out).ok_or(Reason::UnreadableValue)?;
            }
        }
        let [name, domain, country, segment] = self.texts.each_ref().map(|text| text.trim());
        let customer = Customer {
            tenant,
            name,
            domain,
            country,
            segment,
            left_on,
        };
        sink.row(at, Row::Customer(customer));
        Ok(Verdict::Accepted)
    }

    fn announces_next(document: Node<'_>) -> bool {
        next_link(document)
    }
}

/// The date of a text; a time behind it does not matter.
fn left_on(field: Option<Node<'_>>) -> Result<Option<Day>, Reason> {
    match present(field) {
        None => Ok(None),
        Some(Value::Text(text)) if text.is_empty() => Ok(None),
        Some(Value::Text(text)) => {
            let mut buffer = String::new();
            let date = text.decode(&mut buffer).and_then(|date| date.trim().get(..10));
            date.and_then(Day::parse).map(Some).ok_or(Reason::UnreadableTime)
        }
        Some(_) => Err(Reason::UnreadableTime),
    }
}

/// The first of the fields that is there.
fn tenant_of(fields: [Option<Node<'_>>; 3]) -> Result<Guid, Reason> {
    for field in fields {
        match present(field) {
            None => {}
            Some(Value::Text(text)) if text.is_empty() => {}
            Some(Value::Text(text)) => return guid(text).ok_or(Reason::MalformedTenant),
            Some(_) => return Err(Reason::MalformedTenant),
        }
    }
    Err(Reason::MissingTenant)
}
