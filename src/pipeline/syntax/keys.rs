//! All keys that a pipeline file may have, by table. Any other key is an error.

/// Keys before the first table.
pub const TOP: &[&str] = &[
    "name",
    "time_zone",
    "first_day",
    "last_day",
    "rescan_days",
    "snapshot_stale_days",
    "partner_tenant_id",
    "evidence",
    "unlicensed_use",
    "sold_states",
    "entitled_states",
    "language",
    "input",
    "warehouse",
    "source",
    "catalogue",
    "product",
    "exclude",
    "spare",
    "thresholds",
    "privacy",
    "alert",
    "report",
    "export",
    "observe",
];
/// Keys of `[input]`.
pub const INPUT: &[&str] = &["root", "options"];
/// Keys of each `[[input]]`.
pub const NAMED_INPUT: &[&str] = &["name", "root", "options"];
/// Keys of `options` in both.
pub const INPUT_OPTIONS: &[&str] = &["account", "endpoint", "region", "profile", "variables"];
/// Keys of `[warehouse]`.
pub const WAREHOUSE: &[&str] = &["path", "published", "shards", "keep_releases"];
/// Keys of each `[[source]]`.
pub const SOURCE: &[&str] = &[
    "name",
    "feed",
    "format",
    "path",
    "input",
    "fail_above",
    "required",
    "path_tenant",
    "path_day",
];
/// Keys of `[catalogue]`.
pub const CATALOGUE: &[&str] = &[
    "skus",
    "workloads",
    "products",
    "apps",
    "offers",
    "nce_offers",
    "unit_kinds",
    "excluded",
    "audit_actions",
    "prices",
];
/// Keys of each `[[product]]`.
pub const PRODUCT: &[&str] = &["sku", "workloads", "along"];
/// Keys of each `[[exclude]]`.
pub const EXCLUDE: &[&str] = &["customer", "sku", "from", "reason"];
/// Keys of each `[[spare]]`.
pub const SPARE: &[&str] = &["customer", "sku", "seats"];
/// Keys of `[thresholds]`.
pub const THRESHOLDS: &[&str] = &[
    "low_usage",
    "low_usage_seats",
    "support_per_100_seats",
    "new_product_days",
    "upsell_deployment",
    "upsell_usage",
    "ending_days",
    "grace_days",
];

/// Keys of `[privacy]`.
pub const PRIVACY: &[&str] = &["user_ids", "key_file"];

/// Keys of `[alert]`.
pub const ALERT: &[&str] = &["command", "timeout_seconds", "restated_above"];

/// Keys of `[observe]`.
pub const OBSERVE: &[&str] = &["openlineage"];

/// Keys of `[report]`.
pub const REPORT: &[&str] = &["html", "xlsx", "per_customer", "language"];

/// Keys of `[export]`.
pub const EXPORT: &[&str] = &["delta"];

/// Keys of `[export.delta]`.
pub const EXPORT_DELTA: &[&str] = &["path"];

/// The tables as their headers are written, with their keys. The first is the top of the file.
pub const TABLES: &[(&str, &[&str])] = &[
    ("the top of the file", TOP),
    ("[input]", INPUT),
    ("[[input]]", NAMED_INPUT),
    ("`options` of an input", INPUT_OPTIONS),
    ("[warehouse]", WAREHOUSE),
    ("[[source]]", SOURCE),
    ("[catalogue]", CATALOGUE),
    ("[[product]]", PRODUCT),
    ("[[exclude]]", EXCLUDE),
    ("[[spare]]", SPARE),
    ("[thresholds]", THRESHOLDS),
    ("[privacy]", PRIVACY),
    ("[alert]", ALERT),
    ("[report]", REPORT),
    ("[export]", EXPORT),
    ("[export.delta]", EXPORT_DELTA),
    ("[observe]", OBSERVE),
];

/// Returns whether a key is called like something that nobody else may know.
pub fn is_of_a_secret(key: &str) -> bool {
    const WORDS: &[&str] = &[
        "secret",
        "password",
        "token",
        "sas",
        "key",
        "credential",
        "signature",
        "connection_string",
    ];
    let key = key.to_ascii_lowercase();
    WORDS.iter().any(|word| key.contains(word))
}

/// Returns the tables that have this key.
pub fn homes_of(key: &str) -> impl Iterator<Item = &'static str> {
    TABLES.iter().filter(move |(_, keys)| keys.contains(&key)).map(|&(table, _)| table)
}
