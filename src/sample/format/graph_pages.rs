//! Writes pages of Microsoft Graph: who holds what (`users`) and what was bought
//! (`directory/subscriptions`).

use std::fmt::Write as _;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::sample::customer::held::HeldProducts;
use crate::sample::customer::portfolio::{Customer, Grant, Owner, Subscription, User};
use crate::sample::facts::SKUS;
use crate::sample::text::{Escaped, Id};

/// Number of users on a page.
pub const PAGE_USERS: usize = 25;

/// Returns a page of the snapshot of a day, by its number and whether it is the last: users, given
/// by index, with the products of each.
pub fn users(customer: &Customer, day: i32, (number, is_last): (usize, bool), rows: &[(usize, HeldProducts)]) -> String {
    let mut out =
        "{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#users(id,userPrincipalName,accountEnabled,assignedLicenses"
            .to_owned();
    out.push_str(if customer.traits.assignment_states {
        ",licenseAssignmentStates)\""
    } else {
        ")\""
    });
    if !is_last {
        let token = customer.tenant.0 as u64 ^ number as u64;
        let _ = write!(
            out,
            ",\"@odata.nextLink\":\"https://graph.microsoft.com/v1.0/users?$skiptoken=RFNwdAoAAQ{token:016X}\""
        );
    }
    out.push_str(",\"value\":[");
    for (place, &(user, held)) in rows.iter().enumerate() {
        out.push_str(if place == 0 { "" } else { "," });
        self::user(&mut out, customer, day, &customer.users[user], held);
    }
    out.push_str("]}\n");
    out
}

fn user(out: &mut String, customer: &Customer, day: i32, user: &User, held: HeldProducts) {
    let _ = write!(
        out,
        "{{\"id\":\"{}\",\"userPrincipalName\":\"{}\",\"accountEnabled\":{},\"assignedLicenses\":[",
        user.id,
        Escaped(&user.principal(customer)),
        day < user.disabled_from
    );
    for (place, sku) in held.products().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        let _ = write!(
            out,
            "{comma}{{\"disabledPlans\":[],\"skuId\":\"{}\"}}",
            Id(SKUS[sku].id, customer.traits.upper_case)
        );
    }
    out.push(']');
    if customer.traits.assignment_states {
        out.push_str(",\"licenseAssignmentStates\":[");
        let mut comma = "";
        for (sku, grant) in held.all() {
            let paths: &[(bool, &str, &str)] = match grant {
                Grant::Direct => &[(false, "Active", "None")],
                Grant::Group => &[(true, "Active", "None")],
                Grant::Both => &[(false, "Active", "None"), (true, "Active", "None")],
                Grant::GroupWithError => &[(true, "ActiveWithError", "DependencyViolation")],
                Grant::Failed => &[(true, "Error", "CountViolation")],
            };
            for &(by_group, state, error) in paths {
                let group = if by_group {
                    format!("\"{}\"", customer.group)
                } else {
                    "null".to_owned()
                };
                let _ = write!(
                    out,
                    "{comma}{{\"skuId\":\"{}\",\"disabledPlans\":[],\"assignedByGroup\":{group},\"state\":\"{state}\",\"error\":\"{error}\"}}",
                    Id(SKUS[sku].id, customer.traits.upper_case)
                );
                comma = ",";
            }
        }
        out.push(']');
    }
    out.push('}');
}

/// Returns the page with all subscriptions of a tenant on a day. `partners` are ours and another
/// one.
pub fn subscriptions(customer: &Customer, listed: &[Subscription], first: Day, partners: (Guid, Guid)) -> String {
    let mut out = "{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#directory/subscriptions\",\"value\":[".to_owned();
    for (place, subscription) in listed.iter().enumerate() {
        out.push_str(if place == 0 { "" } else { "," });
        let owner = match subscription.owner {
            Owner::Partner => Some(partners.0),
            Owner::AnotherPartner => Some(partners.1),
            Owner::Customer => Some(customer.tenant),
            Owner::Nobody => None,
        };
        let sku = &SKUS[subscription.sku];
        let _ = write!(
            out,
            "{{\"id\":\"{}\",\"commerceSubscriptionId\":\"{}\",\"skuId\":\"{}\",\"skuPartNumber\":\"{}\",\"status\":\"{}\",\"totalLicenses\":{},\
             \"isTrial\":{},\"ownerId\":null,\"ownerTenantId\":{},\"ownerType\":\"User\",\"createdDateTime\":\"{}T00:00:00Z\",\"nextLifecycleDateTime\":{}",
            subscription.id,
            subscription.commerce,
            sku.id,
            sku.part_number,
            subscription.status,
            subscription.seats,
            subscription.is_trial,
            owner.map_or("null".to_owned(), |owner| format!("\"{owner}\"")),
            first.plus(subscription.created),
            subscription
                .next_step
                .map_or("null".to_owned(), |day| format!("\"{}T00:00:00Z\"", first.plus(day))),
        );
        out.push_str(",\"serviceStatus\":[");
        for (place, (name, id)) in sku.plans.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            let _ = write!(
                out,
                "{comma}{{\"appliesTo\":\"User\",\"provisioningStatus\":\"Success\",\"servicePlanId\":\"{id}\",\"servicePlanName\":\"{name}\"}}"
            );
        }
        out.push_str("]}");
    }
    out.push_str("]}\n");
    out
}
