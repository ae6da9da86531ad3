//! `run.json`: what the last run did, and the digest of every published file. Written last, by a rename.

use crate::domain::day::Instant;
use crate::engine::error::EngineError;
use crate::engine::report::RunReport;
use crate::pipeline::settings::Settings;
use crate::reports::publish::write_run_json;
use crate::warehouse::disk::Disk;

/// Writes the record of a run that has published.
pub fn write(disk: &Disk, settings: &Settings, report: &RunReport, began: Instant) -> Result<(), EngineError> {
    let ended = Instant(jiff::Timestamp::now().as_microsecond());
    let record = serde_json::json!({
        "pipeline": settings.name,
        "version": env!("CARGO_PKG_VERSION"),
        "began": began.to_string(),
        "ended": ended.to_string(),
        "seconds": (ended.0 - began.0) as f64 / 1e6,
        "first_day": report.first_day,
        "last_day": report.last_day,
        "sources": report.sources,
        "tables": report.steps,
        "contradictions": report.contradictions,
        "warnings": report.warnings,
        "fingerprint": report.fingerprint,
        "published": report.published_files,
    });
    write_run_json(disk, &settings.published, &record)?;
    Ok(())
}

/// What was read, in words: one line per source that had anything new.
pub fn inputs_text(report: &RunReport) -> String {
    let mut text = String::new();
    for source in report.sources.iter().filter(|source| source.files_read > 0) {
        let reasons: Vec<String> = source.reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        let rejects = match source.rejected {
            0 => "no rejects".to_owned(),
            rejects => format!("{rejects} rejects ({})", reasons.join(", ")),
        };
        text.push_str(&format!(
            "Read       {}: {} files, {} records, {} of other feeds, {rejects}\n",
            source.source, source.files_read, source.records, source.not_ours
        ));
    }
    for warning in &report.warnings {
        text.push_str(&format!("Warning    {warning}\n"));
    }
    text
}
