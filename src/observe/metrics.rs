//! `metrics.prom`: metrics of the pipeline as OpenMetrics text, which the textfile collector of
//! Prometheus' node_exporter reads. Every run puts the whole file. Metrics that a run
//! learned nothing about keep their values: a failed run knows nothing about the tables.

use serde_json::Value;

use crate::domain::day::{Day, Instant};
use crate::engine::report::RunReport;
use crate::observe::run_log;
use crate::storage::error::StorageError;
use crate::storage::interface::Storage;

/// Name of the metrics file in the published folder.
pub const METRICS: &str = "metrics.prom";
/// Name under which earlier versions wrote the file; a run that died left it.
const UNFINISHED_BEFORE: &str = ".metrics.unfinished";
/// How many runs of the log are searched for the last success, if there is no metrics file yet.
const RUNS_LOOKED_AT: usize = 1_000;

/// What the metrics of a run are made from.
pub struct MetricInputs<'a> {
    pub pipeline: &'a str,
    pub ended: Instant,
    pub seconds: f64,
    pub exit_code: u8,
    /// `None`: the run failed.
    pub report: Option<&'a RunReport>,
}

/// One metric: its name, unit and help, and its samples as text.
struct Family {
    name: &'static str,
    unit: Option<&'static str>,
    help: &'static str,
    samples: Vec<String>,
}

/// Writes the metrics of a finished run.
pub fn write(published: &dyn Storage, facts: &MetricInputs<'_>) -> Result<(), StorageError> {
    let before = published.read(METRICS)?.unwrap_or_default();
    let before = String::from_utf8(before).unwrap_or_default();
    let success = match facts.exit_code {
        0 => None,
        _ if before.is_empty() => last_success(published, facts.pipeline)?,
        _ => None,
    };
    published.put_synced(METRICS, text(facts, &before, success).as_bytes())?;
    published.delete(UNFINISHED_BEFORE)
}

/// Returns the end of the last run that succeeded according to the run log, in seconds since 1970.
fn last_success(published: &dyn Storage, pipeline: &str) -> Result<Option<f64>, StorageError> {
    let runs = run_log::read(published, RUNS_LOOKED_AT)?;
    let succeeded = |run: &&Value| run["exit_code"] == 0 && run["pipeline"] == pipeline;
    let ended = runs
        .iter()
        .rev()
        .find(succeeded)
        .and_then(|run| run["ended"].as_str()?.parse::<jiff::Timestamp>().ok());
    Ok(ended.map(|ended| ended.as_microsecond() as f64 / 1e6))
}

/// Returns the text of the file.
fn text(facts: &MetricInputs<'_>, before: &str, success: Option<f64>) -> String {
    let mut families = of_the_run(facts, success);
    let empty = RunReport::default();
    let report = facts.report.unwrap_or(&empty);
    families.extend(of_feeds(facts.pipeline, report));
    families.extend(of_sources(facts.pipeline, report));
    families.extend(of_tables(facts.pipeline, report));
    let mut text = String::new();
    for mut family in families {
        if family.samples.is_empty() {
            family.samples = previous_samples(before, family.name, facts.pipeline);
        }
        if !family.samples.is_empty() {
            family.write(&mut text);
        }
    }
    text.push_str("# EOF\n");
    text
}

fn of_the_run(facts: &MetricInputs<'_>, success: Option<f64>) -> Vec<Family> {
    let ended = facts.ended.0 as f64 / 1e6;
    let success = if facts.exit_code == 0 { Some(ended) } else { success };
    let seconds = Some("seconds");
    let one = |name, unit, help, value: Option<f64>| {
        let samples = value.map(|value| sample(name, facts.pipeline, None, value));
        Family {
            name,
            unit,
            help,
            samples: samples.into_iter().collect(),
        }
    };
    vec![
        one(
            "uptake_last_run_timestamp_seconds",
            seconds,
            "When the last run ended, in seconds since 1970.",
            Some(ended),
        ),
        one(
            "uptake_last_run_success",
            None,
            "Whether the last run did not fail: 1 or 0.",
            Some(f64::from(u8::from(facts.exit_code == 0))),
        ),
        one(
            "uptake_last_success_timestamp_seconds",
            seconds,
            "When the last run ended that did not fail, in seconds since 1970.",
            success,
        ),
        one(
            "uptake_last_run_duration_seconds",
            seconds,
            "How long the last run took.",
            Some(facts.seconds),
        ),
        one(
            "uptake_last_exit_code",
            None,
            "The exit code of the last run.",
            Some(f64::from(facts.exit_code)),
        ),
    ]
}

