//! Reads the pipeline file and its catalogue, and reads the clock once to fix "today".

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::args::global::Global;
use crate::cli::args::make::{AgainArgs, RunArgs};
use crate::cli::exit::{Code, Failure};
use crate::domain::day::{Day, Instant, MICROS_PER_HOUR};
use crate::domain::input::Input;
use crate::domain::store_url::{StoreUrl, is_url};
use crate::engine::input::folders;
use crate::engine::query::customers;
use crate::engine::request::{Again, Request};
use crate::pipeline::catalogue::built_in;
use crate::pipeline::file;
use crate::pipeline::settings::Settings;
use crate::pipeline::syntax::nearest::nearest;
use crate::stages;
use crate::warehouse::store::Store;

/// How far the time zone that is furthest ahead is ahead of UTC.
const HOURS_AHEAD: i64 = 14;

/// The settings of the pipeline and the time at which the command began.
pub struct Context {
    pub settings: Settings,
    pub began: Instant,
    /// Warnings about the pipeline file or the catalogue.
    pub warnings: Vec<String>,
}

impl Context {
    /// Reads the pipeline file. Folders of the command line replace those of the file.
    pub fn read(pipeline: &Path, global: &Global) -> Result<Context, Failure> {
        let text = fs::read_to_string(pipeline).map_err(|error| no_pipeline(pipeline, &error))?;
        let wrong = |error: &dyn std::fmt::Display| Failure::new(Code::Usage, error);
        let mut written = file::parse(&text, pipeline).map_err(|error| wrong(&error))?;
        for (option, folder) in [
            ("--input", &global.input),
            ("--warehouse", &global.warehouse),
            ("--published", &global.published),
        ] {
            if let Some(folder) = folder {
                check_url(option, folder)?;
            }
        }
        if let Some(root) = &global.input {
            if written.inputs.have_names {
                let text = format!("`--input` names one folder, and `{}` has [[input]] with names", pipeline.display());
                return Err(Failure::new(Code::Usage, text).hint("change `root` of an [[input]] in the pipeline file"));
            }
            written.inputs.inputs = vec![Input::only(root.clone())];
        }
        written.warehouse = global.warehouse.clone().or(written.warehouse);
        written.published = global.published.clone().or(written.published);
        if let Some(key_file) = written.privacy.needed_key_file() {
            let key = fs::read(&key_file.value).map_err(|error| {
                let at = format!("{}:{}", pipeline.display(), key_file.line);
                Failure::new(
                    Code::Usage,
                    format!("{at}: cannot read the key file `{}`: {error}", key_file.value.display()),
                )
                .hint("`openssl rand -hex 32` makes a key; where there was one, bring it back: another key makes other ids")
            })?;
            written.privacy.key = Some(key);
        }
        let mut texts = built_in();
        let files = written
            .catalogue_files()
            .map(|(part, path)| {
                fs::read(path)
                    .map(|bytes| (part, path.display().to_string(), bytes))
                    .map_err(|error| Failure::new(Code::Usage, format!("cannot read the catalogue file `{}`: {error}", path.display())))
            })
            .collect::<Result<Vec<_>, _>>()?;
        for (part, name, bytes) in &files {
            texts.replace(*part, name.clone(), bytes);
        }
        let loaded = texts.parse().map_err(|error| wrong(&error))?;
        let mut settings = written.resolve(loaded.catalogue).map_err(|error| wrong(&error))?;
        folders::settle(&mut settings)?;
        let warnings = settings
            .warnings
            .iter()
            .chain(&loaded.warnings)
            .map(|problem| problem.to_string())
            .collect();
        Ok(Context {
            settings,
            began: now(),
            warnings,
        })
    }

    /// Returns the last day of the tables: `--until`, or the pipeline's `last_day`, or yesterday in
    /// the time zone of the pipeline. Nobody can ask for a day that is not over, but a fixed
    /// archive may end on any day.
    pub fn last_day(&self, until: Option<Day>) -> Result<Day, Failure> {
        let yesterday = self.settings.zone().day_of(self.began).plus(-1);
        let latest = self.settings.last_day.map_or(yesterday, |last| last.max(yesterday));
        match until {
            Some(day) if day > latest => Err(Failure::new(
                Code::Usage,
                format!("`--until {day}` is not over yet: the last full day is {latest}"),
            )),
            _ => Ok(until.or(self.settings.last_day).unwrap_or(yesterday)),
        }
    }

