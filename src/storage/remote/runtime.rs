//! The threads that wait for stores. They start with the first request, so a run on folders has
//! none.

use std::future::Future;
use std::io;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};

/// They move bytes and decrypt them; what is computed from these happens elsewhere.
const THREADS: usize = 2;

static RUNTIME: OnceLock<io::Result<Runtime>> = OnceLock::new();

/// Where to start what goes on in the background.
pub fn handle() -> io::Result<&'static Handle> {
    let start = || {
        Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("store")
            .enable_all()
            .build()
    };
    match RUNTIME.get_or_init(start) {
        Ok(runtime) => Ok(runtime.handle()),
        Err(error) => Err(io::Error::new(error.kind(), format!("cannot start threads for the store: {error}"))),
    }
}

/// Waits for something. Not to be called by the threads of the runtime themselves.
pub fn wait_for<T>(work: impl Future<Output = T>) -> io::Result<T> {
    Ok(handle()?.block_on(work))
}