/// The latest day of each feed. Of several sources the one that is furthest ahead counts.
fn of_feeds(pipeline: &str, report: &RunReport) -> Vec<Family> {
    let mut lags = Family {
        name: "uptake_feed_lag_days",
        unit: Some("days"),
        help: "Days from the latest day of the feed to the last day of the tables.",
        samples: Vec::new(),
    };
    let mut days = Family {
        name: "uptake_feed_latest_day_timestamp_seconds",
        unit: Some("seconds"),
        help: "The latest day of the feed, as the seconds since 1970 at which it began in UTC.",
        samples: Vec::new(),
    };
    let mut feeds: Vec<&str> = report.freshness.iter().map(|source| source.feed).collect();
    feeds.sort_unstable();
    feeds.dedup();
    for feed in feeds {
        let sources = || report.freshness.iter().filter(|source| source.feed == feed);
        let label = Some(("feed", feed));
        if let Some(lag) = sources().filter_map(|source| source.lag_days).min() {
            lags.samples.push(sample(lags.name, pipeline, label, lag as f64));
        }
        if let Some(latest) = sources().filter_map(|source| source.latest_day.as_deref()).max() {
            days.samples.extend(day_sample(days.name, pipeline, label, latest));
        }
    }
    vec![lags, days]
}

/// What the last run that read anything has read.
fn of_sources(pipeline: &str, report: &RunReport) -> Vec<Family> {
    let read = || report.sources.iter().filter(|source| source.files_read > 0);
    let family = |name, help, of: fn(&crate::engine::report::SourceReport) -> u64| Family {
        name,
        unit: None,
        help,
        samples: read()
            .map(|source| sample(name, pipeline, Some(("source", &source.source)), of(source) as f64))
            .collect(),
    };
    vec![
        family(
            "uptake_source_files_read",
            "Raw files of the source that the last run with anything to read has read.",
            |source| source.files_read,
        ),
        family("uptake_source_records", "Records in these files.", |source| source.records),
        family(
            "uptake_source_rejects",
            "Records in these files that could not be used.",
            |source| source.rejected,
        ),
    ]
}

/// The size of each table.
fn of_tables(pipeline: &str, report: &RunReport) -> Vec<Family> {
    let family = |name, unit, help| Family {
        name,
        unit,
        help,
        samples: Vec::new(),
    };
    let mut rows = family("uptake_table_rows", None, "Rows of the table.");
    let mut files = family("uptake_table_files", None, "Files of the table.");
    let mut days = family(
        "uptake_table_last_day_timestamp_seconds",
        Some("seconds"),
        "The last day of the table, as the seconds since 1970 at which it began in UTC.",
    );
    for extent in &report.extents {
        let label = Some(("table", extent.table));
        rows.samples.push(sample(rows.name, pipeline, label, extent.rows as f64));
        files.samples.push(sample(files.name, pipeline, label, extent.files as f64));
        if let Some(last) = &extent.last_day {
            days.samples.extend(day_sample(days.name, pipeline, label, last));
        }
    }
    vec![rows, files, days]
}

/// One sample. It always has the label of the pipeline.
fn sample(name: &str, pipeline: &str, label: Option<(&str, &str)>, value: f64) -> String {
    let mut text = format!("{name}{{{}", pipeline_label(pipeline));
    if let Some((label, of)) = label {
        text.push_str(&format!(",{label}=\"{}\"", escaped(of)));
    }
    text.push_str(&format!("}} {value}"));
    text
}

fn day_sample(name: &str, pipeline: &str, label: Option<(&str, &str)>, day: &str) -> Option<String> {
    let begins = Day::parse(day)?.start_utc();
    Some(sample(name, pipeline, label, (begins.0 / 1_000_000) as f64))
}

fn pipeline_label(pipeline: &str) -> String {
    format!("pipeline=\"{}\"", escaped(pipeline))
}

/// Escapes the value of a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Returns the samples of a metric of this pipeline in the previous file.
fn previous_samples(before: &str, name: &str, pipeline: &str) -> Vec<String> {
    let begin = format!("{name}{{{}", pipeline_label(pipeline));
    before
        .lines()
        .filter(|line| line.strip_prefix(&begin).is_some_and(|rest| rest.starts_with([',', '}'])))
        .map(str::to_owned)
        .collect()
}

