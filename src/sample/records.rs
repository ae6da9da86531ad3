//! Sign-in records as diagnostic settings write them: the envelope, and `properties` with the
//! dozens of fields of real ones. A record is as long as wished: first come the fields that every
//! record has, then more and more of those that real ones have besides, then conditional access
//! policies.

use std::fmt::Write as _;

use super::chance::Chance;
use super::facts::Use;
use super::portfolio::{Customer, Kind, User};
use super::text::{Escaped, Id, Moment};
use crate::domain::guid::Guid;

/// One sign-in of a user.
pub struct SignIn<'a> {
    pub customer: &'a Customer,
    pub user: &'a User,
    pub deed: &'a Use,
    pub at: Moment,
    pub id: Guid,
    pub correlation: Guid,
    pub error: u32,
    pub reason: &'a str,
    pub category_is_interactive: bool,
    /// What `isInteractive` says; `None` where it is missing.
    pub interactive: Option<bool>,
    /// The tenant whose resource it is: the customer's, or another one where a user works as a
    /// guest.
    pub resource_tenant: Guid,
    pub upper_case: bool,
    /// The time is written by a clock two hours east of UTC.
    pub east: bool,
    /// The user name was not recognised: there is no user id.
    pub nobody: bool,
}

/// What real records have besides, in the order in which longer records get them.
#[rustfmt::skip]
static EXTRAS: [&str; 13] = [
    ",\"authenticationRequirement\":\"singleFactorAuthentication\"",
    ",\"riskState\":\"none\",\"riskDetail\":\"none\"",
    ",\"tokenIssuerName\":\"\",\"tokenIssuerType\":\"AzureAD\",\"processingTimeInMilliseconds\":184",
    ",\"riskLevelAggregated\":\"none\",\"riskLevelDuringSignIn\":\"none\",\"riskEventTypes\":[],\"riskEventTypes_v2\":[]",
    ",\"authenticationProcessingDetails\":[{\"key\":\"Legacy TLS (TLS 1.0, 1.1, 3DES)\",\"value\":\"False\"},{\"key\":\"Is CAE Token\",\"value\":\"False\"}]",
    ",\"networkLocationDetails\":[{\"networkType\":\"trustedNamedLocation\",\"networkNames\":[\"Head office\"]}]",
    ",\"autonomousSystemNumber\":3320,\"crossTenantAccessType\":\"none\",\"privateLinkDetails\":{},\"flaggedForReview\":false",
    ",\"servicePrincipalId\":\"\",\"clientCredentialType\":\"none\",\"appServicePrincipalId\":null,\"alternateSignInName\":\"\",\"signInIdentifier\":\"\"",
    ",\"incomingTokenType\":\"none\",\"authenticationProtocol\":\"none\",\"originalTransferMethod\":\"none\",\"signInTokenProtectionStatus\":\"none\"",
    ",\"authenticationContextClassReferences\":[],\"authenticationRequirementPolicies\":[],\"sessionLifetimePolicies\":[]",
    ",\"mfaDetail\":{},\"ssoExtensionVersion\":\"\",\"isTenantRestricted\":false,\"rngcStatus\":0,\"isThroughGlobalSecureAccess\":false",
    ",\"tokenProtectionStatusDetails\":{\"signInSessionStatus\":\"unbound\",\"signInSessionStatusCode\":1002},\"homeTenantName\":\"\"",
    ",\"managedServiceIdentity\":{\"msiType\":\"none\",\"associatedResourceId\":\"\",\"federatedTokenId\":\"\",\"federatedTokenIssuer\":\"\"}",
];

/// The name of the field with which a record is filled up.
const POLICIES: &str = ",\"appliedConditionalAccessPolicies\":[";
/// About as long is what [`more_fields`] writes.
const MORE_FIELDS_BYTES: usize = 500;

/// Writes sign-ins of about a size; keeps its buffers from one record to the next.
#[derive(Default)]
pub struct Writer {
    head: String,
    tail: String,
}

