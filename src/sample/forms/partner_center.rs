//! What Partner Center lists of a customer: the subscriptions that the partner sold, by offer, or by
//! the names of the products in its analytics. What no offer sells (free products) is not in the
//! list. And the seats of each SKU, whoever sold them.

use std::io;

use serde_json::{Value, json};

use crate::sample::forms::form::Batch;
use crate::sample::forms::graph;
use crate::sample::forms::product_names;
use crate::sample::forms::text::{self, text};

/// Offers, and the SKUs that they sell. One of old commerce, which is a GUID, and those of new
/// commerce: product, SKU, availability.
const OFFERS: [(&str, &str); 11] = [
    ("18181a46-0d4e-45cd-891e-60aabd171b4e", "91FD106F-4B2C-4938-95AC-F54F74E9A239"),
    ("05e9a617-0261-4cee-bb44-138d3ef5d965", "CFQ7TTC0LFLX:0001:CFQ7TTC0KW3S"),
    ("06ebc4ee-1bb5-47dd-8120-11324bc54e06", "CFQ7TTC0LFLZ:0002:CFQ7TTC0KW3T"),
    ("66b55226-6b4f-492c-910c-a3b7a3c9d993", "CFQ7TTC0LH05:0001:CFQ7TTC0KW3V"),
    ("6fd2c87f-b296-42f0-b197-1e91e994b900", "CFQ7TTC0LF8R:0001:CFQ7TTC0KW3W"),
    ("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", "CFQ7TTC0LCHC:0002:CFQ7TTC0KW3X"),
    ("f245ecc8-75af-4f8e-b61f-27d8114de5f3", "CFQ7TTC0LDPB:0001:CFQ7TTC0KW3Z"),
    ("3b555118-da6a-4418-894f-7df1e2096870", "CFQ7TTC0LH18:0001:CFQ7TTC0KW40"),
    ("cdd28e44-67e3-425e-be4c-737fab2899d3", "CFQ7TTC0LH1G:0001:CFQ7TTC0KW41"),
    ("4b9405b0-7788-4568-add1-99614e613b69", "CFQ7TTC0LH16:0001:CFQ7TTC0KW42"),
    ("c5928f49-12ba-48f7-ada3-0d743a3601d5", "CFQ7TTC0HD32:0002:CFQ7TTC0KW43"),
];

pub fn page(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    let partner = batch.partner.to_string();
    let of_partner = batch.records.iter().filter(|record| text(record, &["ownerTenantId"]) == partner);
    let items: Vec<Value> = of_partner.filter_map(item).collect();
    let page = json!({"totalCount": items.len(), "items": items, "attributes": {"objectType": "Collection"}});
    Ok(page.to_string().into_bytes())
}

/// The answer of `analytics/subscriptions`.
pub fn analytics(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    let partner = batch.partner.to_string();
    let of_partner = batch.records.iter().filter(|record| text(record, &["ownerTenantId"]) == partner);
    let listed = of_partner.filter_map(|record| {
        Some(json!({
            "customerTenantId": batch.tenant.to_string().to_uppercase(),
            "id": record["id"],
            "status": status(record).to_uppercase(),
            "productName": product_names::of(record)?.to_uppercase(),
            "subscriptionType": "Office",
            "commitmentEndDate": record["nextLifecycleDateTime"],
            "licenseCount": record["totalLicenses"],
        }))
    });
    Ok(text::array(&listed.collect::<Vec<_>>()))
}

/// The answer of `/customers/{id}/subscribedskus`.
pub fn subscribed_skus(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    let skus: Vec<Value> = graph::units(batch)
        .into_iter()
        .map(|(sku, units)| {
            json!({
                "activeUnits": units.of("enabled"), "warningUnits": units.of("warning"), "suspendedUnits": units.of("suspended") + units.of("lockedOut"),
                "productSku": {"id": sku, "skuPartNumber": units.part_number, "targetType": "User"}, "capabilityStatus": units.status(),
                "attributes": {"objectType": "SubscribedSku"},
            })
        })
        .collect();
    let page = json!({"totalCount": skus.len(), "items": skus, "attributes": {"objectType": "Collection"}});
    Ok(page.to_string().into_bytes())
}

fn status(record: &Value) -> &'static str {
    match record["status"].as_str() {
        Some("Enabled" | "Warning") => "active",
        Some("Suspended") => "suspended",
        _ => "deleted",
    }
}

fn item(record: &Value) -> Option<Value> {
    let sku = text(record, &["skuId"]);
    let (_, offer) = OFFERS.iter().find(|(sold, _)| sold.eq_ignore_ascii_case(&sku))?;
    Some(json!({
        "id": text(record, &["id"]).to_uppercase(),
        "offerId": offer,
        "quantity": record["totalLicenses"],
        "unitType": "Licenses",
        "billingType": "license",
        "status": status(record),
        "isTrial": record["isTrial"],
        "isMicrosoftProduct": true,
        "commitmentEndDate": record["nextLifecycleDateTime"],
    }))
}
