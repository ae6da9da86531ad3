//! Phrases of `uptake status`: what needs attention.

use crate::domain::words::phrase::phrases;

phrases! {
    AND_MORE = "{names} and {count} more", "{names} und {count} weitere";
    MORE = "and {count} more", "und {count} weitere";
    RUN_FAILED = "the last run failed (exit code {code}): {message}", "der letzte Lauf ist fehlgeschlagen (Exit-Code {code}): {message}";
    NO_REASON = "it does not say why", "er sagt nicht, warum";
    RUN_DIED =
        "a run ended without a word ({holder}): it was killed, or the machine went down; the next run goes on from there",
        "ein Lauf endete ohne ein Wort ({holder}): Er wurde abgebrochen, oder die Maschine fiel aus; der nächste Lauf macht dort weiter";
    UNFINISHED =
        "the published files may be of two runs, since publishing was cut short; the next run publishes again",
        "die veröffentlichten Dateien können aus zwei Läufen stammen, weil das Veröffentlichen abbrach; der nächste Lauf veröffentlicht neu";
    DAYS_LEFT = "{days} left by `--max-days`: run again", "{days} bleiben von `--max-days` offen: bitte noch einmal laufen lassen";
    BEHIND = "the tables end on {last}, {days} behind {due}", "die Tabellen enden am {last}; bis {due} fehlen {days}";
    NO_TABLES = "there are no tables by day yet: no run came that far", "es gibt noch keine Tagestabellen: Kein Lauf kam so weit";
    UNREADABLE =
        "{first}: these files are not counted here; remove them, the next run makes them again",
        "{first}: Diese Dateien sind hier nicht mitgezählt; entfernen Sie sie, der nächste Lauf erstellt sie neu";
    UNREADABLE_MORE =
        "{first}, and {files} more: these files are not counted here; remove them, the next run makes them again",
        "{first}, und {files} mehr: Diese Dateien sind hier nicht mitgezählt; entfernen Sie sie, der nächste Lauf erstellt sie neu";
    NOT_READ =
        "the last run could not read `{path}` ({why}){more}: every run tries again",
        "der letzte Lauf konnte `{path}` nicht lesen ({why}){more}: Jeder Lauf versucht es wieder";
    WITH_SEATS = "{subscriptions} with {seats}", "{subscriptions} mit {seats}";
    COLLAPSED =
        "`{source}` lists {listed} of {customer} since {day}, after {before} on {day_before}: was a permission lost?",
        "`{source}` listet seit {day} bei {customer} nur {listed}, am {day_before} noch {before}: Ging eine Berechtigung verloren?";
    MORE_COLLAPSED = "{lists} more collapsed likewise", "{lists} mehr sind ebenso eingebrochen";
    SOURCE_LATE = "`{source}` has nothing after {latest}: {days} behind", "`{source}` hat nichts nach {latest}: {days} Rückstand";
    SOURCE_FORMER =
        "the pipeline file has no source `{source}` any more: rows of {files} that are gone stay in the tables",
        "die Pipeline-Datei hat keine Quelle `{source}` mehr: Zeilen aus {files}, die es nicht mehr gibt, bleiben in den Tabellen";
    SOURCE_EMPTY = "`{source}` brought no file lately", "`{source}` hat in letzter Zeit keine Datei geliefert";
    REJECTS =
        "{part} of {records} of `{source}` could not be used ({percent}): more than `fail_above` allows a run ({limit})",
        "{part} von {records} aus `{source}` waren nicht lesbar ({percent}): mehr, als `fail_above` einem Lauf erlaubt ({limit})";
    WORKLOAD_STOPPED =
        "nobody used {workload} in the last 28 days, at no customer, and the last use was on {latest}: did an application id change, or a catalogue?",
        "niemand hat in den letzten 28 Tagen {workload} genutzt, bei keinem Kunden; zuletzt war es {latest}: Hat sich eine Anwendungs-ID geändert oder ein Katalog?";
    LONG_AGO = "long ago", "vor langer Zeit";
    NEVER_USED =
        "nobody ever used {workloads}, though customers have seats: does the catalogue know its applications?",
        "niemand hat je {workloads} genutzt, obwohl Kunden Lizenzen haben: Kennt der Katalog die Anwendungen?";
    WITHOUT_EVENTS = "{customers} without any event in the last {days} days: {names}", "{customers} ohne ein Ereignis in den letzten {days} Tagen: {names}";
    BY_NAME =
        "{users} of {customers} known by name only, so their licenses are not counted as used: {names}; sign-ins or a list of users with names would tell who they are",
        "{users} bei {customers} nur dem Namen nach bekannt, deshalb zählen ihre Lizenzen nicht als genutzt: {names}; Anmeldungen oder eine Nutzerliste mit Namen würden sagen, wer sie sind";
    EVERY_CUSTOMER = "every customer", "alle Kunden";
    SILENT = "{customers} without events up to the last day: {holes}", "{customers} ohne Ereignisse bis zum letzten Tag: {holes}";
    HOLES = "{holes} in the logs of {customers}: {list}", "{holes} in den Protokollen, betroffen sind {customers}: {list}";
    LISTS_STALE =
        "the list of subscriptions in force is older than {days} for {customers}: {names}",
        "die gültige Abonnementliste ist älter als {days}, betroffen sind {customers}: {names}";
    UNLISTED = "{tenants} in no customer list: {names}", "{tenants} in keiner Kundenliste: {names}";
    NO_LIST =
        "no source of the pipeline file brings a list of customers: they have no names",
        "keine Quelle der Pipeline-Datei liefert eine Kundenliste: Die Kunden haben keine Namen";
    UNKNOWN_PRODUCTS =
        "{products} not in the catalogue, use of which is not seen: {names}",
        "{products} nicht im Katalog, die Nutzung ist nicht sichtbar: {names}";
}
