//! Raw files in a store: what a run fetches beside a plain download of the same objects with the same
//! client, and what a night costs that finds nothing new among many objects.
//!
//! Both are measured against a server in this process that answers from memory, once at once and
//! once after 10 ms, as a store in a data centre does.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark ends by panicking")]
#![allow(clippy::disallowed_methods, reason = "a benchmark puts files where it wants")]

mod server;

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::{Error, ObjectStore, ObjectStoreExt};
use rayon::prelude::*;
use tokio::runtime::{Builder, Runtime};
use uptake::domain::input::{Input, StoreOptions};
use uptake::storage;
use uptake::storage::interface::{Progress, Selection};
use uptake::storage::local::reads::Reads;

use server::{Objects, Server};

const BLOBS: usize = 2_000;
const BYTES: usize = 100_000;
const AT_ONCE: usize = 64;
const ROUNDS: usize = 7;
const DELAYS: [Duration; 2] = [Duration::ZERO, Duration::from_millis(10)];

fn main() {
    // `cargo test` builds benchmarks, too, and calls them to see that they start.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    // SAFETY: no other thread runs yet that could read the environment.
    unsafe {
        std::env::set_var("AWS_ACCESS_KEY_ID", "any");
        std::env::set_var("AWS_SECRET_ACCESS_KEY", "any");
    }
    for delay in DELAYS {
        download(delay);
    }
    let objects = std::env::var("UPTAKE_BENCH_OBJECTS").map_or(100_000, |text| text.parse().unwrap());
    night(objects, DELAYS[1]);
}

/// The path of a file of an hour.
fn path(at: usize) -> String {
    let (hour, day, tenant) = (at % 24, at / 24 % 28, at / (24 * 28));
    format!(
        "raw/insights-logs-signinlogs/tenantId=00000000-0000-4000-8000-{tenant:012}/y=2026/m=09/d={:02}/h={hour:02}/m=00/PT1H.json",
        day + 1
    )
}

/// Both downloads in turn, and how much longer ours takes.
fn download(delay: Duration) {
    let body: Arc<[u8]> = vec![b'x'; BYTES].into();
    let objects: Objects = (0..BLOBS).map(|at| (path(at), body.clone())).collect();
    let server = Server::start(objects, delay);
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut ratios: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let plain = plain(&server, &runtime);
            let ours = ours(&server);
            println!("  plain {plain:?}, ours {ours:?}");
            ours.as_secs_f64() / plain.as_secs_f64()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!(
        "{BLOBS} blobs of {BYTES} bytes, answers after {delay:?}: {:.2} times a plain download (median of {ROUNDS})",
        ratios[ROUNDS / 2]
    );
}

/// Lists everything and reads it, many at once.
fn plain(server: &Server, runtime: &Runtime) -> Duration {
    let store = AmazonS3Builder::new()
        .with_endpoint(format!("http://{}", server.address))
        .with_allow_http(true)
        .with_bucket_name("bucket")
        .with_access_key_id("any")
        .with_secret_access_key("any")
        .build()
        .unwrap();
    let began = Instant::now();
    let read = |meta: object_store::ObjectMeta| {
        let store = &store;
        async move { Ok::<_, Error>(store.get(&meta.location).await?.bytes().await?.len()) }
    };
    let reads = store.list(None).map_ok(read).try_buffer_unordered(AT_ONCE);
    let bytes = reads.try_fold(0, |sum, bytes| async move { Ok(sum + bytes) });
    assert_eq!(runtime.block_on(bytes).unwrap(), BLOBS * BYTES);
    began.elapsed()
}

struct Everything;

impl Selection for Everything {
    fn readers(&self, _name: &str) -> Vec<usize> {
        vec![0]
    }

    fn wants(&self, _name: &str, _readers: &[usize]) -> bool {
        true
    }

    fn enters(&self, _folder: &str) -> bool {
        true
    }

    fn progress(&self, _folder: &str) -> Option<Progress> {
        Some(Progress(vec![vec![0]]))
    }

    fn goes_on(&self) -> bool {
        true
    }

    fn warn(&self, text: String) {
        panic!("{text}");
    }
}

/// Walks, says what will be read, and reads it on all threads, as a run does.
fn ours(server: &Server) -> Duration {
    let input = Input {
        options: StoreOptions {
            endpoint: Some(format!("http://{}", server.address)),
            region: Some("us-east-1".to_owned()),
            ..StoreOptions::default()
        },
        ..Input::only("s3://bucket/raw".into())
    };
    let began = Instant::now();
    let storage = storage::of_inputs(&[input], &Reads::default());
    let found = storage.walk(&Everything).unwrap().objects;
    storage.will_open(&mut found.iter().map(|found| (found.name.as_str(), found.version.size())));
    let read = |found: &storage::interface::Found| {
        let object = storage.open_inside(&found.name, Some(&found.place)).unwrap();
        let mut bytes = Vec::with_capacity(BYTES);
        object.reader().read_to_end(&mut bytes).unwrap()
    };
    let bytes: usize = found.par_iter().with_max_len(1).map(read).sum();
    assert_eq!(bytes, BLOBS * BYTES);
    began.elapsed()
}

/// A first run on many small files, and then nights with nothing new, beside a plain list.
fn night(objects: usize, delay: Duration) {
    let line = |at: usize| {
        let id = format!("{at:08}-0000-4000-8000-000000000000");
        format!(
            "{id},2026-09-{:02}T08:00:00Z,00000000-0000-4000-8000-{:012},{id},00000005-0000-0ff1-ce00-000000000000,,true,0\n",
            at / 24 % 28 + 1,
            at / (24 * 28)
        )
    };
    let header = "event_id,event_time,tenant_id,user_id,app_id,resource_id,interactive,error_code\n";
    let objects: Objects = (0..objects)
        .map(|at| {
            let key = path(at).replace("PT1H.json", "events.csv");
            (key, format!("{header}{}", line(at)).into_bytes().into())
        })
        .collect();
    let count = objects.len();
    let server = Server::start(objects, delay);
    let folder = tempfile::tempdir().unwrap();
    let pipeline = folder.path().join("pipeline.toml");
    let text = format!(
        "last_day = \"2026-09-30\"\n[input]\nroot = \"s3://bucket/raw\"\noptions = {{ endpoint = \"http://{}\", region = \"us-east-1\" }}\n\
         [warehouse]\npath = \"warehouse\"\npublished = \"published\"\n\
         [[source]]\nfeed = \"activity\"\npath = \"**/*.csv\"\n",
        server.address
    );
    fs::write(&pipeline, text).unwrap();
    let run = |pipeline: &Path| {
        let began = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
            .args(["run", "--quiet"])
            .arg(pipeline)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        began.elapsed()
    };
    let first = run(&pipeline);
    println!(
        "{count} objects, answers after {delay:?}: a first run {first:?}, lists and reads {:?}",
        server.counted()
    );
    for _ in 0..3 {
        let night = run(&pipeline);
        println!("  a night with nothing new {night:?}, lists and reads {:?}", server.counted());
    }
}
