//! `[input]`, the place of all raw files, or several `[[input]]` with names, such as the storage
//! account of each customer.

use std::path::Path;

use url::Url;

use crate::domain::input::{Input, StoreOptions};
use crate::domain::store_url::{Platform, StoreUrl};
use crate::pipeline::syntax::page::Written;
use crate::pipeline::syntax::section::Section;
use crate::sources::path::path_context;

/// The inputs as they are written, in the order of their names, and whether that went well.
#[derive(Clone, Default)]
pub struct Inputs {
    pub inputs: Vec<Input>,
    /// Whether they are written as `[[input]]`: the command line gives no other place then.
    pub have_names: bool,
}

/// The longest name of an input.
const MOST_LETTERS: usize = 64;

/// Reads `[input]` or every `[[input]]`. Roots are relative to `folder`.
pub(super) fn read(top: &Section<'_>, folder: &Path) -> Inputs {
    if !top.has_list("input") {
        let section = top.table("input", "[input]");
        let input = section.as_ref().and_then(|section| place(section, folder, None));
        return Inputs {
            inputs: input.into_iter().collect(),
            have_names: false,
        };
    }
    let sections = top.tables("input", "[[input]]").unwrap_or_default();
    let mut inputs: Vec<(Input, usize)> = Vec::new();
    for section in &sections {
        let name = name(section);
        let input = place(section, folder, name.as_ref().map(|name| name.value.clone()));
        if !section.has("root") {
            section.note(
                section.line,
                "[[input]] lacks `root`; add `root = \"...\"`, a folder or the URL of a store".to_owned(),
            );
        }
        let (Some(input), Some(name)) = (input, name) else { continue };
        if let Some((_, line)) = inputs.iter().find(|(other, _)| other.name == input.name) {
            section.refuse(
                "name",
                &name,
                &format!("it is already that of line {line}; give each [[input]] a name of its own"),
            );
            continue;
        }
        if let Some((other, line)) = inputs
            .iter()
            .find(|(other, _)| (&other.root, &other.options) == (&input.root, &input.options))
        {
            let other = other.name.as_deref().unwrap_or_default();
            let text = format!(
                "[[input]] `{}` is the same place as `{other}` in line {line}; remove one",
                name.value
            );
            section.note(section.line, text);
        }
        inputs.push((input, section.line));
    }
    let mut inputs: Vec<Input> = inputs.into_iter().map(|(input, _)| input).collect();
    // Their order in the file means nothing.
    inputs.sort_by(|a, b| a.name.cmp(&b.name));
    Inputs { inputs, have_names: true }
}

/// The name of an input, which paths of raw files begin with: it can stand in any path and glob, and
/// says no day.
fn name(section: &Section<'_>) -> Option<Written<String>> {
    let written = section.needed_text("name", "what paths of its files begin with")?;
    match fault_of(&written.value) {
        None => Some(written),
        Some(why) => {
            section.refuse("name", &written, why);
            None
        }
    }
}

/// Returns whether an input may have this name.
pub fn is_name_of_input(name: &str) -> bool {
    fault_of(name).is_none()
}

fn fault_of(name: &str) -> Option<&'static str> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if !name.chars().all(is_plain) || !name.starts_with(|letter: char| letter.is_ascii_alphanumeric()) {
        Some("write letters, digits, `-`, `_` and `.`, beginning with a letter or a digit: paths begin with it")
    } else if name.len() > MOST_LETTERS {
        Some("it is longer than 64 letters")
    } else if name.to_ascii_lowercase().ends_with(".zip") {
        Some("it would look like an archive")
    } else if path_context(name, None, None).day.is_some() {
        Some("there is a date in it, and a date in a path is the day of a file")
    } else {
        None
    }
}

/// The place, where `root` is written.
fn place(section: &Section<'_>, folder: &Path, name: Option<String>) -> Option<Input> {
    let root = section.folder("root", folder);
    let url = root.as_ref().and_then(|root| StoreUrl::parse(root.to_str()?).ok());
    let options = section
        .table("options", "`options` of an input")
        .map(|options| read_options(&options, url.as_ref()));
    Some(Input {
        name,
        root: root?,
        options: options.unwrap_or_default(),
    })
}

