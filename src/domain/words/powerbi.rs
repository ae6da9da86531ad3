//! Names of measures, tables, columns and pages of the Power BI project. The English names of
//! measures are the names that DAX knows them by.

use crate::domain::words::phrase::phrases;

phrases! {
    CUSTOMERS = "Customers", "Kunden";
    SEATS_SOLD = "Seats sold", "Verkaufte Lizenzen";
    SEATS_ASSIGNED = "Seats assigned", "Zugewiesene Lizenzen";
    SEATS_UNASSIGNED = "Seats without a user", "Nicht zugewiesene Lizenzen";
    SEATS_DISABLED = "Seats of disabled accounts", "Lizenzen gesperrter Konten";
    USERS_WAITING = "Users without a seat", "Nutzer ohne Lizenz";
    DEPLOYMENT = "Deployment", "Bereitstellung";
    ENTITLEMENTS = "Entitlements", "Nutzbare Lizenzen";
    ACTIVE = "Active entitlements", "Aktive Lizenzen";
    USAGE = "Usage", "Nutzung";
    USAGE_ADJUSTED = "Usage by today's holders", "Nutzung durch heutige Inhaber";
    WORKLOAD_USAGE = "Workload usage", "Nutzung je Workload";
    WORKLOAD_USAGE_LICENSED = "Workload usage, licensed", "Nutzung je Workload, lizenziert";
    WORKLOAD_PEOPLE = "Active people of a workload", "Aktive Personen je Workload";
    PEOPLE_ENTITLED = "People with a license", "Personen mit Lizenz";
    PEOPLE_ACTIVE = "Active people", "Aktive Personen";
    PEOPLE_RATIO = "Share of active people", "Anteil aktiver Personen";
    COST_SOLD = "Cost per month", "Kosten im Monat";
    COST_UNASSIGNED = "Cost of unassigned seats per month", "Kosten nicht zugewiesener Lizenzen im Monat";
    COST_IDLE = "Cost of idle seats per month", "Kosten ungenutzter Lizenzen im Monat";
    NEXT_STEPS = "Next steps", "Nächste Schritte";
    NEW_STEPS = "New next steps", "Neue nächste Schritte";
    SEATS_RETAINED = "Seats still used", "Weiter genutzte Lizenzen";
    SEATS_REACTIVATED = "Seats used again", "Wieder genutzte Lizenzen";
    SEATS_STOPPED = "Seats that stopped", "Nicht mehr genutzte Lizenzen";
    SEATS_RENEWING = "Seats in force", "Laufende Lizenzen";

    TABLE_ADOPTION = "Products of customers", "Produkte der Kunden";
    TABLE_USAGE = "Workloads of products", "Workloads der Produkte";
    TABLE_WORKLOAD_ADOPTION = "Workloads of customers", "Workloads der Kunden";
    TABLE_CUSTOMER_ADOPTION = "People of customers", "Personen der Kunden";
    TABLE_PORTFOLIO = "Sums of the portfolio", "Summen des Portfolios";
    TABLE_SPEND = "Costs", "Kosten";
    TABLE_SUBSCRIPTIONS = "Subscriptions", "Abonnements";
    TABLE_SEAT_OUTCOMES = "What became of seats", "Was aus Lizenzen wurde";
    TABLE_PRODUCTS = "Products", "Produkte";
    TABLE_CALENDAR = "Calendar", "Kalender";

    COLUMN_CUSTOMER = "Customer", "Kunde";
    COLUMN_PRODUCT = "Product", "Produkt";
    COLUMN_DAY = "Day", "Tag";
    COLUMN_SEGMENT = "Segment of customers", "Kundensegment";
    COLUMN_COUNTRY = "Country", "Land";
    COLUMN_WORKLOAD = "What is used", "Was genutzt wird";
    COLUMN_CODE = "Kind of step", "Art des Schritts";
    COLUMN_SEATS_CONCERNED = "Seats concerned", "Betroffene Lizenzen";
    COLUMN_SINCE = "Since", "Seit";
    COLUMN_CAUSE = "Possible cause", "Mögliche Ursache";
    COLUMN_STRATEGIES = "What can be done", "Was zu tun ist";
    COLUMN_MONEY = "Cost of the step per month", "Kosten des Schritts im Monat";
    COLUMN_CURRENCY = "Currency", "Währung";

    PAGE_OVERVIEW = "Overview", "Überblick";
    PAGE_CUSTOMERS = "Customer by customer", "Kunde für Kunde";
    PAGE_STEPS = "What to do next", "Was als Nächstes zu tun ist";
    TREND = "Deployment and usage by day", "Bereitstellung und Nutzung nach Tag";
    BY_WORKLOAD = "Usage by workload, on the last of the days", "Nutzung nach Workload, am letzten der Tage";
    BY_PRODUCT = "Usage by product, on the last of the days", "Nutzung nach Produkt, am letzten der Tage";
}
