//! A small portfolio that is delivered twice, the warehouse that each delivery makes when nothing
//! goes wrong, and what has to hold of a warehouse where something did.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;
use uptake::domain::day::{Day, Instant};
use uptake::domain::digest::Digest;
use uptake::engine::error::EngineError;
use uptake::engine::events::Watch;
use uptake::engine::report::RunReport;
use uptake::engine::request::Request;
use uptake::engine::run;
use uptake::observe::record;
use uptake::sample::{self, Options};
use uptake::storage::disk::Disk;
use uptake::warehouse::store::Store;

use crate::crash::releases;
use crate::workdir;

/// 2026-09-30: the last day of the second delivery. The first ends two days earlier.
const LAST: Day = Day(20_726);

/// Which of the two deliveries is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delivery {
    First,
    /// Two more days, a file of an early day that comes late, and a file that grew.
    Second,
}

impl Delivery {
    fn name(self) -> &'static str {
        match self {
            Delivery::First => "first",
            Delivery::Second => "second",
        }
    }

    fn last_day(self) -> Day {
        match self {
            Delivery::First => LAST.plus(-2),
            Delivery::Second => LAST,
        }
    }
}

/// Every file below a folder by its path below it.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// The tables and the published files of a desk, without those that tell of runs: their clock is
/// another one each time.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Contents {
    pub tables: Files,
    pub published: Files,
}

/// The raw files of both deliveries, and what comes of them undisturbed.
pub struct Portfolio {
    folder: TempDir,
    pub first: Contents,
    pub second: Contents,
}

/// The portfolio that the tests here share. It is removed with the last test that uses it.
pub fn portfolio() -> Arc<Portfolio> {
    static PORTFOLIO: Mutex<Weak<Portfolio>> = Mutex::new(Weak::new());
    let mut shared = PORTFOLIO.lock().unwrap();
    shared.upgrade().unwrap_or_else(|| {
        let made = Arc::new(Portfolio::make());
        *shared = Arc::downgrade(&made);
        made
    })
}

/// An empty folder: in memory where there is such a place, since thousands of runs wait for a disk.
pub fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() {
        memory.to_path_buf()
    } else {
        std::env::temp_dir()
    };
    tempfile::Builder::new().prefix("uptake-").tempdir_in(place).unwrap()
}

impl Portfolio {
    fn make() -> Portfolio {
        let folder = scratch();
        let second = folder.path().join("second");
        let mut options = Options::small(second.clone());
        (options.customers, options.days, options.users, options.gzip) = (3, 9, Some(4), false);
        (options.last_day, options.record_bytes) = (LAST, 1);
        sample::write(&options, &mut |_| {}).unwrap();
        deliver_less(&second, &folder.path().join("first"));
        let mut portfolio = Portfolio {
            folder,
            first: Contents::default(),
            second: Contents::default(),
        };
        let desk = Desk::at(&portfolio.folder.path().join("undisturbed"), portfolio.folder.path(), None);
        desk.run(Delivery::First, &Disk::default()).unwrap();
        portfolio.first = desk.contents();
        link_all(&desk.folder, &portfolio.folder.path().join("after-first"));
        desk.run(Delivery::Second, &Disk::default()).unwrap();
        portfolio.second = desk.contents();
        assert!(portfolio.first != portfolio.second);
        portfolio
    }

    /// What comes of a delivery.
    pub fn contents(&self, delivery: Delivery) -> &Contents {
        match delivery {
            Delivery::First => &self.first,
            Delivery::Second => &self.second,
        }
    }

    /// A folder before a delivery: empty, or as the first delivery left it.
    pub fn desk(self: &Arc<Self>, delivery: Delivery, folder: &Path) -> Desk {
        let desk = Desk::at(folder, self.folder.path(), Some(self.clone()));
        if delivery == Delivery::Second {
            link_all(&self.folder.path().join("after-first"), folder);
        }
        desk
    }

    /// The same with raw files of its own, below `input`.
    pub fn desk_with_own_input(self: &Arc<Self>, delivery: Delivery, folder: &Path) -> Desk {
        let input = folder.join("input");
        link_all(&self.folder.path().join(delivery.name()), &input.join(delivery.name()));
        let desk = Desk::at(folder, &input, Some(self.clone()));
        if delivery == Delivery::Second {
            link_all(&self.folder.path().join("after-first"), folder);
        }
        desk
    }