fn read_options(section: &Section<'_>, url: Option<&StoreUrl>) -> StoreOptions {
    let text = |key: &'static str, platforms: &[Platform], is_right: fn(&str) -> Result<(), &'static str>| {
        let written = section.text(key)?;
        let why = match url {
            None => Err("it is for URLs of stores, and `root` is none"),
            Some(url) if !platforms.contains(&url.platform) => Err("it is not for this kind of store (docs/stores.md)"),
            Some(_) => is_right(&written.value),
        };
        match why {
            Ok(()) => Some(written.value),
            Err(why) => {
                // What should not be here may be a secret.
                section.refuse_secret(key, written.line, why);
                None
            }
        }
    };
    let every = [Platform::Azure, Platform::Aws, Platform::Google];
    StoreOptions {
        account: text("account", &[Platform::Azure], |account| {
            let is_right = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
            match account.chars().all(is_right) {
                true => Ok(()),
                false => Err("the name of a storage account has small letters and digits only"),
            }
        }),
        endpoint: text("endpoint", &[Platform::Azure, Platform::Aws], endpoint),
        region: text("region", &[Platform::Aws], |region| plain(region, "a region is like `eu-west-1`")),
        profile: text("profile", &[Platform::Aws], |_| Ok(())),
        variables: text("variables", &every, |begin| {
            plain(begin, "write what names of variables begin with, such as `ACME_`")
        }),
    }
}

fn plain(text: &str, otherwise: &'static str) -> Result<(), &'static str> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    if text.chars().all(is_plain) { Ok(()) } else { Err(otherwise) }
}

