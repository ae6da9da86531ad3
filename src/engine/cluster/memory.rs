//! How much memory a task takes, before it is begun: by how much it reads, which footers and the
//! sizes of raw files say. What is reckoned is on the safe side of what was measured, so that a
//! worker refuses a task rather than be killed over it.

use crate::domain::window;
use crate::engine::build::activity_daily::facts_of;
use crate::engine::plan::received_task::Fate;
use crate::engine::plan::task::{Task, Work};
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::stages::licenses::assignments::ASSIGNMENTS;
use crate::stages::received::activity_events::ACTIVITY_EVENTS;
use crate::stages::received::license_changes::LICENSE_CHANGES;
use crate::stages::received::license_holdings::LICENSE_HOLDINGS;
use crate::warehouse::contract::Contract;

/// What a worker takes with nothing to do: the program, the catalogues, buffers.
const AT_REST: u64 = 96 << 20;
/// Bytes in memory for each byte of raw files that a partition is gathered from, and for each byte
/// of compressed ones, which become some ten times as many.
const OF_RAW: f64 = 0.35;
const OF_COMPRESSED: f64 = 4.0;
/// Bytes in memory for each event that days are reduced from.
const OF_EVENT: u64 = 200;
/// Bytes in memory for each fact that a pass over windows holds.
const OF_FACT: u64 = 48;
/// Bytes in memory for each row that says something of a license.
const OF_LICENSE_ROW: u64 = 400;

/// Why a task is refused where there is so much memory; `None` where it fits.
pub fn refused(task: &Task, state: &State, settings: &Settings, memory: u64) -> Option<String> {
    let shards = task.shard().map(|_| u64::from(settings.shards));
    too_large(reckoned(task, state), shards, memory)
}

/// The same of a task that needs so much besides what a worker takes at rest. `shards`: how many
/// there are, where more of them make it smaller.
fn too_large(working: u64, shards: Option<u64>, memory: u64) -> Option<String> {
    if AT_REST + working <= memory {
        return None;
    }
    let mebibytes = |bytes: u64| bytes.div_ceil(1 << 20);
    let needed = format!(
        "the task needs some {} MiB, and this worker may use {}",
        mebibytes(AT_REST + working),
        mebibytes(memory)
    );
    let room = memory.saturating_sub(AT_REST);
    let fitting = shards.filter(|_| room > 0).map(|shards| (shards * working).div_ceil(room));
    Some(match fitting {
        Some(fitting) => format!("{needed}: with `shards = {fitting}` in [warehouse] it would fit"),
        None => format!("{needed}: more shards do not make it smaller, so give it to a worker with more"),
    })
}

/// What a task takes besides what a worker takes at rest.
fn reckoned(task: &Task, state: &State) -> u64 {
    let task = match task {
        Task::Received(task) => {
            let read = task.files.iter().filter_map(|file| match file.fate {
                Fate::Read { version } => Some((file.name.as_str(), version.size())),
                Fate::Refused { .. } | Fate::Moved | Fate::Gone => None,
            });
            let bytes = read.map(|(name, size)| size as f64 * if is_compressed(name) { OF_COMPRESSED } else { OF_RAW });
            return bytes.sum::<f64>() as u64;
        }
        Task::Tables(task) => task,
    };
    let rows = |contract: &Contract| -> u64 {
        let of_shard = state.table(contract).iter().filter(|((_, shard), _)| *shard == task.shard);
        of_shard.map(|(_, footer)| footer.rows).sum()
    };
    match &task.work {
        Work::Activity(days) => {
            // The partitions of one day are in memory together.
            let of_day = |sources: &[(crate::domain::day::Day, crate::domain::digest::Digest)]| -> u64 {
                let footers = sources
                    .iter()
                    .filter_map(|(received, _)| state.footer(&ACTIVITY_EVENTS, (Some(*received), task.shard)));
                footers.map(|footer| footer.rows).sum()
            };
            days.iter().map(|day| of_day(&day.sources)).max().unwrap_or(0) * OF_EVENT
        }
        Work::Assignments(_) => {
            let tables: [&Contract; 3] = [&LICENSE_CHANGES, &LICENSE_HOLDINGS, &ASSIGNMENTS];
            tables.into_iter().map(rows).sum::<u64>() * OF_LICENSE_ROW
        }
        Work::FirstActivity { .. } => 0,
        Work::Windows(files) => {
            let days = files.values().flat_map(|days| days.keys());
            let Some((first, last)) = days.clone().min().zip(days.max()) else {
                return 0;
            };
            let facts = window::first_day(*first).to(*last).filter_map(|day| {
                let (table, place) = facts_of(task.range, day, task.shard);
                state.footer(table, place)
            });
            facts.map(|footer| footer.rows).sum::<u64>() * OF_FACT + rows(&ASSIGNMENTS) * OF_LICENSE_ROW
        }
        Work::Portfolio { .. } => 0,
    }
}

fn is_compressed(name: &str) -> bool {
    [".gz", ".zip", ".zst", ".bz2", ".xz"].iter().any(|ending| name.ends_with(ending)) || name.contains(".zip/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_that_does_not_fit_is_told_how_many_shards_would_do() {
        let (working, memory) = (1 << 30, AT_REST + (256 << 20));
        assert_eq!(too_large(working, Some(4), AT_REST + working), None);
        let told = too_large(working, Some(4), memory).unwrap();
        assert!(
            told.contains("1120 MiB") && told.contains("use 352") && told.contains("`shards = 16`"),
            "{told}"
        );
        assert_eq!(too_large(working * 4 / 16, Some(16), memory), None, "with so many it fits");
        assert!(too_large(working, None, memory).unwrap().contains("give it to a worker with more"));
    }
}
