//! Puts into words what lists of users say of accounts besides their licenses: that they are
//! disabled, and who waits for a seat.

use crate::domain::day::Day;
use crate::domain::words::{Words, explain as phrases, explain_people as people};
use crate::explain::facts::ProductName;
use crate::explain::render::words;
use crate::explain::view::user::UserExplanation;

/// How many users who wait are shown. The JSON form has all of them.
const MOST_USERS: usize = 10;

/// Says that an account is disabled, or nothing where it is not.
pub fn disabled(w: Words, since: Option<Day>) -> Option<String> {
    since.map(|day| w.fill(people::DISABLED_SINCE, &[("day", &day)]))
}

/// Says of one user that the account is disabled, and what the user waits for.
pub fn of_user(w: Words, explanation: &UserExplanation) -> Vec<String> {
    let waits = |(product, since): &(ProductName, Day)| format!("{}: {}", words::product(product), waits_since(w, *since));
    let waiting = explanation.waits_for.iter().map(waits);
    waiting.chain(disabled(w, explanation.disabled_since)).collect()
}

/// Who waits for a seat of a product, in words.
pub struct Waiting<'a> {
    pub title: String,
    /// Each user with the words about since when.
    pub users: Vec<(&'a str, String)>,
    /// How many more there are.
    pub more: Option<String>,
}

/// Says who waits for a seat of a product; `None` where nobody does.
pub fn waiting(w: Words, users: &[(String, Day)]) -> Option<Waiting<'_>> {
    if users.is_empty() {
        return None;
    }
    let title = format!("{}: {}", w.say(people::WAITING), w.grouped(users.len() as i64));
    let shown = users.iter().take(MOST_USERS);
    let since = |day: Day| w.fill(people::SINCE_LIST, &[("day", &day)]);
    let named = shown.map(|(user, day)| (user.as_str(), since(*day))).collect();
    let more = users.len().saturating_sub(MOST_USERS);
    let more = (more > 0).then(|| w.fill(phrases::MORE_IN_JSON, &[("count", &w.grouped(more as i64))]));
    Some(Waiting { title, users: named, more })
}

/// The same in Markdown; nothing where nobody waits.
pub fn waiting_in_markdown(w: Words, users: &[(String, Day)]) -> String {
    let Some(Waiting { title, users, more }) = waiting(w, users) else {
        return String::new();
    };
    let lines: String = users.iter().map(|(user, waits)| format!("* `{user}`: {waits}\n")).collect();
    let more = more.map_or_else(String::new, |more| format!("\n{more}\n"));
    format!("\n### {title}\n\n{lines}{more}")
}

fn waits_since(w: Words, day: Day) -> String {
    w.fill(people::WAITS_SINCE, &[("day", &day)])
}
