//! Ends a run early. An earlier run had nothing to do. If settings, raw files and footers are the same
//! now, this run has nothing to do either.

use crate::domain::digest::{Digest, Hasher};
use crate::domain::settings_group::SettingsGroup;
use crate::engine::input::raw_file::RawFile;
use crate::engine::request::Request;
use crate::engine::state::State;
use crate::stages;

/// A digest of everything that a run looks at: the settings, the raw files and the warehouse. `None`
/// where a raw file changed so lately that it may change again without a trace in its size and
/// time.
pub fn looked_at(request: &Request<'_>, state: &State, files: &[RawFile]) -> Option<Digest> {
    if files.iter().any(|file| !file.version.is_settled()) {
        return None;
    }
    let settings = request.settings;
    let mut hasher = Hasher::new();
    // Whatever group of settings a table may read.
    SettingsGroup::ALL.iter().for_each(|group| {
        hasher.text(&settings.text(*group));
    });
    hasher.text(&settings.name).text(&settings.report.text(settings.rules.language));
    settings.sources.iter().for_each(|source| {
        hasher.text(&source.reading_text()).text(&source.fail_above.to_string());
    });
    hasher
        .number(i64::from(crate::sources::VERSION))
        .number(i64::from(settings.shards))
        .number(i64::from(request.last.0));
    // A snapshot of a day that had not come yet may have come since.
    for day in [request.from, settings.first_day, request.today] {
        hasher.day(day);
    }
    for file in files {
        hasher.text(&file.path);
        file.version.add_to(&mut hasher);
    }
    for contract in stages::TABLES {
        hasher.text(contract.name);
        for ((day, shard), footer) in state.all_files(contract) {
            hasher.day(day).number(i64::from(shard));
            hasher
                .digest(footer.fingerprint.settings)
                .digest(footer.fingerprint.inputs)
                .digest(footer.digest);
        }
    }
    Some(hasher.finish())
}
