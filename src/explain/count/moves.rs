//! Finds out to whom a license moved, if that can be seen.
//!
//! Licenses are pooled: no log says that the license taken from Ada is the one that Bob got. If a
//! product was taken from one user and given to another within [`MOST_DAYS`] days, and neither has
//! a second candidate, this counts as a move.

use crate::domain::day::Day;
use crate::stages::licenses::assignments::Assignment;

/// Maximum number of days between the removal and the assignment.
pub const MOST_DAYS: i32 = 7;

/// A license that moved from one user to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub from: String,
    pub removed_day: Day,
    pub to: String,
    pub assigned_day: Day,
}

/// Returns the moves in the assignments of one product.
pub fn moves<'a>(assignments: impl Iterator<Item = &'a Assignment> + Clone) -> Vec<Move> {
    let taken: Vec<(&str, Day)> = assignments
        .clone()
        .filter_map(|assignment| Some((assignment.user_id.as_str(), assignment.removed_day?)))
        .collect();
    let given: Vec<(&str, Day)> = assignments
        .filter_map(|assignment| Some((assignment.user_id.as_str(), assignment.assigned_day?)))
        .collect();
    let fits = |(from, removed): (&str, Day), (to, assigned): (&str, Day)| {
        from != to && removed <= assigned && assigned <= removed.plus(MOST_DAYS)
    };
    let only = |found: Vec<(&'a str, Day)>| match found.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    let mut moves: Vec<Move> = taken
        .iter()
        .filter_map(|&taken_from| {
            let to = only(given.iter().copied().filter(|&given_to| fits(taken_from, given_to)).collect())?;
            only(taken.iter().copied().filter(|&other| fits(other, to)).collect())?;
            Some(Move {
                from: taken_from.0.to_owned(),
                removed_day: taken_from.1,
                to: to.0.to_owned(),
                assigned_day: to.1,
            })
        })
        .collect();
    moves.sort_by(|a, b| (a.removed_day, &a.from).cmp(&(b.removed_day, &b.from)));
    moves
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::guid::Guid;
    use crate::domain::kinds::Opened;

    fn assignment(user: &str, assigned: Option<i32>, removed: Option<i32>) -> Assignment {
        Assignment {
            tenant_id: Guid(1),
            user_id: user.to_owned(),
            sku_id: Guid(2),
            assigned_day: assigned.map(Day),
            removed_day: removed.map(Day),
            source: Opened::Event,
        }
    }

    fn seen(assignments: &[Assignment]) -> Vec<String> {
        moves(assignments.iter())
            .into_iter()
            .map(|seen| format!("{} {} {} {}", seen.from, seen.removed_day.0, seen.to, seen.assigned_day.0))
            .collect()
    }

    #[test]
    fn one_taken_and_one_given_within_seven_days_is_a_move() {
        let ada = assignment("ada", None, Some(10));
        assert_eq!(seen(&[ada.clone(), assignment("bob", Some(17), None)]), ["ada 10 bob 17"]);
        assert_eq!(seen(&[ada.clone(), assignment("bob", Some(10), None)]), ["ada 10 bob 10"]);
        assert!(seen(&[ada.clone(), assignment("bob", Some(18), None)]).is_empty());
        assert!(seen(&[ada, assignment("bob", Some(9), None)]).is_empty(), "before it was free");
    }

    #[test]
    fn two_candidates_on_either_side_are_no_move() {
        let ada = assignment("ada", None, Some(10));
        let bob = assignment("bob", Some(12), None);
        assert!(seen(&[ada.clone(), bob.clone(), assignment("cleo", Some(13), None)]).is_empty());
        assert!(seen(&[ada.clone(), bob.clone(), assignment("dora", None, Some(11))]).is_empty());
        let back = assignment("ada", Some(14), None);
        assert_eq!(
            seen(&[ada, bob, back]),
            ["ada 10 bob 12"],
            "what comes back to the same user went nowhere"
        );
    }
}
