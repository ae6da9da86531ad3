//! The pages in a real browser: accessible in light and dark, in both languages, at every width and
//! on paper; without a connection, a request or an error. Chromium comes from Debian and axe-core
//! from npm; `.ci/run` installs the first, the test fetches the second.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{page, sample, uptake};
use crate::workdir::cannot_run;

/// Rises when an axe-core that is there already does not do any more.
const AXE: &str = "axe-4.14";
const RULES: &str = r#"["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]"#;
/// The widths of a phone, of a window and of a large one.
const WIDTHS: [u32; 3] = [360, 1100, 1400];
/// What an A4 page has between its margins, in pixels.
const PAPER: u32 = 695;

/// A browser, and the source of axe-core.
struct Tools {
    chromium: PathBuf,
    axe: String,
}

fn tools() -> Result<Tools, String> {
    let names = ["chromium", "chromium-headless-shell", "google-chrome"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    let chromium = places
        .find(|place| place.is_file())
        .ok_or("there is no Chromium: `apt-get install chromium`")?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(AXE);
    let source = folder.join("node_modules/axe-core/axe.min.js");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    // Two test runs at once are not to fetch it together.
    let lock = File::create(folder.with_extension("lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
    if !source.exists() {
        let npm = Command::new("npm")
            .args(["install", "--silent", "--no-audit", "--no-fund", "axe-core@4.14", "--prefix"])
            .arg(&folder)
            .output();
        let npm = npm.map_err(|error| format!("npm cannot be started: {error}"))?;
        if !npm.status.success() {
            return Err(format!("npm cannot fetch axe-core: {}", String::from_utf8_lossy(&npm.stderr)));
        }
    }
    Ok(Tools {
        chromium,
        axe: fs::read_to_string(source).map_err(|error| error.to_string())?,
    })
}

impl Tools {
    fn command(&self, profile: &Path, dark: bool) -> Command {
        let mut command = Command::new(&self.chromium);
        let scheme = if dark { 0 } else { 1 };
        command.args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            // A container may have 64 MB of shared memory only, which a page can fill.
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
        ]);
        command.args([
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--window-size=1100,1600",
            "--enable-logging=stderr",
        ]);
        command.arg(format!("--user-data-dir={}", profile.display()));
        command.arg(format!("--blink-settings=preferredColorScheme={scheme}"));
        command
    }

    /// Opens a page and gives what it wrote to `<pre id="result">`, and the lines of its console.
    fn open(&self, html: &str, dark: bool) -> (Value, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.html");
        fs::write(&file, html).unwrap();
        let mut command = self.command(&folder.path().join("profile"), dark);
        let output = command
            .args(["--virtual-time-budget=20000", "--dump-dom"])
            .arg(format!("file://{}", file.display()))
            .output()
            .unwrap();
        let (dom, log) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        );
        let result = dom
            .split_once("<pre id=\"result\">")
            .and_then(|(_, rest)| rest.split_once("</pre>"));
        let result = result.unwrap_or_else(|| panic!("no result: {log}")).0;
        let result = result.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let console = log.lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned).collect();
        (serde_json::from_str(&result).unwrap(), console)
    }
}

/// A page with scripts at its end.
fn with_scripts(page: &str, scripts: &[&str]) -> String {
    let scripts: String = scripts.iter().map(|script| format!("<script>{script}</script>")).collect();
    page.replace("</body>", &format!("{scripts}</body>"))
}

/// The two kinds of pages.
fn pages(language: &str) -> Vec<(String, String)> {
    let customer = |name: &str| (format!("{name}, {language}"), page(&["--language", language, "--customer", name]));
    vec![
        (format!("portfolio, {language}"), page(&["--language", language])),
        customer("Brassard"),
        customer(super::RIGHT_TO_LEFT),
        customer(super::HOSTILE),
        customer("Donaudampfschifffahrts"),
    ]
}

