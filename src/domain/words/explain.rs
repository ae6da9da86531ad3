//! Phrases of explanations: the numbers, their parts, and the subscriptions in force.

use crate::domain::words::phrase::phrases;

phrases! {
    UNKNOWN = "unknown", "unbekannt";
    UNKNOWN_COUNT = "unknown {noun}", "unbekannt vielen {noun}";
    NONE = "none", "keine";
    MORE = "and {count} more", "und {count} weitere";
    MORE_IN_JSON = "and {count} more (`--format json` has all of them)", "und {count} weitere (`--format json` hat alle)";
    MORE_LINES = "and {lines} more", "und {lines} mehr";

    USAGE = "Usage", "Nutzung";
    USAGE_ADJUSTED = "Usage, adjusted", "Nutzung, bereinigt";
    ADJUSTED = "adjusted", "bereinigt";
    DEPLOYMENT = "Deployment", "Bereitstellung";
    WINDOW = "Window", "Zeitfenster";
    SEATS = "Seats", "Lizenzen";
    TENANT = "Tenant", "Mandant";
    ACTIVE_OF = "{active} of {entitlements}", "{active} von {entitlements}";
    ACTIVE_OF_SHORT = "{active} active of {entitlements}", "{active} aktiv von {entitlements}";
    ADJUSTED_OF = "{part} of {whole}: without what distorts it (below)", "{part} von {whole}: ohne Verzerrungen (siehe unten)";
    ASSIGNED_OF = "{assigned} assigned of {sold} sold", "{assigned} zugewiesen von {sold}";
    ASSIGNED_DISABLED =
        "{assigned} assigned ({disabled} to disabled accounts) of {sold} sold",
        "{assigned} zugewiesen ({disabled} davon an deaktivierte Konten) von {sold}";
    WAITING = "{count} waiting for a seat", "{count} warten auf eine Lizenz";
    BY_US = "{count} of them by us", "{count} davon über uns";
    CANNOT_BE_SEEN = "cannot be seen: no workload of this product is known", "nicht sichtbar: Von diesem Produkt ist kein Dienst bekannt";
    CANNOT_BE_SEEN_SHORT = "cannot be seen", "nicht sichtbar";
    PART_OF = "{percent} ({part} of {whole})", "{percent} ({part} von {whole})";
    OUT_OF_SCOPE = "out of scope: {reason}", "nicht in der Wertung: {reason}";
    OUT_OF_SCOPE_LONG = "Out of scope ({reason}): in no sum.", "Nicht in der Wertung ({reason}): in keiner Summe.";

    PRODUCT_ON = "{product}, {workload}, on {day}", "{product}, {workload}, am {day}";
    WORKLOAD_ON = "{workload}, on {day}", "{workload}, am {day}";
    ANY_WORKLOAD = "any workload", "alle Dienste zusammen";
    CUSTOMER_ON = "{customer} on {day}", "{customer} am {day}";
    WINDOW_AND_SEATS = "Window {window}; seats {seats}.", "Zeitfenster {window}; Lizenzen {seats}.";
    TENANT_WINDOW_SEATS = "Tenant {tenant}; window {window}; seats {seats}.", "Mandant {tenant}; Zeitfenster {window}; Lizenzen {seats}.";
    COMPLETE = "complete", "vollständig";
    NOT_COMPLETE = "NOT complete", "NICHT vollständig";
    WINDOW_WORDS = "{first} to {last}, {complete}, events on {covered} of {days} days", "{first} bis {last}, {complete}, Ereignisse an {covered} von {days} Tagen";
    BY_LIST = "by the list of subscriptions of {day}", "nach der Abonnementliste vom {day}";
    NO_LIST = "no list of subscriptions", "keine Abonnementliste";

    FAULT = "A fault of uptake", "Ein Fehler von uptake";
    TO_KNOW = "To know", "Zu beachten";
    DIFFERENCES =
        "The tables say something else than what assignments, daily activity and subscriptions give when they are counted again. One of the two is wrong:",
        "Die Tabellen sagen etwas anderes, als sich aus Zuweisungen, täglicher Aktivität und Abonnements beim Nachzählen ergibt. Eines von beiden ist falsch:";
    DIFFERENCE =
        "`{table}` of {day}{workload}: `{column}` is {found}, and counted again it is {counted}",
        "`{table}` vom {day}{workload}: `{column}` ist {found}, und nachgezählt ist es {counted}";

    PRODUCTS = "Products", "Produkte";
    NO_PRODUCTS =
        "none: no subscription is listed, nobody has a license, nobody used one.",
        "keine: Kein Abonnement ist gelistet, niemand hat eine Lizenz oder hat eine genutzt.";
    NEXT_STEPS = "Next steps", "Nächste Schritte";
    CUSTOMER_STEPS = "Next steps for the customer as a whole", "Nächste Schritte für den Kunden insgesamt";
    CUSTOMER_AS_A_WHOLE = "the customer as a whole", "der Kunde insgesamt";
    TAKE_APART = "`--product {product}` takes it apart, user by user.", "`--product {product}` schlüsselt es auf, Nutzer für Nutzer.";
    UNLICENSED = "Used without a license: {workload} by {users}", "Ohne Lizenz genutzt: {workload} von {users}";
    UNLICENSED_SENTENCE = "{users} used {workload} without a license for it.", "{workload} ohne eine Lizenz dafür genutzt: {users}.";
    LAST_ON = "last on {day}", "zuletzt am {day}";

    CUSTOMERS_ON = "Customers on {day}", "Kunden am {day}";
    CUSTOMER = "customer", "Kunde";
    SEATS_SOLD = "seats sold", "Lizenzen";
    DEPLOYMENT_COLUMN = "deployment", "zugewiesen";
    USAGE_COLUMN = "usage", "genutzt";
    DAYS_COLUMN = "days seen", "Tage";
    LIST_COLUMN = "list age", "Listenalter";
    STEPS_COLUMN = "next steps", "Schritte";
    COLUMNS_MEAN =
        "days seen: days of the window with any event; list age: days since the list of subscriptions. `uptake explain --customer NAME` takes one apart.",
        "Tage: Tage des Zeitfensters mit Ereignissen; Listenalter: Tage seit der Abonnementliste. `uptake explain --customer NAME` schlüsselt einen auf.";
    TAKE_CUSTOMER_APART =
        "`--customer NAME` takes one apart; the beginning of the name will do.",
        "`--customer NAME` schlüsselt einen auf; der Anfang des Namens genügt.";

    OF_THE_ACTIVE = "Of the {users}", "Davon ({users})";
    CURRENT = "with the product, as far as there are entitlements", "mit dem Produkt, soweit es nutzbare Lizenzen gibt";
    MOVED = "without it by now: the license moved on", "inzwischen ohne das Produkt: Die Lizenz wurde weitergegeben";
    SWITCHED =
        "without it by now, and with another product that has the workload: they were switched",
        "inzwischen mit einem anderen Produkt für denselben Dienst: Sie sind umgestiegen";
    LAPSED =
        "with it beyond the entitlements, while paid seats have lapsed",
        "mit dem Produkt, über die nutzbaren Lizenzen hinaus: Bezahlte Lizenzen sind abgelaufen";
    TRIAL =
        "with it beyond the entitlements, while there is a trial",
        "mit dem Produkt, über die nutzbaren Lizenzen hinaus: Ein Testabonnement läuft";
    OVER_ASSIGNED = "with it beyond everything that was sold", "mit dem Produkt, über alles Gekaufte hinaus";
    CURRENT_SHORT = "current", "aktuell";
    MOVED_SHORT = "moved", "weitergegeben";
    SWITCHED_SHORT = "switched", "umgestiegen";
    LAPSED_SHORT = "lapsed", "abgelaufen";
    TRIAL_SHORT = "trial", "Test";
    OVER_ASSIGNED_SHORT = "over-assigned", "überzählig";
    BEYOND =
        "{users} with the product, {entitlements}: {count} beyond, {reasons}.",
        "{users} mit dem Produkt bei {entitlements}: {count} darüber hinaus, {reasons}.";
    BECAUSE_LAPSED = "because paid seats have lapsed", "weil bezahlte Lizenzen abgelaufen sind";
    WHILE_TRIAL = "while there is a trial", "weil ein Testabonnement läuft";
    BECAUSE_OVER_ASSIGNED = "because more licenses are assigned than were sold", "weil mehr Lizenzen zugewiesen als gekauft sind";
    POOLED =
        "Licenses are pooled, so nothing says which of the {count} they are.",
        "Lizenzen gehören niemandem einzeln, deshalb sagt nichts, welche der {count} es sind.";

    BY_WORKLOAD = "By workload", "Nach Diensten";
    WORKLOAD_COLUMN = "workload", "Dienst";
    ENTITLEMENTS_COLUMN = "entitlements", "nutzbar";
    ACTIVE_COLUMN = "active", "aktiv";
    OF_COLUMN = "of", "von";
    MOVED_COLUMN = "moved", "weiter";
    SWITCHED_COLUMN = "switched", "Umstieg";
    LAPSED_COLUMN = "lapsed", "Ablauf";
    OVER_COLUMN = "over", "über";
    PRODUCT_COLUMN = "product", "Produkt";

    IN_FORCE = "Subscriptions in force, {list}", "Gültige Abonnements, {list}";
    NOT_LISTED = "The list has none of this product.", "Die Liste hat keines von diesem Produkt.";
    COUNTS_AS = "{subscription}: counts as {roles}", "{subscription}: zählt als {roles}";
    SUBSCRIPTION_COLUMN = "subscription", "Abonnement";
    COUNTS_AS_COLUMN = "counts as", "zählt als";
    ID_COLUMN = "id", "ID";
    SOLD = "sold", "gekauft";
    ENTITLED = "entitlements", "nutzbar";
    NOTHING = "nothing", "nichts";
    A_TRIAL = "trial", "(Test)";
    ACTIVE_STATE = "active", "aktiv";
    GRACE_STATE = "grace", "in der Nachfrist";
    DISABLED_STATE = "disabled", "deaktiviert";
    DEPROVISIONED_STATE = "deprovisioned", "gelöscht";
    PENDING_STATE = "pending", "ausstehend";
    SUPERSEDED_STATE = "superseded", "abgelöst";
    SOLD_BY_US = "sold by us", "über uns gekauft";
    SOLD_BY_OTHER = "sold by another partner", "über einen anderen Partner gekauft";
    SOLD_DIRECTLY = "bought directly", "direkt gekauft";
    SELLER_UNKNOWN = "seller unknown", "Verkäufer unbekannt";
    ENDS = "ends {day}", "endet {day}";
    RENEWS = "renews {day}", "verlängert sich {day}";
    ENDS_UNLESS_RENEWED = "ends {day} unless somebody renews it", "endet {day}, wenn niemand es verlängert";
    FOR_A_MONTH = "bound for a month", "für einen Monat gebunden";
    FOR_A_YEAR = "bound for a year", "für ein Jahr gebunden";
    FOR_THREE_YEARS = "bound for three years", "für drei Jahre gebunden";
    NO_END = "no end known", "kein Ende bekannt";
}