fn endpoint(text: &str) -> Result<(), &'static str> {
    let url = Url::parse(text).map_err(|_| "it is no URL such as `https://minio.example.com`")?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("it is no URL such as `https://minio.example.com`");
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err("it may have a secret in it: put what is secret into the environment (docs/stores.md)");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::file::{PipelineFile, parse};
    use crate::pipeline::syntax::problem::SettingsError;

    const SOURCE: &str = "[[source]]\nfeed = \"activity\"\npath = \"a/*.json\"\n";

    fn read(text: &str) -> Result<PipelineFile, SettingsError> {
        parse(text, Path::new("n.toml"))
    }

    fn parsed(text: &str) -> PipelineFile {
        read(text).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Asserts what is said of a file, without the name of the file.
    #[track_caller]
    fn refused(text: &str, expected: &[&str]) {
        let error = read(text).err().expect("the file should be refused").to_string();
        let lines: Vec<String> = error.lines().map(|line| line.replacen("n.toml:", "", 1)).collect();
        assert_eq!(lines, expected);
    }

    fn two(first: &str, second: &str, source: &str) -> String {
        format!("[[input]]\n{first}\n[[input]]\n{second}\n{SOURCE}{source}")
    }

    #[test]
    fn inputs_have_names_roots_and_options_in_any_order() {
        let acme = "name = \"acme\"\nroot = \"az://logs\"\noptions = { account = \"acme1\", variables = \"ACME_\" }";
        let zeta = "name = \"zeta.com\"\nroot = \"raw\"";
        for text in [two(acme, zeta, ""), two(zeta, acme, "")] {
            let file = parsed(&text);
            let options = StoreOptions {
                account: Some("acme1".to_owned()),
                variables: Some("ACME_".to_owned()),
                ..StoreOptions::default()
            };
            let input = |name: &str, root: &str, options| Input {
                name: Some(name.to_owned()),
                root: root.into(),
                options,
            };
            assert_eq!(
                file.inputs.inputs,
                [
                    input("acme", "az://logs", options),
                    input("zeta.com", "raw", StoreOptions::default())
                ]
            );
        }
    }

    #[test]
    fn a_source_reads_all_inputs_or_the_one_that_it_names() {
        let inputs = ["name = \"a\"\nroot = \"a\"", "name = \"b\"\nroot = \"b\""];
        let all = parsed(&two(inputs[0], inputs[1], ""));
        assert_eq!(all.sources[0].id, "activity:*/a/*.json");
        assert!(all.sources[0].reads("a/a/x.json") && all.sources[0].reads("b/a/x.json"));
        assert!(!all.sources[0].reads("a/x.json"));
        let one = parsed(&two(inputs[0], inputs[1], "input = \"b\"\n"));
        assert_eq!(one.sources[0].id, "activity:b/a/*.json");
        assert!(one.sources[0].reads("b/a/x.json") && !one.sources[0].reads("a/a/x.json"));
        refused(
            &two(inputs[0], inputs[1], "input = \"c\"\n"),
            &["10: unknown `input` `c` in [[source]]; it must be one of `a`, `b`"],
        );
        refused(
            &format!("[input]\nroot = \"raw\"\n{SOURCE}input = \"a\"\n"),
            &["6: `input` in [[source]] cannot be `a`: no input has a name; write `[[input]]` with `name` and `root`"],
        );
        // What is wrong with a glob is said of what is written.
        let text = two(inputs[0], inputs[1], "").replace("a/*.json", "a/[x");
        let message = read(&text).err().expect("a bad glob").to_string();
        assert!(message.contains("9: `path` in [[source]] cannot be `a/[x`"), "{message}");
    }

    #[test]
    fn names_can_stand_in_every_path_and_are_each_given_once() {
        for (name, why) in [
            (
                "a/b",
                "write letters, digits, `-`, `_` and `.`, beginning with a letter or a digit: paths begin with it",
            ),
            (
                "..",
                "write letters, digits, `-`, `_` and `.`, beginning with a letter or a digit: paths begin with it",
            ),
            (
                "a*",
                "write letters, digits, `-`, `_` and `.`, beginning with a letter or a digit: paths begin with it",
            ),
            ("logs.ZIP", "it would look like an archive"),
            ("of-2026-09-01", "there is a date in it, and a date in a path is the day of a file"),
            (&"x".repeat(65), "it is longer than 64 letters"),
        ] {
            refused(
                &format!("[[input]]\nname = \"{name}\"\nroot = \"raw\"\n{SOURCE}"),
                &[&format!("2: `name` in [[input]] cannot be `{name}`: {why}")],
            );
        }
        refused(
            &two("name = \"a\"\nroot = \"raw\"", "name = \"a\"\nroot = \"other\"", ""),
            &["5: `name` in [[input]] cannot be `a`: it is already that of line 1; give each [[input]] a name of its own"],
        );
        refused(
            &two("name = \"a\"\nroot = \"raw\"", "name = \"b\"\nroot = \"raw\"", ""),
            &["4: [[input]] `b` is the same place as `a` in line 1; remove one"],
        );
        let accounts = ["one", "two"].map(|name| format!("name = \"{name}\"\nroot = \"az://raw\"\noptions.account = \"{name}\""));
        assert_eq!(parsed(&two(&accounts[0], &accounts[1], "")).inputs.inputs.len(), 2);
        refused(
            &format!("[[input]]\n{SOURCE}"),
            &[
                "1: [[input]] lacks `name`; add `name = \"...\"`, what paths of its files begin with",
                "1: [[input]] lacks `root`; add `root = \"...\"`, a folder or the URL of a store",
            ],
        );
    }

    #[test]
    fn no_option_is_a_secret_and_none_is_repeated() {
        let with = |root: &str, options: &str| format!("[input]\nroot = \"{root}\"\noptions = {{ {options} }}\n{SOURCE}");
        for key in ["account_key", "sas_token", "client_secret", "password", "access_key_id"] {
            refused(
                &with("az://raw", &format!("{key} = \"TOPSECRET\"")),
                &[&format!(
                    "3: unknown key `{key}` in `options` of an input; a pipeline file is kept and shown, so no secret stands in it: put it into the \
                     environment (docs/stores.md)"
                )],
            );
        }
        for (root, options, why) in [
            (
                "az://raw",
                "endpoint = \"https://x.y/?sig=TOPSECRET\"",
                "`endpoint` in `options` of an input cannot be what it is: it may have a secret in it: put what is secret into the environment \
                 (docs/stores.md)",
            ),
            (
                "s3://raw",
                "endpoint = \"https://a:TOPSECRET@y\"",
                "`endpoint` in `options` of an input cannot be what it is: it may have a secret in it: put what is secret into the environment \
                 (docs/stores.md)",
            ),
            (
                "az://raw",
                "region = \"TOPSECRET\"",
                "`region` in `options` of an input cannot be what it is: it is not for this kind of store (docs/stores.md)",
            ),
            (
                "raw",
                "account = \"acme\"",
                "`account` in `options` of an input cannot be what it is: it is for URLs of stores, and `root` is none",
            ),
            (
                "az://raw",
                "account = \"TOPSECRET==\"",
                "`account` in `options` of an input cannot be what it is: the name of a storage account has small letters and digits only",
            ),
            (
                "s3://raw",
                "variables = \"A=B\"",
                "`variables` in `options` of an input cannot be what it is: write what names of variables begin with, such as `ACME_`",
            ),
        ] {
            refused(&with(root, options), &[&format!("3: {why}")]);
        }
        let file = parsed(&with("s3://raw", "endpoint = \"http://127.0.0.1:9000\", region = \"eu-west-1\""));
        assert_eq!(file.inputs.inputs[0].options.region.as_deref(), Some("eu-west-1"));
    }
}
