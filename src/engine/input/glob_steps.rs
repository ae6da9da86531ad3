//! How far the globs of the sources have come along a path, folder by folder: what they read below
//! a folder depends on that and on nothing else of its path. So a folder that is reached on several
//! ways need not be walked again where the globs have come as far.

use globset::{GlobBuilder, GlobMatcher};

use crate::pipeline::source::Source;
use crate::storage::interface::Progress;

/// The globs of all sources, cut at their slashes.
pub struct GlobSteps(Vec<Vec<Step>>);

/// What one part of a glob says.
enum Step {
    /// `**`: any folders, or none.
    Folders,
    Name(GlobMatcher),
    /// A glob that cannot be cut: it may go on anywhere.
    Anything,
}

/// The first source that may read something from here on.
pub fn first_alive(progress: &Progress) -> Option<usize> {
    progress.0.iter().position(|places| !places.is_empty())
}

impl GlobSteps {
    pub fn of(sources: &[Source]) -> GlobSteps {
        GlobSteps(sources.iter().map(|source| steps(&source.path)).collect())
    }

    /// How far the globs have come at a folder.
    pub fn at(&self, folder: &str) -> Progress {
        let of_glob = |steps: &Vec<Step>| {
            let begin = reached(steps, 0..1);
            folder.split('/').fold(begin, |places, name| next(steps, &places, name))
        };
        Progress(self.0.iter().map(of_glob).collect())
    }
}

/// The parts of a glob. One with a slash within braces or brackets is not cut.
fn steps(glob: &str) -> Vec<Step> {
    let mut depth = 0_usize;
    for letter in glob.chars() {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            '/' if depth > 0 => return vec![Step::Anything],
            _ => {}
        }
    }
    let step = |part: &str| match part {
        "**" => Step::Folders,
        _ => GlobBuilder::new(part)
            .literal_separator(true)
            .build()
            .map_or(Step::Anything, |glob| Step::Name(glob.compile_matcher())),
    };
    glob.split('/').map(step).collect()
}

/// Some places of a glob, and those behind each `**` among them, which may stand for no folder at
/// all.
fn reached(steps: &[Step], places: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut all: Vec<usize> = Vec::new();
    for place in places {
        all.push(place);
        let skipped = steps[place.min(steps.len())..]
            .iter()
            .take_while(|step| matches!(step, Step::Folders));
        all.extend((place + 1..).zip(skipped).map(|(behind, _)| behind));
    }
    // The place behind the last part reads no folder, and nothing in it.
    all.retain(|place| *place < steps.len());
    all.sort_unstable();
    all.dedup();
    all
}

/// The places after a folder of this name.
fn next(steps: &[Step], places: &[usize], name: &str) -> Vec<usize> {
    let after = places.iter().filter_map(|place| match &steps[*place] {
        Step::Folders | Step::Anything => Some(*place),
        Step::Name(glob) => glob.is_match(name).then_some(place + 1),
    });
    reached(steps, after.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(glob: &str, folder: &str) -> Vec<usize> {
        let steps = steps(glob);
        folder
            .split('/')
            .fold(reached(&steps, 0..1), |places, name| next(&steps, &places, name))
    }

    #[test]
    fn a_glob_goes_on_part_by_part_and_through_any_number_of_folders_at_two_stars() {
        assert_eq!(places("a/*/c.csv", "a"), [1]);
        assert_eq!(places("a/*/c.csv", "a/b"), [2]);
        assert_eq!(places("a/*/c.csv", "a/b/c"), [] as [usize; 0]);
        assert_eq!(places("a/*/c.csv", "b"), [] as [usize; 0]);
        assert_eq!(places("**/x/*.csv", "a/b"), [0, 1]);
        assert_eq!(places("**/x/*.csv", "a/x"), [0, 1, 2]);
        assert_eq!(places("a/**", "a"), [1]);
        assert_eq!(places("a/**", "a/b/c"), [1]);
        assert_eq!(places("{a,b}-[0-9]/*.csv", "b-7"), [1]);
    }

    #[test]
    fn a_glob_with_a_slash_in_braces_may_go_on_anywhere() {
        assert_eq!(places("{a/b,c}/*.csv", "x/y"), [0]);
    }
}
