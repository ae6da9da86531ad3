//! What the readers of two raw formats look for in a line: the same members as in `src/sources`.

use uptake::sources::json::key_set::Keys;
use uptake::sources::json::value::{Node, Value};

/// The paths of one raw format.
pub trait Shape {
    const PATHS: &'static [&'static [&'static str]];

    /// What a member of an object is.
    fn member(object: Object, key: &str) -> Member;

    /// Looks for the paths in the way in which our readers do.
    fn look(record: Node<'_>, take: impl FnMut(usize, Node<'_>));
}

/// An object on the way of a path.
#[derive(Clone, Copy)]
pub enum Object {
    Record,
    Properties,
    Status,
}

pub enum Member {
    /// The end of the path with this number.
    Value(usize),
    Object(Object),
    Other,
}

/// Sign-ins in Azure Monitor's form.
pub struct SignIn;

static ENVELOPE: Keys<6> = Keys::of(["time", "category", "tenantId", "operationName", "resultType", "properties"]);

static PROPERTIES: Keys<13> = Keys::of([
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

impl Shape for SignIn {
    const PATHS: &'static [&'static [&'static str]] = &[
        &["time"],
        &["category"],
        &["tenantId"],
        &["operationName"],
        &["resultType"],
        &["properties", "id"],
        &["properties", "createdDateTime"],
        &["properties", "userId"],
        &["properties", "userPrincipalName"],
        &["properties", "userType"],
        &["properties", "appId"],
        &["properties", "resourceId"],
        &["properties", "resourceTenantId"],
        &["properties", "homeTenantId"],
        &["properties", "crossTenantAccessType"],
        &["properties", "agent"],
        &["properties", "isInteractive"],
        &["properties", "status", "errorCode"],
    ];

    #[inline]
    fn member(object: Object, key: &str) -> Member {
        Member::Value(match (object, key) {
            (Object::Record, "time") => 0,
            (Object::Record, "category") => 1,
            (Object::Record, "tenantId") => 2,
            (Object::Record, "operationName") => 3,
            (Object::Record, "resultType") => 4,
            (Object::Record, "properties") => return Member::Object(Object::Properties),
            (Object::Properties, "id") => 5,
            (Object::Properties, "createdDateTime") => 6,
            (Object::Properties, "userId") => 7,
            (Object::Properties, "userPrincipalName") => 8,
            (Object::Properties, "userType") => 9,
            (Object::Properties, "appId") => 10,
            (Object::Properties, "resourceId") => 11,
            (Object::Properties, "resourceTenantId") => 12,
            (Object::Properties, "homeTenantId") => 13,
            (Object::Properties, "crossTenantAccessType") => 14,
            (Object::Properties, "agent") => 15,
            (Object::Properties, "isInteractive") => 16,
            (Object::Properties, "status") => return Member::Object(Object::Status),
            (Object::Status, "errorCode") => 17,
            _ => return Member::Other,
        })
    }

    #[inline]
    fn look(record: Node<'_>, mut take: impl FnMut(usize, Node<'_>)) {
        let [envelope @ .., properties] = record.fields(&ENVELOPE);
        envelope
            .into_iter()
            .enumerate()
            .for_each(|(number, node)| give(number, node, &mut take));
        if let Some(Value::Object(properties)) = properties.map(Node::value) {
            let [fields @ .., status] = properties.fields(&PROPERTIES);
            fields
                .into_iter()
                .enumerate()
                .for_each(|(number, node)| give(5 + number, node, &mut take));
            if let Some(Value::Object(status)) = status.map(Node::value) {
                give(17, status.field(&const { Keys::of(["errorCode"]) }), &mut take);
            }
        }
    }
}

/// Audited actions of the Management Activity API.
pub struct Audited;

const AUDITED: [&str; 17] = [
    "CreationTime",
    "Id",
    "Operation",
    "OrganizationId",
    "UserType",
    "UserKey",
    "UserId",
    "Workload",
    "ResultStatus",
    "ObjectId",
    "Target",
    "TargetContextId",
    "ApplicationId",
    "ErrorNumber",
    "LogonError",
    "RecordType",
    "ModifiedProperties",
];

static AUDITED_KEYS: Keys<17> = Keys::of(AUDITED);

impl Shape for Audited {
    const PATHS: &'static [&'static [&'static str]] = &[
        &[AUDITED[0]],
        &[AUDITED[1]],
        &[AUDITED[2]],
        &[AUDITED[3]],
        &[AUDITED[4]],
        &[AUDITED[5]],
        &[AUDITED[6]],
        &[AUDITED[7]],
        &[AUDITED[8]],
        &[AUDITED[9]],
        &[AUDITED[10]],
        &[AUDITED[11]],
        &[AUDITED[12]],
        &[AUDITED[13]],
        &[AUDITED[14]],
        &[AUDITED[15]],
        &[AUDITED[16]],
    ];

    #[inline]
    fn member(_: Object, key: &str) -> Member {
        Member::Value(match key {
            "CreationTime" => 0,
            "Id" => 1,
            "Operation" => 2,
            "OrganizationId" => 3,
            "UserType" => 4,
            "UserKey" => 5,
            "UserId" => 6,
            "Workload" => 7,
            "ResultStatus" => 8,
            "ObjectId" => 9,
            "Target" => 10,
            "TargetContextId" => 11,
            "ApplicationId" => 12,
            "ErrorNumber" => 13,
            "LogonError" => 14,
            "RecordType" => 15,
            "ModifiedProperties" => 16,
            _ => return Member::Other,
        })
    }

    #[inline]
    fn look(record: Node<'_>, mut take: impl FnMut(usize, Node<'_>)) {
        let fields = record.fields(&AUDITED_KEYS);
        fields
            .into_iter()
            .enumerate()
            .for_each(|(number, node)| give(number, node, &mut take));
    }
}

#[inline]
fn give<'a>(number: usize, node: Option<Node<'a>>, take: &mut impl FnMut(usize, Node<'a>)) {
    if let Some(node) = node {
        take(number, node);
    }
}
