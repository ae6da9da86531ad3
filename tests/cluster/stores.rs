//! Leader and workers with everything in a store.

use std::process::Command;

use super::clocks::{moved, shim};
use super::desk::{EXPIRY_SECONDS, Portfolio, ended_with, start};
use crate::stores::place::{Place, are_the_same, that_are_promised};
use crate::stores::runs::in_place;

#[test]
fn workers_on_a_store_give_the_bytes_of_threads_whatever_their_clocks_say() {
    let portfolio = Portfolio::small();
    let (warehouse, published) = portfolio.files();
    let folder = tempfile::tempdir().unwrap();
    let library = shim(folder.path()).ok();
    for place in Place::all() {
        place.put_folder(&portfolio.input(), "raw");
        let command = |what: &str| {
            let mut command: Command = place.uptake();
            in_place(&mut command, what, &portfolio.pipeline(), &place);
            // A store tells time in seconds.
            command.env("UPTAKE_LEASE_SECONDS", (EXPIRY_SECONDS + 2).to_string());
            command
        };
        let worker = |seconds: &str| {
            let mut command = command("work");
            command.args(["--claims", "--patience", "60"]);
            // A store may refuse what is signed at another time than its own.
            if let Some(library) = library.as_ref().filter(|_| place.is_s3()) {
                moved(&mut command, library, seconds);
            }
            command
        };
        let workers = ["0", "600", "-600"].map(|seconds| start(&mut worker(seconds)));
        let leader = start(command("run").args(["--workers", "claims", "--patience", "20"]));
        let mut killed = workers.into_iter();
        // One of them dies: its claim is taken over.
        killed.next().unwrap().kill();
        let told = ended_with(&leader.end(), 0);
        assert!(!told.contains("no worker"), "{told}");
        for worker in killed {
            ended_with(&worker.end(), 0);
        }
        are_the_same(&that_are_promised(place.files("warehouse")), warehouse);
        are_the_same(&that_are_promised(place.files("published")), published);
    }
}
