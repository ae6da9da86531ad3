//! Files that people have beside the ones that can be read, and easily export instead of them: each
//! with what it is, and what to export instead.
//!
//! They are recognised by the names of their columns, or of the members of their first record, in
//! any case and without blanks, so that CSV and JSON of the same thing are one entry. They are
//! looked for only where no format has its signs.
//!
//! Some come along with a file that is read (the portal downloads them together). These are
//! companions: their records are counted as those of other feeds. A file of another kind is a
//! reject, since whoever exported it thinks that it says something.

use crate::sources::detect::first_keys::first_keys;
use crate::sources::records::csv_file::first_record;

/// The section of docs/formats.md about these files.
pub const PAGE: &str = "docs/formats.md#what-cannot-serve";

/// A kind of file that is known and not read.
#[derive(Debug, PartialEq, Eq)]
pub struct KnownOther {
    /// To follow "it is".
    pub what: &'static str,
    /// What to do instead.
    pub instead: &'static str,
    /// The names that it has, as [`folded`] gives them.
    with: &'static [&'static str],
    /// Names with which it is something else.
    without: &'static [&'static str],
    /// Whether it comes along with a file that is read.
    pub is_companion: bool,
}

/// The kinds. Where a file has the names of two of them, the first one counts.
pub static KNOWN_OTHERS: &[KnownOther] = &[
    companion(
        "the authentication details of sign-ins, which the portal downloads beside them",
        "the sign-ins themselves are in the file without `AuthDetails` in its name",
        &["requestid", "authenticationmethod"],
        &["userid", "userprincipalname"],
    ),
    companion(
        "sign-ins of applications or managed identities, which the portal downloads beside those of users",
        "the users' are in `InteractiveSignIns_...` and `NonInteractiveSignIns_...`",
        &["requestid", "serviceprincipalid"],
        &["userid"],
    ),
    other(
        "an error that an API answered with",
        "the call failed: look at its code and message, and call again",
        &["error"],
        &["id", "value", "results"],
    ),
    other(
        "answers of a batch of calls",
        "keep the `body` of each answer as a file of its own",
        &["responses"],
        &["id", "value"],
    ),
    other(
        "what `Invoke-AzOperationalInsightsQuery` gives around its records",
        "export `.Results` of it as JSON",
        &["results", "render"],
        &[],
    ),
    other(
        "a table of Log Analytics with times in the zone of the browser",
        "choose UTC as the time zone of the portal's logs and export again",
        &["timegeneratedlocaltime"],
        &[],
    ),
    other(
        "a list of content blobs of the Management Activity API",
        "get each `contentUri`: the records are there",
        &["contenturi", "contentid"],
        &[],
    ),
    other(
        "the results of an audit search without the records themselves",
        "export the column `AuditData` too",
        &["creationdate", "userids", "operations"],
        &["auditdata"],
    ),
    other(
        "records of the unified audit log that were taken apart into columns",
        "export the column `AuditData`, which has the whole record",
        &["creationtime", "operation", "userid"],
        &["auditdata"],
    ),
    other(
        "a usage report of Microsoft 365 that does not say which user was active on which day (counts, a summary, storage, devices or \
         activations)",
        "export a user detail instead, as `getOffice365ActiveUserDetail`, `getTeamsUserActivityUserDetail`, `getEmailActivityUserDetail`, \
         `getOneDriveActivityUserDetail`, `getSharePointActivityUserDetail`, `getYammerActivityUserDetail`, `getM365AppUserDetail` or \
         `getMicrosoft365CopilotUsageUserDetail`",
        &["reportrefreshdate"],
        &[],
    ),
    other(
        "the licenses of one user, who is not named",
        USERS,
        &["skuid", "serviceplans"],
        &["prepaidunits", "totallicenses"],
    ),
    other(
        "the licenses of one user, who is not named",
        USERS,
        &["productsku", "serviceplans"],
        &["totalunits", "activeunits", "availableunits"],
    ),
    other(
        "a list of users without their licenses",
        USERS,
        &["userprincipalname", "accountenabled"],
        &["assignedlicenses", "licenses"],
    ),
    other(
        "what the retired module MSOnline lists",
        "export `Get-MgSubscribedSku -All` as JSON (`ConvertTo-Json -Depth 10`)",
        &["accountskuid"],
        &[],
    ),
    other(
        "what the retired module MSOnline lists",
        "export `Get-MgUser -All -Property Id,UserPrincipalName,AccountEnabled,AssignedLicenses,LicenseAssignmentStates` as JSON \
         (`ConvertTo-Json -Depth 10`)",
        &["userprincipalname", "islicensed"],
        &["reportrefreshdate"],
    ),
    other(
        "a list of products without the number of seats",
        "export `Get-MgSubscribedSku -All` as JSON (`ConvertTo-Json -Depth 10`), or get `/subscribedSkus`",
        &["skuid", "capabilitystatus", "consumedunits"],
        &["prepaidunits"],
    ),
    other(
        "the list of licenses of the Microsoft 365 admin center, which names neither products by their ids nor the tenant",
        "get `/subscribedSkus` or `/directory/subscriptions`",
        &["totallicenses", "assignedlicenses"],
        &["skuid"],
    ),
    other(
        "how users have registered for authentication",
        "use is in the sign-in logs, licenses are in `/users?$select=...,assignedLicenses`",
        &["ismfaregistered"],
        &[],
    ),
    other("a list of groups", LISTS, &["grouptypes", "securityenabled"], &[]),
    other(
        "a list of devices",
        LISTS,
        &["deviceid", "operatingsystem", "trusttype"],
        &["appid"],
    ),
    other(
        "a list of devices",
        LISTS,
        &["devicename", "operatingsystem"],
        &["appid", "timestamp"],
    ),
    other("a list of applications", LISTS, &["appid", "signinaudience"], &[]),
    other("a list of service principals", LISTS, &["appid", "serviceprincipaltype"], &[]),
    other("a description of a tenant", LISTS, &["verifieddomains", "assignedplans"], &[]),
    other(
        "a log of provisioning",
        "export the sign-in logs for activity, the audit logs for license changes",
        &["provisioningaction", "provisioningsteps"],
        &[],
    ),
    other(
        "a list of risks, not of sign-ins",
        "export the sign-in logs",
        &["risklevel", "riskstate", "riskdetail"],
        &["appid"],
    ),
    other(
        "lines of an invoice, which say what was billed and not what there is",
        SOLD,
        &["customerid", "chargetype"],
        &[],
    ),
    other("orders of Partner Center", SOLD, &["lineitems", "billingcycle"], &[]),
    other(
        "counts of licenses that were deployed or used",
        SOLD,
        &["customertenantid", "workloadcode"],
        &[],
    ),
    other("counts of licenses that were deployed or used", SOLD, &["licensesdeployed"], &[]),
    other("counts of licenses that were deployed or used", SOLD, &["licensesqualified"], &[]),
    other("counts of licenses that were deployed or used", SOLD, &["licensessold"], &[]),
    other(
        "counts of licenses that were deployed or used",
        SOLD,
        &["proratedlicensesusagepercent"],
        &[],
    ),
    other("what was used of Azure or of the marketplace", SOLD, &["offerid", "totalcost"], &[]),
    other("what was used of Azure or of the marketplace", SOLD, &["usagedate", "offerid"], &[]),
    other(
        "what was used of Azure or of the marketplace",
        SOLD,
        &["usagedate", "customertenantid"],
        &[],
    ),
    other(
        "a list of contracts with customers",
        CUSTOMERS,
        &["customerid", "defaultdomainname"],
        &[],
    ),
    other(
        "the list of customers of Partner Center's pages",
        CUSTOMERS,
        &["microsoftid", "companyname"],
        &[],
    ),
    other(
        "the activity log of an Azure subscription, which is about resources",
        "export the sign-in logs of Microsoft Entra ID for activity, its audit logs for license changes",
        &["eventtimestamp", "operationname"],
        &[],
    ),
    other(
        "a table of advanced hunting in Microsoft Defender",
        HUNTED,
        &["timestamp", "accountobjectid"],
        &[],
    ),
    other(
        "a table of advanced hunting in Microsoft Defender",
        HUNTED,
        &["timestamp", "actiontype"],
        &[],
    ),
    other(
        "an answer of advanced hunting in Microsoft Defender",
        HUNTED,
        &["schema", "results"],
        &[],
    ),
    other(
        "a trace of messages, which were delivered whether or not anybody works",
        "export the audit log, or the usage report `getEmailActivityUserDetail`",
        &["senderaddress", "messageid"],
        &[],
    ),
    other(
        "a trace of messages, which were delivered whether or not anybody works",
        "export the audit log, or the usage report `getEmailActivityUserDetail`",
        &["senderaddress", "recipientstatus"],
        &[],
    ),
    other(
        "a list of users without their licenses",
        USERS,
        &["userprincipalname", "displayname"],
        &["assignedlicenses", "licenses", "timegenerated", "userid"],
    ),
    other(
        "licenses without saying whose they are, or how many",
        USERS,
        &["skuid", "skupartnumber"],
        &["prepaidunits", "totallicenses", "consumedunits"],
    ),
    other(
        "Microsoft's list of products and service plans",
        "name it in the pipeline file: `[catalogue] skus`",
        &["stringid", "guid", "serviceplanname"],
        &[],
    ),
];

