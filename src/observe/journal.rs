//! What stays of a run once it is over: `run.json` where it made anything, its line in the run log,
//! and the metrics.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::domain::day::Instant;
use crate::domain::words::counted;
use crate::engine::error::EngineError;
use crate::engine::report::RunReport;
use crate::observe::metrics::{self, Facts};
use crate::observe::progress::Progress;
use crate::observe::record::{Asked, Fault, REFUSED, Record, outcome};
use crate::observe::run_log::{self, RUN_LOG};
use crate::pipeline::settings::Settings;
use crate::storage::disk::Disk;
use crate::warehouse::error::WarehouseError;

/// Takes down what a run did.
pub struct Journal<'a> {
    pub disk: &'a Disk,
    pub settings: &'a Settings,
    pub asked: Asked,
    pub began: Instant,
    pub progress: &'a Progress,
    /// Whether it was written down how the run ended: that happens once, whoever comes first.
    pub is_over: AtomicBool,
}

impl Journal<'_> {
    /// The run begins.
    pub fn began(&self, until: &str) {
        let (name, version) = (&self.settings.name, env!("CARGO_PKG_VERSION"));
        self.progress.event(
            "run_started",
            &format!("uptake {version}, {}: pipeline {name}, until {until}", self.asked.command),
            serde_json::json!({
                "command": self.asked.command, "arguments": self.asked.arguments, "pipeline": name, "version": version, "until": until,
            }),
        );
    }

    /// The run did what it was to do. Fails where that cannot be written down.
    pub fn done(&self, report: &RunReport) -> Result<(), EngineError> {
        self.is_over.store(true, Ordering::SeqCst);
        let written = self.write_down(report);
        // Where it could not be written down, the run failed, and that is still to be said.
        self.is_over.store(written.is_ok(), Ordering::SeqCst);
        written
    }

    fn write_down(&self, report: &RunReport) -> Result<(), EngineError> {
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
        run_log::append(self.disk, &self.settings.published, &record.done_line(report)).map_err(self.cannot_write(RUN_LOG))?;
        self.write_metrics(&record, 0, Some(report))?;
        self.ended(outcome(report), &record, 0);
        Ok(())
    }

    /// The run failed. What cannot be written down now is a warning: the failure itself is what
    /// matters. A run that was refused since another one is at work leaves the metrics to that one.
    pub fn failed(&self, fault: &Fault) {
        if self.is_over.swap(true, Ordering::SeqCst) {
            return;
        }
        let refused = fault.exit_code == REFUSED;
        let record = self.record();
        let mut written =
            run_log::append(self.disk, &self.settings.published, &record.failed_line(fault)).map_err(self.cannot_write(RUN_LOG));
        if !refused {
            written = written.and(self.write_metrics(&record, fault.exit_code, None));
        }
        if let Err(error) = written {
            self.progress.warn(&error.to_string());
        }
        self.ended(fault.outcome(), &record, fault.exit_code);
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
            disk: self.disk,
            settings: self.settings,
            asked: &self.asked,
            began: self.began,
            ended: Instant(jiff::Timestamp::now().as_microsecond()),
            parts: self.progress.parts(),
            warnings: self.progress.warnings(),
        }
    }

    fn write_metrics(&self, record: &Record<'_>, exit_code: u8, report: Option<&RunReport>) -> Result<(), WarehouseError> {
        let facts = Facts {
            pipeline: &self.settings.name,
            ended: record.ended,
            seconds: record.seconds(),
            exit_code,
            report,
        };
        metrics::write(self.disk, &self.settings.published, &facts).map_err(self.cannot_write(metrics::METRICS))
    }

    fn cannot_write(&self, name: &str) -> impl FnOnce(std::io::Error) -> WarehouseError + use<> {
        let path: PathBuf = self.settings.published.join(name);
        move |error| WarehouseError::store("write", &path)(error)
    }
}
