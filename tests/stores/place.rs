//! A place in an emulator: its URL, the environment in which the program reaches it, and what is
//! there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::path::Path as Key;
use object_store::{Error, ObjectStore, ObjectStoreExt};
use tokio::runtime::{Builder, Runtime};

use super::emulators::{self, ACCOUNT, CONTAINER};
use super::proxy::Proxy;

/// The key of every Azurite.
pub const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// Files by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A prefix of its own.
pub struct Place {
    endpoint: String,
    is_azure: bool,
    prefix: String,
    store: Arc<dyn ObjectStore>,
    runtime: Runtime,
}

impl Place {
    /// One on each emulator that there is.
    pub fn all() -> Vec<Place> {
        let azurite = emulators::or_skip(emulators::azurite()).map(Place::azure);
        let moto = emulators::or_skip(emulators::moto()).map(Place::s3);
        azurite.into_iter().chain(moto).collect()
    }

    fn azure(endpoint: &str) -> Place {
        let builder = MicrosoftAzureBuilder::new()
            .with_account(ACCOUNT)
            .with_access_key(KEY)
            .with_endpoint(format!("{endpoint}/{ACCOUNT}"))
            .with_container_name(CONTAINER);
        Place::of(endpoint, true, Arc::new(builder.with_allow_http(true).build().unwrap()))
    }

    fn s3(endpoint: &str) -> Place {
        let builder = AmazonS3Builder::new()
            .with_access_key_id("any")
            .with_secret_access_key("any")
            .with_endpoint(endpoint)
            .with_bucket_name(CONTAINER);
        Place::of(endpoint, false, Arc::new(builder.with_allow_http(true).build().unwrap()))
    }

    fn of(endpoint: &str, is_azure: bool, store: Arc<dyn ObjectStore>) -> Place {
        static PLACES: AtomicU32 = AtomicU32::new(0);
        Place {
            endpoint: endpoint.to_owned(),
            is_azure,
            prefix: format!("place-{}-{}", std::process::id(), PLACES.fetch_add(1, Ordering::Relaxed)),
            store,
            runtime: runtime(),
        }
    }

    /// A place below this one.
    pub fn below(&self, name: &str) -> Place {
        Place {
            endpoint: self.endpoint.clone(),
            is_azure: self.is_azure,
            prefix: format!("{}/{name}", self.prefix),
            store: self.store.clone(),
            runtime: runtime(),
        }
    }

    /// The URL of what is below a name here.
    pub fn url(&self, name: &str) -> String {
        let scheme = if self.is_azure { "az" } else { "s3" };
        format!("{scheme}://{CONTAINER}/{}/{name}", self.prefix)
    }

    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub fn is_s3(&self) -> bool {
        !self.is_azure
    }

    /// The program, with the credentials of the emulator.
    pub fn uptake(&self) -> Command {
        self.uptake_by_way_of(&self.endpoint)
    }

    /// The same, which reaches the emulator through a proxy, and waits for no answer for long.
    pub fn uptake_through(&self, proxy: &Proxy) -> Command {
        let mut command = self.uptake_by_way_of(&format!("http://{}", proxy.address));
        command.env(if self.is_azure { "AZURE_TIMEOUT" } else { "AWS_TIMEOUT" }, "5 seconds");
        command
    }

    fn uptake_by_way_of(&self, endpoint: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_uptake"));
        match self.is_azure {
            true => command
                .env("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT)
                .env("AZURE_STORAGE_ACCOUNT_KEY", KEY)
                .env("AZURE_STORAGE_ENDPOINT", format!("{endpoint}/{ACCOUNT}")),
            false => command
                .env("AWS_ENDPOINT_URL", endpoint)
                .env("AWS_ACCESS_KEY_ID", "any")
                .env("AWS_SECRET_ACCESS_KEY", "any")
                .env("AWS_REGION", "us-east-1"),
        };
        command
    }

    /// What puts a file under a name here, at any time and from any thread.
    pub fn putter(&self, name: &str, bytes: Vec<u8>) -> impl Fn() + Send + Sync + 'static {
        let (store, key) = (self.store.clone(), Key::parse(format!("{}/{name}", self.prefix)).unwrap());
        move || drop(runtime().block_on(store.put(&key, bytes.clone().into())).unwrap())
    }

    /// Puts the files of a folder below a name.
    pub fn put_folder(&self, folder: &Path, name: &str) {
        let files = files_of(folder);
        let put = |(below, bytes): (String, Vec<u8>)| {
            let key = Key::parse(format!("{}/{name}/{below}", self.prefix)).unwrap();
            async move { self.store.put(&key, bytes.into()).await.map(drop) }
        };
        let puts = stream::iter(files).map(put).buffer_unordered(16);
        self.runtime.block_on(puts.try_for_each(|()| async { Ok(()) })).unwrap();
    }

    /// Everything below a name.
    pub fn files(&self, name: &str) -> Files {
        let prefix = format!("{}/{name}", self.prefix);
        let get = |meta: object_store::ObjectMeta| async move {
            let bytes = self.store.get(&meta.location).await?.bytes().await?;
            Ok::<_, Error>((meta.location.to_string(), bytes.to_vec()))
        };
        let list = self.store.list(Some(&Key::parse(&prefix).unwrap()));
        let all = list.map_ok(get).try_buffer_unordered(16).try_collect::<Files>();
        let found = self.runtime.block_on(all).unwrap();
        let below = |name: String| name.strip_prefix(&prefix).unwrap().trim_start_matches('/').to_owned();
        found.into_iter().map(|(name, bytes)| (below(name), bytes)).collect()
    }
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// Everything in a folder.
pub fn files_of(folder: &Path) -> Files {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let below = entry.path().strip_prefix(folder).unwrap();
            (below.to_str().unwrap().replace('\\', "/"), fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// The files that have to be the same wherever they are: tables, and what is published but for what
/// tells of the run itself, as names of releases do.
pub fn that_are_promised(files: Files) -> Files {
    let tells_of_the_run = ["run.json", "runs.jsonl", "metrics.prom", "current.json"];
    let is_private = |name: &str| [".uptake", "releases/"].iter().any(|begin| name.starts_with(begin));
    let is_promised = |name: &str| !is_private(name) && !tells_of_the_run.contains(&name);
    files.into_iter().filter(|(name, _)| is_promised(name)).collect()
}

/// Asserts that two sets of files are one, and says which are not.
#[track_caller]
pub fn are_the_same(found: &Files, expected: &Files) {
    let differs = |name: &&String| found.get(*name) != expected.get(*name);
    let names: Vec<&String> = found.keys().chain(expected.keys()).filter(differs).collect();
    assert!(names.is_empty(), "not the same: {names:?}");
    assert!(!expected.is_empty());
}

#[track_caller]
pub fn succeeded(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stdout));
    told
}