    /// The same on another file system, where nothing can be linked to.
    pub fn copied_desk(self: &Arc<Self>, delivery: Delivery, folder: &Path) -> Desk {
        let desk = Desk::at(folder, self.folder.path(), Some(self.clone()));
        if delivery == Delivery::Second {
            put_all(&self.folder.path().join("after-first"), folder, |from, to| {
                fs::copy(from, to).map(|_| ())
            });
        }
        desk
    }

    /// Holds that every file of a desk is whole: what it was before a delivery, or what it is after
    /// it.
    pub fn assert_whole(&self, desk: &Desk, delivery: Delivery, what: &str) {
        let (found, new) = (desk.contents(), self.contents(delivery));
        let nothing = Contents::default();
        let old = match delivery {
            Delivery::First => &nothing,
            Delivery::Second => &self.first,
        };
        for (found, old, new) in [
            (&found.tables, &old.tables, &new.tables),
            (&found.published, &old.published, &new.published),
        ] {
            for (path, bytes) in found {
                let known = [old.get(path), new.get(path)].into_iter().flatten().any(|known| known == bytes);
                assert!(known, "{what}: `{}` is neither old nor new", path.display());
            }
            for path in old.keys() {
                assert!(found.contains_key(path), "{what}: `{}` is gone", path.display());
            }
        }
        let known = [&old.published, &new.published];
        let in_force = releases::assert_whole(&desk.published(), &known, what);
        assert!(in_force.is_some() || delivery == Delivery::First, "{what}: no release is in force");
    }

    /// Runs once more, undisturbed: holds that everything is as if nothing had happened, and that
    /// nothing is left lying about.
    pub fn assert_mends(&self, desk: &Desk, delivery: Delivery, what: &str) {
        desk.run(delivery, &Disk::default())
            .unwrap_or_else(|error| panic!("{what}: the next run: {error}"));
        self.assert_is(desk, delivery, what);
        let again = desk
            .run(delivery, &Disk::default())
            .unwrap_or_else(|error| panic!("{what}: the run after: {error}"));
        assert!(again.is_idle(), "{what}: there was still something to do");
    }

    /// Holds that a desk is as a delivery leaves it undisturbed.
    pub fn assert_is(&self, desk: &Desk, delivery: Delivery, what: &str) {
        let (found, expected) = (desk.contents(), self.contents(delivery));
        for (found, expected) in [(&found.tables, &expected.tables), (&found.published, &expected.published)] {
            assert!(found.keys().eq(expected.keys()), "{what}: other files");
            for (path, bytes) in found {
                assert!(bytes == &expected[path], "{what}: `{}` has other bytes", path.display());
            }
        }
        for root in [desk.warehouse(), desk.published()] {
            let left = fs::read_dir(root.join(".uptake/staging")).into_iter().flatten().count();
            assert_eq!(left, 0, "{what}: unfinished files are left in {}", root.display());
        }
        assert!(
            !desk.published().join(".uptake-unfinished").exists(),
            "{what}: unfinished published files are left"
        );
        let known = [&self.first.published, &self.second.published];
        let in_force = releases::assert_whole(&desk.published(), &known, what);
        assert!(
            in_force.as_ref() == Some(&expected.published),
            "{what}: another release is in force"
        );
        let run: serde_json::Value = serde_json::from_slice(&fs::read(desk.published().join("run.json")).unwrap()).unwrap();
        let digests: BTreeMap<PathBuf, String> = run["published"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| (file["name"].as_str().unwrap().into(), file["digest"].as_str().unwrap().to_owned()))
            .collect();
        let real: BTreeMap<PathBuf, String> = found
            .published
            .iter()
            .map(|(path, bytes)| (path.clone(), Digest::of(bytes).to_string()))
            .collect();
        assert_eq!(digests, real, "{what}: run.json tells of other files");
    }
}

/// A folder with a pipeline file, a warehouse and published files.
pub struct Desk {
    pub folder: PathBuf,
    /// Keeps the raw files as long as somebody may read them.
    _portfolio: Option<Arc<Portfolio>>,
}

impl Desk {
    fn at(folder: &Path, inputs: &Path, portfolio: Option<Arc<Portfolio>>) -> Desk {
        fs::create_dir_all(folder).unwrap();
        let desk = Desk {
            _portfolio: portfolio,
            ..Desk::open(folder)
        };
        let sources = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/standard.toml")).unwrap();
        for delivery in [Delivery::First, Delivery::Second] {
            let text = format!(
                "last_day = \"{}\"\n{sources}\n[input]\nroot = '{}'\n[warehouse]\npath = \"warehouse\"\npublished = \"published\"\nshards = 2\n",
                delivery.last_day(),
                inputs.join(delivery.name()).display()
            );
            fs::write(desk.pipeline(delivery), text).unwrap();
        }
        desk
    }

