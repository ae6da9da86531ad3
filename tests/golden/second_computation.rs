//! The tables as the second computation gives them.

use uptake::engine::query::{customers, exceptions};

use super::*;

/// Every table by the reference computation, out of the same raw files.
pub fn reference_tables(settings: &Settings, days: &[Day]) -> Tables {
    let mut inputs = Inputs::default();
    let mut earliest = None;
    let files = walkdir::WalkDir::new(&settings.inputs[0].root)
        .sort_by_file_name()
        .into_iter()
        .map(Result::unwrap);
    for file in files.filter(|entry| entry.file_type().is_file()) {
        let below = file.path().strip_prefix(&settings.inputs[0].root).unwrap().to_str().unwrap();
        for (number, source) in settings
            .sources
            .iter()
            .enumerate()
            .filter(|(_, source)| source.glob.is_match(below))
        {
            let facts = path_context(below, source.path_tenant.as_ref(), source.path_day.as_ref());
            earliest = earliest.into_iter().chain(facts.day).min();
            let context = FileContext::of(facts, settings.zone(), &settings.rules.catalogue);
            let bytes = fs::read(file.path()).unwrap();
            inputs.append(read_in_order(&context, |context| {
                let mut inputs = Inputs::default();
                let mut sink = inputs.file(source.feed, number, below, facts.day.unwrap_or(Day(0)), context);
                let counts = sources::read(
                    source.feed,
                    source.format,
                    &mut bytes.as_slice(),
                    bytes.len() as u64,
                    context,
                    &mut sink,
                );
                sink.finish(&counts);
                inputs
            }));
        }
    }
    let first = settings.first_day.or_else(|| reference::first_day(&inputs, earliest));
    assert_eq!(first, days.first().copied(), "the first day");
    // Customers whom the pipeline file names by name are found in the lists.
    let listed = customers::listed(&Store::at(&settings.warehouse)).unwrap();
    let settings = exceptions::applied(settings, &listed);
    reference::compute(&inputs, &settings.rules, days[0], days[days.len() - 1])
}

/// Rows of the reference as text: `column: value, ...`, without the day.
pub fn reference_rows<K: std::fmt::Debug, V: std::fmt::Debug>(rows: &BTreeMap<K, V>, wanted: impl Fn(&K) -> bool) -> Vec<String> {
    let of_day = rows.iter().filter(|(key, _)| wanted(key));
    of_day
        .map(|(key, value)| format!("{}, {}", without_day(inner(&format!("{key:?}"))), inner(&format!("{value:?}"))))
        .collect()
}

pub fn assert_same<R: std::fmt::Debug>(table: &str, day: Day, rows: Vec<R>, reference: Vec<String>, named: impl Fn(String) -> String) {
    let mut found: Vec<String> = rows.iter().map(|row| inner(&format!("{row:?}")).to_owned()).collect();
    let mut reference = reference;
    found.sort();
    reference.sort();
    if found != reference {
        let lines = |rows: Vec<String>| rows.iter().map(|row| format!("    {row}\n")).collect::<String>();
        let (only, other) = (lines(without(&found, &reference)), lines(without(&reference, &found)));
        panic!(
            "{}",
            named(format!(
                "\n{table} of {day}\n  only in the warehouse:\n{only}  only in the reference:\n{other}"
            ))
        );
    }
}

/// What is between the braces of a struct's debug text.
fn inner(text: &str) -> &str {
    let from = text.find('{').map_or(0, |at| at + 1);
    text[from..].strip_suffix('}').unwrap_or(text).trim()
}

/// The fields of a key without its leading day.
fn without_day(text: &str) -> &str {
    match text.strip_prefix("day: ") {
        Some(rest) => rest.split_once(", ").map_or("", |(_, rest)| rest),
        None => text,
    }
}
