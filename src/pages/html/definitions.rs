//! What the numbers mean, in plain words. Source: `spec: definitions`, `spec: amendments, C and D`.

use maud::{Markup, html};

use crate::domain::words::report as said;
use crate::domain::words::{Phrase, Words, outcomes};

const MEANINGS: [(Phrase, Phrase); 13] = [
    (said::DEFINE_WINDOW, said::DEFINE_WINDOW_TEXT),
    (said::DEPLOYMENT, said::DEFINE_DEPLOYMENT_TEXT),
    (said::USAGE, said::DEFINE_USAGE_TEXT),
    (said::ADJUSTED, said::DEFINE_ADJUSTED_TEXT),
    (said::DEFINE_MOVED, said::DEFINE_MOVED_TEXT),
    (said::DEFINE_SWITCHED, said::DEFINE_SWITCHED_TEXT),
    (said::DEFINE_BEYOND, said::DEFINE_BEYOND_TEXT),
    (said::PEOPLE, said::DEFINE_PEOPLE_TEXT),
    (said::WIN_BACK, said::DEFINE_WIN_BACK_TEXT),
    (outcomes::OUTCOMES, outcomes::DEFINE_OUTCOMES_TEXT),
    (outcomes::DEFINE_NEW, outcomes::DEFINE_NEW_TEXT),
    (outcomes::HABIT, outcomes::DEFINE_HABIT_TEXT),
    (outcomes::OUTLOOK, outcomes::DEFINE_OUTLOOK_TEXT),
];

pub fn section(words: Words) -> Markup {
    let meanings = MEANINGS.iter().chain(&[(said::DEFINE_COMPLETE, said::DEFINE_COMPLETE_TEXT)]);
    html! { dl.meanings { @for (what, meaning) in meanings { dt { (words.say(*what)) } dd { (words.say(*meaning)) } } } }
}
