//! Takes what a reader finds and holds each finding against what has to be true of it.

use std::collections::BTreeSet;

use uptake::domain::user_ids::is_pseudonym;
use uptake::sources::Choice;
use uptake::sources::Format;
use uptake::sources::record::{FileCounts, Position, Reason, Row, Sink, SnapshotPage};
use uptake::stages::received::reject_excerpt::{EXCERPT_BYTES, Ids, excerpt};

/// What was found, in words that can be compared.
#[derive(Default, PartialEq, Debug)]
pub struct Found {
    pub rows: Vec<String>,
    pub rejects: Vec<String>,
    pub pages: Vec<String>,
    pub chosen: Option<Format>,
    pub counts: FileCounts,
    /// What no finding may be.
    pub faults: Vec<String>,
}

impl Found {
    /// The behaviour in few words: what kinds of findings there are, and about how many.
    pub fn behaviour(&self) -> String {
        let kinds: BTreeSet<&str> = self.rows.iter().filter_map(|row| row.split(' ').nth(1)).collect();
        let reasons: BTreeSet<&str> = self.rejects.iter().filter_map(|reject| reject.rsplit(' ').next()).collect();
        let steps = |count: usize| count.checked_ilog2().map_or(0, |power| power + 1);
        format!(
            "{kinds:?} {reasons:?} {} {} {} {} {:?}",
            steps(self.rows.len()),
            steps(self.rejects.len()),
            steps(self.counts.not_ours as usize),
            self.pages.len().min(2),
            self.chosen
        )
    }

    fn fault(&mut self, text: String) {
        if self.faults.len() < 3 {
            self.faults.push(text);
        }
    }

    /// Ids are folded, and none of them passes for a pseudonym.
    fn user(&mut self, id: &str) {
        if id != id.to_lowercase() {
            self.fault(format!("an id that is not folded: {id:?}"));
        }
        if is_pseudonym(id) {
            self.fault(format!("an id of a log that looks like a pseudonym: {id:?}"));
        }
    }
}

impl Sink for Found {
    fn row(&mut self, at: Position, row: Row<'_>) {
        match &row {
            Row::Activity(activity) => self.user(activity.user_id),
            Row::LicenseChange(change) => self.user(change.user_id),
            Row::Holding(holding) => self.user(holding.user_id),
            Row::Subscription(subscription) if subscription.seats < 0 => self.fault("seats below 0".to_owned()),
            _ => {}
        }
        let text = format!("{row:?}");
        let kind = text.split('(').next().unwrap_or_default();
        self.rows.push(format!("{}/{} {kind} {text}", at.line, at.record));
    }

    fn reject(&mut self, at: Position, reason: Reason, raw: &[u8], _detail: &str) {
        for ids in [Ids::Kept, Ids::Masked] {
            let text = excerpt(raw, ids);
            if text.len() > EXCERPT_BYTES || !text.is_ascii() || text.replace("@odata.", "").contains('@') {
                self.fault(format!("an excerpt that shows too much: {text:?}"));
            }
            if excerpt(text.as_bytes(), ids) != text {
                self.fault(format!("an excerpt of an excerpt is another: {text:?}"));
            }
        }
        self.rejects.push(format!("{}/{} {reason}", at.line, at.record));
    }

    fn chosen(&mut self, choice: &Choice) {
        self.chosen = Some(choice.format);
    }

    fn snapshot_page(&mut self, page: SnapshotPage) {
        self.pages.push(format!("{page:?}"));
    }
}