impl Writer {
    /// Appends the line of a sign-in, without a line end, of about `size` bytes where the fields
    /// that all records have leave that much, to an empty text.
    pub fn sign_in(&mut self, line: &mut String, event: &SignIn<'_>, size: usize) {
        envelope(line, event);
        self.head.clear();
        self.tail.clear();
        first_fields(&mut self.head, event);
        last_fields(&mut self.tail, event);
        // A record is a fifth shorter or longer than wished, as its random id happens to be.
        let wished = size * (80 + (event.id.0 % 41) as usize) / 100;
        let fixed = line.len() + self.tail.len() + POLICIES.len() + 3;
        if fixed + self.head.len() + MORE_FIELDS_BYTES < wished {
            more_fields(&mut self.head, event);
        }
        let mut used = fixed + self.head.len();
        for extra in EXTRAS {
            if used + extra.len() > wished {
                break;
            }
            self.tail.push_str(extra);
            used += extra.len();
        }
        self.head.push_str(POLICIES);
        for (place, policy) in event.customer.policies.iter().enumerate() {
            if used + policy.len() > wished {
                break;
            }
            self.head.push_str(if place == 0 { "" } else { "," });
            self.head.push_str(policy);
            used += policy.len() + 1;
        }
        self.head.push(']');
        self.head.push_str(&self.tail);
        self.head.push('}');
        if event.customer.traits.properties_as_text {
            let _ = write!(line, "\"{}\"}}", Escaped(&self.head));
        } else {
            line.push_str(&self.head);
            line.push('}');
        }
    }
}

/// Everything outside `properties`, up to its value.
fn envelope(out: &mut String, event: &SignIn<'_>) {
    let tenant = event.customer.tenant;
    let category = if event.category_is_interactive {
        "SignInLogs"
    } else {
        "NonInteractiveUserSignInLogs"
    };
    let _ = write!(
        out,
        "{{\"time\":\"{}\",\"resourceId\":\"/tenants/{tenant}/providers/Microsoft.aadiam\",\"operationName\":\"Sign-in activity\",\
         \"operationVersion\":\"1.0\",\"category\":\"{category}\",\"tenantId\":\"{}\",\"resultType\":\"{}\",\"resultSignature\":\"None\",",
        event.at,
        Id(tenant, event.customer.traits.upper_case),
        event.error
    );
    if event.error != 0 {
        let _ = write!(out, "\"resultDescription\":\"{}\",", Escaped(event.reason));
    }
    let _ = write!(
        out,
        "\"durationMs\":{},\"callerIpAddress\":\"{}\",\"correlationId\":\"{}\",\"identity\":\"{}\",\"Level\":{},\"location\":\"{}\",\"properties\":",
        if event.customer.number % 4 == 1 { "\"0\"" } else { "0" },
        event.user.address,
        event.correlation,
        Escaped(&event.user.name()),
        event.customer.traits.level,
        event.user.city.2
    );
}

/// `properties` up to the conditional access policies.
fn first_fields(out: &mut String, event: &SignIn<'_>) {
    let (user, upper) = (event.user, event.upper_case);
    let _ = write!(out, "{{\"id\":\"{}\",\"createdDateTime\":\"", Id(event.id, upper));
    let _ = if event.east {
        write!(out, "{}", event.at.two_hours_east())
    } else {
        write!(out, "{}", event.at)
    };
    let _ = write!(
        out,
        "\",\"userDisplayName\":\"{}\",\"userPrincipalName\":\"{}\",\"userId\":\"",
        Escaped(&user.name()),
        Escaped(&user.principal(event.customer))
    );
    if !event.nobody {
        let _ = write!(out, "{}", Id(user.id, upper));
    }
    let _ = write!(
        out,
        "\",\"appId\":\"{}\",\"appDisplayName\":\"{}\",\"ipAddress\":\"{}\",\"status\":{{\"errorCode\":{}",
        Id(event.deed.app.id, upper),
        event.deed.app.name,
        user.address,
        event.error
    );
    if event.error != 0 {
        let _ = write!(out, ",\"failureReason\":\"{}\"", Escaped(event.reason));
    }
    let _ = write!(
        out,
        "}},\"clientAppUsed\":\"{}\",\"location\":{{\"city\":\"{}\",\"state\":\"{}\",\"countryOrRegion\":\"{}\"",
        event.deed.client, user.city.0, user.city.1, user.city.2
    );
    let _ = write!(
        out,
        ",\"geoCoordinates\":{{\"latitude\":{},\"longitude\":{}}}}}",
        user.city.3, user.city.4
    );
}

