//! `[[source]]`: where the raw files of a feed are and how to read them.

use globset::{GlobBuilder, GlobMatcher};
use regex::Regex;

use crate::domain::kinds::Feed;
use crate::pipeline::inputs::Inputs;
use crate::pipeline::syntax::nearest::nearest;
use crate::pipeline::syntax::page::{Written, shortened};
use crate::pipeline::syntax::problem::{hint, listed};
use crate::pipeline::syntax::section::Section;
use crate::pipeline::syntax::table::squeezed;
use crate::sources::Format;

/// The share of rejects above which a run fails, if a source does not give another.
pub const FAIL_ABOVE: f64 = 0.01;

/// One source of raw files.
#[derive(Clone, Debug)]
pub struct Source {
    /// `feed:path`, unique within a pipeline. Tables identify the source by it. The name is not
    /// part of it, so that no row is lost or doubled when a source is renamed.
    pub id: String,
    /// The name for people, also unique: the `name` of the pipeline file, or the id.
    pub name: String,
    pub feed: Feed,
    pub format: Format,
    /// The glob, with `/` between folders. Where inputs have names it begins with the one that the
    /// source names, or with `*` for all of them; the rest is as it is written.
    pub path: String,
    /// The compiled glob: `*` stays within a folder, `**` crosses folders. It is matched against
    /// the path of a raw file.
    pub glob: GlobMatcher,
    /// The share of rejects, from 0 to 1, above which a run fails.
    pub fail_above: f64,
    /// Whether a run fails if there is no file of this source.
    pub required: bool,
    /// Finds the tenant id in the path of a file below the input folder. Its one group is the id.
    pub path_tenant: Option<Regex>,
    /// Finds the day in the path of a file below the input folder. Its one group is `YYYY-MM-DD`.
    pub path_day: Option<Regex>,
    /// Whether readers should collect user names from its files, because some other source may know
    /// users by name only.
    pub collects_names: bool,
    /// The line of its header in the pipeline file.
    pub line: usize,
}

impl Source {
    /// Returns whether the source reads the file at a path.
    pub fn reads(&self, path: &str) -> bool {
        // Most paths of other sources already differ before the first wildcard, so this is compared
        // first.
        let literal = self.path.split(['*', '?', '[', '{']).next().unwrap_or_default();
        path.starts_with(literal) && self.glob.is_match(path)
    }

    /// Returns what decides which rows a file of this source gives. It is part of the fingerprint
    /// of what is read.
    pub fn reading_text(&self) -> String {
        let pattern = |regex: &Option<Regex>| regex.as_ref().map_or(String::new(), |regex| regex.as_str().to_owned());
        let names = if self.collects_names { "names\n" } else { "" };
        format!(
            "{names}{}\n{}\n{}\n{}\n",
            self.id,
            self.format,
            pattern(&self.path_tenant),
            pattern(&self.path_day)
        )
    }
}

/// Reads every `[[source]]` in the order of the file, which decides between snapshots, and reports
/// problems.
pub(super) fn read_all(top: &Section<'_>, inputs: &Inputs) -> Vec<Source> {
    let Some(sections) = top.tables("source", "[[source]]") else {
        return Vec::new();
    };
    if sections.is_empty() {
        top.page
            .note(0, "no source; add at least one [[source]] with `feed` and `path`".to_owned());
    }
    let mut sources: Vec<Source> = Vec::new();
    for section in &sections {
        let Some(source) = read(section, inputs) else {
            continue;
        };
        match sources.iter().find(|other| other.id == source.id || other.name == source.name) {
            Some(other) if other.id != source.id => section.note(
                section.line,
                format!(
                    "the name `{}` of [[source]] is already that of line {}; give each a `name` of its own",
                    source.name, other.line
                ),
            ),
            Some(other) => section.note(
                section.line,
                format!(
                    "[[source]] `{}` is already written in line {}; remove one or change its `path`",
                    source.id, other.line
                ),
            ),
            None => sources.push(source),
        }
    }
    if sources.iter().any(|source| source.format.may_know_names_only(source.feed)) {
        let tells = |source: &&mut Source| matches!(source.feed, Feed::Activity | Feed::LicenseHoldings);
        sources.iter_mut().filter(tells).for_each(|source| source.collects_names = true);
    }
    sources
}

