//! Files of every form, of some 25 MB: the same sign-ins in each form of sign-ins, and what the
//! other feeds come in.

use serde_json::{Value, json};
use uptake::domain::kinds::Feed;
use uptake::sources::Format;

use crate::files::Files;
use crate::sign_ins::{SignIn, SignIns, guid, of_bytes};
use crate::table::Table;
use crate::{audited, other_feeds};

/// How long the record of a sign-in is in Azure Monitor's form.
const RECORD_BYTES: u32 = 3_000;

/// All forms: the feed, the form, and how it is packed.
pub const NAMES: [&str; 22] = [
    "azure-monitor lines",
    "azure-monitor batches",
    "azure-monitor properties as text",
    "azure-monitor audit",
    "graph pages",
    "graph lines",
    "log-analytics lines",
    "log-analytics csv",
    "management-api lines",
    "management-api arrays",
    "management-api csv",
    "portal-csv",
    "csv activity",
    "csv license changes",
    "csv holdings",
    "csv subscriptions",
    "parquet activity",
    "parquet license changes",
    "parquet holdings",
    "parquet subscriptions",
    "graph-users pages",
    "graph-subscriptions pages",
];

pub fn of_name(name: &str) -> Files {
    let sign_ins = || of_bytes(RECORD_BYTES);
    let activity = |format, contents: &dyn Fn(&SignIns) -> Vec<Vec<u8>>| {
        let sign_ins = sign_ins();
        Files::of(Feed::Activity, format, sign_ins.tenant, contents(&sign_ins))
    };
    match name {
        "azure-monitor lines" => azure_monitor(&sign_ins()),
        "azure-monitor batches" => activity(Format::AzureMonitor, &|all| vec![batches(all)]),
        "azure-monitor properties as text" => activity(Format::AzureMonitor, &|all| vec![lines(all, as_text)]),
        "graph pages" => activity(Format::Graph, &|all| {
            all.list.chunks(1_000).map(|page| list(page, "value", graph)).collect()
        }),
        "graph lines" => activity(Format::Graph, &|all| vec![lines(all, graph)]),
        "log-analytics lines" => activity(Format::LogAnalytics, &|all| vec![lines(all, log_analytics)]),
        "log-analytics csv" => activity(Format::LogAnalytics, &|all| vec![log_analytics_table(all).csv()]),
        "management-api lines" => activity(Format::ManagementApi, &|all| vec![lines(all, audited::record)]),
        "management-api arrays" => activity(Format::ManagementApi, &|all| {
            all.list.chunks(500).map(|part| array(part, audited::record)).collect()
        }),
        "management-api csv" => activity(Format::ManagementApi, &|all| vec![audited_table(all).csv()]),
        "portal-csv" => activity(Format::PortalCsv, &|all| vec![portal(all).csv()]),
        "csv activity" => activity(Format::Csv, &|all| vec![other_feeds::activity(all).csv()]),
        "parquet activity" => activity(Format::Parquet, &|all| vec![other_feeds::activity(all).parquet()]),
        _ => other_feeds::of_name(name),
    }
}

pub fn azure_monitor(sign_ins: &SignIns) -> Files {
    let contents = vec![lines(sign_ins, SignIn::azure_monitor)];
    Files::of(Feed::Activity, Format::AzureMonitor, sign_ins.tenant, contents)
}

fn lines(sign_ins: &SignIns, record: impl Fn(&SignIn) -> Value) -> Vec<u8> {
    sign_ins
        .list
        .iter()
        .flat_map(|one| format!("{}\n", record(one)).into_bytes())
        .collect()
}

fn array(sign_ins: &[SignIn], record: impl Fn(&SignIn) -> Value) -> Vec<u8> {
    Value::Array(sign_ins.iter().map(record).collect()).to_string().into_bytes()
}

fn list(sign_ins: &[SignIn], key: &str, record: impl Fn(&SignIn) -> Value) -> Vec<u8> {
    let records: Vec<Value> = sign_ins.iter().map(record).collect();
    json!({ "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#auditLogs/signIns", key: records })
        .to_string()
        .into_bytes()
}

/// An event hub's messages of up to 256 KB.
fn batches(sign_ins: &SignIns) -> Vec<u8> {
    let mut out = Vec::new();
    for batch in sign_ins.list.chunks(80) {
        let records: Vec<Value> = batch.iter().map(SignIn::azure_monitor).collect();
        out.extend_from_slice(json!({ "records": records }).to_string().as_bytes());
        out.push(b'\n');
    }
    out
}

fn as_text(sign_in: &SignIn) -> Value {
    let mut record = sign_in.envelope.clone();
    record["properties"] = sign_in.properties.to_string().into();
    record
}

fn graph(sign_in: &SignIn) -> Value {
    sign_in.properties.clone()
}

