//! What is written down of a run: `run.json`, which goes with the published files, and the line of
//! the run log.
//!
//! `run.json` says what the last run did that made anything, and has the digest of every published
//! file; a run that published nothing leaves there what was published before. It is written last,
//! by a rename. Every key of both is in docs/run.md.

use serde_json::{Map, Value, json};

use crate::domain::day::Instant;
use crate::engine::error::EngineError;
use crate::engine::report::RunReport;
use crate::observe::parts::{Part, rounded};
use crate::pipeline::settings::Settings;
use crate::reports::manifest::{Manifest, RunRecord};
use crate::reports::publish::is_unfinished;
use crate::storage::disk::Disk;

/// What was asked for on the command line.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub command: &'static str,
    /// Only what was given.
    pub arguments: Map<String, Value>,
}

/// A run that is over, apart from how it ended.
pub struct Record<'a> {
    pub disk: &'a Disk,
    pub settings: &'a Settings,
    pub asked: &'a Asked,
    pub began: Instant,
    pub ended: Instant,
    pub parts: Vec<Part>,
    pub warnings: Vec<String>,
}

/// Why a run failed, as the command line tells it.
#[derive(Clone, Debug)]
pub struct Fault {
    pub exit_code: u8,
    pub message: String,
    pub hint: String,
}

/// The exit code of a run that found another one at work, and did nothing.
pub const REFUSED: u8 = 5;

impl Fault {
    /// How the run ended, in a word.
    pub fn outcome(&self) -> &'static str {
        if self.exit_code == REFUSED { "refused" } else { "failed" }
    }
}

/// How a run ended that did not fail, in a word.
pub fn outcome(report: &RunReport) -> &'static str {
    match (report.published, report.is_idle()) {
        (true, _) => "published",
        (false, true) => "idle",
        (false, false) => "made",
    }
}

impl Record<'_> {
    /// How long the run took.
    pub fn seconds(&self) -> f64 {
        rounded((self.ended.0 - self.began.0) as f64 / 1e6)
    }

    /// Writes `run.json` of a run that made anything. Where an earlier publication broke off, only
    /// one that publishes may: until then what stands there is not what is published.
    pub fn write(&self, report: &RunReport) -> Result<(), EngineError> {
        if !report.published && is_unfinished(&self.settings.published) {
            return Ok(());
        }
        let record = json!({
            "pipeline": self.settings.name,
            "version": env!("CARGO_PKG_VERSION"),
            "command": self.asked.command,
            "arguments": self.asked.arguments,
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
            "collapsed_lists": report.collapsed_lists,
            "verified": report.verified,
            "warnings": self.warnings,
            "unread": report.unread,
            "pruned": report.pruned,
            "days_left": report.days_left,
        });
        let published = &self.settings.published;
        Ok(self.manifest(report).write(self.disk, published, &record)?)
    }

    /// What is published: by this run, or still.
    fn manifest(&self, report: &RunReport) -> Manifest {
        match RunRecord::read(&self.settings.published) {
            Some(before) if !report.published => before.manifest,
            _ => Manifest {
                fingerprint: report.fingerprint,
                published: report.published_files.clone(),
            },
        }
    }

    /// The line of a run that did what it was to do; short where there was nothing to do.
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

    /// The line of a run that failed.
    pub fn failed_line(&self, fault: &Fault) -> Value {
        let mut line = self.line(fault.outcome(), fault.exit_code);
        line.insert("message".to_owned(), json!(fault.message));
        line.insert("hint".to_owned(), json!(fault.hint));
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
            "command": self.asked.command,
            "arguments": self.asked.arguments,
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

/// Writes `run.json` of a run that was not asked for on a command line.
pub fn write(disk: &Disk, settings: &Settings, report: &RunReport, began: Instant) -> Result<(), EngineError> {
    let record = Record {
        disk,
        settings,
        asked: &Asked::default(),
        began,
        ended: Instant(jiff::Timestamp::now().as_microsecond()),
        parts: Vec::new(),
        warnings: report.warnings.clone(),
    };
    record.write(report)
}
