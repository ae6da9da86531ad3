//! Phrases of the closing summary of a run.

use crate::domain::words::phrase::phrases;

phrases! {
    AND = "and", "und";
    PORTFOLIO_ON = "Portfolio on {day}", "Portfolio am {day}";
    RANGE = "{first} to {last}", "{first} bis {last}";
    CUSTOMERS = "Customers", "Kunden";
    WITHOUT_SEATS = "{count} without seat data", "{count} ohne Lizenzdaten";
    INCOMPLETE = "{count} with less than 28 days of data", "{count} mit weniger als 28 Tagen Daten";
    DEPLOYMENT = "Deployment", "Bereitstellung";
    USAGE = "Usage", "Nutzung";
    ADJUSTED = "adjusted", "bereinigt";
    BESIDES = "besides", "daneben";
    OF_SEATS = "{part} of {whole} seats", "{part} von {whole} Lizenzen";
    OF_ENTITLEMENTS = "{part} of {whole} entitlements", "{part} von {whole} nutzbaren Lizenzen";
    PER_MONTH = "Per month", "Pro Monat";
    SPENDING = "{sold}, unassigned {unassigned}, idle {idle}", "{sold}, frei {unassigned}, ungenutzt {idle}";
    UNKNOWN = "unknown: no customer has seat data", "unbekannt: von keinem Kunden liegen Lizenzdaten vor";
    POINTS = "{points} points", "{points} Punkte";
    MOVED_MOST = "Moved most since {day}", "Größte Veränderungen seit {day}";
    ACTIVE = "active", "aktiv";
    NO_DAY_BEFORE = "There is no day 28 days earlier to compare with.", "Es gibt keinen Tag 28 Tage zuvor, mit dem verglichen werden könnte.";
    NOBODY_MOVED = "No customer's use changed.", "Bei keinem Kunden hat sich die Nutzung verändert.";
    NOT_COMPARED = "{count} not compared: less than 28 days of data at the time.", "{count} nicht verglichen: damals weniger als 28 Tage Daten.";
    OLD_LISTS = "Seats by an old list of subscriptions", "Lizenzen nach einer alten Abonnementliste";
    UNKNOWN_PRODUCTS = "Products that the catalogue lacks", "Produkte, die der Katalog nicht kennt";
    DAYS_OLD = "{days} old", "{days} alt";
    AND_MORE = "and {count} more", "und {count} weitere";
    NEXT_STEPS = "Most valuable next steps, by seats concerned", "Die wertvollsten nächsten Schritte, nach betroffenen Lizenzen";
    STEPS_SINCE = "Next steps since {day}: {new} new, {done} done", "Nächste Schritte seit {day}: {new} neu, {done} erledigt";
    NEW = "new", "neu";
    DONE = "done", "erledigt";
    STEPS_BY_MONEY = "Most valuable next steps, by money per month", "Die wertvollsten nächsten Schritte, nach Geld pro Monat";
    NO_PRICES = "No next step has a price: `prices` in [catalogue] names a price list.", "Kein Schritt hat einen Preis: `prices` in [catalogue] nennt eine Preisliste.";
    MORE_STEPS = "more in {file}", "weitere in {file}";
    UP_TO_DATE = "Nothing to do: everything is up to date.", "Nichts zu tun: Alles ist auf dem neuesten Stand.";
    UP_TO_DATE_UNTIL = "Nothing to do: everything is up to date until {day}.", "Nichts zu tun: Alles ist bis {day} auf dem neuesten Stand.";
    NOTHING_MADE =
        "Nothing could be made: there is no sign-in and no subscription snapshot up to the last day.",
        "Es konnte nichts erstellt werden: Bis zum letzten Tag gibt es weder eine Anmeldung noch eine Abonnementliste.";
    NOT_READ =
        "Nothing new: {files} of the input could not be read, the next run tries again. The rest is up to date.",
        "Nichts Neues: Von der Eingabe nicht lesbar: {files}; der nächste Lauf versucht es wieder. Der Rest ist auf dem neuesten Stand.";
    NOT_READ_UNTIL =
        "Nothing new: {files} of the input could not be read, the next run tries again. The rest is up to date until {day}.",
        "Nichts Neues: Von der Eingabe nicht lesbar: {files}; der nächste Lauf versucht es wieder. Der Rest ist bis {day} auf dem neuesten Stand.";
    READ = "Read", "Gelesen";
    READ_OF = "{source}: {files}, {records}, {others} of other feeds, {rejects}", "{source}: {files}, {records}, {others} aus anderen Feeds, {rejects}";
    NO_REJECTS = "no rejects", "alle lesbar";
    WARNING = "Warning", "Warnung";
    COLLAPSED = "Collapsed", "Einbruch";
    REMOVED = "Removed", "Entfernt";
    REMOVED_FILES = "{files} of days that the tables do not have", "{files} von Tagen, die die Tabellen nicht haben";
    VERIFIED = "Verified", "Geprüft";
    VERIFIED_ROWS = "{some} of {all} computed again: {rows}, all the same", "{some} von {all} noch einmal berechnet: {rows}, alle gleich";
    LEFT = "Left", "Offen";
    LEFT_DAYS = "{days} left for the next run (`--max-days`)", "{days} bleiben dem nächsten Lauf (`--max-days`)";
    WAREHOUSE = "Warehouse", "Warehouse";
    PUBLISHED = "Published", "Ausgabe";
}
