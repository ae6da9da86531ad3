//! Renders the pipeline file that `uptake init` writes, and what it says about it.

use std::path::Path;

use crate::domain::kinds::Feed;
use crate::domain::words::counted;
use crate::engine::inspect::proposal::{Proposal, ProposedSource, Unknown};

/// What a pipeline lacks without a feed, and where its files come from.
const LACKS: [(Feed, &str); 6] = [
    (
        Feed::Activity,
        "no sign-ins: nobody is seen to be active, so there is no usage. Azure's diagnostic settings or Microsoft Graph export them",
    ),
    (
        Feed::LicenseChanges,
        "no audit logs: who got or lost a license between two lists of users is not known to the day",
    ),
    (
        Feed::LicenseHoldings,
        "no lists of users: who holds a license is known from audit logs alone, so seats that were assigned before they begin are missing",
    ),
    (
        Feed::Subscriptions,
        "no subscriptions: how many seats were sold is unknown, so there is no deployment and no usage ratio",
    ),
    (
        Feed::Customers,
        "no list of customers: they are shown by their tenant ids, without names",
    ),
    (
        Feed::SupportRequests,
        "no support requests: next steps do not know who waits for an answer",
    ),
];

/// What the pipeline lacks, most important first.
pub fn lacks(proposal: &Proposal) -> Vec<&'static str> {
    LACKS
        .iter()
        .filter(|(feed, _)| !proposal.has(*feed))
        .map(|(_, what)| *what)
        .collect()
}

/// The pipeline file. The roots of the inputs, which have names where there are several, `warehouse`
/// and `published` are as seen from its folder.
pub fn pipeline(proposal: &Proposal, inputs: &[(Option<String>, String)], warehouse: &str, published: &str) -> String {
    let mut text = "\
# A pipeline: which raw files are read, what counts, and where the tables go. Paths are relative to
# this file. `uptake init` wrote it from the files that were there; every key is explained in
# docs/pipeline-file.md. Look at it, then run `uptake plan` and `uptake run`.

# Whose midnight ends a day: an IANA name, such as \"Europe/Berlin\".
time_zone = \"UTC\"

# Your own tenant: what makes a subscription yours (`seats_sold_own`). Without it all are others'.
# partner_tenant_id = \"00000000-0000-0000-0000-000000000000\"

# Without this line the tables go until yesterday. Set it where no new files will come.
"
    .to_owned();
    let last = proposal.last_day.as_deref().unwrap_or("2026-12-31");
    text.push_str(&format!("# last_day = {}\n\n", quoted(last)));
    for (name, root) in inputs {
        match name {
            None => text.push_str(&format!("[input]\nroot = {}\n\n", quoted(root))),
            Some(name) => text.push_str(&format!("[[input]]\nname = {}\nroot = {}\n\n", quoted(name), quoted(root))),
        }
    }
    text.push_str(&format!(
        "[warehouse]\npath = {}\npublished = {}\n",
        quoted(warehouse),
        quoted(published)
    ));
    for source in &proposal.sources {
        text.push_str(&block(source));
    }
    let unknown: Vec<&Unknown> = proposal.unknown.iter().collect();
    if !unknown.is_empty() {
        text.push_str("\n# Nothing reads these files (`uptake inspect FILE` says more):\n");
        for unknown in unknown {
            text.push_str(&comment(&format!(
                "{}, {}: {}",
                unknown.path,
                counted(unknown.files, "file"),
                unknown.what
            )));
        }
    }
    let lacks = lacks(proposal);
    if !lacks.is_empty() {
        text.push_str("\n# What is missing (docs/logs.md says how to export it):\n");
        lacks.iter().for_each(|what| text.push_str(&comment(what)));
    }
    text.push_str(
        "
# Where a ratio is so low that it is a next step; there are more thresholds.
# [thresholds]
# low_usage = 0.5

# Users are stored by their ids. With a key they are stored by pseudonyms (docs/privacy.md).
# [privacy]
# user_ids = \"pseudonymous\"
# key_file = \"secret.key\"    # openssl rand -hex 32 > secret.key
",
    );
    text
}

fn block(source: &ProposedSource) -> String {
    let mut text = "\n".to_owned();
    text.push_str(&comment(&counted(source.files, "file")));
    source.warnings.iter().for_each(|warning| text.push_str(&comment(warning)));
    text.push_str(&format!(
        "[[source]]\nfeed = {}\nformat = {}\npath = {}\n",
        quoted(source.feed.name()),
        quoted(source.format),
        quoted(&source.path)
    ));
    text
}

/// A comment of one line, whatever names are in it.
fn comment(text: &str) -> String {
    let line: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    format!("# {line}\n")
}

/// A text of JSON is one of TOML too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What was found, what is missing, and what to run next. `called` is how the next commands name the
/// file; nothing where they find it by themselves.
pub fn said(proposal: &Proposal, written: &Path, called: &str) -> String {
    let mut text = format!("{}: {}\n", written.display(), counted(proposal.sources.len(), "source"));
    for source in &proposal.sources {
        let (feed, format, path, files) = (source.feed, source.format, &source.path, counted(source.files, "file"));
        text.push_str(&format!("  {feed} in the format {format}: {path} ({files})\n"));
        source
            .warnings
            .iter()
            .for_each(|warning| text.push_str(&format!("    warning: {warning}\n")));
    }
    for unknown in &proposal.unknown {
        let files = counted(unknown.files, "file");
        text.push_str(&format!("  not read: {} ({files}), {}\n", unknown.path, unknown.what));
    }
    let lacks = lacks(proposal);
    if !lacks.is_empty() {
        text.push_str("missing\n");
        lacks.iter().for_each(|what| text.push_str(&format!("  {what}\n")));
    }
    text.push_str("next\n  set partner_tenant_id and time_zone in the file");
    if let Some(last) = &proposal.last_day {
        text.push_str(&format!(", and last_day where nothing comes after {last}"));
    }
    text.push('\n');
    text.push_str(&format!(
        "  uptake plan{called}    what a run would do; changes nothing\n  uptake run{called}\n"
    ));
    text
}
