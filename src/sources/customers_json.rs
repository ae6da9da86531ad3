//! The partner's customers as JSON (feed `customers`, format `json`): Partner Center's `/customers` as pages
//! `{"totalCount":2,"items":[customer...],"links":{...}}`, or a customer a line or in a bare array, there also with our own names
//! `tenant_id, name, domain, country, segment`.
//!
//! Of Partner Center's customer matter `id` and `companyProfile{tenantId, companyName, domain}`, and `billingProfile{defaultAddress{country}}`, which
//! only a list with details has. Trap: `id` is the tenant, unless `companyProfile` says otherwise.

use crate::domain::guid::Guid;
use crate::sources::fields::{guid, present, text};
use crate::sources::json::{Node, Value};
use crate::sources::json_file::JsonRecords;
use crate::sources::keys::Keys;
use crate::sources::output::Verdict;
use crate::sources::partner_center::next_link;
use crate::sources::record::{Customer, Position, Reason, Row, Sink};

/// Reads the customers of one file.
#[derive(Default)]
pub struct CustomersJson {
    texts: [String; 4],
}

const KEYS: Keys = Keys::of(&[
    b"tenant_id",
    b"name",
    b"domain",
    b"country",
    b"segment",
    b"id",
    b"companyProfile",
    b"billingProfile",
]);

impl JsonRecords for CustomersJson {
    const BATCH: &'static [u8] = b"items";
    const LINES: bool = false;

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let (mut own, mut id, mut company, mut billing) = ([None; 5], None, None, None);
        record.members(KEYS, |key, value| {
            let field = match key {
                b"tenant_id" => &mut own[0],
                b"name" => &mut own[1],
                b"domain" => &mut own[2],
                b"country" => &mut own[3],
                b"segment" => &mut own[4],
                b"id" => &mut id,
                b"companyProfile" => &mut company,
                b"billingProfile" => &mut billing,
                _ => return,
            };
            *field = Some(value);
        });
        let of_company = |key: &[u8]| company.and_then(|company| company.member(key));
        let tenant = tenant_of([own[0], of_company(b"tenantId"), id])?;
        let address = billing.and_then(|billing| billing.member(b"defaultAddress"));
        let fields = [
            own[1].or_else(|| of_company(b"companyName")),
            own[2].or_else(|| of_company(b"domain")),
            own[3].or_else(|| address.and_then(|address| address.member(b"country"))),
            own[4],
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
        };
        sink.row(at, Row::Customer(customer));
        Ok(Verdict::Accepted)
    }

    fn announces_next(document: Node<'_>) -> bool {
        next_link(document)
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
