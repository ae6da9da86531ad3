//! Writes sign-in records as diagnostic settings write them: the envelope, and `properties` with
//! the dozens of fields of real records. A record gets the wanted length: first the fields that
//! every record has, then more and more optional fields of real records, then conditional access
//! policies.

use std::fmt::Write as _;

use crate::domain::guid::Guid;
use crate::sample::chance::Chance;
use crate::sample::customer::portfolio::{AccountKind, Customer, User};
use crate::sample::facts::Use;
use crate::sample::text::{Escaped, Id, Moment};

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
    /// The value of `isInteractive`, or `None` if it is missing.
    pub interactive: Option<bool>,
    /// The tenant of the resource: the customer, or another tenant in which the user is a guest.
    pub resource_tenant: Guid,
    pub upper_case: bool,
    /// Whether the time is written by a clock two hours east of UTC.
    pub east: bool,
    /// Whether the user name was not recognised, so that there is no user id.
    pub nobody: bool,
}

/// Optional fields of real records, in the order in which longer records get them.
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

/// The field that fills up a record.
const POLICIES: &str = ",\"appliedConditionalAccessPolicies\":[";
/// The approximate length of what [`more_fields`] writes.
const MORE_FIELDS_BYTES: usize = 500;

/// Writes sign-ins of a wanted size. It reuses its buffers.
#[derive(Default)]
pub struct Writer {
    head: String,
    tail: String,
}

impl Writer {
    /// Appends the line of a sign-in, without a line end, to an empty text. The line has about
    /// `size` bytes, unless the fields that all records have take more.
    pub fn sign_in(&mut self, line: &mut String, event: &SignIn<'_>, size: usize) {
        envelope(line, event);
        self.head.clear();
        self.tail.clear();
        first_fields(&mut self.head, event);
        last_fields(&mut self.tail, event);
        // The length varies by a fifth, depending on the random id.
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

/// Writes everything outside `properties`, up to its value.
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

/// Writes `properties` up to the conditional access policies.
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

/// Writes the fields that longer records get first: device, browser and steps of the
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

/// Writes `properties` after the conditional access policies, without the closing bracket.
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
        AccountKind::Member => out.push_str(",\"userType\":\"Member\""),
        AccountKind::Guest => out.push_str(",\"userType\":\"Guest\""),
        AccountKind::UntypedGuest => {}
    }
}

/// Returns a sign-in of a service principal, which does not belong to a user.
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
