//! Support requests as JSON (feed `support_requests`, format `json`): a request a line, in a bare array or in pages `{"items":[...]}`, with our own
//! names `tenant_id, request_id, opened_at, topic` or those of Partner Center's service requests: `organization{id}`, `id`, `createdDate`,
//! `supportTopicName`.

use crate::sources::fields::present;
use crate::sources::json::{Node, Value};
use crate::sources::json_file::JsonRecords;
use crate::sources::keys::Keys;
use crate::sources::output::Verdict;
use crate::sources::partner_center::next_link;
use crate::sources::record::{FileContext, Position, Reason, Sink};
use crate::sources::support_request::{RequestFields, Requests};

/// Reads the requests of one file.
pub struct SupportRequestsJson<'c> {
    requests: Requests<'c>,
}

const KEYS: Keys = Keys::of(&[
    b"tenant_id",
    b"request_id",
    b"opened_at",
    b"topic",
    b"organization",
    b"id",
    b"createdDate",
    b"supportTopicName",
]);

impl<'c> SupportRequestsJson<'c> {
    pub fn new(context: &'c FileContext) -> SupportRequestsJson<'c> {
        SupportRequestsJson {
            requests: Requests::new(context),
        }
    }
}

impl JsonRecords for SupportRequestsJson<'_> {
    const BATCH: &'static [u8] = b"items";
    const LINES: bool = false;

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let (mut own, mut others) = ([None; 4], [None; 4]);
        record.members(KEYS, |key, value| {
            let field = match key {
                b"tenant_id" => &mut own[0],
                b"request_id" => &mut own[1],
                b"opened_at" => &mut own[2],
                b"topic" => &mut own[3],
                b"organization" => &mut others[0],
                b"id" => &mut others[1],
                b"createdDate" => &mut others[2],
                b"supportTopicName" => &mut others[3],
                _ => return,
            };
            *field = Some(value);
        });
        let tenant = match present(others[0]) {
            Some(Value::Object(organization)) => organization.member(b"id"),
            _ => None,
        };
        let fields = RequestFields {
            tenant: own[0].or(tenant),
            id: own[1].or(others[1]),
            opened: own[2].or(others[2]),
            topic: own[3].or(others[3]),
        };
        self.requests.take(&fields, at, sink)?;
        Ok(Verdict::Accepted)
    }

    fn announces_next(document: Node<'_>) -> bool {
        next_link(document)
    }
}
