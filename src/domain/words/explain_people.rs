//! Phrases of explanations: the users behind a number, what changed it, and one user's days.

use crate::domain::words::phrase::phrases;

phrases! {
    HAVE_IT = "Active, and they have the product", "Aktiv und mit dem Produkt";
    HAD_IT = "Active, and they no longer have it", "Aktiv und inzwischen ohne das Produkt";
    HAVE_ANOTHER = "Active, and they have another product by now", "Aktiv und inzwischen mit einem anderen Produkt";
    NOT_USED = "They have it and did not use it", "Mit dem Produkt, aber ohne Nutzung";
    NOT_USED_IN_WINDOW = "They have it, and did not use it in the window", "Mit dem Produkt, aber ohne Nutzung im Zeitfenster";
    NOT_SEEN = "They have it, and its use cannot be seen", "Mit dem Produkt, dessen Nutzung nicht sichtbar ist";
    WAITING = "They are meant to have it, and wait for a seat", "Sollen es haben und warten auf eine Lizenz";
    DISABLED_SINCE = "the account is disabled (since the list of {day})", "das Konto ist deaktiviert (seit der Liste vom {day})";
    SINCE_LIST = "since the list of {day}", "seit der Liste vom {day}";
    WAITS_SINCE = "waits for a seat (since the list of {day})", "wartet auf eine Lizenz (seit der Liste vom {day})";
    LATEST_ASSIGNED = "the latest assigned first", "zuletzt zugewiesene zuerst";
    LATEST_LOST = "the latest to lose it first", "zuletzt entzogene zuerst";
    LONGEST_UNUSED = "the longest unused first", "am längsten ungenutzte zuerst";
    BY_ID = "in the order of their ids", "nach IDs geordnet";
    USER_COLUMN = "user", "Nutzer";
    SINCE_COLUMN = "since", "seit";
    UNTIL_COLUMN = "until", "bis";
    LAST_USE_COLUMN = "last use", "zuletzt";
    ACTIVE_DAYS_COLUMN = "active days", "aktive Tage";
    DAYS_BY_COLUMN = "days by", "Tage";
    BEFORE = "before", "vorher";
    NEVER = "never", "nie";
    WENT_TO = "went to {user} on {day}", "ging am {day} an {user}";
    CAME_FROM = "came from {user}, who had it until {day}", "kam von {user}, bis {day} dort";
    ALSO_HAS = "also has {products}, for the same work", "hat außerdem {products}, für dieselbe Arbeit";
    SWITCHED_TO = "has {products} by now", "hat inzwischen {products}";
    BY = "by: {letters}", "durch: {letters}";
    LETTERS =
        "i interactive sign-in, n non-interactive sign-in, a audited action, r usage report",
        "i interaktive Anmeldung, n nicht interaktive, a protokollierte Aktion, r Nutzungsbericht";
    NEVER_MEANS =
        "never: no use since {day}, as far back as the tables go",
        "nie: keine Nutzung seit {day}, soweit die Tabellen zurückreichen";

    SINCE = "Since {day}", "Seit {day}";
    WAS_AND_IS = "{what} {before} to {now}", "{what} {before} auf {now}";
    AS_BEFORE = "{what} {now} as before", "{what} {now} wie zuvor";
    USAGE = "Usage", "Nutzung";
    ACTIVE_USERS = "active users", "aktive Nutzer";
    ENTITLEMENTS = "entitlements", "nutzbar";
    ASSIGNED = "assigned", "zugewiesen";
    NOT_COMPLETE_THEN =
        "The window of that day was not complete: part of a rise is data that began, and not use.",
        "Das Zeitfenster jenes Tages war nicht vollständig: Ein Teil eines Anstiegs sind neu beginnende Daten und keine Nutzung.";
    GOT_LICENSE = "got a license: {delta} assigned", "Lizenz bekommen: {delta} zugewiesen";
    LOST_LICENSE = "lost a license: {delta} assigned", "Lizenz verloren: {delta} zugewiesen";
    NOTHING_CHANGED = "Nothing changed.", "Nichts hat sich geändert.";
    NO_EFFECT = "no change in what counts", "ohne Wirkung auf die Zahlen";
    ASSIGNED_AND_USED = "got a license since, and used it", "seither eine Lizenz bekommen und genutzt";
    BECAME_ACTIVE = "had a license, and became active", "mit Lizenz, jetzt aktiv geworden";
    USED_AND_REMOVED = "became active, and lost the license since", "aktiv geworden und die Lizenz seither verloren";
    GIVEN_BACK = "got back the license that they had lost", "die verlorene Lizenz zurückbekommen";
    REMOVED = "lost the license; still counted by earlier use", "Lizenz verloren; frühere Nutzung zählt noch mit";
    SWITCHED = "switched to another product; still counted by earlier use", "auf ein anderes Produkt umgestiegen; frühere Nutzung zählt noch mit";
    OTHER_REMOVED = "lost the other product as well; still counted by earlier use", "auch das andere Produkt verloren; frühere Nutzung zählt noch mit";
    FELL_OUT = "last use fell out of the window", "letzte Nutzung liegt nicht mehr im Zeitfenster";
    REMOVED_AND_FELL_OUT =
        "had lost the license; last use fell out of the window",
        "Lizenz schon verloren; letzte Nutzung liegt nicht mehr im Zeitfenster";
    WITH_PRODUCT = "with the product", "mit dem Produkt";
    SUBSCRIPTION_CHANGED = "subscription {id}: {cause}, {states}: {effect}", "Abonnement {id}: {cause}, {states}: {effect}";
    ADDED = "new in the list", "neu in der Liste";
    GONE = "no longer in the list", "nicht mehr in der Liste";
    SEATS_CHANGED = "number of seats changed", "andere Zahl von Lizenzen";
    STATE_CHANGED = "state changed", "anderer Status";
    TRIAL_CHANGED = "trial became paid, or the other way round", "aus Test wurde bezahlt oder umgekehrt";
    FROM_TO = "{before} to {now}", "{before} auf {now}";
    WAS = "was {before}", "war {before}";

    USER_OF = "User {user}", "Nutzer {user}";
    OF_CUSTOMER = "of {customer}, on {day}", "bei {customer}, am {day}";
    USER_OF_CUSTOMER = "User {user} of {customer} on {day}", "Nutzer {user} bei {customer} am {day}";
    COUNTS =
        "Counts: active on a day on which the user held the product, and has it.",
        "Zählt: aktiv an einem Tag, an dem der Nutzer das Produkt hatte, und hat es noch.";
    COUNTS_AS_MOVED =
        "Counts as moved: active on a day on which the user held the product, and no longer has it.",
        "Zählt als weitergegeben: aktiv an einem Tag, an dem der Nutzer das Produkt hatte, und hat es nicht mehr.";
    COUNTS_AS_SWITCHED =
        "Counts as switched: active on a day on which the user held the product, and has another one with the workload instead.",
        "Zählt als umgestiegen: aktiv an einem Tag, an dem der Nutzer das Produkt hatte, und hat stattdessen ein anderes für denselben Dienst.";
    INACTIVE =
        "Does not count: has the product, and no active day in the window on which it was held.",
        "Zählt nicht: hat das Produkt, aber im Zeitfenster keinen aktiven Tag, an dem er es hatte.";
    OUT =
        "Does not count: does not have the product, and no active day in the window on which it was held.",
        "Zählt nicht: hat das Produkt nicht und im Zeitfenster keinen aktiven Tag, an dem er es hatte.";
    LICENSES = "Licenses", "Lizenzen";
    STILL_THERE = "still there", "noch vorhanden";
    UNTIL = "until {day}", "bis {day}";
    SINCE_BEFORE = "since before the data", "seit vor Beginn der Daten";
    SINCE_BY = "since {day} (by {source})", "seit {day} (durch {source})";
    USE_FROM = "Use from {first} to {last}", "Nutzung vom {first} bis {last}";
    LATEST_FIRST = "the latest first", "die letzte zuerst";
    INTERACTIVE = "{count} interactive", "{count} interaktiv";
    NON_INTERACTIVE = "{count} non-interactive", "{count} nicht interaktiv";
    AUDITED = "{count} audited", "{count} protokolliert";
    REPORTED = "{count} reported", "{count} berichtet";
    NOT_ACTIVE = "not active by the evidence that the pipeline chooses", "nicht aktiv nach den Belegen, die die Pipeline wählt";
    NO_LICENSE = "held no license for it", "hatte keine Lizenz dafür";
    EVENT = "line {line}: {what} at {at}, id {id}", "Zeile {line}: {what} um {at}, ID {id}";
    IN_LINE = "line {line}, {at}", "Zeile {line}, {at}";
    INTERACTIVE_SIGN_IN = "interactive sign-in", "interaktive Anmeldung";
    NON_INTERACTIVE_SIGN_IN = "non-interactive sign-in", "nicht interaktive Anmeldung";
    AUDITED_ACTION = "audited action", "protokollierte Aktion";
    USAGE_REPORT = "usage report", "Nutzungsbericht";
    PRODUCT_COLUMN = "product", "Produkt";
    BY_EVENT = "an event", "ein Ereignis";
    BY_SNAPSHOT = "a snapshot", "eine Nutzerliste";
}
