//! `first_activity`: the first day on which each user used each workload. Reads `activity_daily` of
//! all days.
//!
//! Whether somebody was ever active by some day is one comparison with this first day, so no other
//! table has to look back beyond its window. The first day is a minimum: days can be added in any
//! order and in any batches. A changed day affects only users whose first day is not earlier.

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::stages::activity::activity_daily::{ACTIVITY_BEFORE, ACTIVITY_DAILY};
use crate::stages::activity::window_facts::{DailyFacts, Marks};
use crate::warehouse::table::table;

table! {
    /// A user was active in a workload at some time.
    FIRST_ACTIVITY = "first_activity", version 1, Whole, sharded,
        from History [ACTIVITY_DAILY, ACTIVITY_BEFORE],
        settings [Evidence];
    FirstActivity {
        @key tenant_id: Guid = "the customer",
        @key user_id: String = "who was active",
        @key workload: String = "what was used",
        first_day: Day = "the first day that is active by the evidence that the pipeline chooses; facts begin 27 days before the tables",
    }
}

impl FirstActivity {
    fn key(&self) -> (Guid, &str, &str) {
        (self.tenant_id, &self.user_id, &self.workload)
    }

    /// Digest of user and workload, without the day.
    pub fn digest(&self) -> Digest {
        Hasher::new()
            .bytes(&self.tenant_id.bytes())
            .text(&self.user_id)
            .text(&self.workload)
            .finish()
    }
}

/// Adds the facts of some days to rows that are sorted by key. `chosen` are the marks that make a
/// day active.
pub fn add(known: Vec<FirstActivity>, facts: &DailyFacts, chosen: Marks) -> Vec<FirstActivity> {
    let mut firsts: Vec<Option<Day>> = vec![None; facts.entities.len()];
    for (day, rows) in &facts.days {
        for (entity, _) in rows.iter().filter(|(_, marks)| marks & chosen != 0) {
            // Days come in order, so the first one stays.
            firsts[*entity as usize].get_or_insert(*day);
        }
    }
    let mut rows = Vec::with_capacity(known.len());
    let mut known = known.into_iter().peekable();
    for (entity, first) in facts.entities.iter().zip(firsts) {
        let Some(first) = first else { continue };
        let key = (
            facts.tenants[entity.tenant as usize],
            facts.users[entity.user as usize].as_str(),
            facts.workloads[entity.workload as usize].as_str(),
        );
        while let Some(row) = known.next_if(|row| row.key() < key) {
            rows.push(row);
        }
        let row = match known.next_if(|row| row.key() == key) {
            Some(row) => FirstActivity {
                first_day: row.first_day.min(first),
                ..row
            },
            None => FirstActivity {
                tenant_id: key.0,
                user_id: key.1.to_owned(),
                workload: key.2.to_owned(),
                first_day: first,
            },
        };
        rows.push(row);
    }
    rows.extend(known);
    rows
}

/// Walks over the sorted rows while the caller asks for users in the same order.
pub struct UserCursor<'a>(&'a [FirstActivity]);

impl<'a> UserCursor<'a> {
    pub fn new(rows: &'a [FirstActivity]) -> UserCursor<'a> {
        UserCursor(rows)
    }

    /// Returns the rows of a user. The user must not come before the one of the call before.
    pub fn of(&mut self, tenant: Guid, user: &str) -> &'a [FirstActivity] {
        let place = |row: &FirstActivity| (row.tenant_id, row.user_id.as_str()).cmp(&(tenant, user));
        let before = self.0.iter().take_while(|row| place(row).is_lt()).count();
        self.0 = &self.0[before..];
        let count = self.0.iter().take_while(|row| place(row).is_eq()).count();
        &self.0[..count]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::activity::window_facts::Entity;

    const INTERACTIVE: Marks = 1;
    const ACTION: Marks = 4;

    fn row(tenant: u128, user: &str, workload: &str, first: i32) -> FirstActivity {
        FirstActivity {
            tenant_id: Guid(tenant),
            user_id: user.to_owned(),
            workload: workload.to_owned(),
            first_day: Day(first),
        }
    }

    /// `a` and `c` of one tenant in `teams`: `a` signs in on days 5 and 7, `c` acts on day 6.
    fn facts() -> DailyFacts {
        let entity = |user| Entity {
            tenant: 0,
            user,
            workload: 0,
        };
        DailyFacts {
            tenants: vec![Guid(1)],
            users: vec!["a".to_owned(), "c".to_owned()],
            workloads: vec!["teams".to_owned()],
            entities: vec![entity(0), entity(1)],
            days: vec![
                (Day(5), vec![(0, INTERACTIVE)]),
                (Day(6), vec![(1, ACTION)]),
                (Day(7), vec![(0, INTERACTIVE), (1, ACTION)]),
            ],
            marks: INTERACTIVE | ACTION,
        }
    }

    #[test]
    fn the_least_day_stays_and_others_keep_their_place() {
        let known = vec![
            row(0, "z", "teams", 1),
            row(1, "a", "teams", 6),
            row(1, "b", "teams", 2),
            row(1, "c", "exchange", 9),
        ];
        let expected = [
            row(0, "z", "teams", 1),
            row(1, "a", "teams", 5),
            row(1, "b", "teams", 2),
            row(1, "c", "exchange", 9),
            row(1, "c", "teams", 6),
        ];
        let all = INTERACTIVE | ACTION;
        assert_eq!(add(known.clone(), &facts(), all), expected);
        assert_eq!(add(add(known.clone(), &facts(), all), &facts(), all), expected);
        assert_eq!(add(known, &facts(), INTERACTIVE).len(), 4);
    }

    #[test]
    fn users_are_found_side_by_side() {
        let rows = [
            row(1, "a", "exchange", 1),
            row(1, "a", "teams", 2),
            row(1, "c", "teams", 3),
            row(2, "a", "teams", 4),
        ];
        let mut along = UserCursor::new(&rows);
        assert_eq!(along.of(Guid(1), "a").len(), 2);
        assert_eq!(along.of(Guid(1), "a").len(), 2);
        assert_eq!(along.of(Guid(1), "b").len(), 0);
        assert_eq!(along.of(Guid(2), "a"), &rows[3..]);
        assert_eq!(along.of(Guid(3), "a").len(), 0);
    }
}
