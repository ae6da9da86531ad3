//! Forms of Partner Center and of the admin center besides the list of subscriptions: the seats of
//! each SKU, and those that tell products by name.

use serde_json::{Value, json};

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::testing::{Found, TENANT, known, read_text, unknown};

const SKUS: (Feed, Format) = (Feed::Subscriptions, Format::PartnerCenterSubscribedSkus);
const ANALYTICS: (Feed, Format) = (Feed::Subscriptions, Format::PartnerCenterAnalytics);
const USERS: (Feed, Format) = (Feed::LicenseHoldings, Format::AdminCenterUsers);
const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";
const OTHER: &str = "51c6b1f0-3a6e-4d0f-b9f1-0a0b7d2f9e11";

fn sku() -> Value {
    json!({"availableUnits": 4, "activeUnits": 25, "consumedUnits": 21, "suspendedUnits": 3, "totalUnits": 28, "warningUnits": 0,
        "productSku": {"id": E3.to_uppercase(), "name": "Microsoft 365 E3", "skuPartNumber": "SPE_E3", "targetType": "User"},
        "capabilityStatus": "Enabled"})
}

fn subscription() -> Value {
    json!({"customerTenantId": TENANT.to_uppercase(), "customerName": "Contoso", "id": "S-1", "status": "ACTIVE", "productName": "MICROSOFT 365  E3",
        "subscriptionType": "Office", "autoRenewEnabled": true, "commitmentEndDate": "2027-02-10T00:00:00", "licenseCount": 25})
}

fn read(source: (Feed, Format), record: &Value) -> Found {
    read_text(source, &record.to_string(), &known())
}

fn with(mut record: Value, key: &str, value: Value) -> Value {
    record[key] = value;
    record
}

#[test]
fn partner_centers_units_are_the_subscriptions_of_graphs_list() {
    let page = json!({"totalCount": 1, "items": [sku()], "attributes": {"objectType": "Collection"}}).to_string();
    let found = read_text((Feed::Subscriptions, Format::Auto), &page, &known());
    assert_eq!(found.chosen.as_ref().map(|choice| choice.format), Some(SKUS.1));
    let of_graph = json!([{"skuId": E3, "prepaidUnits": {"enabled": 25, "suspended": 3}}]);
    let expected = read((Feed::Subscriptions, Format::GraphSubscribedSkus), &of_graph);
    assert_eq!((&found.rows, &found.pages), (&expected.rows, &expected.pages));
    assert_eq!(found.rows.len(), 2);
    let more = with(json!({"items": [sku()]}), "links", json!({"next": {"uri": "x"}}));
    assert_eq!(read(SKUS, &more).pages, [format!("{TENANT} 2026-09-01 and more")]);
}

#[test]
fn units_that_cannot_be_read_are_rejects() {
    let without_units = json!({"productSku": {"id": E3}});
    for (record, reason) in [
        (without_units.clone(), "malformed_seats"),
        (with(without_units, "totalUnits", json!(7)), "malformed_seats"),
        (with(sku(), "activeUnits", json!(-1)), "malformed_seats"),
        (with(sku(), "productSku", json!(null)), "missing_id"),
        (with(sku(), "productSku", json!({"name": "Microsoft 365 E3"})), "missing_id"),
        (with(sku(), "productSku", json!({"id": "SPE_E3"})), "malformed_sku"),
        (with(sku(), "productSku", json!(7)), "unreadable_value"),
        (with(sku(), "productSku", json!("System.Object")), "cut_by_powershell"),
    ] {
        assert_eq!(read(SKUS, &record).rejects, [format!("1 {reason}")], "{record}");
    }
    assert_eq!(read_text(SKUS, &sku().to_string(), &unknown()).rejects, ["1 missing_tenant"]);
}

