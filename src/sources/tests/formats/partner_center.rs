//! Subscriptions of `subscribedSkus` and of Partner Center, and Partner Center's customers.

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::record::Notice;
use crate::sources::testing::{Found, TENANT, known, read_text, unknown};

const SKUS: (Feed, Format) = (Feed::Subscriptions, Format::GraphSubscribedSkus);
const PARTNER: (Feed, Format) = (Feed::Subscriptions, Format::PartnerCenter);
const CUSTOMERS: (Feed, Format) = (Feed::Customers, Format::Json);
const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";

fn sku(units: &str) -> String {
    format!(
        r#"{{"capabilityStatus":"Suspended","consumedUnits":14,"id":"{TENANT}_{E3}","prepaidUnits":{{{units}}},"servicePlans":[{{"servicePlanId":"{TENANT}","enabled":7}}],"skuId":"{}","skuPartNumber":"SPE_E3","appliesTo":"User"}}"#,
        E3.to_uppercase()
    )
}

fn page(key: &str, records: &[String], more: &str) -> String {
    format!("{{\"x\":1,\"{key}\":[{}]{more}}}", records.join(","))
}

fn read(source: (Feed, Format), text: &str) -> Found {
    read_text(source, text, &known())
}

#[test]
fn each_kind_of_units_is_a_subscription() {
    let text = page(
        "value",
        &[
            sku(r#""enabled":25,"suspended":3,"warning":2,"lockedOut":1"#),
            sku(r#""enabled":0,"suspended":0"#),
        ],
        "",
    );
    let found = read(SKUS, &text);
    let row = |kind: &str, seats: u32, state: &str| {
        format!("1/1 {TENANT} 2026-09-01 {E3}/{kind} {E3} {seats} {state} false Seller(Unknown) None")
    };
    let expected = [
        row("enabled", 25, "active"),
        row("warning", 2, "grace"),
        row("suspended", 3, "disabled"),
        row("lockedout", 1, "disabled"),
    ];
    assert_eq!((found.rows, found.counts.accepted), (expected.to_vec(), 2));
    assert_eq!(found.pages, [format!("{TENANT} 2026-09-01")]);
    assert_eq!(read(SKUS, &sku(r#""enabled":0,"suspended":25,"warning":0"#)).rows.len(), 1);
}

#[test]
fn flaws_of_subscribed_skus_are_rejects() {
    for (units, reason) in [
        ("\"enabled\":-1", "malformed_seats"),
        ("\"enabled\":2147483648", "malformed_seats"),
        ("\"enabled\":\"many\"", "malformed_seats"),
        ("\"enabled\":1.5", "malformed_seats"),
    ] {
        assert_eq!(read(SKUS, &sku(units)).rejects, [format!("1 {reason}")]);
    }
    let units = r#""enabled":1"#;
    assert_eq!(
        read(SKUS, &sku(units).replace("prepaidUnits", "units")).rejects,
        ["1 malformed_seats"]
    );
    assert_eq!(read(SKUS, &sku("")).rejects, ["1 malformed_seats"], "nothing is said about units");
    assert_eq!(read(SKUS, &sku(units).replace("05E9", "x")).rejects, ["1 malformed_sku"]);
    let message = read(SKUS, "{\"error\":{\"code\":\"Forbidden\"}}");
    assert_eq!((message.rejects, message.pages.len()), (vec!["1 missing_id".to_owned()], 0));
    assert_eq!(read_text(SKUS, &sku(""), &unknown()).rejects, ["1 missing_tenant"]);
}

fn subscription() -> String {
    r#"{"id":"A1B2C3D4-0000-4000-8000-000000000001","offerId":"91FD106F-4B2C-4938-95AC-F54F74E9A239","offerName":"Office 365 E1","friendlyName":"x","quantity":12,"unitType":"Licenses","creationDate":"2025-09-30T10:00:00Z","commitmentEndDate":"2026-09-29T22:00:00Z","status":"active","autoRenewEnabled":true,"isTrial":false,"billingType":"license","partnerId":"517285","attributes":{"objectType":"Subscription"}}"#.to_owned()
}

#[test]
fn partner_centers_subscriptions_are_ours_and_their_offers_are_mapped() {
    let expected = format!(
        "{TENANT} 2026-09-01 a1b2c3d4-0000-4000-8000-000000000001 {E3} 12 active false Seller(Own) Some(2026-09-29) renews 2026-09-29 by itself"
    );
    let next = ",\"links\":{\"self\":{\"uri\":\"/x\"},\"next\":{\"uri\":\"/y\",\"method\":\"GET\"}}";
    let found = read(PARTNER, &page("items", &[subscription()], next));
    assert_eq!(found.rows, [format!("1/1 {expected}")]);
    assert_eq!(found.pages, [format!("{TENANT} 2026-09-01 and more")]);
    assert_eq!(
        read(PARTNER, &page("items", &[], ",\"links\":{}")).pages,
        [format!("{TENANT} 2026-09-01")]
    );
    for offer in ["CFQ7TTC0LFLX:0001:CFQ7TTC0K971", "CFQ7TTC0LFLX:0001"] {
        let new = subscription().replace("91FD106F-4B2C-4938-95AC-F54F74E9A239", offer);
        assert_eq!(read(PARTNER, &new).rows, [format!("1 {expected}")]);
    }
}

#[test]
fn a_subscription_says_for_how_long_it_is_bound_and_whether_it_renews_by_itself() {
    let of = |from: &str, to: &str| {
        let text = subscription().replacen('{', r#"{"termDuration":"P1Y","#, 1).replace(from, to);
        read(PARTNER, &text).rows[0].split_once("Some(2026-09-29)").unwrap().1.to_owned()
    };
    assert_eq!(of("", ""), " renews 2026-09-29 every year by itself");
    assert_eq!(of("P1Y", "P3Y"), " renews 2026-09-29 every three_years by itself");
    assert_eq!(of("\"P1Y\"", "null"), " renews 2026-09-29 by itself");
    assert_eq!(of("\"P1Y\"", "12"), " renews 2026-09-29 by itself");
    assert_eq!(
        of("\"autoRenewEnabled\":true", "\"autoRenewEnabled\":\"False\""),
        " renews 2026-09-29 every year by hand"
    );
    assert_eq!(of("\"autoRenewEnabled\":true,", ""), " renews 2026-09-29 every year");
    assert_eq!(of("\"active\"", "\"suspended\""), " every year by itself");
    assert_eq!(of("\"isTrial\":false", "\"isTrial\":true"), " every year by itself");
}

#[test]
fn only_licenses_are_seats() {
    let of = |unit: &str| subscription().replace("\"unitType\":\"Licenses\"", &format!("\"unitType\":{unit}"));
    for unit in ["\"Add-On Licenses\"", "\"licenses\"", "null"] {
        assert_eq!(read(PARTNER, &of(unit)).rows.len(), 1, "{unit}");
    }
    for unit in ["\"Gigabytes\"", "\"Instances\"", "\"Usage-based\"", "5"] {
        let found = read(PARTNER, &of(unit).replace("91FD106F", "x"));
        assert_eq!((found.counts.not_ours, found.rejects.len()), (1, 0), "{unit}");
    }
}

#[test]
fn an_unknown_unit_is_no_seat_and_is_told() {
    let barrels = subscription().replace("\"Licenses\"", "\" Barrels \"");
    let found = read(PARTNER, &barrels);
    assert_eq!((found.counts.not_ours, found.rejects.len()), (1, 0));
    assert_eq!(found.noticed, [Notice::UnknownUnit("Barrels".to_owned())]);
    assert!(
        read(PARTNER, &subscription().replace("\"Licenses\"", "\"Gigabytes\""))
            .noticed
            .is_empty()
    );
    let software = barrels.replacen('{', r#"{"productType":"Software","#, 1);
    assert!(read(PARTNER, &software).noticed.is_empty(), "what is not ours needs no unit");
}

#[test]
fn an_offer_of_new_commerce_that_no_list_has_is_found_by_the_name_of_one_product() {
    let of = |offer: &str, name: &str| {
        let text = subscription().replace("91FD106F-4B2C-4938-95AC-F54F74E9A239", offer);
        read(PARTNER, &text.replace("Office 365 E1", name))
    };
    let known = of("CFQ7TTC0LFLX:0001:CFQ7TTC0K971", "Another name");
    assert!(known.rows.len() == 1 && known.noticed.is_empty());
    let found = of("CFQ7TTC0LFLX:00ZZ:CFQ7TTC0K971", "  microsoft  365 E3 ");
    assert_eq!(found.rows, known.rows);
    let notice = Notice::OfferByName {
        offer: "cfq7ttc0lflx:00zz:cfq7ttc0k971".to_owned(),
        name: "microsoft  365 E3".to_owned(),
    };
    assert_eq!(found.noticed, [notice]);
    // Names that are nearly right, and offers from before New Commerce, whose names are old.
    for (offer, name) in [
        ("CFQ7TTC0LFLX:00ZZ:CFQ7TTC0K971", "Microsoft 365 E3 (no Teams)"),
        ("CFQ7TTC0LFLX:00ZZ:CFQ7TTC0K971", ""),
        ("91FD106E-4B2C-4938-95AC-F54F74E9A239", "Microsoft 365 E3"),
    ] {
        let found = of(offer, name);
        assert_eq!(
            (found.rejects.as_slice(), found.noticed.len()),
            (["1 unknown_offer".to_owned()].as_slice(), 0),
            "{offer} {name}"
        );
    }
}

#[test]
fn software_azure_reservations_and_the_marketplace_are_not_ours_whatever_their_units() {
    let with = |members: &str| subscription().replacen('{', &format!("{{{members},"), 1);
    for other in [
        r#""productType":{"id":"Software","displayName":"Software"}"#,
        r#""productType":{"id":"SaaS","displayName":"SaaS"}"#,
        r#""productType":{"id":"Azure"}"#,
        r#""productType":{"id":"AzurePlan"}"#,
        r#""productType":{"id":"ReservationsAzureInstance"}"#,
        r#""productType":"AzureReservation""#,
        r#""productType":"perpetual software""#,
        r#""isMicrosoftProduct":false"#,
        r#""isMicrosoftProduct":"False""#,
    ] {
        let found = read(PARTNER, &with(other).replace("91FD106F", "x"));
        assert_eq!((found.counts.not_ours, found.rejects.len()), (1, 0), "{other}");
    }
    let by_usage = subscription().replace("\"billingType\":\"license\"", "\"billingType\":\"usage\"");
    assert_eq!(read(PARTNER, &by_usage).counts.not_ours, 1);
    for ours in [
        r#""productType":{"id":"OnlineServicesNCE","displayName":"OnlineServicesNCE"}"#,
        r#""productType":{"displayName":"x"}"#,
        r#""productType":null"#,
        r#""productType":"""#,
        r#""isMicrosoftProduct":true"#,
        r#""isMicrosoftProduct":null"#,
    ] {
        assert_eq!(read(PARTNER, &with(ours)).rows.len(), 1, "{ours}");
    }
    // A product of an unknown type is not skipped: its seats would be lost in silence.
    let unknown = with(r#""productType":{"id":"Tomorrow"}"#).replace("91FD106F", "91FD106E");
    assert_eq!(read(PARTNER, &unknown).rejects, ["1 unknown_offer"]);
}

#[test]
fn flaws_of_partner_centers_subscriptions_are_rejects() {
    for (from, to, reason) in [
        ("91FD106F", "91FD106E", "unknown_offer"),
        ("\"offerId\"", "\"offer\"", "unknown_offer"),
        ("\"active\"", "\"asleep\"", "unknown_status"),
        ("12,", "-12,", "malformed_seats"),
        ("12,", "2147483648,", "malformed_seats"),
        ("A1B2C3D4-0000-4000-8000-000000000001", "", "missing_id"),
        ("2026-09-29T22:00:00Z", "never", "unreadable_time"),
    ] {
        assert_eq!(
            read(PARTNER, &subscription().replacen(from, to, 1)).rejects,
            [format!("1 {reason}")]
        );
    }
}

#[test]
fn customers_come_from_partner_center_or_with_our_own_names() {
    let of_partner_center = format!(
        r#"{{"id":"{TENANT}","commerceId":"{E3}","companyProfile":{{"tenantId":"{}","domain":"contoso.onmicrosoft.com","companyName":" Contoso \"Ltd\" "}},"billingProfile":{{"defaultAddress":{{"country":"SE"}}}},"relationshipToPartner":"reseller"}}"#,
        TENANT.to_uppercase()
    );
    let expected = format!("{TENANT} Contoso \"Ltd\"|contoso.onmicrosoft.com|SE|");
    assert_eq!(
        read(CUSTOMERS, &page("items", std::slice::from_ref(&of_partner_center), "")).rows,
        [format!("1/1 {expected}")]
    );
    assert_eq!(read(CUSTOMERS, &of_partner_center).rows, [format!("1 {expected}")]);
    let own = format!("[{{\"tenant_id\":\"{TENANT}\",\"name\":\"Contoso\",\"segment\":\"schools\"}}]");
    assert_eq!(read(CUSTOMERS, &own).rows, [format!("1/1 {TENANT} Contoso|||schools")]);
    assert_eq!(read(CUSTOMERS, "{\"name\":\"Contoso\"}").rejects, ["1 missing_tenant"]);
    assert_eq!(read(CUSTOMERS, "{\"id\":\"517285\"}").rejects, ["1 malformed_tenant"]);
}
