//! Support requests as JSON (feed `support_requests`, format `json`): a request a line, in a bare
//! array or in pages `{"items":[...]}`, with uptake's own names `tenant_id, request_id, opened_at,
//! topic` or those of Partner Center's service requests: `organization{id}`, `id`, `createdDate`,
//! `supportTopicName`.

use crate::sources::fields::values::present;
use crate::sources::file_context::FileContext;
use crate::sources::formats::own::support_request::{RequestFields, SupportRequestRows};
use crate::sources::formats::partner_center::subscriptions::next_link;
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::{Node, Value};
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Sink};
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;

/// Reads the requests of one file.
pub struct SupportRequestsJson {
    requests: SupportRequestRows,
}

static KEYS: Keys<8> = Keys::of([
    "tenant_id",
    "request_id",
    "opened_at",
    "topic",
    "organization",
    "id",
    "createdDate",
    "supportTopicName",
]);

impl Reader for SupportRequestsJson {
    fn new(context: &FileContext) -> SupportRequestsJson {
        SupportRequestsJson {
            requests: SupportRequestRows::new(context),
        }
    }
}

impl JsonReader for SupportRequestsJson {
    const LIST_KEY: &'static str = "items";
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingTenant, &["tenant_id", "organization.id"]),
        (Reason::MissingTime, &["opened_at", "createdDate"]),
        (Reason::UnreadableTime, &["opened_at", "createdDate"]),
        (Reason::MissingId, &["request_id", "id"]),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let [tenant, request, opened, topic, organization, id, created, topic_name] = record.fields(&KEYS);
        let organization = match present(organization) {
            Some(Value::Object(organization)) => organization.field(&const { Keys::of(["id"]) }),
            _ => None,
        };
        let fields = RequestFields {
            tenant: tenant.or(organization),
            id: request.or(id),
            opened: opened.or(created),
            topic: topic.or(topic_name),
        };
        self.requests.take(&fields, at, sink)?;
        Ok(Verdict::Accepted)
    }

    fn announces_next(document: Node<'_>) -> bool {
        next_link(document)
    }
}
