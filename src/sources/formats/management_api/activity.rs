//! Sign-ins and audited actions of the Office 365 Management Activity API (feed `activity`, format
//! `management-api`): a JSON array, JSON lines, or a CSV whose column `AuditData` holds the record;
//! or what a search of the audit log gives. See `record.rs` for what the records have in common, and
//! for who is a person.
//!
//! `UserLoggedIn` is a sign-in. Its resource is `ObjectId`, else `Target[0].ID`; its client is
//! `ApplicationId`. It succeeded unless `ErrorNumber`, `LogonError` or `ResultStatus` says that it
//! failed; older records have none of them. `UserLoginFailed` is a failed sign-in, whatever they
//! say. Every other record is an action of its user. The action is a use of the workload that it
//! names if the catalogue says so of its record type and operation. What administrators do is a row
//! without a workload.
//!
//! Traps: what services do is not ours, nor are actions of anybody but regular users and admins. A
//! sign-in of nobody is a row without a user. The format does not say whether a sign-in was
//! interactive: it counts as interactive. `TargetContextId` is the tenant of the resource.

use crate::domain::kinds::Evidence;
use crate::sources::fields::values::{event_time, is_word, present, required_id, text};
use crate::sources::file_context::FileContext;
use crate::sources::formats::management_api::record::{AUDIT_DATA, AuditRecord, UserType, Who};
use crate::sources::formats::shared::azure_envelope::UnpackBuffer;
use crate::sources::formats::shared::license_event::objects;
use crate::sources::formats::shared::sign_in::{SignIn, SignInRows, has_guest_mark};
use crate::sources::json::key_set::Keys;
use crate::sources::json::string::Text;
use crate::sources::json::value::{Node, Value};
use crate::sources::output::Verdict;
use crate::sources::record::{Activity, Position, Reason, Row, Sink};
use crate::sources::records::csv_json_column::JsonColumn;
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;

/// Reads the sign-ins and actions of one file.
pub struct ManagementActivity {
    sign_ins: SignInRows,
    /// Memory to unpack records that are JSON within a string.
    unpacked: UnpackBuffer,
}

/// The workloads that records name, and uptake's names for them.
const WORKLOADS: [(&str, &str); 11] = [
    ("Exchange", "exchange"),
    ("SharePoint", "sharepoint"),
    ("OneDrive", "sharepoint"),
    ("MicrosoftTeams", "teams"),
    ("SkypeForBusiness", "teams"),
    ("Yammer", "yammer"),
    ("VivaEngage", "yammer"),
    ("PowerBI", "power_bi"),
    ("Dynamics365", "dynamics"),
    ("CRM", "dynamics"),
    ("Copilot", "copilot"),
];

impl Reader for ManagementActivity {
    fn new(context: &FileContext) -> ManagementActivity {
        ManagementActivity {
            sign_ins: SignInRows::new(context),
            unpacked: UnpackBuffer::default(),
        }
    }
}