fn read(section: &Section<'_>, inputs: &Inputs) -> Option<Source> {
    let name = section.text("name");
    let feed = section.needed_word("feed", Feed::ALL, Feed::name);
    // Without a feed the format cannot be checked.
    let formats = feed.map_or_else(|| Format::ALL.to_vec(), Format::for_feed);
    let format = if section.has("format") {
        section.word("format", &formats, Format::name)
    } else {
        Some(Format::Auto)
    };
    let path = section.needed_text("path", "a glob below the input folder, such as `subscriptions/**/*.json`");
    let input = input(section, inputs);
    // What is wrong is said of what is written.
    let path = path.filter(|path| is_below(section, path) && glob(section, path).is_some());
    // The names of inputs have nothing in them that a glob takes for a sign.
    let path = path.map(|path| match &input {
        None => path,
        Some(begin) => Written {
            value: format!("{begin}/{}", path.value),
            line: path.line,
        },
    });
    let glob = path.as_ref().and_then(|path| glob(section, path));
    let fail_above = section.ratio("fail_above").unwrap_or(FAIL_ABOVE);
    let required = section.flag("required").unwrap_or(false);
    let path_tenant = pattern(section, "path_tenant", "(?i)customer-([0-9a-f-]{36})/");
    let path_day = pattern(section, "path_day", r"export-(\d{4}-\d{2}-\d{2})");
    if section.has("name") && name.is_none() {
        return None;
    }
    let (feed, format, path, glob) = (feed?, format?, path?.value, glob?);
    let id = format!("{feed}:{path}");
    Some(Source {
        name: name.map_or_else(|| id.clone(), |name| squeezed(&name.value)),
        id,
        feed,
        format,
        path,
        glob,
        fail_above,
        required,
        path_tenant,
        path_day,
        collects_names: false,
        line: section.line,
    })
}

/// Returns what paths begin with that the source reads: the name of an input, or `*` for all of
/// them; `None` where no input has a name.
fn input(section: &Section<'_>, inputs: &Inputs) -> Option<String> {
    let names = || inputs.inputs.iter().filter_map(|input| input.name.as_deref());
    let all = inputs.have_names.then(|| "*".to_owned());
    let Some(written) = section.text("input") else { return all };
    if !inputs.have_names {
        section.refuse("input", &written, "no input has a name; write `[[input]]` with `name` and `root`");
    } else if names().all(|name| name != written.value) {
        let hint = hint(
            nearest(&written.value, names()),
            &format!("it must be one of {}", listed(names().take(20))),
        );
        let text = format!("unknown `input` `{}` in [[source]]{hint}", shortened(&written.value));
        section.note(written.line, text);
    } else {
        return Some(written.value);
    }
    all
}

/// Whether a glob stays below the input folder.
fn is_below(section: &Section<'_>, path: &Written<String>) -> bool {
    let why = if path.value.contains('\\') {
        Some("write `/` between folders, on every system".to_owned())
    } else if path.value.starts_with('/') || path.value.get(1..3) == Some(":/") {
        Some("it must be relative to `root` of [input]".to_owned())
    } else if path.value.split('/').any(|part| matches!(part, ".." | "." | "")) {
        Some("it must not have `.`, `..` or empty parts; the files are below `root` of [input]".to_owned())
    } else {
        None
    };
    if let Some(why) = &why {
        section.refuse("path", path, why);
    }
    why.is_none()
}

/// Compiles a glob.
fn glob(section: &Section<'_>, path: &Written<String>) -> Option<GlobMatcher> {
    match matcher(&path.value) {
        Ok(glob) => Some(glob),
        Err(why) => {
            section.refuse(
                "path",
                path,
                &format!("it is not a glob ({why}); see `*`, `**`, `?`, `[abc]`, `{{a,b}}`"),
            );
            None
        }
    }
}

/// Maximum length of a glob. No path is longer.
const MOST_GLOB_BYTES: usize = 4096;
const MOST_NESTED_BRACES: usize = 16;

/// Compiles a glob. The library panics if the regular expression of a glob is too large, so this is
/// tried first.
fn matcher(glob: &str) -> Result<GlobMatcher, String> {
    let mut depth = 0_usize;
    for letter in glob.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MOST_NESTED_BRACES {
            return Err(format!("more than {MOST_NESTED_BRACES} braces are nested"));
        }
    }
    if glob.len() > MOST_GLOB_BYTES {
        return Err(format!("it is longer than {MOST_GLOB_BYTES} bytes"));
    }
    let glob = GlobBuilder::new(glob)
        .literal_separator(true)
        .build()
        .map_err(|error| error.kind().to_string())?;
    regex::bytes::Regex::new(glob.regex()).map_err(|_| "it is too large".to_owned())?;
    Ok(glob.compile_matcher())
}

/// Compiles a regular expression that has exactly one group.
fn pattern(section: &Section<'_>, key: &str, example: &str) -> Option<Regex> {
    let written = section.text(key)?;
    match Regex::new(&written.value) {
        Ok(regex) if regex.captures_len() == 2 => return Some(regex),
        Ok(regex) => {
            let groups = regex.captures_len() - 1;
            let why = format!("it has {groups} groups; put exactly one `(...)` around what to take, such as `{example}`");
            section.refuse(key, &written, &why);
        }
        Err(error) => {
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
            section.refuse(key, &written, &format!("it is not a regular expression ({reason})"));
        }
    }
    None
}
