//! `[[source]]`: where the raw files of a feed are and how to read them.

use globset::{GlobBuilder, GlobMatcher};
use regex::Regex;

use super::page::Written;
use super::section::Section;
use super::table::squeezed;
use crate::domain::kinds::Feed;
use crate::sources::Format;

/// The share of rejects above which a run fails, where a source does not say.
pub const FAIL_ABOVE: f64 = 0.01;

/// One source of raw files.
#[derive(Clone, Debug)]
pub struct Source {
    /// `feed:path`, unique within a pipeline: what the tables know the source by. A name changes
    /// nothing of it, so that no row is lost or doubled where a source is named or renamed.
    pub id: String,
    /// What people know it by, unique too: the `name` of the pipeline file, else the id.
    pub name: String,
    pub feed: Feed,
    pub format: Format,
    /// The glob as it is written, relative to the input folder, with `/` between folders.
    pub path: String,
    /// The same, compiled: `*` stays within a folder, `**` crosses folders. Matched against the
    /// path below the input folder.
    pub glob: GlobMatcher,
    /// The share of rejects, 0 to 1, above which a run fails.
    pub fail_above: f64,
    /// Whether a run without any file of this source fails.
    pub required: bool,
    /// Finds the tenant id in a file's path below the input folder; its one group is the id.
    pub path_tenant: Option<Regex>,
    /// Finds the day in a file's path below the input folder; its one group is `YYYY-MM-DD`.
    pub path_day: Option<Regex>,
    /// Whether its files are to tell whose name is whose: some other source may know users by name
    /// only.
    pub tells_names: bool,
    /// The line of its header in the pipeline file.
    pub line: usize,
}

impl Source {
    /// Whether it reads the file at a path below the input folder.
    pub fn reads(&self, path: &str) -> bool {
        // Comparing what stands before the first wildcard spares most paths of other sources the
        // rest.
        let literal = self.path.split(['*', '?', '[', '{']).next().unwrap_or_default();
        path.starts_with(literal) && self.glob.is_match(path)
    }

    /// What decides which rows a file of this source gives: part of the fingerprint of what is read
    /// from it.
    pub fn reading_text(&self) -> String {
        let pattern = |regex: &Option<Regex>| regex.as_ref().map_or(String::new(), |regex| regex.as_str().to_owned());
        let names = if self.tells_names { "names\n" } else { "" };
        format!(
            "{names}{}\n{}\n{}\n{}\n",
            self.id,
            self.format,
            pattern(&self.path_tenant),
            pattern(&self.path_day)
        )
    }
}

/// Reads every `[[source]]`, in the order of the file (which decides between snapshots), and notes
/// what is wrong with them.
pub(super) fn read_all(top: &Section<'_>) -> Vec<Source> {
    let Some(sections) = top.tables("source", "[[source]]") else {
        return Vec::new();
    };
    if sections.is_empty() {
        top.page
            .note(0, "no source; add at least one [[source]] with `feed` and `path`".to_owned());
    }
    let mut sources: Vec<Source> = Vec::new();
    for section in &sections {
        let Some(source) = read(section) else {
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
        sources.iter_mut().filter(tells).for_each(|source| source.tells_names = true);
    }
    sources
}

fn read(section: &Section<'_>) -> Option<Source> {
    let name = section.text("name");
    let feed = section.needed_word("feed", Feed::ALL, Feed::name);
    // Without a feed the format cannot be held against its list.
    let formats = feed.map_or_else(|| Format::ALL.to_vec(), Format::for_feed);
    let format = if section.has("format") {
        section.word("format", &formats, Format::name)
    } else {
        Some(Format::Auto)
    };
    let path = section.needed_text("path", "a glob below the input folder, such as `subscriptions/**/*.json`");
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
        tells_names: false,
        line: section.line,
    })
}

/// Compiles a glob that stays below the input folder.
fn glob(section: &Section<'_>, path: &Written<String>) -> Option<GlobMatcher> {
    let why = if path.value.contains('\\') {
        Some("write `/` between folders, on every system".to_owned())
    } else if path.value.starts_with('/') || path.value.get(1..3) == Some(":/") {
        Some("it must be relative to `root` of [input]".to_owned())
    } else if path.value.split('/').any(|part| matches!(part, ".." | "." | "")) {
        Some("it must not have `.`, `..` or empty parts; the files are below `root` of [input]".to_owned())
    } else {
        None
    };
    if let Some(why) = why {
        section.refuse("path", path, &why);
        return None;
    }
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

/// No path is longer, and no glob needs to be.
const MOST_GLOB_BYTES: usize = 4096;
const MOST_NESTED_BRACES: usize = 16;

/// Compiles a glob. The library panics at one that makes too large a regular expression, so that is
/// made first.
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
