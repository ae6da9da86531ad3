//! Rejects are counted, sorted, and none is lost.

use super::*;
use crate::warehouse::table::Row;

fn at(line: u64, record: u32) -> Position {
    Position { line, record }
}

/// A reject that has only a position and a reason.
fn bare(at: Position, reason: Reason, excerpt: &str) -> Rejected<'_> {
    Rejected {
        at,
        reason,
        excerpt,
        detail: "",
    }
}

/// The rows of a frame as texts: source, file, reason, excerpt, line, record, more, detail.
/// Columns may be dictionaries or not.
fn rows(rejects: Rejects) -> Vec<String> {
    let frame = rejects.finish().unwrap();
    let text = |name| Texts::of(column_of(&frame, &REJECTS, name).unwrap());
    let number = |name| column_of(&frame, &REJECTS, name).unwrap().as_primitive::<Int64Type>();
    (0..frame.num_rows())
        .map(|row| {
            let texts = ["source", "source_file", "reason", "excerpt"].map(|name| text(name).value(row).to_owned());
            let numbers = ["source_line", "source_record", "more"].map(|name| number(name).value(row).to_string());
            let detail = text("detail");
            let detail = if detail.is_valid(row) { detail.value(row) } else { "-" };
            format!("{} {} {detail}", texts.join(" "), numbers.join(" "))
        })
        .collect()
}

#[test]
fn rejects_that_come_together_from_anywhere_are_sorted_and_none_is_lost() {
    let mut one = Rejects::default();
    one.push("s", "b", &bare(at(2, 0), Reason::BrokenJson, "{"));
    one.push(
        "s",
        "b",
        &Rejected {
            detail: "no `id`",
            ..bare(at(1, 0), Reason::MissingId, "{}")
        },
    );
    let mut other = Rejects::default();
    other.push("s", "a", &bare(at(10, 2), Reason::MissingId, "{}"));
    other.push("s", "a", &bare(at(10, 1), Reason::MissingId, "{}"));
    other.push("r", "b", &bare(at(0, 0), Reason::UnreadableFile, "_"));
    one.append(other);
    let kept = [Reject {
        source: "s".to_owned(),
        source_file: "c".to_owned(),
        source_line: 7,
        source_record: 0,
        reason: "missing_id".to_owned(),
        excerpt: "kept".to_owned(),
        more: 4,
        detail: Some("no `id`".to_owned()),
    }];
    let frame = Reject::frame(&kept).unwrap();
    one.absorb(&frame, |_, file| file == "c", str::to_owned).unwrap();
    one.absorb(&frame, |_, _| false, |excerpt| format!("{excerpt}!")).unwrap();
    let counts: Vec<(String, u64)> = one
        .counts()
        .into_iter()
        .filter(|count| count.reason == "missing_id")
        .map(|count| (count.source_file, count.count))
        .collect();
    assert_eq!(
        rows(one),
        [
            "r b unreadable_file _ 0 0 0 -",
            "s a missing_id {} 10 1 0 -",
            "s a missing_id {} 10 2 0 -",
            "s b missing_id {} 1 0 0 no `id`",
            "s b broken_json { 2 0 0 -",
            "s c missing_id kept! 7 0 4 no `id`",
        ]
    );
    let total = |file: &str| counts.iter().filter(|(of, _)| of == file).map(|(_, count)| count).sum::<u64>();
    assert_eq!((total("a"), total("b"), total("c")), (2, 1, 5));
}

#[test]
fn beyond_the_first_ones_a_file_has_one_row_for_each_reason() {
    let mut rejects = Rejects::default();
    for line in 1..=9 {
        let reason = if line % 2 == 0 { Reason::MissingId } else { Reason::BrokenJson };
        rejects.push("s", "a", &bare(at(line, 0), reason, &line.to_string()));
    }
    let mut rest = rejects.keep_first(3);
    let mut earlier = CountedRejects::default();
    earlier.add(Reason::MissingId, at(11, 2), 10);
    earlier.add(Reason::MissingId, at(11, 1), 10);
    rest.append(earlier);
    rejects.push_rest("s", "a", &rest);
    assert_eq!(
        rows(rejects),
        [
            "s a broken_json 1 1 0 0 -",
            "s a missing_id 2 2 0 0 -",
            "s a broken_json 3 3 0 0 -",
            "s a missing_id  4 0 22 -",
            "s a broken_json  5 0 2 -",
        ]
    );
}
