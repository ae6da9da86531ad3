//! Phrases of explanations: what a reader must know before trusting a number.

use crate::domain::words::phrase::phrases;

phrases! {
    NO_SNAPSHOT =
        "There is no list of this customer's subscriptions of this day or before: how many seats it has is unknown, and nothing can be divided by them.",
        "Es gibt keine Abonnementliste dieses Kunden von diesem Tag oder davor: Wie viele Lizenzen er hat, ist unbekannt, und durch sie kann nicht geteilt werden.";
    NO_EVENTS =
        "The logs have no event of this customer at all from {first} to {day}: either nobody works there, or its logs no longer come in.",
        "Die Protokolle haben vom {first} bis {day} kein einziges Ereignis dieses Kunden: Entweder arbeitet dort niemand, oder seine Protokolle kommen nicht mehr an.";
    NO_EVENTS_YET =
        "The logs have no event of this customer yet: its use is not 0, it is unknown.",
        "Die Protokolle haben noch kein Ereignis dieses Kunden: Seine Nutzung ist nicht 0, sondern unbekannt.";
    REPORTS_ONLY =
        "Of this customer there are usage reports only: they know the latest day on which a user was active in a service, and not the days between.",
        "Von diesem Kunden gibt es nur Nutzungsberichte: Sie kennen den letzten Tag, an dem ein Nutzer einen Dienst genutzt hat, und nicht die Tage dazwischen.";
    INCOMPLETE_WINDOW =
        "The window is not complete: the customer's first event is of {begin}, so this is {days} of use instead of {all}, and the number is rather too low.",
        "Das Zeitfenster ist nicht vollständig: Das erste Ereignis des Kunden ist vom {begin}, das hier ist also Nutzung aus {days} statt {all}, und die Zahl ist eher zu niedrig.";
    NOTHING_THERE =
        "The customer has nothing of this product on this day: no subscription is listed, nobody has it, and nobody who held it used it in the window.",
        "Der Kunde hat an diesem Tag nichts von diesem Produkt: Kein Abonnement ist gelistet, niemand hat es, und niemand, der es hatte, hat es im Zeitfenster genutzt.";
    NOT_IN_CATALOGUE =
        "The SKU catalogue does not have this product, so nobody knows which workloads it has, and its use cannot be seen (`skus` in [catalogue]).",
        "Der SKU-Katalog hat dieses Produkt nicht, deshalb ist nicht bekannt, welche Dienste es hat, und seine Nutzung ist nicht sichtbar (`skus` in [catalogue]).";
    NO_WORKLOAD =
        "No workload of this product is known, so its use cannot be seen: it has no entitlements here, and weighs on no sum.",
        "Von diesem Produkt ist kein Dienst bekannt, deshalb ist seine Nutzung nicht sichtbar: Es hat hier keine nutzbaren Lizenzen und belastet keine Summe.";
    COMES_ALONG =
        "What only comes along with this product: {workloads}. Whoever has the product has a license there; it adds no seats there, and use there is none of the product.",
        "Was mit diesem Produkt nur mitkommt: {workloads}. Wer das Produkt hat, hat dort eine Lizenz; es zählt dort keine Lizenzen, und Nutzung dort ist keine des Produkts.";
    NO_ENTITLEMENTS =
        "There is no entitlement: no seat of a paid subscription may be used now, so there is nothing to divide by and usage has no percentage.",
        "Es gibt keine nutzbare Lizenz: Keine Lizenz eines bezahlten Abonnements darf zurzeit genutzt werden, deshalb gibt es nichts, wodurch geteilt werden könnte, und keinen Prozentwert.";
    OUT_OF_SCOPE =
        "The product is out of scope ({reason}): it counts in no sum of the customer or the portfolio.",
        "Das Produkt ist nicht in der Wertung ({reason}): Es zählt in keiner Summe des Kunden oder des Portfolios.";
    UNLICENSED_USE =
        "{users} used {workload} without any license for it: they count for the customer as a whole, and in no product's number.",
        "{workload} haben ohne eine Lizenz dafür genutzt: {users}. Das zählt beim Kunden insgesamt und in der Zahl keines Produkts.";
    NOT_COMPARED =
        "The tables begin on {first}, so the number is not compared with {days}.",
        "Die Tabellen beginnen am {first}, deshalb wird die Zahl nicht verglichen mit {days}.";
}
