//! What all formats of sign-ins have in common: the fields that matter, and how they become an
//! activity.
//!
//! The reader of a format finds the fields and the tenant. Here the fields are checked, in the
//! order time, ids, values. Where `isInteractive` is missing, the format decides (by its category
//! or table). A sign-in without a user is a row without one.
//!
//! An external user (the column `guest`) is a guest, a user of another tenant, or a technician of
//! the partner. An agent is no person: it may have a user account of its own, and signs in all day.

use crate::domain::guid::Guid;
use crate::domain::kinds::Evidence;
use crate::sources::fields::user_name;
use crate::sources::fields::values::{
    Field, Tenants, boolean, event_time, folded_id, guid, is_word, is_zero, not_nested, present, required_id, text,
};
use crate::sources::file_context::FileContext;
use crate::sources::formats::shared::azure_envelope::{UnpackBuffer, unpacked_object};
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::Value;
use crate::sources::record::{Activity, NameSeen, Position, Reason, Row, Sink};

/// The fields of a sign-in that matter, not yet looked at.
#[derive(Clone, Copy)]
pub struct SignIn<F> {
    pub id: Option<F>,
    pub created: Option<F>,
    /// When it was logged. That is its time if it has none of its own.
    pub logged: Option<F>,
    pub user: Option<F>,
    pub user_name: Option<F>,
    pub user_type: Option<F>,
    pub app: Option<F>,
    pub resource: Option<F>,
    pub resource_tenant: Option<F>,
    pub home_tenant: Option<F>,
    /// How the user comes from another tenant.
    pub cross_tenant: Option<F>,
    /// What kind of agent signed in, if it was one: an object, or its JSON text.
    pub agent: Option<F>,
    pub is_interactive: Option<F>,
}

impl<F> Default for SignIn<F> {
    fn default() -> SignIn<F> {
        SignIn {
            id: None,
            created: None,
            logged: None,
            user: None,
            user_name: None,
            user_type: None,
            app: None,
            resource: None,
            resource_tenant: None,
            home_tenant: None,
            cross_tenant: None,
            agent: None,
            is_interactive: None,
        }
    }
}

/// Makes activities of the sign-ins of one file.
pub struct SignInRows {
    pub context: FileContext,
    pub tenants: Tenants,
    /// Memory to unpack agents that are JSON within a string.
    unpacked: UnpackBuffer,
}

impl SignInRows {
    pub fn new(context: &FileContext) -> SignInRows {
        SignInRows {
            context: context.clone(),
            tenants: Tenants::default(),
            unpacked: UnpackBuffer::default(),
        }
    }

    /// Whether a sign-in is interactive if its record does not say so: the file's name decides,
    /// else it is.
    pub fn by_file(&self) -> bool {
        self.context.interactive.unwrap_or(true)
    }

    /// The tenant of a sign-in whose format does not name it: that of the path, else the user's
    /// own. If the user is external, it is the tenant that was signed in to. So what members do in
    /// another tenant stays with their own, and does not make a customer of the other one.
    pub fn tenant_by_path<'a, F: Field<'a>>(&mut self, sign_in: &SignIn<F>) -> Result<Guid, Reason> {
        if let Some(tenant) = self.context.tenant {
            return Ok(tenant);
        }
        let told = |field: Option<F>| field.filter(|field| names_tenant(field.value()));
        let (home, resource) = (told(sign_in.home_tenant), told(sign_in.resource_tenant));
        let tenant = if sign_in.says_external()? {
            resource.or(home)
        } else {
            home.or(resource)
        };
        self.tenants.of_record(tenant, &self.context)
    }

