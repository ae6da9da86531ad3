//! The records of a run: `run.json`, which is published with the files, and the line of the run
//! log.
//!
//! `run.json` describes the last run that made anything and has the digest of every published file.
//! A run that published nothing keeps what was published before. The file is written last, by a
//! rename. docs/run.md explains every key of both.

use serde_json::{Map, Value, json};

use crate::domain::day::Instant;
use crate::engine::error::EngineError;
use crate::engine::report::RunReport;
use crate::observe::phases::{Phase, rounded};
use crate::pipeline::settings::Settings;
use crate::reports::manifest::{Manifest, RunRecord};
use crate::reports::publish::is_unfinished;
use crate::reports::releases::current::Current;
use crate::reports::releases::id::ReleaseId;
use crate::storage::interface::Storage;

/// The call on the command line.
#[derive(Clone, Debug, Default)]
pub struct Invocation {
    pub command: &'static str,
    /// Only the arguments that were given.
    pub arguments: Map<String, Value>,
}

/// A finished run, without its outcome.
pub struct Record<'a> {
    /// Where the published files are.
    pub published: &'a dyn Storage,
    pub settings: &'a Settings,
    pub invocation: &'a Invocation,
    pub began: Instant,
    pub ended: Instant,
    pub parts: Vec<Phase>,
    pub warnings: Vec<String>,
}

/// Why a run failed.
#[derive(Clone, Debug)]
pub struct RunFailure {
    pub exit_code: u8,
    pub message: String,
    pub hint: String,
}

/// Exit code of a run that found another run at work and did nothing.
pub const REFUSED: u8 = 5;

impl RunFailure {
    /// Returns the outcome of the run in one word.
    pub fn outcome(&self) -> &'static str {
        if self.exit_code == REFUSED { "refused" } else { "failed" }
    }
}

/// Returns the outcome of a run that succeeded, in one word.
pub fn outcome(report: &RunReport) -> &'static str {
    match (report.published, report.is_idle()) {
        (true, _) => "published",
        (false, true) => "idle",
        (false, false) => "made",
    }
}

impl Record<'_> {
    /// Returns how long the run took.
    pub fn seconds(&self) -> f64 {
        rounded((self.ended.0 - self.began.0) as f64 / 1e6)
    }

    /// Writes `run.json` of a run that made anything. If an earlier publication broke off, only a
    /// run that publishes may write it: until then the record does not describe the published
    /// files.
    pub fn write(&self, report: &RunReport) -> Result<(), EngineError> {
        if !report.published && is_unfinished(self.published) {
            return Ok(());
        }
        let record = json!({
            "pipeline": self.settings.name,
            "version": env!("CARGO_PKG_VERSION"),
            "command": self.invocation.command,
            "arguments": self.invocation.arguments,
            "outcome": outcome(report),
            "began": self.began.to_string(),
            "ended": self.ended.to_string(),
            "seconds": self.seconds(),
            "parts": self.parts,
            "first_day": report.first_day,
            "last_day": report.last_day,
            "sources": report.sources,
            "freshness": report.freshness,
            "tables": report.steps,
            "warehouse": report.extents,
            "contradictions": report.contradictions,
            "users_known_by_name": report.users_known_by_name,
            "unknown_products": report.unknown_products,
            "collapsed_lists": report.collapsed_lists,
            "verified": report.verified,
            "warnings": self.warnings,
            "unread": report.unread,
            "pruned": report.pruned,
            "days_left": report.days_left,
            "next_steps": report.step_news.as_ref().map(|news| json!({
                "previous_day": news.previous_day.map(|day| day.to_string()),
                "new": news.new.len(),
                "done": news.done.len(),
            })),
            "alert": report.alert,
            "delta": report.delta,
            "release": self.release(report),
        });
        Ok(self.manifest(report).write(self.published, &record)?)
    }

    /// Returns the release that is in force, of this run or of an earlier one.
    fn release(&self, report: &RunReport) -> Option<ReleaseId> {
        let in_force = || Some(Current::read(self.published).ok()??.release);
        report.release.or_else(in_force)
    }

    /// Returns what is published, by this run or by an earlier one.
    fn manifest(&self, report: &RunReport) -> Manifest {
        match RunRecord::read(self.published) {
            Some(before) if !report.published => before.manifest,
            _ => Manifest {
                fingerprint: report.fingerprint,
                published: report.published_files.clone(),
            },
        }
    }

    /// Returns the line of a run that succeeded. It is short if there was nothing to do.
    pub fn done_line(&self, report: &RunReport) -> Value {
        let mut line = self.line(outcome(report), 0);
        line.insert("last_day".to_owned(), json!(report.last_day));
        if let Some(verified) = &report.verified {
            line.insert("verified".to_owned(), json!(verified));
        }
        if !report.is_idle() {
            let read: Vec<_> = report.sources.iter().filter(|source| source.files_read > 0).collect();
            let changed: Vec<&str> = report
                .published_files
                .iter()
                .filter(|file| file.changed)
                .map(|file| file.name.as_str())
                .collect();
            line.insert("parts".to_owned(), json!(self.parts));
            line.insert("sources".to_owned(), json!(read));
            line.insert("tables".to_owned(), json!(report.steps));
            line.insert("published".to_owned(), json!(changed));
        }
        self.with_warnings(line)
    }

    /// Returns the line of a run that failed.
    pub fn failed_line(&self, failure: &RunFailure) -> Value {
        let mut line = self.line(failure.outcome(), failure.exit_code);
        line.insert("message".to_owned(), json!(failure.message));
        line.insert("hint".to_owned(), json!(failure.hint));
        line.insert("parts".to_owned(), json!(self.parts));
        self.with_warnings(line)
    }

    fn line(&self, outcome: &str, exit_code: u8) -> Map<String, Value> {
        let line = json!({
            "began": self.began.to_string(),
            "ended": self.ended.to_string(),
            "seconds": self.seconds(),
            "pipeline": self.settings.name,
            "version": env!("CARGO_PKG_VERSION"),
            "command": self.invocation.command,
            "arguments": self.invocation.arguments,
            "outcome": outcome,
            "exit_code": exit_code,
        });
        match line {
            Value::Object(line) => line,
            _ => Map::new(),
        }
    }

    fn with_warnings(&self, mut line: Map<String, Value>) -> Value {
        if !self.warnings.is_empty() {
            line.insert("warnings".to_owned(), json!(self.warnings));
        }
        Value::Object(line)
    }
}

/// Writes `run.json` of a run that no command line started.
pub fn write(published: &dyn Storage, settings: &Settings, report: &RunReport, began: Instant) -> Result<(), EngineError> {
    let record = Record {
        published,
        settings,
        invocation: &Invocation::default(),
        began,
        ended: Instant(jiff::Timestamp::now().as_microsecond()),
        parts: Vec::new(),
        warnings: report.warnings.clone(),
    };
    record.write(report)
}
