//! Nouns for things that are counted.

use crate::domain::words::phrase::{Noun, Phrase};

/// Declares nouns, and a list of their phrases.
macro_rules! nouns {
    ($($name:ident = ($one:literal, $many:literal), ($german_one:literal, $german_many:literal);)+) => {
        $(pub const $name: Noun = Noun {
            one: Phrase { english: $one, german: $german_one },
            many: Phrase { english: $many, german: $german_many },
        };)+
        /// All of them, with their names.
        #[cfg(test)]
        pub(super) const ALL: &[(&str, Phrase)] = &[$((stringify!($name), $name.one), (stringify!($name), $name.many)),+];
    };
}

nouns! {
    ACTIVE_USER = ("active user", "active users"), ("aktiver Nutzer", "aktive Nutzer");
    CUSTOMER = ("customer", "customers"), ("Kunde", "Kunden");
    DAY = ("day", "days"), ("Tag", "Tage");
    ENTITLEMENT = ("entitlement", "entitlements"), ("nutzbaren Lizenz", "nutzbaren Lizenzen");
    FILE = ("file", "files"), ("Datei", "Dateien");
    FILE_OR_FOLDER = ("file or folder", "files or folders"), ("Datei oder Ordner", "Dateien oder Ordner");
    HOLE = ("hole", "holes"), ("Lücke", "Lücken");
    LINE = ("line", "lines"), ("Zeile", "Zeilen");
    DAY_DATIVE = ("day", "days"), ("Tag", "Tagen");
    PRODUCT = ("product", "products"), ("Produkt", "Produkte");
    RAW_FILE = ("raw file", "raw files"), ("Rohdatei", "Rohdateien");
    RECORD = ("record", "records"), ("Datensatz", "Datensätze");
    RECORD_DATIVE = ("record", "records"), ("Datensatz", "Datensätzen");
    REJECT = ("reject", "rejects"), ("nicht lesbar", "nicht lesbare");
    REQUEST = ("request", "requests"), ("Anfrage", "Anfragen");
    ROW = ("row", "rows"), ("Zeile", "Zeilen");
    SEAT = ("seat", "seats"), ("Lizenz", "Lizenzen");
    LIST = ("list", "lists"), ("Liste", "Listen");
    SEAT_SOLD = ("seat", "seats"), ("gekauften Lizenz", "gekauften Lizenzen");
    SUBSCRIPTION = ("subscription", "subscriptions"), ("Abonnement", "Abonnements");
    TENANT = ("tenant", "tenants"), ("Mandant", "Mandanten");
    USER = ("user", "users"), ("Nutzer", "Nutzer");
    USER_DATIVE = ("user", "users"), ("Nutzer", "Nutzern");
    WARNING = ("warning", "warnings"), ("Warnung", "Warnungen");
}

/// A number of bytes for people.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 {
        format!("{bytes} B")
    } else {
        format!("{value:.1} {}", UNITS[unit])
    }
}