impl Family {
    fn write(&self, text: &mut String) {
        let Family { name, help, .. } = self;
        text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} gauge\n"));
        if let Some(unit) = self.unit {
            text.push_str(&format!("# UNIT {name} {unit}\n"));
        }
        for sample in &self.samples {
            text.push_str(sample);
            text.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::engine::report::{Extent, Freshness, SourceReport};
    use crate::storage;

    const PIPELINE: &str = "the \"big\" one\\two";

    fn facts(exit_code: u8, report: Option<&RunReport>) -> MetricInputs<'_> {
        MetricInputs {
            pipeline: PIPELINE,
            ended: Instant(1_790_000_000_250_000),
            seconds: 2.5,
            exit_code,
            report,
        }
    }

    fn report() -> RunReport {
        RunReport {
            sources: vec![SourceReport {
                source: "activity:**/\"x\".json".to_owned(),
                files_read: 3,
                records: 40,
                rejected: 2,
                ..SourceReport::default()
            }],
            freshness: vec![Freshness {
                source: "activity:**/\"x\".json".to_owned(),
                feed: "activity",
                latest_day: Some("2026-09-28".to_owned()),
                lag_days: Some(2),
            }],
            extents: vec![Extent {
                table: "usage",
                files: 60,
                rows: 1234,
                first_day: Some("2026-08-02".to_owned()),
                last_day: Some("2026-09-30".to_owned()),
            }],
            ..RunReport::default()
        }
    }

    #[track_caller]
    fn has(text: &str, line: &str) {
        assert!(text.lines().any(|found| found == line), "`{line}` is not in:\n{text}");
    }

    #[test]
    fn a_run_that_did_something_says_what() {
        let report = report();
        let text = text(&facts(0, Some(&report)), "", None);
        let label = r#"pipeline="the \"big\" one\\two""#;
        has(&text, &format!("uptake_last_run_success{{{label}}} 1"));
        has(&text, &format!("uptake_last_success_timestamp_seconds{{{label}}} 1790000000.25"));
        has(&text, &format!("uptake_feed_lag_days{{{label},feed=\"activity\"}} 2"));
        has(
            &text,
            &format!(r#"uptake_source_rejects{{{label},source="activity:**/\"x\".json"}} 2"#),
        );
        has(&text, &format!("uptake_table_rows{{{label},table=\"usage\"}} 1234"));
        has(
            &text,
            &format!("uptake_table_last_day_timestamp_seconds{{{label},table=\"usage\"}} 1790726400"),
        );
        has(&text, "# UNIT uptake_feed_lag_days days");
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn what_a_failed_run_does_not_know_stays_as_it_was() {
        let report = report();
        let before = text(&facts(0, Some(&report)), "", None);
        let mut later = facts(4, None);
        later.ended = Instant(1_790_086_400_000_000);
        let after = text(&later, &before, None);
        let label = r#"pipeline="the \"big\" one\\two""#;
        has(&after, &format!("uptake_last_run_timestamp_seconds{{{label}}} 1790086400"));
        has(&after, &format!("uptake_last_run_success{{{label}}} 0"));
        has(&after, &format!("uptake_last_exit_code{{{label}}} 4"));
        has(&after, &format!("uptake_last_success_timestamp_seconds{{{label}}} 1790000000.25"));
        has(&after, &format!("uptake_table_files{{{label},table=\"usage\"}} 60"));
        assert_eq!(after.lines().count(), before.lines().count());
    }

    #[test]
    fn the_last_success_comes_from_the_run_log_where_there_is_no_file_before() {
        let folder = tempfile::tempdir().unwrap();
        let run = |code: u8, ended: &str| serde_json::json!({"pipeline": PIPELINE, "exit_code": code, "ended": ended});
        let published = storage::at(folder.path());
        run_log::append(&*published, &run(0, "2026-09-21T14:13:20Z")).unwrap();
        run_log::append(&*published, &run(3, "2026-09-22T14:13:20Z")).unwrap();
        fs::write(folder.path().join(UNFINISHED_BEFORE), "half").unwrap();
        write(&*published, &facts(3, None)).unwrap();
        drop(published);
        let text = fs::read_to_string(folder.path().join(METRICS)).unwrap();
        assert!(text.contains("uptake_last_success_timestamp_seconds"), "{text}");
        assert!(text.contains("} 1790000000\n"), "{text}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
