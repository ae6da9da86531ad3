//! Records of the Office 365 Management Activity API: one in four is a sign-in, the others are what
//! users did in SharePoint and Exchange.

use serde_json::{Value, json};

use crate::sign_ins::{SignIn, guid};

pub fn record(sign_in: &SignIn) -> Value {
    let mut record = json!({
        "CreationTime": sign_in.text("createdDateTime").get(..19), "Id": sign_in.text("id"), "OrganizationId": sign_in.envelope["tenantId"],
        "UserKey": sign_in.text("userId"), "UserType": 0, "Version": 1, "ClientIP": sign_in.text("ipAddress"),
        "UserId": sign_in.text("userPrincipalName")
    });
    let more = match sign_in.number % 4 {
        0 => logged_in(sign_in),
        1 => mail_read(sign_in),
        _ => file_opened(sign_in),
    };
    record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    record
}

fn logged_in(sign_in: &SignIn) -> Value {
    json!({
        "Operation": "UserLoggedIn", "RecordType": 15, "ResultStatus": "Success", "Workload": "AzureActiveDirectory",
        "ObjectId": sign_in.text("resourceId"), "AzureActiveDirectoryEventType": 1,
        "ExtendedProperties": [
            {"Name": "ResultStatusDetail", "Value": "Redirect"},
            {"Name": "UserAgent", "Value": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"},
            {"Name": "UserAuthenticationMethod", "Value": "1"}, {"Name": "RequestType", "Value": "OAuth2:Authorize"}],
        "ModifiedProperties": [],
        "Actor": [{"ID": sign_in.text("userId"), "Type": 0}, {"ID": sign_in.text("userPrincipalName"), "Type": 5}],
        "ActorContextId": sign_in.envelope["tenantId"], "ActorIpAddress": sign_in.text("ipAddress"), "InterSystemsId": guid(sign_in.number + 7),
        "IntraSystemId": sign_in.text("id"), "SupportTicketId": "", "Target": [{"ID": sign_in.text("resourceId"), "Type": 0}],
        "TargetContextId": sign_in.text("resourceTenantId"), "ApplicationId": sign_in.text("appId"),
        "DeviceProperties": [
            {"Name": "Id", "Value": guid(sign_in.number % 97)}, {"Name": "OS", "Value": "Windows10"}, {"Name": "BrowserType", "Value": "Chrome"},
            {"Name": "TrustType", "Value": "2"}, {"Name": "SessionId", "Value": guid(sign_in.number + 9)}],
        "ErrorNumber": sign_in.error().to_string()
    })
}

fn file_opened(sign_in: &SignIn) -> Value {
    let folder = format!("https://contoso.sharepoint.com/sites/project-{}", sign_in.number % 40);
    json!({
        "Operation": "FileAccessed", "RecordType": 6, "Workload": "SharePoint", "ObjectId": format!("{folder}/Shared Documents/Reports/plan-{}.xlsx", sign_in.number),
        "AuthenticationType": "OAuth", "BrowserName": "Edge", "BrowserVersion": "120.0.0.0", "CorrelationId": guid(sign_in.number + 3),
        "EventSource": "SharePoint", "GeoLocation": "EUR", "IsManagedDevice": true, "ItemType": "File", "ListId": guid(sign_in.number % 53),
        "ListItemUniqueId": guid(sign_in.number + 5), "Platform": "WinDesktop", "Site": guid(sign_in.number % 41),
        "UserAgent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0",
        "WebId": guid(sign_in.number % 43), "DeviceDisplayName": sign_in.text("ipAddress"), "HighPriorityMediaProcessing": false,
        "ApplicationId": sign_in.text("appId"), "ApplicationDisplayName": sign_in.text("appDisplayName"), "ListBaseType": 1, "ListServerTemplate": 101,
        "SiteUrl": format!("{folder}/"), "SourceRelativeUrl": "Shared Documents/Reports", "SourceFileName": format!("plan-{}.xlsx", sign_in.number),
        "SourceFileExtension": "xlsx"
    })
}

fn mail_read(sign_in: &SignIn) -> Value {
    let items: Vec<Value> = (0..6)
        .map(|number| {
            let id = guid(sign_in.number * 7 + number);
            json!({"InternetMessageId": format!("<{id}@EURPRD01.prod.outlook.com>"), "SizeInBytes": 30_000 + number})
        })
        .collect();
    json!({
        "Operation": "MailItemsAccessed", "RecordType": 50, "ResultStatus": "Succeeded", "Workload": "Exchange", "AppId": sign_in.text("appId"),
        "ClientInfoString": "Client=REST;Client=RESTSystem;;", "ExternalAccess": false, "InternalLogonType": 0, "LogonType": 0,
        "LogonUserSid": "S-1-5-21-1825954961-3338807533-2873504967-26087451", "MailboxGuid": guid(sign_in.number % 101),
        "MailboxOwnerSid": "S-1-5-21-1825954961-3338807533-2873504967-26087451", "MailboxOwnerUPN": sign_in.text("userPrincipalName"),
        "OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}, {"Name": "IsThrottled", "Value": "False"}],
        "OrganizationName": "contoso.onmicrosoft.com", "OriginatingServer": "AB1CD23EF4567 (15.20.4200.000)\r\n",
        "Folders": [{"FolderItems": items, "Id": "LgAAAAAM7KyTTmWeRac2KXEq4dNrAQDj", "Path": "\\Inbox"}], "OperationCount": 6
    })
}
