//! Phrases of next steps: the possible cause, the advice, and a short title. The sentences contain
//! no numbers, so that reports can group by them.

use crate::domain::words::phrase::phrases;

phrases! {
    INCOMPLETE =
    "The logs do not reach back over the whole window of 28 days yet, so there may be more activity \
     than they show.",
    "Die Protokolle reichen noch nicht über das ganze Fenster von 28 Tagen zurück; es kann mehr \
     Aktivität geben, als sie zeigen.";
    LOW_USAGE_CAUSE =
    "Many people who could work with the product do not: they may not see what it does for them.",
    "Viele, die mit dem Produkt arbeiten könnten, tun es nicht: Vielleicht sehen sie nicht, was es \
     ihnen bringt.";
    LOW_USAGE_STRATEGIES =
    "Show with a case study what similar customers gain from it. Train a few scenarios from everyday \
     work instead of features. Offer short videos, and name somebody who answers questions.",
    "Zeigen Sie an einem Fallbeispiel, was ähnliche Kunden davon haben. Üben Sie einige Szenarien aus \
     dem Arbeitsalltag statt einzelner Funktionen. Bieten Sie kurze Videos an, und nennen Sie \
     jemanden, der Fragen beantwortet.";
    DISABLED_CAUSE =
    "Some seats belong to disabled accounts: nobody can sign in with them.",
    "Einige Lizenzen gehören zu deaktivierten Konten: Mit ihnen kann sich niemand anmelden.";
    DISABLED_STRATEGIES =
    "Take the seats of disabled accounts back now. A mailbox that is still needed can be made a shared \
     one, which needs no license as a rule.",
    "Ziehen Sie die Lizenzen deaktivierter Konten sofort zurück. Ein Postfach, das noch gebraucht wird, \
     kann ein freigegebenes werden, das in der Regel keine Lizenz braucht.";
    NEVER_ACTIVE_CAUSE =
    "Some seats were given to people who have never worked with the product, as far as the logs reach \
     back.",
    "Einige Lizenzen haben Personen, die mit dem Produkt noch nie gearbeitet haben, soweit die \
     Protokolle zurückreichen.";
    NEVER_ACTIVE_STRATEGIES =
    "Ask whether those who never started need the product: introduce the ones who do, and take the \
     seats of the others back.",
    "Fragen Sie, ob diejenigen, die nie angefangen haben, das Produkt brauchen: Führen Sie sie ein, \
     oder ziehen Sie ihre Lizenzen zurück.";
    INACTIVE_CAUSE =
    "Some people worked with it before and have not used their seat in the last 28 days: their tasks \
     may have changed, or they may have left.",
    "Einige haben früher damit gearbeitet, ihre Lizenz aber seit mindestens 28 Tagen nicht genutzt: \
     Vielleicht haben sie andere Aufgaben oder sind ausgeschieden.";
    INACTIVE_STRATEGIES =
    "Go through those who stopped with the customer, and give their seats to colleagues who wait for \
     one.",
    "Gehen Sie diejenigen, die aufgehört haben, mit dem Kunden durch, und geben Sie ihre Lizenzen an \
     Kollegen, die auf eine warten.";
    UNASSIGNED_CAUSE =
    "Some seats are paid for and assigned to nobody.",
    "Einige Lizenzen sind bezahlt und niemandem zugewiesen.";
    UNASSIGNED_STRATEGIES =
    "Assign the free seats, or lower their number at the next renewal.",
    "Weisen Sie die freien Lizenzen zu, oder verringern Sie ihre Zahl bei der nächsten Verlängerung.";
    SUPPORT_LOAD_CAUSE =
    "The customer asks for help often for its size: training may be missing, or something may be set \
     up in a way that gets in people's way.",
    "Der Kunde bittet für seine Größe oft um Hilfe: Vielleicht fehlt Schulung, oder etwas ist so \
     eingerichtet, dass es die Arbeit behindert.";
    SUPPORT_LOAD_STRATEGIES =
    "Look for a common cause in the topics of the requests. Offer training on site or online. Collect \
     the answers to frequent questions as self-service help.",
    "Suchen Sie in den Themen der Anfragen nach einer gemeinsamen Ursache. Bieten Sie Schulungen vor \
     Ort oder online an. Sammeln Sie die Antworten auf häufige Fragen als Hilfe zur Selbsthilfe.";
    NEW_PRODUCT_CAUSE =
    "The product is new to the customer, and people ask for help: its introduction may have been too \
     short.",
    "Das Produkt ist neu beim Kunden, und es wird um Hilfe gebeten: Vielleicht war die Einführung zu \
     kurz.";
    NEW_PRODUCT_STRATEGIES =
    "Accompany the introduction with training on site or online. Hand out a guide for the first days \
     that says where self-service help is.",
    "Begleiten Sie die Einführung mit Schulungen vor Ort oder online. Geben Sie einen Leitfaden für \
     die ersten Tage aus, der auf Hilfe zur Selbsthilfe verweist.";
    UPSELL_CAUSE =
    "Nearly all seats are assigned, and most of them are used: the next people who need one may not \
     get it.",
    "Fast alle Lizenzen sind zugewiesen, und die meisten werden genutzt: Wer als Nächstes eine \
     braucht, bekommt vielleicht keine.";
    UPSELL_STRATEGIES =
    "Ask who is waiting for a seat and how many people will join. Offer more seats before they run \
     out.",
    "Fragen Sie, wer auf eine Lizenz wartet und wie viele Personen dazukommen. Bieten Sie weitere \
     Lizenzen an, bevor sie ausgehen.";
    WAITING_CAUSE =
    "People are meant to have the product and do not get it, because no seat was left.",
    "Einige sollen das Produkt haben und bekommen es nicht, weil keine Lizenz mehr frei war.";
    WAITING_STRATEGIES =
    "Give those who wait the seats that nobody uses, if there are any, and offer the customer the \
     seats that are still missing.",
    "Geben Sie den Wartenden die Lizenzen, die niemand nutzt, falls es welche gibt, und bieten Sie dem \
     Kunden die Lizenzen an, die dann noch fehlen.";
    UNLICENSED_CAUSE =
    "People use the workload without having a license for it: there is a need that nobody has \
     covered.",
    "Der Dienst wird von Personen genutzt, die keine Lizenz dafür haben: Es gibt einen Bedarf, der \
     nicht gedeckt ist.";
    UNLICENSED_STRATEGIES =
    "Find out with the customer who they are and what they use it for. Offer seats to those who need \
     them.",
    "Finden Sie mit dem Kunden heraus, wer das ist und wofür der Dienst genutzt wird. Bieten Sie \
     Lizenzen für alle an, die sie brauchen.";
    MOVED_CAUSE =
    "Licenses moved on within the last 28 days, so the people who had them before still count.",
    "Lizenzen haben in den letzten 28 Tagen den Besitzer gewechselt; wer sie vorher hatte, zählt noch \
     mit.";
    MOVED_STRATEGIES =
    "Buy nothing for licenses that moved on: that part of the number goes away by itself within 28 \
     days.",
    "Kaufen Sie nichts für Lizenzen, die weitergegeben wurden: Dieser Teil der Zahl verschwindet \
     innerhalb von 28 Tagen von selbst.";
    SWITCHED_CAUSE =
    "People were switched to another product within the last 28 days, so their use of this one still \
     counts.",
    "Einige sind in den letzten 28 Tagen auf ein anderes Produkt umgestiegen; ihre Nutzung von diesem \
     zählt noch mit.";
    SWITCHED_STRATEGIES =
    "Buy nothing for people who were switched: they have their new product, and that part of the \
     number goes away by itself within 28 days.",
    "Kaufen Sie nichts für die Umgestiegenen: Sie haben ihr neues Produkt, und dieser Teil der Zahl \
     verschwindet innerhalb von 28 Tagen von selbst.";
    LAPSED_CAUSE =
    "Some people work with seats of a subscription that has lapsed.",
    "Einige arbeiten mit Lizenzen eines Abonnements, das abgelaufen ist.";
    LAPSED_STRATEGIES =
    "Renew the lapsed subscription, or plan with the customer who goes on without it.",
    "Verlängern Sie das abgelaufene Abonnement, oder planen Sie mit dem Kunden, wer ohne es \
     weiterarbeitet.";
    ON_TRIAL_CAUSE =
    "Some people work with seats of a trial.",
    "Einige arbeiten mit Lizenzen einer Testphase.";
    ON_TRIAL_STRATEGIES =
    "Turn the seats of the trial that are used into paid ones before it ends.",
    "Machen Sie aus den genutzten Testlizenzen bezahlte, bevor die Testphase endet.";
    OVER_ASSIGNED_CAUSE =
    "More licenses are assigned and used than were bought.",
    "Es sind mehr Lizenzen zugewiesen und in Gebrauch, als gekauft wurden.";
    OVER_ASSIGNED_STRATEGIES =
    "Buy the missing seats, or take licenses back from people who do not need them.",
    "Kaufen Sie die fehlenden Lizenzen, oder ziehen Sie Lizenzen zurück, die nicht gebraucht werden.";
    TRIAL_ENDING_CAUSE =
    "A trial ends soon, and with it the access of everybody who works with its seats.",
    "Eine Testphase endet bald, und mit ihr der Zugang aller, die mit ihren Lizenzen arbeiten.";
    TRIAL_ENDING_STRATEGIES =
    "Ask what the trial has shown. Offer paid seats to those who used it, and say what happens to \
     their data otherwise.",
    "Fragen Sie, was der Test ergeben hat. Bieten Sie denen, die ihn genutzt haben, bezahlte Lizenzen \
     an, und sagen Sie, was sonst mit ihren Daten geschieht.";
    LAPSING_CAUSE =
    "A subscription was not renewed and is in its grace period: when that ends, its seats can no \
     longer be used.",
    "Ein Abonnement wurde nicht verlängert und ist in der Nachfrist: Wenn sie endet, sind seine \
     Lizenzen nicht mehr nutzbar.";
    LAPSING_STRATEGIES =
    "Find out whether the renewal was forgotten or is not wanted. Renew in time, or plan with the \
     customer where people and data go.",
    "Klären Sie, ob die Verlängerung vergessen wurde oder nicht gewünscht ist. Verlängern Sie \
     rechtzeitig, oder planen Sie mit dem Kunden, wohin Nutzer und Daten umziehen.";
    LAPSING_UNKNOWN_CAUSE =
    "Of some of its seats nobody knows when that is: it can be any day.",
    "Für einen Teil seiner Lizenzen ist nicht bekannt, wann das ist: Es kann jeden Tag so weit sein.";
    LAPSING_UNKNOWN_STRATEGIES =
    "Look up in Partner Center or in the customer's admin center when it ends.",
    "Sehen Sie im Partner Center oder im Admin Center des Kunden nach, wann sie endet.";
    RENEWAL_CAUSE =
    "A subscription that is bound for a year or longer renews soon, with all of its seats: seats can be \
     given back only around that day.",
    "Ein Abonnement, das für ein Jahr oder länger gebunden ist, verlängert sich bald mit allen seinen \
     Lizenzen: Zurückgeben kann man Lizenzen nur rund um diesen Tag.";
    RENEWAL_BY_HAND_CAUSE =
    "A subscription that is bound for a year or longer reaches the end of its term soon, and does not \
     renew by itself: without a renewal its seats go into their grace period.",
    "Ein Abonnement, das für ein Jahr oder länger gebunden ist, erreicht bald das Ende seiner Laufzeit \
     und verlängert sich nicht von selbst: Ohne Verlängerung gehen seine Lizenzen in die Nachfrist.";
    RENEWAL_STRATEGIES =
    "Agree with the customer before that day how many seats go on, for how long, and as which product.",
    "Vereinbaren Sie vor diesem Tag mit dem Kunden, wie viele Lizenzen wie lange und als welches \
     Produkt weiterlaufen.";
    RENEWAL_UNUSED_CAUSE =
    "Nobody uses some of these seats.",
    "Einen Teil dieser Lizenzen nutzt niemand.";
    RENEWAL_UNUSED_STRATEGIES =
    "Find out who needs the unused seats, and lower their number with the renewal.",
    "Klären Sie, wer die ungenutzten Lizenzen braucht, und verringern Sie ihre Zahl mit der \
     Verlängerung.";
    LOW_USAGE_TITLE = "low usage", "geringe Nutzung";
    UNUSED_SEATS_TITLE = "unused seats", "ungenutzte Lizenzen";
    SUPPORT_LOAD_TITLE = "many support requests", "viele Supportanfragen";
    UPSELL_TITLE = "needs more seats", "braucht mehr Lizenzen";
    OVERUSE_TITLE = "used beyond the seats", "mehr Nutzer als Lizenzen";
    TRIAL_ENDING_TITLE = "trial ends", "Testphase endet";
    OVERLAPPING_CAUSE =
    "Some people have this product and another one that has all of its workloads: a license may have \
     been left over when they got the larger one.",
    "Einige haben dieses Produkt und ein anderes, das alle seine Dienste enthält: Vielleicht ist die \
     Lizenz übrig geblieben, als sie die größere bekamen.";
    OVERLAPPING_STRATEGIES =
    "Ask whether the smaller product has something besides that these people need. Take the seats back \
     where it has not, and lower their number at the next renewal.",
    "Fragen Sie, ob das kleinere Produkt etwas enthält, das diese Personen außerdem brauchen. Ziehen \
     Sie die Lizenzen sonst zurück, und verringern Sie ihre Zahl bei der nächsten Verlängerung.";
    OVERLAPPING_TITLE = "overlapping licenses", "doppelte Lizenzen";
    LAPSING_TITLE = "subscription lapses", "Abonnement läuft aus";
    RENEWAL_TITLE = "renewal due", "Verlängerung steht an";
}
