//! Phrases of the report for people: headings, columns, sentences and definitions.

use crate::domain::words::phrase::phrases;

phrases! {
    PORTFOLIO_TITLE = "Use of licenses in the portfolio", "Lizenznutzung im Portfolio";
    CUSTOMER_TITLE = "Use of licenses: {customer}", "Lizenznutzung: {customer}";
    ON_DAY = "As of {day}, rolling 28 days", "Stand {day}, jeweils 28 Tage";
    COMPARED_WITH = "compared with {day}", "verglichen mit {day}";
    NOT_COMPARED = "there is no day 28 days before to compare with", "es gibt keinen Tag 28 Tage zuvor zum Vergleich";
    SKIP = "Skip to the content", "Zum Inhalt springen";
    CONTENTS = "Contents", "Inhalt";
    TABLE_OF = "Table: {what}", "Tabelle: {what}";
    CHART_OF = "Chart: {what}", "Diagramm: {what}";
    MADE_BY = "Made by uptake {version} from the published tables of {day}.", "Erstellt von uptake {version} aus den veröffentlichten Tabellen vom {day}.";
    NO_USERS = "This page names no users.", "Diese Seite nennt keine Nutzer.";
    UNKNOWN = "unknown", "unbekannt";
    NONE = "none", "keine";
    MORE_ROWS = "and {count} more, in {file}", "und {count} weitere, in {file}";

    AT_A_GLANCE = "At a glance", "Auf einen Blick";
    DEPLOYMENT = "Deployment", "Bereitstellung";
    USAGE = "Usage", "Nutzung";
    ADJUSTED = "Usage, adjusted", "Nutzung, bereinigt";
    CUSTOMERS = "Customers", "Kunden";
    PEOPLE = "Active people", "Aktive Personen";
    WIN_BACK = "Seats to win back", "Zurückzugewinnende Lizenzen";
    MONEY = "Cost per month", "Kosten pro Monat";
    ASSIGNED_OF_SOLD = "{assigned} assigned of {sold} sold", "{assigned} zugewiesen von {sold} gekauften";
    ACTIVE_OF_ENTITLED = "{active} active of {entitled} usable", "{active} aktiv von {entitled} nutzbaren";
    CURRENT_OF_ENTITLED = "{current} without distortions of {entitled} usable", "{current} ohne Verzerrungen von {entitled} nutzbaren";
    OF_PEOPLE = "{active} of {entitled} with a license", "{active} von {entitled} mit Lizenz";
    OF_SOLD = "of {sold} sold", "von {sold} gekauften";
    WITHOUT_SEATS = "{count} without seat data", "{count} ohne Lizenzdaten";
    IDLE_COST = "{unassigned} unassigned, {idle} idle", "{unassigned} frei, {idle} ungenutzt";
    POINTS = "{points} points in 28 days", "{points} Punkte in 28 Tagen";
    MORE_IN_28 = "{count} in 28 days", "{count} in 28 Tagen";
    SAME_AS_BEFORE = "as 28 days before", "wie 28 Tage zuvor";

    TREND = "Trend", "Verlauf";
    TREND_TEXT = "Shares of sold and of usable seats, every day. A gap is a day without data; a shaded day has windows that are not complete.", "Anteile an gekauften und nutzbaren Lizenzen, jeden Tag. Eine Lücke ist ein Tag ohne Daten; an schraffierten Tagen sind Zeitfenster unvollständig.";
    TREND_DESC = "Deployment was {deployment} on the last day, usage {usage}, adjusted usage {adjusted}.", "Die Bereitstellung lag am letzten Tag bei {deployment}, die Nutzung bei {usage}, die bereinigte Nutzung bei {adjusted}.";
    TREND_NUMBERS = "The numbers of the chart, week by week", "Die Zahlen des Diagramms, Woche für Woche";
    DAY = "Day", "Tag";
    INCOMPLETE_DAYS = "windows not complete", "Zeitfenster unvollständig";

    OVERUSE = "What usage is made of", "Woraus die Nutzung besteht";
    OVERUSE_TEXT = "Active users as a share of usable seats. Above 100 % there is a reason, and each part is one.", "Aktive Nutzer als Anteil der nutzbaren Lizenzen. Über 100 % gibt es einen Grund, und jeder Teil ist einer.";
    OVERUSE_DESC = "For each product the share of usable seats in active use, by reason, with a mark at 100 %.", "Für jedes Produkt der Anteil aktiv genutzter Lizenzen, nach Gründen, mit einer Marke bei 100 %.";
    ALL_PRODUCTS = "All products", "Alle Produkte";
    CURRENT = "current", "aktuell";
    MOVED = "moved on", "weitergegeben";
    SWITCHED = "switched", "umgestiegen";
    LAPSED = "lapsed", "abgelaufen";
    TRIAL = "trial", "Testphase";
    OVER_ASSIGNED = "over-assigned", "überzählig";

    CUSTOMER = "Customer", "Kunde";
    CUSTOMERS_TEXT = "Those with the most seats to win back first.", "Zuerst die mit den meisten zurückzugewinnenden Lizenzen.";
    FILTER = "Show only customers with", "Nur Kunden zeigen mit";
    SORT = "Sort by {column}", "Sortieren nach {column}";
    USE_OF_WEEKS = "26 weeks", "26 Wochen";
    SOLD = "Sold", "Gekauft";
    ASSIGNED = "Assigned", "Zugewiesen";
    ENTITLED = "Usable", "Nutzbar";
    ACTIVE = "Active", "Aktiv";
    UNLICENSED = "Without a license", "Ohne Lizenz";
    STEPS_COLUMN = "Next steps", "Nächste Schritte";
    NEW_STEPS = "{count} new", "{count} neu";
    NO_CUSTOMERS = "No customer has a product that counts.", "Kein Kunde hat ein Produkt, das zählt.";

    WORKLOADS = "Workloads", "Dienste";
    WORKLOADS_TEXT = "People are counted once, whatever they hold.", "Personen zählen einmal, was sie auch besitzen.";
    WORKLOAD = "Workload", "Dienst";
    PEOPLE_ENTITLED = "People with a license", "Personen mit Lizenz";
    PEOPLE_ACTIVE = "of them active", "davon aktiv";
    PEOPLE_RATIO = "Share", "Anteil";

    PRODUCTS = "Products", "Produkte";
    PRODUCT = "Product", "Produkt";
    NOT_COUNTED = "Products that do not count", "Produkte, die nicht zählen";
    REASON = "Reason", "Grund";
    BY_WORKLOAD = "Use by product and workload", "Nutzung nach Produkt und Dienst";
    NO_PRODUCTS = "No product is listed, held or used.", "Kein Produkt ist gelistet, zugewiesen oder genutzt.";

    CHANGES = "What changed in 28 days", "Was sich in 28 Tagen geändert hat";
    CHANGES_NONE = "Nothing changed.", "Nichts hat sich geändert.";
    CHANGES_UNKNOWN = "There is no day 28 days before to compare with.", "Es gibt keinen Tag 28 Tage zuvor, mit dem verglichen werden könnte.";
    ROSE = "Usage went from {before} to {now}.", "Die Nutzung ging von {before} auf {now}.";
    BY_ACTIVE = "{points} points, because {count} users are active", "{points} Punkte durch {count} aktive Nutzer";
    BY_SEATS = "{points} points, because {count} seats are usable", "{points} Punkte durch {count} nutzbare Lizenzen";
    NEW_PRODUCT = "The product was not there 28 days before.", "Das Produkt gab es 28 Tage zuvor nicht.";
    CHANGE_OF = "{what}: {before} to {now} ({change})", "{what}: {before} auf {now} ({change})";

    STEPS = "Next steps", "Nächste Schritte";
    STEPS_NEW = "Next steps that are new", "Neue nächste Schritte";
    STEPS_TEXT = "Not there on the published day before. The most seats first.", "Am veröffentlichten Tag davor noch nicht da. Zuerst die mit den meisten Lizenzen.";
    STEPS_ALL = "All open next steps by kind", "Alle offenen nächsten Schritte nach Art";
    STEPS_NO_NEW = "No step is new.", "Kein Schritt ist neu.";
    STEPS_NONE = "There is nothing to do.", "Es gibt nichts zu tun.";
    KIND = "Kind", "Art";
    COUNT = "Steps", "Schritte";
    SEATS_CONCERNED = "Seats, users or requests", "Lizenzen, Nutzer oder Anfragen";
    SINCE = "since {day}", "seit {day}";
    NEW = "new", "neu";
    WHY = "Possible cause", "Mögliche Ursache";
    WHAT = "What can be done", "Was getan werden kann";
    NUMBERS = "The numbers behind it", "Die Zahlen dahinter";
    PER_MONTH = "{amount} per month", "{amount} pro Monat";

    RENEWALS = "Renewals of the next 90 days", "Verlängerungen der nächsten 90 Tage";
    RENEWALS_NONE = "No subscription renews in the next 90 days, as far as the lists say.", "In den nächsten 90 Tagen verlängert sich kein Abonnement, soweit die Listen es sagen.";
    RENEWALS_DESC = "A mark for each day on which subscriptions renew, as large as its seats.", "Eine Marke für jeden Tag, an dem sich Abonnements verlängern, so groß wie die Zahl ihrer Lizenzen.";
    RENEWS_ON = "Renews on", "Verlängert sich am";
    SEATS = "Seats", "Lizenzen";
    TERM = "Term", "Laufzeit";
    AUTO_RENEW = "By itself", "Automatisch";
    MONTH = "a month", "ein Monat";
    YEAR = "a year", "ein Jahr";
    THREE_YEARS = "three years", "drei Jahre";
    YES = "yes", "ja";
    NO = "no", "nein";

    QUALITY = "Quality of the data", "Qualität der Daten";
    UNKNOWN_THINGS = "What is not known", "Was nicht bekannt ist";
    QUALITY_GOOD = "All windows are complete, and all lists are recent.", "Alle Zeitfenster sind vollständig, und alle Listen sind aktuell.";
    NO_WINDOW = "Less than 28 days of data: usage may rise by itself", "Weniger als 28 Tage Daten: Die Nutzung kann von selbst steigen";
    NO_SEATS = "No list of subscriptions: sold seats are not known", "Keine Abonnementliste: Gekaufte Lizenzen sind nicht bekannt";
    OLD_SEATS = "The list of subscriptions is old", "Die Abonnementliste ist alt";
    NO_HOLDINGS = "No list of users with their licenses: assignments are known by changes only", "Keine Nutzerliste mit Lizenzen: Zuweisungen sind nur aus Änderungen bekannt";
    OLD_HOLDINGS = "The list of users with their licenses is old", "Die Nutzerliste mit Lizenzen ist alt";
    SILENT = "No sign-in or action in 28 days: is the log still exported?", "Keine Anmeldung oder Aktion in 28 Tagen: Wird das Protokoll noch exportiert?";
    DAYS_OLD = "{days} old", "{days} alt";
    UNKNOWN_PRODUCT = "The catalogue does not know these products", "Der Katalog kennt diese Produkte nicht";

    DEFINITIONS_SHEET = "Definitions", "Definitionen";
    SHEET = "Sheet", "Blatt";
    COLUMN = "Column", "Spalte";
    TYPE = "Type", "Typ";
    MEANING = "Meaning", "Bedeutung";
    DEFINITIONS = "What the numbers mean", "Was die Zahlen bedeuten";
    DEFINE_WINDOW = "Rolling 28 days", "Jeweils 28 Tage";
    DEFINE_WINDOW_TEXT = "Each day looks at the 28 days that end on it. Who was active on one of them is active.", "Jeder Tag blickt auf die 28 Tage, die mit ihm enden. Wer an einem davon aktiv war, ist aktiv.";
    DEFINE_DEPLOYMENT_TEXT = "Assigned seats of sold seats. Trials are not sold.", "Zugewiesene von gekauften Lizenzen. Testphasen sind nicht gekauft.";
    DEFINE_USAGE_TEXT = "Users who were active while they held the product, of the seats that may be used. One user of two products counts twice.", "Nutzer, die aktiv waren, während sie das Produkt hatten, von den nutzbaren Lizenzen. Ein Nutzer zweier Produkte zählt zweimal.";
    DEFINE_ADJUSTED_TEXT = "The same without what distorts it: licenses that moved on or were switched, lapsed seats, trials, over-assigned seats. It is never above 100 %.", "Dasselbe ohne Verzerrungen: weitergegebene oder umgestellte Lizenzen, abgelaufene Lizenzen, Testphasen, überzählige Zuweisungen. Es liegt nie über 100 %.";
    DEFINE_MOVED = "License moved on", "Lizenz weitergegeben";
    DEFINE_MOVED_TEXT = "Active while they held the product, which they no longer have.", "Aktiv, während sie das Produkt hatten, das sie nicht mehr haben.";
    DEFINE_SWITCHED = "Switched", "Umgestiegen";
    DEFINE_SWITCHED_TEXT = "The same, and by now they have another product for it.", "Dasselbe, und inzwischen haben sie ein anderes Produkt dafür.";
    DEFINE_BEYOND = "Lapsed, trial, over-assigned", "Abgelaufen, Testphase, überzählig";
    DEFINE_BEYOND_TEXT = "Active holders beyond the usable seats: because paid seats have lapsed, because a trial is at work, or because more is assigned than was sold.", "Aktive Besitzer über die nutzbaren Lizenzen hinaus: weil bezahlte Lizenzen abgelaufen sind, weil eine Testphase läuft oder weil mehr zugewiesen als gekauft ist.";
    DEFINE_WIN_BACK_TEXT = "Assigned seats of disabled accounts or without an active day, after a time of grace, and seats that nobody has.", "Zugewiesene Lizenzen deaktivierter Konten oder ohne aktiven Tag, nach einer Schonfrist, und Lizenzen, die niemand hat.";
    DEFINE_PEOPLE_TEXT = "Distinct users with a product that counts, and those of them who are active. Each counts once.", "Verschiedene Nutzer mit einem Produkt, das zählt, und die Aktiven unter ihnen. Jeder zählt einmal.";
    DEFINE_COMPLETE = "Complete window", "Vollständiges Zeitfenster";
    DEFINE_COMPLETE_TEXT = "The first event of the customer is on or before the first of the 28 days.", "Das erste Ereignis des Kunden liegt an oder vor dem ersten der 28 Tage.";
}
