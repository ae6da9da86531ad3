//! Finds the known word that somebody most likely meant.

/// Returns the known word nearest to `word`, or `None` if no word is near enough to suggest.
///
/// Case does not matter, and neither does the difference between `_`, `-` and blanks.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    nearest_few(word, known, 1).into_iter().next()
}

/// Returns up to `most` known words near to `word`, the nearest first. Equally near ones stay in
/// the order of `known`, each once.
pub fn nearest_few<'a>(word: &str, known: impl Iterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let word = fold(word);
    let mut near: Vec<(usize, &'a str)> = known.filter_map(|known| Some((distance(&word, &fold(known))?, known))).collect();
    near.sort_by_key(|&(distance, _)| distance);
    let mut few: Vec<&'a str> = Vec::new();
    for (_, known) in near {
        if few.len() == most {
            break;
        }
        if !few.contains(&known) {
            few.push(known);
        }
    }
    few
}

/// Returns the distance of two folded words, or `None` if it is too large. Typing errors (in at
/// most a third of the letters) are nearest, then the same parts in another order (`tenant_path`),
/// then a word that is part of the known one or the reverse.
fn distance(word: &str, known: &str) -> Option<usize> {
    const REORDERED: usize = 100;
    const CONTAINED: usize = 1000;
    if word.is_empty() || known.is_empty() {
        return None;
    }
    let letters = word.chars().count().max(known.chars().count());
    let edits = strsim::damerau_levenshtein(word, known);
    if edits <= (letters / 3).max(1) && edits < letters {
        return Some(edits);
    }
    if parts(word) == parts(known) {
        return Some(REORDERED);
    }
    let shorter = word.chars().count().min(known.chars().count());
    (shorter >= 3 && (known.contains(word) || word.contains(known))).then_some(CONTAINED + edits)
}

/// Returns the word in lower case, with every separator as `_`.
fn fold(word: &str) -> String {
    word.trim()
        .chars()
        .map(|letter| if matches!(letter, '-' | ' ') { '_' } else { letter })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Returns the parts of a folded word, sorted.
fn parts(word: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = word.split('_').collect();
    parts.sort_unstable();
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 7] = ["shards", "path", "published", "path_tenant", "time_zone", "last_day", "first_day"];

    #[test]
    fn a_slip_of_the_finger_finds_its_word() {
        for (word, meant) in [
            ("shard", "shards"),
            ("Shrads", "shards"),
            ("timezone", "time_zone"),
            ("time-zone", "time_zone"),
            ("pat", "path"),
        ] {
            assert_eq!(nearest(word, KEYS.into_iter()), Some(meant), "{word}");
        }
    }

    #[test]
    fn parts_in_another_order_find_their_word() {
        assert_eq!(nearest("tenant_path", KEYS.into_iter()), Some("path_tenant"));
    }

    #[test]
    fn a_part_of_a_name_finds_the_name() {
        let customers = ["Fabrikam GmbH", "Contoso Limited", "Contoso"];
        assert_eq!(nearest("contso", customers.into_iter()), Some("Contoso"));
        assert_eq!(nearest("fabrikam", customers.into_iter()), Some("Fabrikam GmbH"));
        assert_eq!(nearest_few("contoso", customers.into_iter(), 3), ["Contoso", "Contoso Limited"]);
    }

    #[test]
    fn nothing_near_is_nothing() {
        for word in ["", "x", "colour", "1"] {
            assert_eq!(nearest(word, KEYS.into_iter()), None, "{word}");
        }
        assert_eq!(nearest("shards", std::iter::empty()), None);
    }
}