    /// Returns the current day where it is latest on Earth, because exports may contain days of
    /// another time zone. For a fixed archive it is at least its last day.
    fn today(&self) -> Day {
        let latest = Instant(self.began.0 + HOURS_AHEAD * MICROS_PER_HOUR).day_utc();
        self.settings.last_day.map_or(latest, |last| latest.max(last.plus(1)))
    }

    /// Builds the request of a run.
    pub fn request<'a>(&'a self, args: &RunArgs) -> Result<Request<'a>, Failure> {
        let last = self.last_day(args.until)?;
        if let Some(from) = args.from.filter(|from| *from > last) {
            return Err(Failure::new(Code::Usage, format!("`--from {from}` is after the last day, {last}")));
        }
        Ok(Request {
            from: args.from,
            tables: args.tables.as_deref().map(tables).transpose()?,
            max_days: args.max_days,
            rescan: args.rescan,
            prune: args.prune,
            forward: args.forward,
            allow_empty: args.allow.empty,
            allow_unreadable: args.allow.unreadable,
            today: Some(self.today()),
            began: self.began,
            ..Request::new(&self.settings, last)
        })
    }

    /// Builds the request of making days again.
    pub fn request_again<'a>(
        &'a self,
        (first, last): (Day, Day),
        only: Option<&[String]>,
        how: &AgainArgs,
        store: &Store,
    ) -> Result<Request<'a>, Failure> {
        let wrong = |message: String| Err(Failure::new(Code::Usage, message));
        let end = self.last_day(None)?;
        if first > last {
            return wrong(format!("`--from {first}` is after `--to {last}`"));
        }
        if last > end {
            return wrong(format!("`--to {last}` is after the last day of the tables, {end}"));
        }
        let customer = how.customer.as_deref().map(|written| customers::find(store, written)).transpose()?;
        Ok(Request {
            tables: only.map(tables).transpose()?,
            again: Some(Again {
                first,
                last,
                customer,
                reason: how.reason.clone(),
                from_facts: how.from_facts,
            }),
            rescan: true,
            today: Some(self.today()),
            began: self.began,
            ..Request::new(&self.settings, end)
        })
    }
}

/// Refuses a URL that names no place in a store. It is not repeated, since it may have a secret in it.
pub fn check_url(option: &str, path: &Path) -> Result<(), Failure> {
    match path.to_str().filter(|text| is_url(text)).map(StoreUrl::parse) {
        Some(Err(why)) => Err(Failure::new(Code::Usage, format!("`{option}` cannot be what it is: {why}"))),
        _ => Ok(()),
    }
}

/// The failure to read a pipeline file, with a suggestion.
fn no_pipeline(pipeline: &Path, error: &io::Error) -> Failure {
    let place = pipeline.display();
    if pipeline.is_dir() {
        let entries = fs::read_dir(pipeline).into_iter().flatten().filter_map(Result::ok);
        let is_toml = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "toml");
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_toml).collect();
        files.sort();
        let failure = Failure::new(Code::Usage, format!("`{place}` is a folder, and no pipeline file"));
        return match files.first() {
            Some(file) => failure.hint(format!("did you mean `{}`?", file.display())),
            None => failure.hint("name a pipeline file (`uptake run FILE`); there is none in this folder"),
        };
    }
    let failure = Failure::new(Code::Usage, format!("cannot read the pipeline file `{place}`: {error}"));
    match error.kind() {
        io::ErrorKind::InvalidData => failure.hint(format!(
            "a pipeline file is TOML; what a raw file is, `uptake inspect {place}` says"
        )),
        _ => failure.hint(
            "name one (`uptake run FILE`), or go to the folder that has pipelines/nightly.toml; \
             `uptake sample --out demo` makes one up, with raw logs",
        ),
    }
}

/// Looks up tables by name.
fn tables(names: &[String]) -> Result<BTreeSet<&'static str>, Failure> {
    let known = || stages::TABLES.iter().map(|contract| contract.name);
    names
        .iter()
        .map(|name| {
            stages::table(name.trim()).map(|contract| contract.name).ok_or_else(|| {
                let failure = Failure::new(Code::Usage, format!("there is no table `{name}`"));
                match nearest(name, known()) {
                    Some(near) => failure.hint(format!("did you mean `{near}`?")),
                    None => failure.hint(format!("the tables are {}", known().collect::<Vec<_>>().join(", "))),
                }
            })
        })
        .collect()
}

/// Returns the current time. No other look at the clock decides anything.
fn now() -> Instant {
    Instant(jiff::Timestamp::now().as_microsecond())
}
