//! A pipeline with its raw files, its warehouse and its published files.

use super::*;

/// A folder with an input folder, a warehouse and published files.
pub struct Site {
    pub _folder: TempDir,
    pub settings: Settings,
}

impl Site {
    pub fn new(knobs: &Knobs) -> Site {
        // A law makes thousands of small files: in memory, where the system has a place for that.
        let in_memory = Path::new("/dev/shm");
        let folder = if in_memory.is_dir() {
            tempfile::tempdir_in(in_memory)
        } else {
            tempfile::tempdir()
        }
        .unwrap();
        fs::write(folder.path().join("skus.csv"), render::SKUS_CSV).unwrap();
        fs::write(folder.path().join("prices.csv"), render::prices_csv()).unwrap();
        fs::create_dir(folder.path().join("input")).unwrap();
        let settings = workdir::settings(folder.path(), &render::pipeline_text(knobs));
        Site { _folder: folder, settings }
    }

    /// A site with these raw files on which the pipeline ran once.
    pub fn ran(knobs: &Knobs, files: &Files) -> Result<Site, String> {
        let site = Site::new(knobs);
        files::write_all(&site.settings.inputs[0].root, files);
        site.run()?;
        Ok(site)
    }

    /// Runs the pipeline, and takes note of what was published, as `uptake run` does.
    pub fn run(&self) -> Result<RunReport, String> {
        self.ask(&self.request())
    }

    /// The nightly job.
    pub fn request(&self) -> Request<'_> {
        Request {
            // There are nights before anything was delivered.
            allow_empty: true,
            ..Request::new(&self.settings, self.settings.last_day.unwrap())
        }
    }

    /// Does what is asked for, and takes note of what was published.
    pub fn ask(&self, request: &Request<'_>) -> Result<RunReport, String> {
        let report = workdir::ask(request).map_err(|error| format!("the pipeline failed: {error}"))?;
        if report.published {
            record::write(&*storage::at(&self.settings.published), &self.settings, &report, Instant(0))
                .map_err(|error| format!("no run.json: {error}"))?;
        }
        Ok(report)
    }

    /// What the nightly job would do.
    pub fn plan(&self) -> Result<RunReport, String> {
        plan(&self.request())
    }

    /// Plans and then does what is asked for: it makes what the plan says, and touches no other
    /// file.
    pub fn ask_as_planned(&self, request: &Request<'_>) -> Result<RunReport, String> {
        let plan = plan(request)?;
        let before = every_file(&self.settings.warehouse);
        let report = self.ask(request)?;
        let said = |report: &RunReport| -> Vec<_> {
            let steps = report.steps.iter();
            steps
                .map(|step| (step.table, step.days.clone(), step.files, step.untouched, step.because.clone()))
                .collect()
        };
        if said(&plan) != said(&report) {
            return Err(format!("planned {:#?}\nmade {:#?}", said(&plan), said(&report)));
        }
        let after = every_file(&self.settings.warehouse);
        let planned = |path: &Path| {
            let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
            let day = parts.iter().find_map(|part| part.split_once('=')).map(|(_, day)| day.to_owned());
            plan.steps.iter().any(|step| {
                let days = &step.days;
                let has_day = day
                    .as_ref()
                    .is_none_or(|day| days.iter().any(|(first, last)| first <= day && day <= last));
                parts.first() == Some(&step.table) && has_day
            })
        };
        // Where the tables begin on an earlier day than before, a day has its facts in the other of
        // two tables.
        let other_place = |path: &Path| {
            let path = path.to_str().unwrap_or_default();
            let other = match path.split_once('/') {
                Some(("activity_before", rest)) => format!("activity_daily/{rest}"),
                Some(("activity_daily", rest)) => format!("activity_before/{rest}"),
                _ => return false,
            };
            !after.contains_key(Path::new(path)) && planned(Path::new(&other))
        };
        let is_named = |path: &Path| path.starts_with(".uptake") || planned(path) || other_place(path);
        let touched = |path: &&PathBuf| before.get(*path) != after.get(*path) && !is_named(path);
        match before.keys().chain(after.keys()).find(touched) {
            Some(path) => Err(format!(
                "{} was touched, and the plan does not name it: {:#?}",
                path.display(),
                said(&plan)
            )),
            None => Ok(report),
        }
    }

    /// The files of the final tables.
    pub fn final_files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let is_final = |path: &Path| {
            path.iter()
                .next()
                .is_some_and(|table| FINAL_TABLES.iter().any(|name| table == *name))
        };
        parquet_files(&self.settings.warehouse)
            .into_iter()
            .filter(|(path, _)| is_final(path))
            .collect()
    }

    /// The published files, but for what tells of the run and of releases before it.
    pub fn published_files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        every_file(&self.settings.published)
            .into_iter()
            .map(|(path, (bytes, _))| (path, bytes))
            .filter(|(path, _)| !path.ends_with("run.json") && !path.ends_with("current.json"))
            .filter(|(path, _)| !path.components().any(|part| part.as_os_str() == "releases"))
            .collect()
    }
}
