//! Where usage leads, as a sentence: the chart of the trend shows the same.

use maud::{Markup, PreEscaped, html};

use crate::domain::words::Words;
use crate::domain::words::outcomes as said;
use crate::pages::figures::outlook::Outlook;
use crate::pages::html::number;

/// The sentence below the chart, or that there is not enough history.
pub fn sentence(words: Words, outlook: Option<&Outlook>) -> Markup {
    let Some(outlook) = outlook else {
        return html! { p.soft { (words.say(said::OUTLOOK_NONE)) } };
    };
    let share = |share: f64| number::share(words, Some(share)).into_string();
    let text = words.fill(
        said::OUTLOOK_TEXT,
        &[
            ("windows", &outlook.windows),
            ("value", &share(outlook.expected)),
            ("day", &number::date(words, outlook.day).into_string()),
            ("low", &share(outlook.low)),
            ("high", &share(outlook.high)),
        ],
    );
    // The values are markup already, and the phrase has nothing that would have to be escaped.
    html! { p data-figure="outlook" { (PreEscaped(text)) } }
}

/// The same in short, for who cannot see the chart.
pub fn description(words: Words, outlook: &Outlook) -> String {
    let share = |share: f64| words.percent(share, 1);
    words.fill(
        said::OUTLOOK_DESC,
        &[
            ("day", &words.date(outlook.day)),
            ("value", &share(outlook.expected)),
            ("low", &share(outlook.low)),
            ("high", &share(outlook.high)),
        ],
    )
}
