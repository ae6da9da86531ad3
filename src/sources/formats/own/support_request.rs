//! What both formats of support requests have in common: the fields, and how they become a row.

use crate::sources::fields::values::{Field, Tenants, event_time, required_id, text};
use crate::sources::file_context::FileContext;
use crate::sources::json::value::Value;
use crate::sources::record::{Position, Reason, Row, Sink, SupportRequest};

/// The fields of a request, not yet looked at.
#[derive(Clone, Copy)]
pub struct RequestFields<F> {
    pub tenant: Option<F>,
    pub id: Option<F>,
    pub opened: Option<F>,
    pub topic: Option<F>,
}

/// Makes rows of the requests of one file.
pub struct SupportRequestRows {
    context: FileContext,
    tenants: Tenants,
    topic: String,
}

impl SupportRequestRows {
    pub fn new(context: &FileContext) -> SupportRequestRows {
        SupportRequestRows {
            context: context.clone(),
            tenants: Tenants::default(),
            topic: String::new(),
        }
    }

    /// Makes the row of a request. Its topic is free text and stays as it is.
    pub fn take<'a, F: Field<'a>>(&mut self, fields: &RequestFields<F>, at: Position, sink: &mut dyn Sink) -> Result<(), Reason> {
        let tenant = self.tenants.of_record(fields.tenant, &self.context)?;
        let opened_at = event_time(fields.opened, None::<Value<'_>>, &self.context)?;
        let id = required_id(fields.id)?;
        self.topic.clear();
        if let Some(topic) = text(fields.topic)? {
            topic.append_to(&mut self.topic).ok_or(Reason::UnreadableValue)?;
        }
        let request = SupportRequest {
            tenant,
            request_id: &id,
            opened_at,
            topic: self.topic.trim(),
        };
        sink.row(at, Row::SupportRequest(request));
        Ok(())
    }
}
