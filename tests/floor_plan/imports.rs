//! Which file of `src` imports which, out of the paths in its text. Tests are left out: they may
//! look at anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each file or folder imports, by module paths below the crate.
pub type Imports = BTreeMap<String, BTreeSet<String>>;

/// What each file of `src` imports from other files.
pub fn of_files() -> Imports {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = modules(&source);
    let imports = |(module, path): (&String, &PathBuf)| {
        let code = without_tests(&without_comments_and_texts(&fs::read_to_string(path).unwrap()));
        let named = paths(&code, module).into_iter().chain(children(&code, module));
        let owners = named.filter_map(|path| owner(&path, &files));
        (module.clone(), owners.filter(|owner| owner != module).collect())
    };
    files.iter().map(imports).collect()
}

/// The same between the files and folders right below a folder (`""`: below `src`).
pub fn between_entries(folder: &str, files: &Imports) -> Imports {
    let entry = |module: &str| -> Option<String> {
        let below = if folder.is_empty() {
            module
        } else {
            module.strip_prefix(folder)?.strip_prefix("::")?
        };
        let name = below.split("::").next().filter(|name| !name.is_empty())?;
        Some(if folder.is_empty() {
            name.to_owned()
        } else {
            format!("{folder}::{name}")
        })
    };
    let mut between = Imports::new();
    for (from, imported) in files {
        for (from, to) in imported
            .iter()
            .filter_map(|to| Some((entry(from)?, entry(to)?)))
            .filter(|(from, to)| from != to)
        {
            between.entry(from).or_default().insert(to);
        }
    }
    between
}

/// The groups of modules that import each other, straight away or by way of others.
pub fn circles(imports: &Imports) -> Vec<BTreeSet<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> = imports.keys().map(|module| (module, reached_from(module, imports))).collect();
    let mut circles: Vec<BTreeSet<String>> = Vec::new();
    for (module, reaches) in reached.iter().filter(|(module, reaches)| reaches.contains(*module)) {
        let back = reaches
            .iter()
            .filter(|other| reached.get(*other).is_some_and(|back| back.contains(module)));
        let circle: BTreeSet<String> = back.map(|other| (*other).clone()).collect();
        if !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    circles
}

fn reached_from<'i>(module: &String, imports: &'i Imports) -> BTreeSet<&'i String> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<&String> = imports.get(module).into_iter().flatten().collect();
    while let Some(next) = waiting.pop() {
        if reached.insert(next) {
            waiting.extend(imports.get(next).into_iter().flatten());
        }
    }
    reached
}

/// The files by their module paths: `engine::cache` is `engine/cache/mod.rs` or `engine/cache.rs`.
fn modules(source: &Path) -> BTreeMap<String, PathBuf> {
    let is_of_tests = |path: &Path| {
        let name = path.file_stem().unwrap().to_string_lossy();
        name.ends_with("tests") || name == "testing" || path.components().any(|part| part.as_os_str() == "tests")
    };
    let files = walkdir::WalkDir::new(source)
        .into_iter()
        .map(Result::unwrap)
        .map(walkdir::DirEntry::into_path);
    files
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .filter(|path| !is_of_tests(path.strip_prefix(source).unwrap()))
        .map(|path| {
            let below = path.strip_prefix(source).unwrap().with_extension("");
            let parts: Vec<String> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            let module = parts.join("::");
            (module.strip_suffix("::mod").unwrap_or(&module).to_owned(), path)
        })
        .filter(|(module, _)| !["lib", "main"].contains(&module.as_str()))
        .collect()
}

/// The file that has what a path names.
fn owner(path: &str, files: &BTreeMap<String, PathBuf>) -> Option<String> {
    let mut path = path;
    loop {
        if files.contains_key(path) {
            return Some(path.to_owned());
        }
        path = path.rsplit_once("::")?.0;
    }
}

/// The code with blanks in the place of comments, texts and characters.
fn without_comments_and_texts(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if letter == '"' || ["r\"", "r#\"", "b\"", "br\"", "br#\""].iter().any(|begin| rest.starts_with(begin)) && is_a_start(&code)
        {
            length_of_text(rest)
        } else if letter == '\'' {
            length_of_character(rest)
        } else {
            code.push(letter);
            rest = &rest[letter.len_utf8()..];
            continue;
        };
        code.push(' ');
        rest = &rest[length..];
    }
    code
}

