//! The kinds of storages that are tested. Each is a way to open it, a new and empty one for each test.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::memory::InMemory;

use super::emulators;
use crate::storage::interface::Storage;
use crate::storage::{at, remote};

/// Opens one more way to the same objects. `None` where there is no such storage on this machine.
type Opens = Option<Box<dyn Fn() -> Arc<dyn Storage>>>;

/// What keys of the emulators are: nobody keeps them secret.
const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

pub fn a_folder() -> Opens {
    let folder = tempfile::tempdir().unwrap();
    Some(Box::new(move || at(&folder.path().join("root"))))
}

pub fn in_memory() -> Opens {
    of(Arc::new(InMemory::new()))
}

pub fn on_azurite() -> Opens {
    let endpoint = emulators::or_skip(emulators::azurite())?;
    let builder = MicrosoftAzureBuilder::new()
        .with_account(emulators::ACCOUNT)
        .with_access_key(KEY)
        .with_endpoint(format!("{endpoint}/{}", emulators::ACCOUNT))
        .with_container_name(emulators::CONTAINER);
    of(Arc::new(builder.with_allow_http(true).build().unwrap()))
}

pub fn on_moto() -> Opens {
    let endpoint = emulators::or_skip(emulators::moto())?;
    let builder = AmazonS3Builder::new()
        .with_access_key_id("any")
        .with_secret_access_key("any")
        .with_endpoint(endpoint)
        .with_bucket_name(emulators::CONTAINER);
    of(Arc::new(builder.with_allow_http(true).build().unwrap()))
}

fn of(store: Arc<dyn ObjectStore>) -> Opens {
    static TESTS: AtomicU32 = AtomicU32::new(0);
    let prefix = format!("conforms-{}-{}", std::process::id(), TESTS.fetch_add(1, Ordering::Relaxed));
    Some(Box::new(move || remote::testing::over(store.clone(), &prefix)))
}
