//! Phrases for the numbers behind a next step, one for each key of its evidence.

use crate::domain::words::phrase::{Phrase, phrases};

phrases! {
    ACTIVE_CURRENT = "active, current", "aktiv, aktuell";
    ACTIVE_LAPSED = "active, on lapsed seats", "aktiv, auf abgelaufenen Lizenzen";
    ACTIVE_MOVED = "active, license moved on", "aktiv, Lizenz weitergegeben";
    ACTIVE_OVER_ASSIGNED = "active, over-assigned", "aktiv, überzählig";
    ACTIVE_SWITCHED = "active, switched to another product", "aktiv, auf ein anderes Produkt umgestiegen";
    ACTIVE_TRIAL = "active, on a trial", "aktiv, in einer Testphase";
    ACTIVE_UNLICENSED = "active without a license", "aktiv ohne Lizenz";
    ACTIVITY_KNOWN_SINCE = "activity known since", "Aktivität bekannt seit";
    AUTO_RENEW = "renews by itself", "verlängert sich automatisch";
    CONTAINED_IN = "contained in", "enthalten in";
    DAYS_LEFT = "days left", "verbleibende Tage";
    DEPLOYMENT_RATIO = "deployment", "Bereitstellung";
    ENDS_ON = "ends on", "endet am";
    ENTITLEMENTS_ACTIVE = "active users", "aktive Nutzer";
    ENTITLEMENTS_TOTAL = "usable seats", "nutzbare Lizenzen";
    FIRST_SEEN_DAY = "first seen on", "zuerst gesehen am";
    FIRST_SNAPSHOT_DAY = "first list of", "erste Liste vom";
    GRACE_DAYS = "days of grace", "Tage Schonfrist";
    LIMIT_DEPLOYMENT_RATIO = "threshold of deployment", "Schwelle der Bereitstellung";
    LIMIT_NEW_PRODUCT_DAYS = "new for this many days", "neu für so viele Tage";
    LIMIT_REQUESTS = "threshold of requests per 100 seats", "Schwelle der Anfragen pro 100 Lizenzen";
    LIMIT_USAGE_RATIO = "threshold of usage", "Schwelle der Nutzung";
    RENEWS_ON = "renews on", "verlängert sich am";
    REQUESTS = "support requests", "Supportanfragen";
    REQUESTS_PER_100_SEATS = "requests per 100 seats", "Anfragen pro 100 Lizenzen";
    REQUESTS_SINCE = "requests since", "Anfragen seit";
    SEATS_ACTIVE = "assigned and active", "zugewiesen und aktiv";
    SEATS_ASSIGNED = "assigned seats", "zugewiesene Lizenzen";
    SEATS_CONCERNED = "concerned", "betroffen";
    SEATS_DISABLED = "of disabled accounts", "von deaktivierten Konten";
    SEATS_ENDING = "ending seats", "endende Lizenzen";
    SEATS_END_UNKNOWN = "seats whose end is not known", "Lizenzen mit unbekanntem Ende";
    SEATS_INACTIVE = "not active any more", "nicht mehr aktiv";
    SEATS_NEVER_ACTIVE = "never active", "nie aktiv";
    SEATS_NEW = "assigned lately", "kürzlich zugewiesen";
    SEATS_RENEWING = "renewing seats", "sich verlängernde Lizenzen";
    SEATS_SOLD = "sold seats", "gekaufte Lizenzen";
    SEATS_SPARE = "wanted as spare", "als Reserve gewünscht";
    SEATS_UNASSIGNED = "seats that nobody has", "Lizenzen, die niemand hat";
    SEATS_UNUSED = "seats that nobody uses", "Lizenzen, die niemand nutzt";
    SNAPSHOT_DAY = "list of", "Liste vom";
    SUBSCRIPTIONS_ENDING = "ending subscriptions", "endende Abonnements";
    SUBSCRIPTIONS_RENEWING = "renewing subscriptions", "sich verlängernde Abonnements";
    USAGE_RATIO = "usage", "Nutzung";
    USAGE_RATIO_ADJUSTED = "usage, adjusted", "Nutzung, bereinigt";
    USERS_OVERLAPPING = "people with both products", "Personen mit beiden Produkten";
    USERS_WAITING = "people who wait for a seat", "Personen, die auf eine Lizenz warten";
    WINDOW_COMPLETE = "window complete", "Zeitfenster vollständig";
    WINDOW_DAYS_COVERED = "days with events in the window", "Tage mit Ereignissen im Zeitfenster";
}

/// The words for a key of evidence; `None` for one that has none.
pub fn of_key(key: &str) -> Option<Phrase> {
    Some(match key {
        "active_current" => ACTIVE_CURRENT,
        "active_lapsed" => ACTIVE_LAPSED,
        "active_moved" => ACTIVE_MOVED,
        "active_over_assigned" => ACTIVE_OVER_ASSIGNED,
        "active_switched" => ACTIVE_SWITCHED,
        "active_trial" => ACTIVE_TRIAL,
        "active_unlicensed" => ACTIVE_UNLICENSED,
        "activity_known_since" => ACTIVITY_KNOWN_SINCE,
        "auto_renew" => AUTO_RENEW,
        "contained_in" => CONTAINED_IN,
        "days_left" => DAYS_LEFT,
        "deployment_ratio" => DEPLOYMENT_RATIO,
        "ends_on" => ENDS_ON,
        "entitlements_active" => ENTITLEMENTS_ACTIVE,
        "entitlements_total" => ENTITLEMENTS_TOTAL,
        "first_seen_day" => FIRST_SEEN_DAY,
        "first_snapshot_day" => FIRST_SNAPSHOT_DAY,
        "grace_days" => GRACE_DAYS,
        "limit_deployment_ratio" => LIMIT_DEPLOYMENT_RATIO,
        "limit_new_product_days" => LIMIT_NEW_PRODUCT_DAYS,
        "limit_requests_per_100_seats" => LIMIT_REQUESTS,
        "limit_usage_ratio" => LIMIT_USAGE_RATIO,
        "renews_on" => RENEWS_ON,
        "requests" => REQUESTS,
        "requests_per_100_seats" => REQUESTS_PER_100_SEATS,
        "requests_since" => REQUESTS_SINCE,
        "seats_active" => SEATS_ACTIVE,
        "seats_assigned" => SEATS_ASSIGNED,
        "seats_concerned" => SEATS_CONCERNED,
        "seats_disabled" => SEATS_DISABLED,
        "seats_ending" => SEATS_ENDING,
        "seats_end_unknown" => SEATS_END_UNKNOWN,
        "seats_inactive" => SEATS_INACTIVE,
        "seats_never_active" => SEATS_NEVER_ACTIVE,
        "seats_new" => SEATS_NEW,
        "seats_renewing" => SEATS_RENEWING,
        "seats_sold" => SEATS_SOLD,
        "seats_spare" => SEATS_SPARE,
        "seats_unassigned" => SEATS_UNASSIGNED,
        "seats_unused" => SEATS_UNUSED,
        "snapshot_day" => SNAPSHOT_DAY,
        "subscriptions_ending" => SUBSCRIPTIONS_ENDING,
        "subscriptions_renewing" => SUBSCRIPTIONS_RENEWING,
        "usage_ratio" => USAGE_RATIO,
        "usage_ratio_adjusted" => USAGE_RATIO_ADJUSTED,
        "users_overlapping" => USERS_OVERLAPPING,
        "users_waiting" => USERS_WAITING,
        "window_complete" => WINDOW_COMPLETE,
        "window_days_covered" => WINDOW_DAYS_COVERED,
        _ => return None,
    })
}