fn is_a_start(code: &str) -> bool {
    !code.ends_with(is_of_name)
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn length_of_text(rest: &str) -> usize {
    let open = rest.find('"').unwrap();
    let (prefix, body) = rest.split_at(open + 1);
    if prefix.contains('r') {
        let end = format!("\"{}", "#".repeat(prefix.matches('#').count()));
        return prefix.len() + body.find(&end).unwrap() + end.len();
    }
    let mut is_escaped = false;
    let close = body.find(|letter| {
        let closes = letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        closes
    });
    prefix.len() + close.unwrap() + 1
}

/// Of a character with its quotes; of the mark of a lifetime only the mark.
fn length_of_character(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    match letters.next() {
        Some((_, '\\')) => rest[3..].find('\'').map_or(1, |end| end + 4),
        Some(_) => letters.next().filter(|(_, letter)| *letter == '\'').map_or(1, |(at, _)| at + 1),
        None => 1,
    }
}

/// The code before the module of tests in the same file.
fn without_tests(code: &str) -> String {
    let is_tests = |at: &usize| {
        let items = code[*at..]
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        items
            .clone()
            .next()
            .is_some_and(|item| item.starts_with("mod ") && item.ends_with('{'))
    };
    let marks = ["#[cfg(test)]", "#[cfg(all(test"];
    let mut ends = marks.iter().flat_map(|mark| code.match_indices(mark)).map(|(at, _)| at);
    let end = ends.find(is_tests);
    code[..end.unwrap_or(code.len())].to_owned()
}

/// The paths below the crate that a file of `module` writes, whole.
fn paths(code: &str, module: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("::") {
        let name: &str = code[..at].rsplit(|letter| !is_of_name(letter)).next().unwrap();
        let before = &code[..at - name.len()];
        let base = match name {
            "crate" if !before.ends_with("::") => String::new(),
            "self" if !before.ends_with("::") => module.to_owned(),
            "super" if !before.ends_with("::") => parent(module),
            _ => continue,
        };
        tree(&code[at + 2..], &base, &mut found);
    }
    found
}

fn parent(module: &str) -> String {
    module.rsplit_once("::").map(|(parent, _)| parent.to_owned()).unwrap_or_default()
}

fn join(base: &str, name: &str) -> String {
    match (base, name) {
        (base, "super") => parent(base),
        ("", name) => name.to_owned(),
        (base, name) => format!("{base}::{name}"),
    }
}

/// Takes in the paths of a tree of imports, `a::{b, c::d}`; returns what comes after it.
fn tree<'c>(code: &'c str, base: &str, found: &mut Vec<String>) -> &'c str {
    let code = code.trim_start();
    if let Some(mut rest) = code.strip_prefix('{') {
        loop {
            rest = rest.trim_start_matches([',', ' ', '\n']);
            if rest.starts_with('}') || rest.is_empty() {
                return rest.get(1..).unwrap_or_default();
            }
            let after = tree(rest, base, found);
            // Such as `as name`, `*` and `self`.
            rest = after.trim_start_matches(|letter| ![',', '}'].contains(&letter));
        }
    }
    let length = code.find(|letter| !is_of_name(letter)).unwrap_or(code.len());
    let (name, rest) = code.split_at(length);
    let path = if name.is_empty() || name == "self" {
        base.to_owned()
    } else {
        join(base, name)
    };
    match rest.strip_prefix("::") {
        Some(rest) => tree(rest, &path, found),
        None => {
            found.push(path);
            rest
        }
    }
}

/// The modules below a file's own that it declares and uses by their names alone.
fn children(code: &str, module: &str) -> Vec<String> {
    let declared = code.split(';').filter_map(|item| Some(item.rsplit_once("mod ")?.1.trim()));
    let is_used = |name: &&str| {
        code.match_indices(&format!("{name}::"))
            .any(|(at, _)| !code[..at].ends_with(|letter| is_of_name(letter) || letter == ':'))
    };
    declared
        .filter(|name| !name.is_empty() && name.chars().all(is_of_name))
        .filter(is_used)
        .map(|name| join(module, name))
        .collect()
}
