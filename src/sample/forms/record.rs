//! What forms need of a sign-in and of an audit record, found in them once.

use serde_json::Value;

use crate::sample::forms::text::text;

/// The members of a sign-in that tell something about use.
pub struct SignIn {
    pub id: String,
    /// In UTC.
    pub created: String,
    /// Empty where nobody is known by the name.
    pub user: String,
    pub user_name: String,
    /// Empty where the record does not say it.
    pub user_type: String,
    pub app: String,
    pub resource: String,
    pub resource_tenant: String,
    pub home_tenant: String,
    pub error: String,
    pub is_interactive: bool,
}

impl SignIn {
    /// The sign-in of a record of diagnostic settings.
    pub fn of(record: &Value) -> SignIn {
        let inner = &record["properties"];
        let of = |key| text(inner, &[key]);
        SignIn {
            id: of("id"),
            created: of("createdDateTime"),
            user: of("userId"),
            user_name: of("userPrincipalName"),
            user_type: of("userType"),
            app: of("appId"),
            resource: of("resourceId"),
            resource_tenant: of("resourceTenantId"),
            home_tenant: of("homeTenantId"),
            error: text(inner, &["status", "errorCode"]),
            is_interactive: inner["isInteractive"].as_bool().unwrap_or(true),
        }
    }
}

/// What happened to a user, as the directory's audit log has it.
pub struct Change {
    pub id: String,
    pub at: String,
    /// `activityDisplayName`, such as "Change user license".
    pub activity: String,
    pub category: String,
    pub succeeded: bool,
    /// The id and the name of the user; empty where the record is about something else.
    pub user: String,
    pub user_name: String,
    /// The old and the new value of `AssignedLicense`, where it changed.
    pub licenses: Option<(String, String)>,
}

impl Change {
    /// The change that a record of diagnostic settings tells.
    pub fn of(record: &Value) -> Change {
        let inner = &record["properties"];
        let targets = inner["targetResources"].as_array().into_iter().flatten();
        let user = targets.clone().find(|target| target["type"] == "User").unwrap_or(&Value::Null);
        let lists = user["modifiedProperties"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|property| property["displayName"] == "AssignedLicense");
        Change {
            id: text(inner, &["id"]),
            at: text(inner, &["activityDateTime"]),
            activity: text(inner, &["activityDisplayName"]),
            category: text(inner, &["category"]),
            succeeded: inner["result"] == "success",
            user: text(user, &["id"]),
            user_name: text(user, &["userPrincipalName"]),
            licenses: lists.map(|lists| (text(lists, &["oldValue"]), text(lists, &["newValue"]))),
        }
    }

    /// The SKUs that a list names: `["[SkuName=…, SkuId=<GUID>, DisabledPlans=[]]"]`.
    pub fn skus(list: &str) -> Vec<String> {
        let ids = list.split("SkuId=").skip(1);
        ids.map(|rest| rest.chars().take(36).collect()).collect()
    }
}