#[test]
fn pages_have_no_violation_of_accessibility_in_light_and_dark_in_both_languages() {
    let tools = match tools() {
        Ok(tools) => tools,
        Err(reason) => return cannot_run(&reason),
    };
    let run = format!(
        "axe.run(document, {{runOnly: {RULES}}}).then(found => {{ const pre = document.createElement('pre'); pre.id = 'result'; \
         pre.textContent = JSON.stringify({{passes: found.passes.length, violations: found.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 200)).slice(0, 3)])}}); \
         document.body.append(pre); }});"
    );
    for language in ["en", "de"] {
        for (name, page) in pages(language) {
            for dark in [false, true] {
                let (found, console) = tools.open(&with_scripts(&page, &[&tools.axe, &run]), dark);
                assert_eq!(found["violations"], serde_json::json!([]), "{name}, dark: {dark}");
                assert!(found["passes"].as_i64() > Some(25), "{name}: {found}");
                assert!(console.is_empty(), "{name}: {console:?}");
            }
        }
    }
    // The judge can find something.
    let spoiled = page(&[])
        .replace("<html lang=\"en\">", "<html>")
        .replace("--soft: #55606d", "--soft: #dddddd");
    let (found, _) = tools.open(&with_scripts(&spoiled, &[&tools.axe, &run]), false);
    let ids: Vec<&str> = found["violations"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|found| found[0].as_str())
        .collect();
    assert!(ids.contains(&"html-has-lang") && ids.contains(&"color-contrast"), "{ids:?}");
}

#[test]
fn nothing_is_wider_than_the_window_or_the_paper() {
    let tools = match tools() {
        Ok(tools) => tools,
        Err(reason) => return cannot_run(&reason),
    };
    for (name, page) in pages("de") {
        let on_paper = page.replace("@media print", "@media all");
        let frame = |page: &str, width: u32| {
            let text = page.replace('&', "&amp;").replace('"', "&quot;");
            format!("<iframe width=\"{width}\" height=\"900\" style=\"border:0\" srcdoc=\"{text}\"></iframe>")
        };
        let frames: String = WIDTHS
            .iter()
            .map(|width| frame(&page, *width))
            .chain([frame(&on_paper, PAPER)])
            .collect();
        let measure = "onload = () => { const pre = document.createElement('pre'); pre.id = 'result'; \
            pre.textContent = JSON.stringify(Array.from(document.querySelectorAll('iframe')).map(frame => { const root = frame.contentDocument.documentElement; \
            const cut = Array.from(root.querySelectorAll('.wide,.scroll')).filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.getAttribute('aria-label')); \
            return {width: root.clientWidth, needs: root.scrollWidth, cut}; })); document.body.append(pre); };";
        let (found, console) = tools.open(
            &format!("<!DOCTYPE html><html><body>{frames}<script>{measure}</script></body></html>"),
            false,
        );
        let found = found.as_array().unwrap();
        assert_eq!(found.len(), WIDTHS.len() + 1);
        for (frame, width) in found.iter().zip(WIDTHS.iter().chain([&PAPER])) {
            assert_eq!(frame["width"].as_u64(), Some(u64::from(*width)), "{name}");
            assert!(frame["needs"].as_u64() <= Some(u64::from(*width)), "{name} at {width}: {frame}");
        }
        assert_eq!(
            found[WIDTHS.len()]["cut"],
            serde_json::json!([]),
            "{name}: tables that are cut on paper"
        );
        assert!(console.is_empty(), "{name}: {console:?}");
    }
}

#[test]
fn pages_can_be_printed() {
    let tools = match tools() {
        Ok(tools) => tools,
        Err(reason) => return cannot_run(&reason),
    };
    let folder = tempfile::tempdir().unwrap();
    let (html, pdf) = (folder.path().join("page.html"), folder.path().join("page.pdf"));
    let written = uptake(&["report", sample().pipeline.to_str().unwrap(), "--out", html.to_str().unwrap()]);
    assert!(written.status.success());
    let mut command = tools.command(&folder.path().join("profile"), true);
    let output = command
        .arg(format!("--print-to-pdf={}", pdf.display()))
        .arg("--no-pdf-header-footer")
        .arg(format!("file://{}", html.display()))
        .output()
        .unwrap();
    let bytes = fs::read(&pdf).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    assert!(bytes.starts_with(b"%PDF-") && bytes.len() > 20_000, "{} bytes", bytes.len());
}

#[test]
fn a_page_names_nothing_that_would_have_to_be_fetched() {
    for (name, page) in pages("en") {
        for fetched in ["http:", "https:", "src=", "url(", "@import", "<link", "<img", "<iframe"] {
            assert!(!page.contains(fetched), "{name}: {fetched}");
        }
        assert!(page.contains("default-src 'none'"), "{name}");
    }
}