/// The columns of the workspace's table, those that hold objects as strings.
fn log_analytics(sign_in: &SignIn) -> Value {
    let properties = sign_in.properties.as_object().unwrap();
    let mut record = json!({
        "TenantId": guid(1), "SourceSystem": "Azure AD", "TimeGenerated": sign_in.envelope["time"], "OperationName": "Sign-in activity",
        "OperationVersion": "1.0", "Category": sign_in.envelope["category"], "ResultType": sign_in.error().to_string(),
        "ResultSignature": "None", "ResultDescription": "", "DurationMs": 0, "CorrelationId": sign_in.envelope["correlationId"],
        "ResourceGroup": "Microsoft.aadiam", "Identity": sign_in.envelope["identity"], "Level": "4", "Location": "DE",
        "AADTenantId": sign_in.envelope["tenantId"], "ResourceIdentity": properties["resourceId"], "Type": "SigninLogs"
    });
    for (key, value) in properties.iter().filter(|(key, _)| *key != "resourceId") {
        let name = key[..1].to_uppercase() + &key[1..];
        let name = if name == "AppliedConditionalAccessPolicies" {
            "ConditionalAccessPolicies".to_owned()
        } else {
            name
        };
        record[name] = match value {
            Value::Object(_) | Value::Array(_) => value.to_string().into(),
            plain => plain.clone(),
        };
    }
    record
}

fn log_analytics_table(sign_ins: &SignIns) -> Table {
    let records: Vec<Value> = sign_ins.list.iter().map(log_analytics).collect();
    let mut names: Vec<String> = records
        .iter()
        .flat_map(|record| record.as_object().unwrap().keys().cloned())
        .collect();
    names.sort();
    names.dedup();
    let cell = |value: Option<&Value>| match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let rows = records
        .iter()
        .map(|record| names.iter().map(|name| cell(record.get(name))).collect())
        .collect();
    Table { names, rows }
}

/// The portal's export of audited actions: the record in a column.
fn audited_table(sign_ins: &SignIns) -> Table {
    let names = [
        "RecordId",
        "CreationDate",
        "RecordType",
        "Operation",
        "UserId",
        "AuditData",
        "AssociatedAdminUnits",
    ];
    let rows = sign_ins.list.iter().map(|one| {
        let record = audited::record(one);
        let text = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
        let kind = record["RecordType"].to_string();
        vec![
            text("Id"),
            text("CreationTime"),
            kind,
            text("Operation"),
            text("UserId"),
            record.to_string(),
            String::new(),
        ]
    });
    Table {
        names: names.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

/// The columns of the portal's download.
const PORTAL: &str = "Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,User type,Cross tenant access type,Incoming token type,\
Authentication Protocol,Unique token identifier,Original transfer method,Client credential type,Token Protection - Sign In Session,\
Token Protection - Sign In Session StatusCode,Application,Application ID ,App owner tenant ID,Resource,Resource ID ,Resource tenant ID,\
Resource owner tenant ID,Home tenant ID,Home tenant name,IP address,Location,Status,Sign-in error code,Failure reason,Client app,Device ID,Browser,\
Operating System,Compliant,Managed,Join Type,Multifactor authentication result,Multifactor authentication auth method,\
Multifactor authentication auth detail,Authentication requirement,Sign-in identifier,Session ID,IP address (seen by resource),\
Through Global Secure Access,Global Secure Access IP address,Autonomous system  number,Flagged for review,Token issuer type,Incoming token type,\
Token issuer name,Latency,Conditional Access,Managed Identity type,Associated Resource Id,Federated Token Id,Federated Token Issuer";

fn portal(sign_ins: &SignIns) -> Table {
    let names: Vec<String> = PORTAL.split(',').map(str::to_owned).collect();
    let row = |one: &SignIn, name: &str| {
        let text = match name {
            "Date (UTC)" => one.text("createdDateTime"),
            "Request ID" => one.text("id"),
            "User agent" => {
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
            }
            "Correlation ID" => one.envelope["correlationId"].as_str().unwrap_or_default(),
            "User ID" => one.text("userId"),
            "User" => one.text("userDisplayName"),
            "Username" | "Sign-in identifier" => one.text("userPrincipalName"),
            "User type" => one.text("userType"),
            "Application" => one.text("appDisplayName"),
            "Application ID " => one.text("appId"),
            "Resource" => one.text("resourceDisplayName"),
            "Resource ID " => one.text("resourceId"),
            "Resource tenant ID" => one.text("resourceTenantId"),
            "Home tenant ID" => one.text("homeTenantId"),
            "IP address" => one.text("ipAddress"),
            "Location" => "Hamburg, Hamburg, DE",
            "Status" if one.error() == 0 => "Success",
            "Status" => "Failure",
            "Sign-in error code" => return one.error().to_string(),
            "Failure reason" => "Other.",
            "Client app" => one.text("clientAppUsed"),
            "Browser" => "Chrome 120.0.0",
            "Operating System" => "Windows10",
            "Compliant" | "Managed" => "true",
            "Join Type" => "Hybrid Azure AD joined",
            "Authentication requirement" => "Single-factor authentication",
            "Latency" => "184",
            "Conditional Access" => "Success",
            "Session ID" => return guid(one.number + 1_000_000),
            _ => "",
        };
        text.to_owned()
    };
    let rows = sign_ins
        .list
        .iter()
        .map(|one| names.iter().map(|name| row(one, name)).collect())
        .collect();
    Table { names, rows }
}