impl ManagementActivity {
    fn sign_in(
        &mut self,
        audited: &AuditRecord<'_>,
        failed: bool,
        (who, user_type): (&Who, UserType),
        at: Position,
        sink: &mut dyn Sink,
    ) -> Result<(), Reason> {
        let context = &self.sign_ins.context;
        let tenant = self.sign_ins.tenants.of_record(audited.tenant, context)?;
        let user = who.user_id(tenant).unwrap_or_default();
        let plain = |text: &'static str| {
            Value::Text(Text {
                raw: text.as_bytes(),
                escaped: false,
            })
        };
        let user_type = match user_type {
            UserType::Guest => Some(plain("Guest")),
            _ => None,
        };
        let object = present(audited.object).filter(|object| !matches!(object, Value::Text(text) if text.is_empty()));
        let resource = match object {
            None => first_id(audited.target)?,
            object => object,
        };
        let sign_in = SignIn {
            id: present(audited.id),
            created: present(audited.time),
            logged: None,
            user: Some(Value::Text(Text {
                raw: user.as_bytes(),
                escaped: false,
            })),
            user_name: present(audited.user_name),
            user_type,
            app: present(audited.application),
            resource,
            resource_tenant: present(audited.target_tenant),
            home_tenant: None,
            cross_tenant: None,
            agent: None,
            is_interactive: None,
        };
        let succeeded = || if failed { Ok(false) } else { audited.logged_in() };
        self.sign_ins.take(&sign_in, tenant, true, succeeded, at, sink)
    }

    /// Whether an action is a use of the workload that it names, and not its administration. Every
    /// record has a record type; without one, this cannot be decided, and the record is a reject.
    fn is_use(&self, audited: &AuditRecord<'_>) -> Result<bool, Reason> {
        let (mut of_type, mut of_operation) = (String::new(), String::new());
        let record_type = match present(audited.record_type) {
            Some(Value::Number(token)) => std::str::from_utf8(token).unwrap_or_default(),
            Some(Value::Text(word)) => word.decode(&mut of_type).ok_or(Reason::UnreadableValue)?.trim(),
            Some(_) => return Err(Reason::UnreadableValue),
            None => "",
        };
        if record_type.is_empty() {
            return Err(Reason::MissingRecordType);
        }
        let operation = match text(audited.operation)? {
            Some(operation) => operation.decode(&mut of_operation).ok_or(Reason::UnreadableValue)?.trim(),
            None => "",
        };
        Ok(self.sign_ins.context.audit_actions.is_use(record_type, operation))
    }

    fn action(&mut self, audited: &AuditRecord<'_>, who: &Who, at: Position, sink: &mut dyn Sink) -> Result<(), Reason> {
        let context = &self.sign_ins.context;
        let tenant = self.sign_ins.tenants.of_record(audited.tenant, context)?;
        let time = event_time(audited.time, None::<Value<'_>>, context)?;
        let event = required_id(audited.id)?;
        let named = text(audited.workload)?.and_then(|named| WORKLOADS.iter().find(|(name, _)| is_word(named, name)));
        let workload = match named {
            Some((_, workload)) if self.is_use(audited)? => Some(*workload),
            _ => None,
        };
        let user = who.user_id(tenant).unwrap_or_default();
        let activity = Activity {
            tenant,
            event_id: &event,
            user_id: &user,
            app_id: "",
            resource_id: "",
            interactive: None,
            at: time,
            succeeded: true,
            guest: matches!(who, Who::Named(name) if has_guest_mark(name)),
            foreign_resource: false,
            agent: false,
            named_workload: workload,
            evidence: Evidence::Action,
        };
        sink.row(at, Row::Activity(activity));
        Ok(())
    }
}

impl JsonColumn for ManagementActivity {
    const COLUMN: &'static str = AUDIT_DATA;
}

impl JsonReader for ManagementActivity {
    const LIST_KEY: &'static str = "value";
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingCategory, &["Operation"]),
        (Reason::MissingTenant, &["OrganizationId"]),
        (Reason::MalformedTenant, &["OrganizationId"]),
        (Reason::MissingTime, &["CreationTime"]),
        (Reason::UnreadableTime, &["CreationTime"]),
        (Reason::MissingId, &["Id"]),
        (Reason::UnreadableValue, &["Target[]"]),
        (Reason::CutByPowershell, &["AuditData{}"]),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let audited = AuditRecord::of(record);
        if !audited.is_found() {
            return self.take(&audited, at, sink);
        }
        let mut unpacked = std::mem::take(&mut self.unpacked);
        let mut slot = None;
        let within = audited.within(&mut unpacked, &mut slot);
        let result = within.and_then(|audited| self.take(&audited, at, sink));
        self.unpacked = unpacked;
        result
    }
}

impl ManagementActivity {
    /// Makes the row of a record.
    #[inline]
    pub fn take(&mut self, audited: &AuditRecord<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let Some(Value::Text(operation)) = present(audited.operation) else {
            return Err(Reason::MissingCategory);
        };
        let (who, user_type) = (audited.who(self.sign_ins.context.tenant)?, audited.user_type());
        let failed = operation.is("UserLoginFailed");
        let is_sign_in = failed || operation.is("UserLoggedIn");
        if who == Who::Service || user_type == UserType::NoPerson {
            return Ok(Verdict::NotOurs);
        }
        if is_sign_in {
            self.sign_in(audited, failed, (&who, user_type), at, sink)?;
        } else if user_type == UserType::Person && who != Who::Nobody {
            self.action(audited, &who, at, sink)?;
        } else {
            return Ok(Verdict::NotOurs);
        }
        Ok(Verdict::Accepted)
    }
}

/// The id of the first target.
fn first_id(targets: Option<Node<'_>>) -> Result<Option<Value<'_>>, Reason> {
    let first = objects(targets)?.and_then(|mut targets| targets.next());
    Ok(first.and_then(|target| present(target.field(&const { Keys::of(["ID"]) }))))
}
