//! Records a run: `run.json` if it made anything, its line in the run log, and the metrics.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::domain::day::Instant;
use crate::domain::words::counted;
use crate::engine::error::EngineError;
use crate::engine::report::RunReport;
use crate::observe::lineage::{self, Ending, LineageRun};
use crate::observe::metrics::{self, MetricInputs};
use crate::observe::progress::Progress;
use crate::observe::record::{Invocation, REFUSED, Record, RunFailure, outcome};
use crate::observe::run_log;
use crate::pipeline::settings::Settings;
use crate::storage::error::StorageError;
use crate::storage::interface::Storage;
use crate::warehouse::error::WarehouseError;

/// Records what a run did.
pub struct Journal<'a> {
    /// Where the published files are.
    pub published: &'a dyn Storage,
    pub settings: &'a Settings,
    pub invocation: Invocation,
    pub began: Instant,
    pub progress: &'a Progress,
    /// Whether the end of the run is recorded. Only the first caller records it.
    pub is_over: AtomicBool,
}

impl Journal<'_> {
    /// Reports that the run begins.
    pub fn began(&self, until: &str) {
        let (name, version) = (&self.settings.name, env!("CARGO_PKG_VERSION"));
        self.progress.event(
            "run_started",
            &format!("uptake {version}, {}: pipeline {name}, until {until}", self.invocation.command),
            serde_json::json!({
                "command": self.invocation.command, "arguments": self.invocation.arguments, "pipeline": name, "version": version, "until": until,
            }),
        );
        self.tell_lineage(None);
    }

    /// Tells of the beginning of the run, or of its end, in the form of OpenLineage. That this cannot
    /// be written fails no run.
    fn tell_lineage(&self, ending: Option<&Ending<'_>>) {
        let Some(file) = &self.settings.observe.openlineage else { return };
        let run = LineageRun {
            settings: self.settings,
            command: self.invocation.command,
            began: self.began,
        };
        let now = Instant(jiff::Timestamp::now().as_microsecond());
        let event = ending.map_or_else(|| run.start(), |ending| run.end(now, ending));
        if let Err(error) = lineage::append(file, &event) {
            self.progress.warn(&error.to_string());
        }
    }

    /// Records what was published before the run ends, so that whoever is told of it finds it.
    pub fn published(&self, report: &RunReport) -> Result<(), EngineError> {
        self.record().write(report)
    }

    /// Records a run that succeeded. Fails if that cannot be recorded.
    pub fn done(&self, report: &RunReport) -> Result<(), EngineError> {
        self.is_over.store(true, Ordering::SeqCst);
        let written = self.record_run(report);
        // If it could not be recorded, the run failed, and its failure still has to be recorded.
        self.is_over.store(written.is_ok(), Ordering::SeqCst);
        written
    }

    fn record_run(&self, report: &RunReport) -> Result<(), EngineError> {
        let record = self.record();
        if !report.is_idle() {
            record.write(report)?;
        }
        if report.published {
            let changed = report.published_files.iter().filter(|file| file.changed).count();
            self.progress.event(
                "published",
                &format!(
                    "{}, {changed} of them changed",
                    counted(report.published_files.len(), "published file")
                ),
                serde_json::json!({
                    "first_day": report.first_day, "last_day": report.last_day, "files": report.published_files,
                }),
            );
        }
        if !report.delta.is_empty() {
            self.progress.event(
                "delta",
                &format!("{} with a new version", counted(report.delta.len(), "Delta table")),
                serde_json::json!({"tables": report.delta}),
            );
        }
        run_log::append(self.published, &record.done_line(report)).map_err(WarehouseError::from)?;
        self.write_metrics(&record, 0, Some(report)).map_err(WarehouseError::from)?;
        self.tell_lineage(Some(&Ending::Complete(report)));
        self.ended(outcome(report), &record, 0);
        Ok(())
    }

    /// Records a run that failed. If recording fails, that is only a warning, because the failure
    /// of the run matters more. A run that was refused because another one is at work leaves the
    /// metrics to that one.
    pub fn failed(&self, failure: &RunFailure) {
        if self.is_over.swap(true, Ordering::SeqCst) {
            return;
        }
        let refused = failure.exit_code == REFUSED;
        let record = self.record();
        let mut written = run_log::append(self.published, &record.failed_line(failure));
        if !refused {
            written = written.and(self.write_metrics(&record, failure.exit_code, None));
        }
        if let Err(error) = written {
            self.progress.warn(&error.to_string());
        }
        self.tell_lineage(Some(&Ending::Fail(failure)));
        self.ended(failure.outcome(), &record, failure.exit_code);
    }

    fn ended(&self, outcome: &str, record: &Record<'_>, exit_code: u8) {
        let seconds = record.seconds();
        self.progress.event(
            "run_finished",
            &format!("{outcome} in {seconds:.1} s"),
            serde_json::json!({"outcome": outcome, "seconds": seconds, "exit_code": exit_code}),
        );
    }

    fn record(&self) -> Record<'_> {
        Record {
            published: self.published,
            settings: self.settings,
            invocation: &self.invocation,
            began: self.began,
            ended: Instant(jiff::Timestamp::now().as_microsecond()),
            parts: self.progress.parts(),
            warnings: self.progress.warnings(),
        }
    }

    fn write_metrics(&self, record: &Record<'_>, exit_code: u8, report: Option<&RunReport>) -> Result<(), StorageError> {
        let facts = MetricInputs {
            pipeline: &self.settings.name,
            ended: record.ended,
            seconds: record.seconds(),
            exit_code,
            report,
        };
        metrics::write(self.published, &facts)
    }
}