    /// Makes the row of a sign-in. `by_format` says whether it is interactive if no field does.
    #[inline]
    pub fn take<'a, F: Field<'a>>(
        &mut self,
        sign_in: &SignIn<F>,
        tenant: Guid,
        by_format: bool,
        succeeded: impl FnOnce() -> Result<bool, Reason>,
        at: Position,
        sink: &mut dyn Sink,
    ) -> Result<(), Reason> {
        let time = event_time(sign_in.created, sign_in.logged, &self.context)?;
        let event = required_id(sign_in.id)?;
        let user = folded_id(sign_in.user)?;
        let app = folded_id(sign_in.app)?;
        let resource = folded_id(sign_in.resource)?;
        let interactive = match present(sign_in.is_interactive) {
            None => by_format,
            Some(value) => boolean(value).ok_or(Reason::UnreadableValue)?,
        };
        let activity = Activity {
            tenant,
            event_id: &event,
            user_id: &user,
            app_id: &app,
            resource_id: &resource,
            interactive: Some(interactive),
            at: time,
            succeeded: succeeded()?,
            guest: sign_in.says_external()? || self.is_elsewhere(sign_in.home_tenant, tenant),
            foreign_resource: self.is_elsewhere(sign_in.resource_tenant, tenant),
            agent: self.is_agent(sign_in.agent)?,
            named_workload: None,
            evidence: if interactive {
                Evidence::Interactive
            } else {
                Evidence::NonInteractive
            },
        };
        sink.row(at, Row::Activity(activity));
        user_name::report_name(sink, tenant, activity.user_id, sign_in.user_name, NameSeen::At(time));
        Ok(())
    }

    /// Whether a field names a tenant other than the customer.
    #[inline]
    fn is_elsewhere<'a>(&self, field: Option<impl Field<'a>>, customer: Guid) -> bool {
        matches!(present(field), Some(Value::Text(other)) if self.tenants.is_other(other, customer))
    }

    /// Whether an agent signed in, under its own name or with a user account that it has.
    #[inline]
    fn is_agent<'a>(&mut self, agent: Option<impl Field<'a>>) -> Result<bool, Reason> {
        let agent = present(agent).filter(|agent| !matches!(agent, Value::Text(text) if text.is_empty()));
        let mut slot = None;
        let Some(agent) = unpacked_object(agent, &mut self.unpacked, &mut slot)? else {
            return Ok(false);
        };
        let [kind, subject] = agent.fields(&const { Keys::in_any_case(["agentType", "agentSubjectType"]) });
        let kind = text(kind)?.filter(|kind| !kind.is_empty());
        let subject = text(subject)?;
        Ok(kind.is_some_and(|kind| !is_word(kind, "notAgentic")) || subject.is_some_and(|subject| is_word(subject, "agentIDuser")))
    }
}

/// Whether a field has something in the place of a tenant id, other than the id of zeros that
/// stands for none.
fn names_tenant(value: Value<'_>) -> bool {
    match value {
        Value::Null => false,
        Value::Text(text) => !text.is_empty() && guid(text).is_none_or(|tenant| tenant.0 != 0),
        _ => true,
    }
}

impl<'a, F: Field<'a>> SignIn<F> {
    /// Whether the record itself says that its user is external: a guest, or a technician of the
    /// partner. A guest has that type or, where the type is missing, a name with `#EXT#`.
    fn says_external(&self) -> Result<bool, Reason> {
        Ok(self.is_guest()? || text(self.cross_tenant)?.is_some_and(|way| is_word(way, "serviceProvider")))
    }

    fn is_guest(&self) -> Result<bool, Reason> {
        if let Some(user_type) = text(self.user_type)?
            && !user_type.is_empty()
        {
            return Ok(is_word(user_type, "Guest"));
        }
        let Some(name) = text(self.user_name)? else { return Ok(false) };
        let mut buffer = String::new();
        let name = name.decode(&mut buffer).ok_or(Reason::UnreadableValue)?;
        Ok(has_guest_mark(name))
    }
}

/// Whether a user name has `#EXT#` in it: the name of a guest.
pub fn has_guest_mark(name: &str) -> bool {
    let name = name.as_bytes();
    memchr::memchr_iter(b'#', name).any(|at| name[at..].get(..5).is_some_and(|part| part.eq_ignore_ascii_case(b"#EXT#")))
}

/// Whether the error code is 0: that of `status{errorCode}`, else `result`. A sign-in without any
/// did not succeed.
pub fn succeeded<'a>(status: Option<impl Field<'a>>, result: Option<impl Field<'a>>) -> Result<bool, Reason> {
    let code = match present(status) {
        None => None,
        Some(Value::Object(status)) => present(status.field(&const { Keys::in_any_case(["errorCode"]) })),
        Some(other) => return Err(not_nested(other)),
    };
    match code.or_else(|| present(result)) {
        None => Ok(false),
        Some(code) => is_zero(code).ok_or(Reason::UnreadableValue),
    }
}
