//! The memo of a run that left nothing to do: where everything that a run looks at is what it was
//! then, there is nothing to do now.

use std::collections::BTreeMap;

use crate::domain::digest::Hasher;
use crate::engine::input::raw_file::RawFile;
use crate::engine::request::Request;
use crate::engine::state::State;
use crate::stages;

/// What the memos of such runs begin with.
const MEMO: &str = "clean ";

/// Forgets all of them.
pub fn forget(memos: &mut BTreeMap<String, String>) {
    memos.retain(|key, _| !key.starts_with(MEMO));
}

/// Names everything that a run looks at: the settings, the raw files and the warehouse. `None`
/// where a raw file changed so lately that it may change again without a trace in its size and
/// time.
pub fn memo(request: &Request<'_>, state: &State, files: &[RawFile]) -> Option<String> {
    if files.iter().any(|file| !file.settled) {
        return None;
    }
    let settings = request.settings;
    let mut hasher = Hasher::new();
    for text in [
        settings.zone_text(),
        settings.apps_text(),
        settings.workloads_text(),
        settings.products_text(),
        settings.excluded_text(),
        settings.offers_text(),
        settings.audit_actions_text(),
        settings.evidence_text(),
        settings.unlicensed_use_text(),
        settings.states_text(),
        settings.partner_text(),
        settings.snapshots_text(),
        settings.user_ids_text(),
        settings.thresholds_text(),
        settings.language_text(),
        settings.name.clone(),
    ] {
        hasher.text(&text);
    }
    settings.sources.iter().for_each(|source| {
        hasher.text(&source.reading_text()).text(&source.fail_above.to_string());
    });
    hasher
        .number(i64::from(crate::sources::VERSION))
        .number(i64::from(settings.shards))
        .number(i64::from(request.last.0));
    // A snapshot of a day that had not come yet may have come since.
    for day in [request.from, settings.first_day, request.today] {
        hasher.number(day.map_or(i64::MIN, |day| i64::from(day.0)));
    }
    for file in files {
        hasher.text(&file.path).number(file.size as i64).bytes(&file.changed.to_le_bytes());
    }
    for contract in stages::TABLES {
        hasher.text(contract.name);
        for ((day, shard), footer) in state.all_files(contract) {
            hasher.number(day.map_or(i64::MIN, |day| i64::from(day.0))).number(i64::from(shard));
            hasher
                .digest(footer.fingerprint.settings)
                .digest(footer.fingerprint.inputs)
                .digest(footer.digest);
        }
    }
    Some(format!("{MEMO}{}", hasher.finish()))
}