/// The fields with which records begin to be longer: device, browser and steps of the
/// authentication.
fn more_fields(out: &mut String, event: &SignIn<'_>) {
    let user = event.user;
    let _ = write!(
        out,
        ",\"userAgent\":\"{}\",\"deviceDetail\":{{\"deviceId\":\"{}\",\"displayName\":\"PC-{:04}\",\"operatingSystem\":\"Windows10\",\
         \"browser\":\"Rich Client 4.65.0.0\",\"isCompliant\":true,\"isManaged\":true,\"trustType\":\"Hybrid Azure AD joined\"}}",
        user.agent,
        user.device,
        user.device.0 % 9973
    );
    if event.category_is_interactive {
        let _ = write!(
            out,
            ",\"authenticationDetails\":[{{\"authenticationStepDateTime\":\"{}\",\"authenticationMethod\":\"Previously satisfied\",\
             \"succeeded\":true,\"authenticationStepResultDetail\":\"First factor requirement satisfied by claim in the token\",\
             \"authenticationStepRequirement\":\"Primary authentication\",\"StatusSequence\":0}}]",
            event.at
        );
    }
}

/// `properties` after the conditional access policies, without the closing bracket.
fn last_fields(out: &mut String, event: &SignIn<'_>) {
    if let Some(interactive) = event.interactive {
        let _ = write!(out, ",\"isInteractive\":{interactive}");
    }
    let access = if event.error == 0 { "notApplied" } else { "failure" };
    let _ = write!(
        out,
        ",\"conditionalAccessStatus\":\"{access}\",\"resourceDisplayName\":\"{}\",\"resourceId\":\"{}\",\"resourceTenantId\":\"{}\",\"homeTenantId\":\"{}\"",
        event.deed.resource.name,
        Id(event.deed.resource.id, event.upper_case),
        event.resource_tenant,
        event.user.home
    );
    match event.user.kind {
        Kind::Member => out.push_str(",\"userType\":\"Member\""),
        Kind::Guest => out.push_str(",\"userType\":\"Guest\""),
        Kind::UntypedGuest => {}
    }
}

/// A sign-in of a service principal, which is no user's.
pub fn principal_sign_in(customer: &Customer, deed: &Use, at: Moment, chance: &mut Chance) -> String {
    let (tenant, backup, id, correlation) = (customer.tenant, customer.backup, chance.guid(), chance.guid());
    format!(
        "{{\"time\":\"{at}\",\"resourceId\":\"/tenants/{tenant}/providers/Microsoft.aadiam\",\"operationName\":\"Sign-in activity\",\
         \"operationVersion\":\"1.0\",\"category\":\"ServicePrincipalSignInLogs\",\"tenantId\":\"{tenant}\",\"resultType\":\"0\",\
         \"resultSignature\":\"None\",\"durationMs\":0,\"callerIpAddress\":\"20.50.2.17\",\"correlationId\":\"{correlation}\",\"Level\":{},\
         \"location\":\"NL\",\"properties\":{{\"id\":\"{id}\",\"createdDateTime\":\"{at}\",\"userDisplayName\":\"\",\"userPrincipalName\":\"\",\
         \"userId\":\"\",\"appId\":\"{backup}\",\"appDisplayName\":\"Nightly backup\",\"ipAddress\":\"20.50.2.17\",\"status\":{{\"errorCode\":0}},\
         \"clientAppUsed\":\"\",\"appliedConditionalAccessPolicies\":[],\"isInteractive\":false,\"servicePrincipalName\":\"Nightly backup\",\
         \"servicePrincipalId\":\"{}\",\"resourceDisplayName\":\"{}\",\"resourceId\":\"{}\",\"resourceTenantId\":\"{tenant}\",\
         \"clientCredentialType\":\"clientSecret\",\"federatedCredentialId\":\"\"}}}}",
        customer.traits.level, customer.resource_principal, deed.resource.name, deed.resource.id
    )
}

/// One conditional access policy, as a sign-in reports it.
pub fn policy(chance: &mut Chance, number: usize, country: &str) -> String {
    let purpose = chance.pick(&[
        "Require MFA for all users outside of trusted locations",
        "Block legacy authentication",
        "Require compliant device for Office 365",
        "Sign-in frequency of 12 hours on unmanaged devices",
        "Block access by medium and high risk",
    ]);
    let control = chance.pick(&[
        "\"Mfa\"",
        "\"Block\"",
        "\"RequireCompliantDevice\"",
        "\"Mfa\",\"RequireDomainJoinedDevice\"",
    ]);
    let result = chance.pick(&["notApplied", "success", "notEnabled", "reportOnlyNotApplied"]);
    format!(
        "{{\"id\":\"{}\",\"displayName\":\"{country}-CA{number:03}: {purpose}\",\"enforcedGrantControls\":[{control}],\
         \"enforcedSessionControls\":[],\"result\":\"{result}\",\"conditionsSatisfied\":3,\"conditionsNotSatisfied\":1}}",
        chance.guid()
    )
}
