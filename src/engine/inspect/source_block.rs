//! How a pipeline file would name a raw file and the ones like it: the `[[source]]` block that
//! somebody can copy.

use serde::Serialize;

use crate::domain::kinds::Feed;
use crate::sources::Format;

/// A `[[source]]` block, and the input folder that its path begins at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SourceBlock {
    /// `root` of `[input]`.
    pub root: String,
    pub feed: &'static str,
    pub format: &'static str,
    /// The glob below the root.
    pub path: String,
}

impl SourceBlock {
    /// As it is written in a pipeline file.
    pub fn text(&self) -> String {
        // A text of JSON is one of TOML too.
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        format!(
            "[input]\nroot = {}\n\n[[source]]\nfeed = \"{}\"\nformat = \"{}\"\npath = {}\n",
            quoted(&self.root),
            self.feed,
            self.format,
            quoted(&self.path)
        )
    }
}

/// The block for the file of this path. Where a folder is named after a tenant, all tenants' files
/// are meant and the input folder is two levels up.
pub fn of(path: &str, feed: Feed, format: Format) -> SourceBlock {
    let segments: Vec<&str> = path.split('/').collect();
    let name = like_this(segments.last().copied().unwrap_or_default());
    let (root, path) = match segments.iter().position(is_tenant) {
        Some(at) if at > 0 => (&segments[..at - 1], format!("{}/**/{name}", literal(segments[at - 1]))),
        Some(_) => (&segments[..0], format!("tenantId=*/**/{name}")),
        None => (&segments[..segments.len() - 1], name),
    };
    let root = match root {
        [] => ".".to_owned(),
        [""] => "/".to_owned(),
        folders => folders.join("/"),
    };
    SourceBlock {
        root,
        feed: feed.name(),
        format: format.name(),
        path,
    }
}

/// A glob for files like the one of this path, below the folder that the path begins at. Tenants,
/// numbers and dates may differ.
pub fn glob_of(path: &str) -> String {
    let mut segments: Vec<&str> = path.split('/').collect();
    let name = like_this(segments.pop().unwrap_or_default());
    let above: Vec<String> = match segments.iter().position(is_tenant) {
        Some(at) => segments[..at]
            .iter()
            .map(|folder| without_numbers(folder))
            .chain(["**".to_owned()])
            .collect(),
        None => segments.iter().map(|folder| without_numbers(folder)).collect(),
    };
    above.into_iter().chain([name]).collect::<Vec<_>>().join("/")
}

/// Whether a folder is named after a tenant.
fn is_tenant(segment: &&str) -> bool {
    segment.get(..9).is_some_and(|key| key.eq_ignore_ascii_case("tenantid="))
}

/// A glob for files that are named like this one: numbers and dates may differ, and whether it is
/// compressed.
fn like_this(name: &str) -> String {
    let plain = [".gz", ".zst"].iter().find_map(|ending| name.strip_suffix(ending));
    let name = plain.unwrap_or(name);
    let (stem, ending) = match name.rfind('.') {
        Some(at) if at > 0 => name.split_at(at),
        _ => (name, ""),
    };
    // The name that Azure gives every file.
    if stem == "PT1H" {
        return format!("PT1H{ending}*");
    }
    let mut glob = without_numbers(stem);
    glob.push_str(&literal(ending));
    if plain.is_some() || !glob.ends_with('*') {
        glob.push('*');
    }
    glob
}

/// A glob for names that differ from this one in their numbers and dates.
fn without_numbers(name: &str) -> String {
    let mut glob = String::new();
    let mut rest = name;
    while let Some(from) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let number = &rest[from..];
        let end = number
            .find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '-' | '_'))
            .unwrap_or(number.len());
        glob.push_str(&literal(&rest[..from]));
        glob.push('*');
        rest = &number[end..];
    }
    glob.push_str(&literal(rest));
    glob
}

/// A text of which a glob takes no letter for a sign.
pub fn literal(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '*' | '?' | '[' | ']' | '{' | '}' => format!("[{letter}]"),
            _ => letter.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "tenantId=8a4de8b5-095c-47d0-a96f-a75130c61d53";

    #[track_caller]
    fn check(path: &str, root: &str, glob: &str) {
        let block = of(path, Feed::Activity, Format::AzureMonitor);
        assert_eq!((block.root.as_str(), block.path.as_str()), (root, glob));
        let compiled = globset::GlobBuilder::new(&block.path).literal_separator(true).build().unwrap();
        let below = path.strip_prefix(root).unwrap_or(path).trim_start_matches('/');
        assert!(compiled.compile_matcher().is_match(below), "{} is for {below}", block.path);
    }

    #[test]
    fn a_folder_of_a_tenant_means_all_tenants() {
        check(
            &format!("raw/insights-logs-signinlogs/{TENANT}/y=2026/m=09/d=01/h=08/m=00/PT1H.json.gz"),
            "raw",
            "insights-logs-signinlogs/**/PT1H.json*",
        );
        check(
            &format!("/srv/raw/graph-users/{TENANT}/2026-09-01/users-1.json"),
            "/srv/raw",
            "graph-users/**/users-*.json*",
        );
        check(&format!("{TENANT}/2026-09-01/users.json"), ".", "tenantId=*/**/users.json*");
    }

    #[test]
    fn a_file_by_itself_means_files_with_another_number() {
        check("InteractiveSignIns_2026-09-01_2026-09-30.csv", ".", "InteractiveSignIns_*.csv*");
        check("export/customers.csv", "export", "customers.csv*");
        check("/export.parquet", "/", "export.parquet*");
        check("20260901", ".", "*");
        check("a [1]{x}.json", ".", "a [[]*[]][{]x[}].json*");
    }

    #[test]
    fn what_is_printed_is_toml() {
        let block = of("C:/my \"logs\"/a.csv", Feed::Activity, Format::Csv);
        let value: toml::Table = block.text().parse().unwrap();
        assert_eq!(value["input"]["root"].as_str(), Some("C:/my \"logs\""));
        assert_eq!(value["source"][0]["path"].as_str(), Some("a.csv*"));
    }
}