    /// One that was made before, perhaps by another process.
    pub fn open(folder: &Path) -> Desk {
        Desk {
            folder: folder.to_path_buf(),
            _portfolio: None,
        }
    }

    pub fn warehouse(&self) -> PathBuf {
        self.folder.join("warehouse")
    }

    pub fn published(&self) -> PathBuf {
        self.folder.join("published")
    }

    /// The pipeline file that reads a delivery.
    pub fn pipeline(&self, delivery: Delivery) -> PathBuf {
        self.folder.join(format!("{}.toml", delivery.name()))
    }

    /// Runs the pipeline in this process as `uptake run` does, on one thread, so that changes come
    /// in the same order every time.
    pub fn run(&self, delivery: Delivery, disk: &Disk) -> Result<RunReport, EngineError> {
        let settings = workdir::settings(&self.folder, &fs::read_to_string(self.pipeline(delivery)).unwrap());
        let store = Store::at(&settings.warehouse).on(disk.clone());
        let _lock = store.lock("a test")?;
        let interrupted = AtomicBool::new(false);
        let watch = Watch {
            notify: &|_| {},
            interrupted: &interrupted,
        };
        let request = Request::new(&settings, delivery.last_day());
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let report = one.install(|| run::run(&request, &store, &watch))?;
        if report.published {
            record::write(&*store.beside(&settings.published), &settings, &report, Instant(0))?;
        }
        Ok(report)
    }

    /// What is in the tables and the published files.
    pub fn contents(&self) -> Contents {
        let mut published = files(&self.published());
        for of_runs in ["run.json", "runs.jsonl", "metrics.prom", "current.json"] {
            published.remove(Path::new(of_runs));
        }
        published.retain(|path, _| !path.starts_with("releases"));
        Contents {
            tables: files(&self.warehouse()),
            published,
        }
    }
}

/// Every file below a folder, but what is in folders that begin with a dot.
fn files(folder: &Path) -> Files {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.'))
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            (
                entry.path().strip_prefix(folder).unwrap().to_path_buf(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}

/// Makes the first delivery out of the second: without the last two days and one file that comes
/// late, and with half a file that grows. Nothing of it is new: all times of change are long ago.
fn deliver_less(second: &Path, first: &Path) {
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let day_of = |path: &str| {
        let digits = |name: &str| path.split('/').find_map(|part| part.strip_prefix(name)).map(str::to_owned);
        Some(format!("2026-{}-{}", digits("m=")?, digits("d=")?)).or_else(|| path.split('/').nth(2).map(str::to_owned))
    };
    let (late, growing) = (LAST.plus(-5).to_string(), LAST.plus(-6).to_string());
    let (mut held_back, mut halved) = (0, 0);
    for (path, bytes) in files(second) {
        let text = path.to_str().unwrap();
        File::options()
            .append(true)
            .open(second.join(&path))
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
        let day = day_of(text);
        let is_sign_in = text.starts_with("insights-logs-signinlogs");
        if day.as_ref().is_some_and(|day| *day > Delivery::First.last_day().to_string()) {
            continue;
        }
        if is_sign_in && held_back == 0 && day.as_ref() == Some(&late) {
            held_back += 1;
            continue;
        }
        let target = first.join(&path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        if is_sign_in && halved == 0 && day.as_ref() == Some(&growing) {
            halved += 1;
            fs::write(&target, &bytes[..bytes.len() / 2]).unwrap();
        } else {
            fs::hard_link(second.join(&path), &target).unwrap();
        }
    }
    assert_eq!(
        (held_back, halved),
        (1, 1),
        "the second delivery is to have something late and something that grew"
    );
}

/// Puts everything below a folder into another one, under the same names: whoever replaces a file
/// there leaves the first folder's as it is, and whoever writes into one is found out. A lock is
/// nobody's but its folder's.
fn link_all(from: &Path, to: &Path) {
    put_all(from, to, |from, to| fs::hard_link(from, to));
}

fn put_all(from: &Path, to: &Path, put: fn(&Path, &Path) -> std::io::Result<()>) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(Result::unwrap) {
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).unwrap();
        } else if !target.exists() && entry.file_name() != "lock" {
            put(entry.path(), &target).unwrap();
        }
    }
}
