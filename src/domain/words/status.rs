//! Phrases of `uptake status`: headings, columns and lines.

use crate::domain::words::phrase::phrases;

phrases! {
    EXTENT = "{pipeline}: {first} to {last}", "{pipeline}: {first} bis {last}";
    NO_TABLES = "{pipeline}: no tables by day yet", "{pipeline}: noch keine Tagestabellen";
    NO_WAREHOUSE =
        "{pipeline}: there is no warehouse at `{warehouse}` yet: `uptake run` makes it",
        "{pipeline}: unter `{warehouse}` ist noch kein Warehouse: `uptake run` legt es an";
    AT_WORK = "A run is at work: {holder}", "Ein Lauf ist bei der Arbeit: {holder}";
    ALL_WELL = "Nothing needs attention.", "Nichts braucht Aufmerksamkeit.";
    NEEDS_ATTENTION = "Needs attention", "Braucht Aufmerksamkeit";
    LAST_RUNS = "Last runs", "Letzte Läufe";
    MORE = "and {count} more (`--format json` has all)", "und {count} weitere (`--format json` hat alle)";
    SOURCES = "Sources", "Quellen";
    LATEST_DAY = "latest day", "letzter Tag";
    LAG = "lag", "Rückstand";
    REJECTS = "Rejects of the last {days} days", "Nicht lesbare Datensätze der letzten {days} Tage";
    PART_OF = "{part} of {whole}", "{part} von {whole}";
    CUSTOMERS = "Customers", "Kunden";
    IN_ALL = "in all", "insgesamt";
    WITH_WINDOW = "with a complete window of 28 days", "mit vollständigem Zeitfenster von 28 Tagen";
    WITHOUT_WINDOW = "with less than 28 days of data", "mit weniger als 28 Tagen Daten";
    WITHOUT_SUBSCRIPTIONS = "without a snapshot of subscriptions", "ohne Abonnementliste";
    WITHOUT_USERS = "without a recent list of users", "ohne aktuelle Nutzerliste";
    LESS_DATA = "Less than 28 days of data", "Weniger als 28 Tage Daten";
    DAYS_COLUMN = "days", "Tage";
    WORKLOADS = "Workloads", "Dienste";
    USERS_COLUMN = "users", "Nutzer";
    NEVER = "never", "nie";
    MADE = "{count} made", "{count} erstellt";
    RUN_COMMAND = "run", "Lauf";
    REPROCESS_COMMAND = "reprocess", "neu";
    PUBLISHED = "published", "berichtet";
    MADE_ONLY = "made", "erstellt";
    IDLE = "idle", "untätig";
    REFUSED = "refused", "abgewiesen";
    FAILED = "failed", "Fehler";
}
