//! Names of the files of a report.

use crate::pages::figures::customer::CustomerFigures;

/// How long the readable part of a name is at most.
const LONGEST: usize = 60;

/// The name of a customer's file: its name as far as every file system takes it, and its tenant id,
/// which no other customer has.
pub fn file_name(customer: &CustomerFigures, ending: &str) -> String {
    let name = customer.entry.name.as_deref().map(plain).filter(|name| !name.is_empty());
    match name {
        Some(name) => format!("{name}-{}.{ending}", customer.id()),
        None => format!("{}.{ending}", customer.id()),
    }
}

/// Letters and digits of ASCII in lower case, with hyphens between words.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for letter in name.chars() {
        match letter {
            'ä' | 'Ä' => plain.push_str("ae"),
            'ö' | 'Ö' => plain.push_str("oe"),
            'ü' | 'Ü' => plain.push_str("ue"),
            'ß' => plain.push_str("ss"),
            letter if letter.is_ascii_alphanumeric() => plain.push(letter.to_ascii_lowercase()),
            _ if !plain.is_empty() && !plain.ends_with('-') => plain.push('-'),
            _ => {}
        }
    }
    plain.truncate(LONGEST);
    plain.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_every_file_system_takes() {
        assert_eq!(plain("Müller & Söhne GmbH"), "mueller-soehne-gmbh");
        assert_eq!(plain("../../etc/passwd"), "etc-passwd");
        assert_eq!(plain("שלום"), "");
        assert_eq!(plain(&"x".repeat(200)).len(), LONGEST);
    }
}
