//! Writes audit records as diagnostic settings write them: changes of licenses and users, and the
//! many others that nobody needs.

use std::fmt::Write as _;

use crate::domain::guid::Guid;
use crate::sample::customer::portfolio::{Customer, User};
use crate::sample::facts::SKUS;
use crate::sample::text::{Escaped, Moment};

/// What was done, and the result.
pub struct Audit<'a> {
    pub customer: &'a Customer,
    pub at: Moment,
    /// `activityDisplayName`.
    pub activity: &'a str,
    pub operation: &'a str,
    pub category: &'a str,
    /// `None` if it succeeded.
    pub failure: Option<&'a str>,
    /// Group-based licensing changes licenses by itself.
    pub by_group_licensing: bool,
    /// `targetResources` without its brackets.
    pub targets: String,
    pub correlation: Guid,
    /// The end of the record's id.
    pub tail: u32,
}

/// The target "this user" with the properties that changed: name, old value and new value, each as
/// JSON.
pub fn user_target(customer: &Customer, user: &User, changes: &[(&str, String, String)]) -> String {
    let mut out = format!(
        "{{\"id\":\"{}\",\"displayName\":null,\"type\":\"User\",\"userPrincipalName\":\"{}\",\"groupType\":null,\"modifiedProperties\":[",
        user.id,
        Escaped(&user.principal(customer))
    );
    for (name, old, new) in changes {
        let _ = write!(
            out,
            "{{\"displayName\":\"{name}\",\"oldValue\":{},\"newValue\":{}}},",
            value(old),
            value(new)
        );
    }
    let names: Vec<&str> = changes.iter().map(|change| change.0).collect();
    let _ = write!(
        out,
        "{{\"displayName\":\"Included Updated Properties\",\"oldValue\":null,\"newValue\":\"\\\"{}\\\"\"}},\
         {{\"displayName\":\"TargetId.UserType\",\"oldValue\":null,\"newValue\":\"\\\"Member\\\"\"}}],\"administrativeUnits\":[]}}",
        names.join(", ")
    );
    out
}

/// The target "this group".
pub fn group_target(group: Guid, name: &str) -> String {
    format!(
        "{{\"id\":\"{group}\",\"displayName\":\"{}\",\"type\":\"Group\",\"userPrincipalName\":null,\"groupType\":\"azureAD\",\
         \"modifiedProperties\":[],\"administrativeUnits\":[]}}",
        Escaped(name)
    )
}

/// JSON text as a JSON string, or null for nothing.
fn value(json: &str) -> String {
    if json.is_empty() {
        "null".to_owned()
    } else {
        format!("\"{}\"", Escaped(json))
    }
}

/// Returns the value of `AssignedLicense`: a JSON array of strings such as
/// `[SkuName=..., AccountId=..., SkuId=..., DisabledPlans=[]]`. Each product comes with the names
/// of its disabled plans.
pub fn assigned_license(tenant: Guid, products: &[(usize, &str)]) -> String {
    let mut out = "[".to_owned();
    for (place, &(sku, disabled)) in products.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        let (name, id) = (SKUS[sku].part_number, SKUS[sku].id);
        let _ = write!(
            out,
            "{comma}\"[SkuName={name}, AccountId={tenant}, SkuId={id}, DisabledPlans=[{disabled}]]\""
        );
    }
    out.push(']');
    out
}

/// Returns the line of an audit record, without a line end.
pub fn record(audit: &Audit<'_>) -> String {
    let (tenant, correlation) = (audit.customer.tenant, audit.correlation);
    let result = if audit.failure.is_none() { "success" } else { "failure" };
    let initiator = if audit.by_group_licensing {
        "\"app\":{\"appId\":null,\"displayName\":\"Microsoft Azure AD Group-Based Licensing\",\"servicePrincipalId\":null,\"servicePrincipalName\":null}"
            .to_owned()
    } else {
        format!(
            "\"user\":{{\"id\":\"{}\",\"displayName\":null,\"userPrincipalName\":\"admin@{}\",\"ipAddress\":\"\",\"roles\":[]}}",
            audit.customer.admin, audit.customer.domain
        )
    };
    format!(
        "{{\"time\":\"{at}\",\"resourceId\":\"/tenants/{tenant}/providers/Microsoft.aadiam\",\"operationName\":\"{activity}\",\
         \"operationVersion\":\"1.0\",\"category\":\"AuditLogs\",\"tenantId\":\"{tenant}\",\"resultSignature\":\"None\",\"durationMs\":0,\
         \"callerIpAddress\":\"\",\"correlationId\":\"{correlation}\",\"Level\":{level},\"properties\":{{\"id\":\"Directory_{correlation}_{tail:06X}\",\
         \"category\":\"{category}\",\"correlationId\":\"{correlation}\",\"result\":\"{result}\",\"resultReason\":\"{reason}\",\
         \"activityDisplayName\":\"{activity}\",\"activityDateTime\":\"{at}\",\"loggedByService\":\"Core Directory\",\
         \"operationType\":\"{operation}\",\"userAgent\":null,\"initiatedBy\":{{{initiator}}},\"targetResources\":[{targets}],\"additionalDetails\":[]}}}}",
        at = audit.at,
        activity = audit.activity,
        level = audit.customer.traits.level,
        tail = audit.tail,
        category = audit.category,
        reason = Escaped(audit.failure.unwrap_or_default()),
        operation = audit.operation,
        targets = audit.targets,
    )
}
