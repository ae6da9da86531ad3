//! `[report]`: a run writes its pages together with the published files, and no others.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{sample, uptake};

/// The pages of a published folder, by their names, with their bytes.
fn pages(published: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = walkdir::WalkDir::new(published)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file());
    let pages = files.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "html" || ending == "xlsx"));
    let named = |path: &Path| path.strip_prefix(published).unwrap().to_str().unwrap().to_owned();
    pages.map(|page| (named(page.path()), fs::read(page.path()).unwrap())).collect()
}

/// A pipeline of the sample with other folders and a `[report]`.
struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    fn new() -> Site {
        Site {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn published(&self) -> PathBuf {
        self.folder.path().join("published")
    }

    fn calls(&self, command: &str, report: &str) -> String {
        let root = sample().pipeline.parent().unwrap();
        let text = fs::read_to_string(&sample().pipeline).unwrap();
        let text = text
            .replace("root = \".\"", &format!("root = {:?}", root))
            .replace("\"prices.csv\"", &format!("{:?}", root.join("prices.csv")));
        let pipeline = self.folder.path().join("pipeline.toml");
        fs::write(&pipeline, text + report).unwrap();
        let output = uptake(&[command, pipeline.to_str().unwrap()]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        said
    }
}

#[test]
fn pages_are_published_with_the_tables_and_taken_away_when_nobody_wants_them() {
    let site = Site::new();
    site.calls(
        "run",
        "\n[report]\nhtml = true\nxlsx = true\nper_customer = true\nlanguage = \"de\"\n",
    );
    let written = pages(&site.published());
    assert_eq!(written.len(), 2 + 2 * 12, "{:?}", written.keys());
    let text = String::from_utf8(written["report.html"].clone()).unwrap();
    assert!(text.contains("<html lang=\"de\">"));
    let run = fs::read_to_string(site.published().join("run.json")).unwrap();
    assert!(
        written.keys().all(|name| run.contains(&format!("\"{name}\""))),
        "run.json names every page"
    );
    // The page of the command is that of the run.
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("page.html");
    let pipeline = site.folder.path().join("pipeline.toml");
    let output = uptake(&[
        "report",
        pipeline.to_str().unwrap(),
        "--language",
        "de",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert!(output.status.success() && fs::read(&out).unwrap() == written["report.html"]);
    let again = site.calls(
        "run",
        "\n[report]\nhtml = true\nxlsx = true\nper_customer = true\nlanguage = \"de\"\n",
    );
    assert!(again.contains("Alles ist") || again.contains("up to date"), "{again}");
    site.calls(
        "check",
        "\n[report]\nhtml = true\nxlsx = true\nper_customer = true\nlanguage = \"de\"\n",
    );
    // Another language, and fewer pages.
    site.calls("run", "\n[report]\n");
    let fewer = pages(&site.published());
    assert_eq!(fewer.keys().collect::<Vec<_>>(), ["report.html"]);
    assert!(
        String::from_utf8(fewer["report.html"].clone())
            .unwrap()
            .contains("<html lang=\"en\">")
    );
}
