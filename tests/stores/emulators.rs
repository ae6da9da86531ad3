//! Emulators of stores, on loopback: Azurite from npm for Azure, moto from PyPI for S3. Each is
//! installed once below the target folder, started once by a process of tests, and ends with it.
//! Unit tests take this file in, too.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use installed::succeed;

#[path = "../installed.rs"]
pub mod installed;

const AZURITE: &str = "3.37.0";
const MOTO: &str = "5.2.5";
/// The container and the bucket that tests use, each test below a prefix of its own.
pub const CONTAINER: &str = "tests";
/// The account of every Azurite.
pub const ACCOUNT: &str = "devstoreaccount1";

/// Where an emulator answers, such as `http://127.0.0.1:21000`; else why there is none.
pub type Endpoint = Result<String, String>;

pub fn azurite() -> &'static Endpoint {
    static ENDPOINT: OnceLock<Endpoint> = OnceLock::new();
    ENDPOINT.get_or_init(|| {
        let folder = installed::once(&format!("azurite-{AZURITE}"), |folder| {
            let mut npm = Command::new("npm");
            npm.args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(folder);
            succeed(npm.arg(format!("azurite@{AZURITE}")), "npm cannot install Azurite")
        })?;
        let main = folder.join("node_modules/azurite/dist/src/blob/main.js");
        start("az", |port| {
            let mut node = vec!["node".to_owned(), main.display().to_string()];
            node.extend(["--blobHost", "127.0.0.1", "--blobPort", port].map(str::to_owned));
            node.extend(["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"].map(str::to_owned));
            node
        })
    })
}

pub fn moto() -> &'static Endpoint {
    static ENDPOINT: OnceLock<Endpoint> = OnceLock::new();
    ENDPOINT.get_or_init(|| {
        let python = installed::python(&format!("moto-{MOTO}"), &[&format!("moto[server,s3]=={MOTO}")])?;
        let server = python.with_file_name("moto_server").display().to_string();
        start("s3", |port| {
            let address = ["-H", "127.0.0.1", "-p", port].map(str::to_owned);
            std::iter::once(server.clone()).chain(address).collect()
        })
    })
}

/// The endpoint, or nothing where a test is skipped for want of it. Under `.ci/run` that is a failure.
pub fn or_skip(endpoint: &Endpoint) -> Option<&str> {
    match endpoint {
        Ok(endpoint) => Some(endpoint),
        Err(why) if std::env::var_os("UPTAKE_REQUIRE_ALL").is_some() => panic!("{why}"),
        Err(why) => {
            eprintln!("skipped: {why}");
            None
        }
    }
}

/// Starts a server on a free port, and makes the container in it.
fn start(kind: &str, command: impl Fn(&str) -> Vec<String>) -> Endpoint {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = free.map_err(|error| error.to_string())?;
    // The shell ends the server when its input ends, and that is when this process ends.
    let until_the_end = "\"$@\" & server=$!; read -r line; kill $server";
    let mut shell = Command::new("sh");
    shell.args(["-c", until_the_end, "sh"]).args(command(&address.port().to_string()));
    let quiet = shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = quiet.spawn().map_err(|error| format!("cannot start an emulator: {error}"))?;
    static RUNNING: LazyLock<std::sync::Mutex<Vec<Child>>> = LazyLock::new(Default::default);
    RUNNING.lock().unwrap().push(child);
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        if began.elapsed() > Duration::from_secs(60) {
            return Err("an emulator does not answer".to_owned());
        }
        thread::sleep(Duration::from_millis(50));
    }
    let endpoint = format!("http://{address}");
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/stores/container.py");
    let mut python = Command::new("python3");
    succeed(python.arg(script).args([kind, &endpoint, CONTAINER]), "cannot make a container")?;
    Ok(endpoint)
}
