//! Sign-ins as Azure Monitor's diagnostic settings write them (feed `activity`, format `azure-monitor`).
//!
//! Categories `SignInLogs` and `NonInteractiveUserSignInLogs` are users' and ours; service principals', managed identities'
//! and all others are not. Of the 2 to 15 KB of a record these matter: the envelope (see `azure_envelope`) and of `properties` `id`,
//! `createdDateTime`, `userId`, `userPrincipalName`, `userType`, `appId`, `resourceId`, `resourceTenantId`, `isInteractive`, `status.errorCode`.
//!
//! Traps: real `SignInLogs` carry `isInteractive: false`, so the category decides only where that is missing; `status.errorCode` comes
//! before `resultType`; ids in GUID form come in any case, and some are no GUIDs; a user id may be empty.

use crate::domain::kinds::Evidence;
use crate::sources::azure_envelope::{Envelope, Unpacked, properties};
use crate::sources::fields::{Ids, Tenants, boolean, event_time, is_word, is_zero, present, text};
use crate::sources::json::{Node, Value};
use crate::sources::json_file::JsonRecords;
use crate::sources::keys::Keys;
use crate::sources::output::Verdict;
use crate::sources::record::{Activity, FileContext, Position, Reason, Row, Sink};

/// Reads the sign-ins of one file.
pub struct AzureSignIns<'c> {
    context: &'c FileContext,
    tenants: Tenants,
    unpacked: Unpacked,
    ids: Ids,
}

const KEYS: Keys = Keys::of(&[
    b"id",
    b"createdDateTime",
    b"userId",
    b"userPrincipalName",
    b"userType",
    b"appId",
    b"resourceId",
    b"resourceTenantId",
    b"isInteractive",
    b"status",
]);

/// The members of `properties` that matter.
#[derive(Clone, Copy, Default)]
struct SignIn<'a> {
    id: Option<Node<'a>>,
    created: Option<Node<'a>>,
    user: Option<Node<'a>>,
    user_name: Option<Node<'a>>,
    user_type: Option<Node<'a>>,
    app: Option<Node<'a>>,
    resource: Option<Node<'a>>,
    resource_tenant: Option<Node<'a>>,
    is_interactive: Option<Node<'a>>,
    status: Option<Node<'a>>,
}

impl<'c> AzureSignIns<'c> {
    pub fn new(context: &'c FileContext) -> AzureSignIns<'c> {
        AzureSignIns {
            context,
            tenants: Tenants::default(),
            unpacked: Unpacked::default(),
            ids: Ids::default(),
        }
    }
}

impl JsonRecords for AzureSignIns<'_> {
    const BATCH: &'static [u8] = b"records";
    const LINES: bool = true;

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let envelope = Envelope::of(record);
        let category = envelope.category()?;
        let by_category = if category.is("SignInLogs") {
            true
        } else if category.is("NonInteractiveUserSignInLogs") {
            false
        } else {
            return Ok(Verdict::NotOurs);
        };
        let tenant = self.tenants.of_record(envelope.tenant, self.context)?;
        let mut slot = None;
        let sign_in = properties(envelope.properties, &mut self.unpacked, &mut slot)?
            .map(SignIn::of)
            .unwrap_or_default();
        let time = event_time(sign_in.created, envelope.time, self.context)?;
        self.ids.clear();
        let event = self.ids.fold_required(sign_in.id)?;
        let user = self.ids.fold(sign_in.user)?;
        let app = self.ids.fold(sign_in.app)?;
        let resource = self.ids.fold(sign_in.resource)?;
        let interactive = match present(sign_in.is_interactive) {
            None => by_category,
            Some(value) => boolean(value).ok_or(Reason::UnreadableValue)?,
        };
        let ids = self.ids.text();
        let activity = Activity {
            tenant,
            event_id: &ids[event],
            user_id: &ids[user],
            app_id: &ids[app],
            resource_id: &ids[resource],
            interactive: Some(interactive),
            at: time,
            succeeded: sign_in.succeeded(envelope.result_type)?,
            guest: sign_in.is_guest()?,
            foreign_resource: matches!(present(sign_in.resource_tenant), Some(Value::Text(other)) if self.tenants.is_other(other, tenant)),
            named_workload: None,
            evidence: if interactive {
                Evidence::Interactive
            } else {
                Evidence::NonInteractive
            },
        };
        sink.row(at, Row::Activity(activity));
        Ok(Verdict::Accepted)
    }
}

impl<'a> SignIn<'a> {
    #[inline]
    fn of(properties: Node<'a>) -> SignIn<'a> {
        let mut sign_in = SignIn::default();
        properties.members(KEYS, |key, value| {
            let field = match key {
                b"id" => &mut sign_in.id,
                b"createdDateTime" => &mut sign_in.created,
                b"userId" => &mut sign_in.user,
                b"userPrincipalName" => &mut sign_in.user_name,
                b"userType" => &mut sign_in.user_type,
                b"appId" => &mut sign_in.app,
                b"resourceId" => &mut sign_in.resource,
                b"resourceTenantId" => &mut sign_in.resource_tenant,
                b"isInteractive" => &mut sign_in.is_interactive,
                b"status" => &mut sign_in.status,
                _ => return,
            };
            *field = Some(value);
        });
        sign_in
    }

    /// Whether the error code is 0: the status' one, else the envelope's; without any it did not succeed.
    fn succeeded(&self, result_type: Option<Node<'a>>) -> Result<bool, Reason> {
        let code = match present(self.status) {
            None => None,
            Some(Value::Object(status)) => present(status.member(b"errorCode")),
            Some(_) => return Err(Reason::UnreadableValue),
        };
        match code.or_else(|| present(result_type)) {
            None => Ok(false),
            Some(code) => is_zero(code).ok_or(Reason::UnreadableValue),
        }
    }

    /// A guest says so, or has a name with `#EXT#` where the type is missing.
    fn is_guest(&self) -> Result<bool, Reason> {
        if let Some(user_type) = text(self.user_type)?
            && !user_type.is_empty()
        {
            return Ok(is_word(user_type, "Guest"));
        }
        let Some(name) = text(self.user_name)? else { return Ok(false) };
        let mut buffer = String::new();
        let name = name.decode(&mut buffer).ok_or(Reason::UnreadableValue)?;
        Ok(name.as_bytes().windows(5).any(|part| part.eq_ignore_ascii_case(b"#EXT#")))
    }
}
