//! Sign-ins as Azure Monitor's diagnostic settings write them (feed `activity`, format
//! `azure-monitor`).
//!
//! The categories `SignInLogs` and `NonInteractiveUserSignInLogs` are sign-ins of users, and ours.
//! Those of service principals, of managed identities and all other categories are not. A record
//! has 2 to 15 KB, of which these members matter: the envelope (see `shared/azure_envelope.rs`),
//! and of `properties` `id`, `createdDateTime`, `userId`, `userPrincipalName`, `userType`, `appId`,
//! `resourceId`, `resourceTenantId`, `homeTenantId`, `crossTenantAccessType`, `agent`,
//! `isInteractive`, `status.errorCode`.
//!
//! Traps: real `SignInLogs` have records with `isInteractive: false`, so the category decides only
//! if that is missing. `status.errorCode` goes before `resultType`. GUIDs come in any case, and
//! some ids are no GUIDs. A user id may be empty.

use crate::sources::file_context::FileContext;
use crate::sources::formats::shared::azure_envelope::{Envelope, UnpackBuffer, unpacked_object};
use crate::sources::formats::shared::sign_in::{SignIn, SignInRows, succeeded};
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::Node;
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Sink};
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;

/// Reads the sign-ins of one file.
pub struct AzureSignIns {
    sign_ins: SignInRows,
    unpacked: UnpackBuffer,
}

static KEYS: Keys<13> = Keys::of([
    "id",
    "createdDateTime",
    "userId",
    "userPrincipalName",
    "userType",
    "appId",
    "resourceId",
    "resourceTenantId",
    "homeTenantId",
    "crossTenantAccessType",
    "agent",
    "isInteractive",
    "status",
]);

impl Reader for AzureSignIns {
    fn new(context: &FileContext) -> AzureSignIns {
        AzureSignIns {
            sign_ins: SignInRows::new(context),
            unpacked: UnpackBuffer::default(),
        }
    }
}

impl JsonReader for AzureSignIns {
    const LIST_KEY: &'static str = "records";
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingCategory, &["category"]),
        (Reason::MissingTenant, &["tenantId"]),
        (Reason::MalformedTenant, &["tenantId"]),
        (Reason::MissingTime, &["properties.createdDateTime", "time"]),
        (Reason::UnreadableTime, &["properties.createdDateTime", "time"]),
        (Reason::MissingId, &["properties.id"]),
        (Reason::UnreadableValue, &["properties.status{}"]),
    ];

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
        let context = &self.sign_ins.context;
        let tenant = self.sign_ins.tenants.of_record(envelope.tenant, context)?;
        let mut slot = None;
        let (mut sign_in, status) = unpacked_object(envelope.properties, &mut self.unpacked, &mut slot)?
            .map(fields_of)
            .unwrap_or_default();
        sign_in.logged = envelope.time;
        let succeeded = || succeeded(status, envelope.result_type);
        self.sign_ins.take(&sign_in, tenant, by_category, succeeded, at, sink)?;
        Ok(Verdict::Accepted)
    }
}

/// The members of `properties` that matter, and the status.
#[inline]
fn fields_of<'a>(properties: Node<'a>) -> (SignIn<Node<'a>>, Option<Node<'a>>) {
    let mut sign_in = SignIn::default();
    let status;
    [
        sign_in.id,
        sign_in.created,
        sign_in.user,
        sign_in.user_name,
        sign_in.user_type,
        sign_in.app,
        sign_in.resource,
        sign_in.resource_tenant,
        sign_in.home_tenant,
        sign_in.cross_tenant,
        sign_in.agent,
        sign_in.is_interactive,
        status,
    ] = properties.fields(&KEYS);
    (sign_in, status)
}
