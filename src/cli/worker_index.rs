//! Which of several workers this one is: by options, or by what a scheduler says in the environment.
//!
//! | scheduler | variables |
//! |---|---|
//! | Kubernetes, a job of completion mode `Indexed` | `JOB_COMPLETION_INDEX`, from 0 |
//! | Slurm, an array | `SLURM_ARRAY_TASK_ID`, from `SLURM_ARRAY_TASK_MIN`; `SLURM_ARRAY_TASK_COUNT` |
//! | Azure Batch | `AZ_BATCH_TASK_ID`, the name that whoever made the task gave it: the number at its end |

use crate::cli::exit::{Code, Failure};
use crate::engine::cluster::work::Share;

/// The share of a worker. `variable` looks into the environment.
pub fn share(index: Option<u32>, of: Option<u32>, variable: &dyn Fn(&str) -> Option<String>) -> Result<Share, Failure> {
    let number = |name: &str| variable(name).and_then(|text| text.trim().parse::<u32>().ok());
    let slurm = || number("SLURM_ARRAY_TASK_ID").map(|id| id.saturating_sub(number("SLURM_ARRAY_TASK_MIN").unwrap_or(0)));
    let batch = || variable("AZ_BATCH_TASK_ID").and_then(|id| number_at_the_end(&id));
    let index = index.or_else(|| number("JOB_COMPLETION_INDEX")).or_else(slurm).or_else(batch);
    let Some(of) = of.or_else(|| number("SLURM_ARRAY_TASK_COUNT")) else {
        return Err(Failure::new(Code::Usage, "it is not said how many workers there are")
            .hint("`--of N` says how many, and `--index I` which one this is; or `--claims`, where it does not matter"));
    };
    let Some(index) = index else {
        let message = "it is not said which of the workers this is, and the environment has no JOB_COMPLETION_INDEX, SLURM_ARRAY_TASK_ID \
                       or AZ_BATCH_TASK_ID that ends in a number";
        return Err(Failure::new(Code::Usage, message).hint("`--index I`, from 0, or `--claims`, where it does not matter"));
    };
    match index < of {
        true => Ok(Share::Index { index, of }),
        false => Err(
            Failure::new(Code::Usage, format!("there is no worker {index} of {of}: they are numbered from 0"))
                .hint("an index that is too large would leave tasks to nobody"),
        ),
    }
}

fn number_at_the_end(id: &str) -> Option<u32> {
    let digits = id.len() - id.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
    id[id.len() - digits..].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)], index: Option<u32>, count: Option<u32>) -> Option<(u32, u32)> {
        let look = |name: &str| variables.iter().find(|(of, _)| *of == name).map(|(_, value)| (*value).to_owned());
        match share(index, count, &look) {
            Ok(Share::Index { index, of }) => Some((index, of)),
            _ => None,
        }
    }

    #[test]
    fn schedulers_say_which_worker_this_is_where_nobody_else_does() {
        assert_eq!(of(&[("JOB_COMPLETION_INDEX", "3")], None, Some(16)), Some((3, 16)));
        assert_eq!(of(&[("JOB_COMPLETION_INDEX", "3")], Some(4), Some(16)), Some((4, 16)));
        let slurm = [
            ("SLURM_ARRAY_TASK_ID", "5"),
            ("SLURM_ARRAY_TASK_MIN", "1"),
            ("SLURM_ARRAY_TASK_COUNT", "8"),
        ];
        assert_eq!(of(&slurm, None, None), Some((4, 8)));
        assert_eq!(of(&[("AZ_BATCH_TASK_ID", "uptake-12")], None, Some(16)), Some((12, 16)));
        assert_eq!(of(&[("AZ_BATCH_TASK_ID", "uptake")], None, Some(16)), None);
    }

    #[test]
    fn an_index_that_leaves_tasks_to_nobody_is_refused() {
        assert_eq!(of(&[], Some(16), Some(16)), None);
        assert_eq!(of(&[], Some(0), None), None);
        assert_eq!(of(&[], None, Some(2)), None);
    }
}
