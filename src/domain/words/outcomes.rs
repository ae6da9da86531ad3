//! Phrases of the report about what became of seats, and about where usage leads.

use crate::domain::words::phrase::phrases;

phrases! {
    OUTCOMES = "Who came back, who stopped", "Wer zurückkam, wer aufhörte";
    OUTCOMES_TEXT = "Every seat of {day} and of {earlier}, and what became of it. The 28 days of the one do not overlap with those of the other.", "Jede Lizenz vom {day} und vom {earlier}, und was aus ihr wurde. Die 28 Tage des einen überschneiden sich nicht mit denen des anderen.";
    OUTCOMES_UNKNOWN = "There is nothing to compare. Seats are compared on the last day of each month and on the latest day, where their use is seen in two windows of 28 days.", "Es gibt nichts zu vergleichen. Verglichen werden Lizenzen am letzten Tag jedes Monats und am neuesten Tag, wo ihre Nutzung in zwei Zeitfenstern von 28 Tagen zu sehen ist.";
    NOT_COMPARED_SEATS = "{seats} are left out: their use is not known of both days.", "{seats} bleiben außen vor: Ihre Nutzung ist nicht von beiden Tagen bekannt.";
    HABIT = "Used every week", "Jede Woche genutzt";
    HABIT_OF = "{part} of {whole} active seats, in each of the four weeks", "{part} von {whole} aktiven Lizenzen, in jeder der vier Wochen";
    KEPT = "Kept using it", "Dabei geblieben";
    KEPT_OF = "{part} of {whole} seats that were active 28 days before", "{part} von {whole} Lizenzen, die 28 Tage zuvor aktiv waren";
    EVERY_WEEK = "every week", "jede Woche";
    RETAINED = "Still used", "Weiter genutzt";
    REACTIVATED = "Came back", "Zurückgekommen";
    STOPPED = "Stopped", "Aufgehört";
    STILL_UNUSED = "Still unused", "Weiter ungenutzt";
    NEW_SEATS = "New", "Neu";
    RECLAIMED = "Taken back", "Entzogen";
    OF_THEM_ACTIVE = "{count} active", "{count} aktiv";
    OF_THEM_UNUSED = "{count} unused", "{count} ungenutzt";
    ALL_CUSTOMERS = "All customers", "Alle Kunden";
    MOST_STOPPED = "Those whose use stopped most come first.", "Zuerst die, bei denen die Nutzung am häufigsten aufhörte.";

    OUTLOOK = "Outlook for usage", "Ausblick auf die Nutzung";
    OUTLOOK_RANGE = "outlook, with its 80 % range", "Ausblick, mit seinem 80-%-Bereich";
    OUTLOOK_TEXT = "Outlook for usage: if it goes on as in the last {windows} windows of 28 days, it is {value} on {day}, and with a probability of 80 % between {low} and {high}. This prolongs a straight line; it knows no causes.", "Ausblick auf die Nutzung: Geht sie weiter wie in den letzten {windows} Zeitfenstern von 28 Tagen, liegt sie am {day} bei {value}, mit einer Wahrscheinlichkeit von 80 % zwischen {low} und {high}. Das verlängert eine Gerade; Ursachen kennt es nicht.";
    OUTLOOK_DESC = "The outlook for {day} is {value}, between {low} and {high}.", "Der Ausblick auf den {day} ist {value}, zwischen {low} und {high}.";
    OUTLOOK_NONE = "There is not enough history for an outlook for usage: it takes four complete windows of 28 days that do not overlap.", "Für einen Ausblick auf die Nutzung reicht die Vorgeschichte nicht: Dafür braucht es vier vollständige Zeitfenster von 28 Tagen, die sich nicht überschneiden.";
    OUTLOOK_CELL = "Usage, outlook for {day} (80 % range)", "Nutzung, Ausblick auf den {day} (80-%-Bereich)";
    OUTLOOK_CELL_NONE = "Usage, outlook: not enough history", "Nutzung, Ausblick: zu wenig Vorgeschichte";

    DEFINE_OUTCOMES_TEXT = "Seats that the same user has on both days: used in both windows, only in the later, only in the earlier, or in neither. Active users without a seat are not among them.", "Lizenzen, die derselbe Nutzer an beiden Tagen hat: in beiden Zeitfenstern genutzt, nur im späteren, nur im früheren oder in keinem. Aktive Nutzer ohne Lizenz sind nicht dabei.";
    DEFINE_NEW = "New, taken back", "Neu, entzogen";
    DEFINE_NEW_TEXT = "Seats that a user has on the later day only, or on the earlier day only.", "Lizenzen, die ein Nutzer nur am späteren oder nur am früheren Tag hat.";
    DEFINE_HABIT_TEXT = "Active seats with a day of use in each of the four weeks of the 28 days.", "Aktive Lizenzen mit einem Tag der Nutzung in jeder der vier Wochen der 28 Tage.";
    DEFINE_OUTLOOK_TEXT = "A straight line through usage of the last four to six windows that do not overlap, prolonged by 28 days. The range is where the next value lies with a probability of 80 %, if nothing else changes.", "Eine Gerade durch die Nutzung der letzten vier bis sechs Zeitfenster, die sich nicht überschneiden, um 28 Tage verlängert. Im Bereich liegt der nächste Wert mit einer Wahrscheinlichkeit von 80 %, wenn sich sonst nichts ändert.";
}
