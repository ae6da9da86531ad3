//! Tells a command of new next steps, after the files are published: as JSON on its standard input.
//!
//! The command has a time limit, and whatever it does, the run has succeeded. What it was not told
//! stands in `run.json` until the next publication, which tells it again.

use std::io::{self, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::engine::report::RunReport;
use crate::engine::report::alert_report::AlertReport;
use crate::observe::phases::rounded;
use crate::pipeline::alert::Alert;

/// How often is looked whether the command has ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What there is to tell, before anybody was told; `None` where nobody wants to know or nothing is
/// new.
pub fn pending(alert: &Alert, report: &RunReport) -> Option<AlertReport> {
    let news = report
        .step_news
        .as_ref()
        .filter(|news| alert.command.is_some() && !news.new.is_empty())?;
    Some(AlertReport {
        steps: news.new.len(),
        undelivered: news.new.iter().map(|step| step.id.to_string()).collect(),
        ..AlertReport::default()
    })
}

/// Tells the command. `pending` becomes what came of it.
pub fn tell(alert: &Alert, pending: &mut AlertReport, news: &Value, interrupted: &AtomicBool) {
    let began = Instant::now();
    let limit = Duration::from_secs(alert.timeout_seconds);
    let ended = run(alert.command.as_deref().unwrap_or_default(), news.to_string(), |child| {
        wait(child, began, limit, interrupted)
    });
    pending.seconds = Some(rounded(began.elapsed().as_secs_f64()));
    match ended {
        Ok(Ended::Alone(status)) if status.success() => {
            pending.exit_code = Some(0);
            pending.undelivered.clear();
        }
        Ok(Ended::Alone(status)) => {
            pending.exit_code = status.code();
            pending.error = Some(status.to_string());
        }
        Ok(Ended::ByLimit) => pending.error = Some(format!("it took more than {} s and was ended", alert.timeout_seconds)),
        Ok(Ended::ByUser) => pending.error = Some("the run was interrupted".to_owned()),
        Err(error) => pending.error = Some(format!("it could not be started: {error}")),
    }
}

/// How a command ended.
enum Ended {
    Alone(ExitStatus),
    ByLimit,
    ByUser,
}

fn run(command: &str, input: String, wait: impl FnOnce(&mut Child) -> io::Result<Ended>) -> io::Result<Ended> {
    let mut child = shell(command)
        .stdin(Stdio::piped())
        // Standard output is for the result of the run.
        .stdout(io::stderr())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that does not read would block whoever writes.
        thread::spawn(move || stdin.write_all(input.as_bytes()));
    }
    wait(&mut child)
}

fn wait(child: &mut Child, began: Instant, limit: Duration, interrupted: &AtomicBool) -> io::Result<Ended> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ended::Alone(status));
        }
        let is_over = began.elapsed() >= limit;
        if is_over || interrupted.load(Ordering::Relaxed) {
            end(child);
            child.wait()?;
            return Ok(if is_over { Ended::ByLimit } else { Ended::ByUser });
        }
        thread::sleep(LOOK_EVERY);
    }
}

#[cfg(unix)]
fn shell(command: &str) -> Command {
    use std::os::unix::process::CommandExt;

    let mut shell = Command::new("sh");
    // A group of its own, so that what the shell starts ends with it.
    shell.arg("-c").arg(command).process_group(0);
    shell
}

#[cfg(not(unix))]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd");
    shell.arg("/C").arg(command);
    shell
}

/// Ends a command and what it has started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Ok(group) = i32::try_from(child.id()) {
        // SAFETY: `kill` has no conditions on memory. The child is not waited for yet, so the number
        // is still its own and that of its group.
        unsafe { libc::kill(-group, libc::SIGKILL) };
    }
    // It may have ended meanwhile.
    let _ = child.kill();
}

#[cfg(all(test, unix))]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(command: &str, timeout_seconds: u64, news: &Value) -> AlertReport {
        let alert = Alert {
            command: Some(command.to_owned()),
            timeout_seconds,
            ..Alert::default()
        };
        let mut report = AlertReport {
            steps: 1,
            undelivered: vec!["a step".to_owned()],
            ..AlertReport::default()
        };
        tell(&alert, &mut report, news, &AtomicBool::new(false));
        report
    }

    /// Whether a process is there and has not ended.
    fn is_alive(pid: &str) -> bool {
        let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        !(state.is_empty() || state.contains(") Z "))
    }

    #[test]
    fn the_command_reads_the_news_and_what_it_was_told_is_delivered() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("news.json");
        let news = json!({"new": [{"code": "overuse"}]});
        let report = told(&format!("cat > '{}'", file.display()), 60, &news);
        assert_eq!((report.exit_code, report.undelivered.len(), report.error), (Some(0), 0, None));
        assert_eq!(
            serde_json::from_str::<Value>(&std::fs::read_to_string(file).unwrap()).unwrap(),
            news
        );
    }

    #[test]
    fn a_command_that_fails_without_reading_leaves_everything_undelivered() {
        let much = json!("x".repeat(1 << 20));
        let report = told("exit 7", 60, &much);
        assert_eq!((report.exit_code, report.undelivered.len()), (Some(7), 1));
        assert!(report.error.unwrap().contains('7'));
        let report = told("no-such-command-anywhere", 60, &much);
        assert_eq!((report.exit_code, report.undelivered.len()), (Some(127), 1));
    }

    #[test]
    fn a_command_that_hangs_is_ended_with_what_it_has_started() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("child");
        let command = format!("sleep 600 & echo $! > '{}'; wait", file.display());
        let report = told(&command, 1, &json!({}));
        assert_eq!((report.exit_code, report.undelivered.len()), (None, 1));
        assert!(report.error.unwrap().contains("more than 1 s"));
        let child = std::fs::read_to_string(file).unwrap();
        // Who is killed goes on until its processor looks at the signal.
        let gone = (0..6000).any(|_| {
            thread::sleep(Duration::from_millis(10));
            !is_alive(child.trim())
        });
        assert!(gone, "the command's child goes on");
    }
}
