//! The pipeline file that reads what was written.

use crate::domain::kinds::Feed;
use crate::sample::customer::portfolio;
use crate::sample::facts;
use crate::sample::forms;
use crate::sample::options::Options;

/// The sources: feed, the path of its files in the default form, and what else there is to say.
const SOURCES: [(Feed, &str, &str); 4] = [
    (Feed::Activity, "insights-logs-*signinlogs/**/PT1H.json*", OF_ACTIVITY),
    (Feed::LicenseChanges, "insights-logs-auditlogs/**/PT1H.json*", ""),
    (Feed::LicenseHoldings, "graph-users/**/*.json*", ""),
    (Feed::Subscriptions, "graph-subscriptions/**/*.json*", ""),
];

const OF_ACTIVITY: &str = "\
fail_above = 0.02                              # a night of a small portfolio has few records: one unreadable line is already 1 %
required = true
";

/// The text of the file.
pub fn text(options: &Options) -> String {
    let seed = options.seed;
    let form = match options.form {
        forms::DEFAULT => String::new(),
        form => format!(" --form {form}"),
    };
    let mut text = format!(
        r#"# Reads the raw logs beside this file: a made-up portfolio, written by `uptake sample --seed {seed}{form}`.
#   uptake run pipeline.toml
name = "sample"
time_zone = "UTC"
first_day = "{first}"
last_day = "{last}"                      # a fixed archive: it ends here, not yesterday
partner_tenant_id = "{partner}"

[input]
root = "."

[warehouse]
path = "warehouse"
published = "published"

[catalogue]
prices = "{prices}"
"#,
        first = options.first_day(),
        last = options.last_day,
        partner = portfolio::partners(seed).0,
        prices = facts::PRICE_LIST,
    );
    for (feed, usual_path, more) in SOURCES {
        let default = forms::of(forms::DEFAULT, feed).map_or("auto", |form| form.format);
        let (format, path) = match forms::of(options.form, feed) {
            Some(form) if form.name != forms::DEFAULT => (form.format, format!("{feed}/**/*.{}*", form.ending)),
            _ => (default, usual_path.to_owned()),
        };
        text += &format!("\n[[source]]\nfeed = \"{feed}\"\nformat = \"{format}\"\npath = \"{path}\"\n{more}");
    }
    text + "\n[[source]]\nfeed = \"customers\"\nformat = \"csv\"\npath = \"customers.csv\"\n"
}