#[test]
fn analytics_name_the_customer_and_the_product_of_each_subscription() {
    let found = read_text(
        (Feed::Subscriptions, Format::Auto),
        &json!([subscription(), subscription()]).to_string(),
        &known(),
    );
    assert_eq!(found.chosen.as_ref().map(|choice| choice.format), Some(ANALYTICS.1));
    let row = format!("{TENANT} 2026-09-01 s-1 {E3} 25 active false Seller(Own) Some(2027-02-10)");
    assert!(found.rows.iter().all(|found| found.contains(&row)), "{found:?}");
    assert_eq!((found.rows.len(), found.pages), (2, vec![format!("{TENANT} 2026-09-01")]));
    let suspended = read(ANALYTICS, &with(subscription(), "status", json!("SUSPENDED")));
    assert!(suspended.rows[0].contains(" 25 disabled false "), "{suspended:?}");
    assert_eq!(
        read(ANALYTICS, &with(subscription(), "subscriptionType", json!("AZURE")))
            .counts
            .not_ours,
        1
    );
    for (key, value, reason) in [
        ("productName", json!("Office 365 E3"), "unknown_product"),
        ("productName", json!(null), "unknown_product"),
        ("customerTenantId", json!(OTHER), "tenant_contradicts_path"),
        ("customerTenantId", json!("Contoso"), "malformed_tenant"),
        ("id", json!(""), "missing_id"),
        ("status", json!("gone"), "unknown_status"),
        ("licenseCount", json!(2.5), "malformed_seats"),
        ("commitmentEndDate", json!("soon"), "unreadable_time"),
    ] {
        assert_eq!(
            read(ANALYTICS, &with(subscription(), key, value.clone())).rejects,
            [format!("1 {reason}")],
            "{key} {value}"
        );
    }
}

/// A table of users with a cell of licenses each.
fn users(rows: &[(&str, &str)]) -> Found {
    let header = "Block credential,City,Display name,Licenses,Object Id,Soft deletion time stamp,User principal name";
    let rows = rows
        .iter()
        .map(|(id, licenses)| format!("False,,Ada,{licenses},{id},,ada@contoso.example\r\n"));
    read_text(
        (Feed::LicenseHoldings, Format::Auto),
        &format!("\u{feff}{header}\r\n{}", rows.collect::<String>()),
        &known(),
    )
}

#[test]
fn users_of_the_admin_center_hold_the_products_that_are_named() {
    let found = users(&[
        ("U1", "Microsoft 365 E3"),
        ("u2", "unlicensed"),
        ("u3", " Microsoft  365 E3+MICROSOFT 365 E3"),
    ]);
    assert_eq!(found.chosen.as_ref().map(|choice| choice.format), Some(USERS.1));
    let row = |line: u32, user: &str| format!("{line} {TENANT} 2026-09-01 {user} {E3} enabled");
    assert_eq!((found.rows, found.counts.accepted), (vec![row(2, "u1"), row(4, "u3")], 3));
    assert_eq!(found.pages, [format!("{TENANT} 2026-09-01")]);
    assert_eq!(users(&[]).pages, [format!("{TENANT} 2026-09-01")], "a list of nobody");
}

#[test]
fn a_product_that_has_no_name_in_the_catalogue_makes_the_user_a_reject() {
    for (licenses, reason) in [
        ("Microsoft 365 E3+Something", "unknown_product"),
        ("Microsoft 365 E3 + Security", "unknown_product"),
        ("Microsoft 365 E3+", "unknown_product"),
        ("+", "unknown_product"),
        ("", "missing_licenses"),
        (" ", "missing_licenses"),
    ] {
        let found = users(&[("u1", licenses)]);
        assert_eq!((found.rejects, found.rows.len()), (vec![format!("2 {reason}")], 0), "{licenses}");
    }
    assert_eq!(users(&[("", "Unlicensed")]).rejects, ["2 missing_id"]);
}

#[test]
fn who_was_deleted_holds_nothing_and_who_is_blocked_has_a_disabled_account() {
    let header = "Block credential,Licenses,Object Id,Soft deletion time stamp,User principal name";
    let text = format!(
        "{header}\nTrue,Microsoft 365 E3,u1,,a@b.c\nFalse,Microsoft 365 E3,u2,2026-08-01 10:00:00Z,b@b.c\nmaybe,Unlicensed,u3,,c@b.c\n"
    );
    let found = read_text(USERS, &text, &known());
    assert_eq!(found.rows, [format!("2 {TENANT} 2026-09-01 u1 {E3} disabled")]);
    assert_eq!((found.counts.accepted, found.rejects), (2, vec!["4 unreadable_value".to_owned()]));
}