const USERS: &str = "get `/users?$select=id,userPrincipalName,accountEnabled,assignedLicenses,licenseAssignmentStates`";
const SOLD: &str = "get `/v1/customers/{id}/subscriptions`";
const CUSTOMERS: &str = "get the customers from Partner Center, `/v1/customers`";
const HUNTED: &str = "export the sign-in logs of Microsoft Entra ID, or the audit log of Microsoft Purview";
const LISTS: &str = "get `/users` for licenses, `/directory/subscriptions` for what was bought, `/auditLogs/signIns` for activity";

const fn other(what: &'static str, instead: &'static str, with: &'static [&'static str], without: &'static [&'static str]) -> KnownOther {
    KnownOther {
        what,
        instead,
        with,
        without,
        is_companion: false,
    }
}

const fn companion(
    what: &'static str,
    instead: &'static str,
    with: &'static [&'static str],
    without: &'static [&'static str],
) -> KnownOther {
    KnownOther {
        is_companion: true,
        ..other(what, instead, with, without)
    }
}

impl KnownOther {
    /// What it is and what to do, as a sentence.
    pub fn sentence(&self) -> String {
        format!("it is {}: {}", self.what, self.instead)
    }
}

/// What a file is that begins like this, if it is one of these kinds.
pub fn known_other(head: &[u8]) -> Option<&'static KnownOther> {
    let names = names(head);
    let has = |name: &&str| names.iter().any(|found| found == name);
    KNOWN_OTHERS
        .iter()
        .find(|known| known.with.iter().all(has) && !known.without.iter().any(has))
}

/// The names of the columns, or of the members of the first record.
fn names(head: &[u8]) -> Vec<String> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if matches!(text.first(), Some(b'{' | b'[')) {
        let keys = first_keys(text, 1).records;
        return keys.iter().flatten().map(|key| folded(key)).collect();
    }
    let header = first_record(text);
    (0..header.field_count())
        .map(|number| folded(&String::from_utf8_lossy(header.field(number))))
        .collect()
}

/// A name in lower case, only its letters and digits.
fn folded(name: &str) -> String {
    name.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
