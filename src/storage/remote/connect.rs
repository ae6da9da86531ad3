//! From a URL to a connection. One process has one connection to a container, whoever asks.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::{ClientConfigKey, ObjectStore};

use crate::domain::store_url::{Platform, StoreUrl};
use crate::storage::interface::Storage;
use crate::storage::remote::credentials;
use crate::storage::remote::fault;
use crate::storage::remote::fence::Fence;
use crate::storage::remote::objects::Objects;
use crate::storage::remote::remote_storage::RemoteStorage;

/// How long a request may take as a whole; a large object is put by several.
const TIMEOUT: &str = "120 seconds";

/// The connections, by container.
static CONNECTIONS: LazyLock<Mutex<BTreeMap<String, Arc<dyn ObjectStore>>>> = LazyLock::new(Mutex::default);
/// Whoever lost a lease changes nothing anywhere.
static FENCE: LazyLock<Arc<Fence>> = LazyLock::new(|| Arc::new(Fence::of_process()));

/// The storage that a URL names. Nothing is connected before something is asked of it.
pub fn at_url(root: &Path) -> Arc<dyn Storage> {
    Arc::new(RemoteStorage::new(root, connect))
}

fn connect(root: &Path) -> io::Result<Objects> {
    let text = root.to_str().unwrap_or_default();
    let url = StoreUrl::parse(text).map_err(|why| io::Error::new(io::ErrorKind::InvalidInput, why))?;
    let mut connections = CONNECTIONS.lock().unwrap_or_else(PoisonError::into_inner);
    let store = match connections.get(&url.container) {
        Some(store) => store.clone(),
        None => {
            let store = store(&url)?;
            connections.insert(url.container.clone(), store.clone());
            store
        }
    };
    Ok(Objects::new(store, &url.prefix, root, FENCE.clone()))
}

/// Connects, as far as that is done before the first request: finds the credentials.
fn store(url: &StoreUrl) -> io::Result<Arc<dyn ObjectStore>> {
    Ok(match url.platform {
        Platform::Azure => Arc::new(azure(url)?.build().map_err(fault::io_error)?),
        Platform::Aws => Arc::new(aws(url)?.build().map_err(fault::io_error)?),
        Platform::Google => Arc::new(google(url)?.build().map_err(fault::io_error)?),
    })
}

fn azure(url: &StoreUrl) -> io::Result<MicrosoftAzureBuilder> {
    let mut builder = MicrosoftAzureBuilder::from_env().with_url(&url.container);
    let timeout = AzureConfigKey::Client(ClientConfigKey::Timeout);
    if builder.get_config_value(&timeout).is_none() {
        builder = builder.with_config(timeout, TIMEOUT);
    }
    if is_on_this_machine(builder.get_config_value(&AzureConfigKey::Endpoint)) {
        builder = builder.with_allow_http(true);
    }
    let names_account = url.container.contains("://") && url.container.contains('.');
    let is_emulator = builder.get_config_value(&AzureConfigKey::UseEmulator).as_deref() == Some("true");
    if !names_account && !is_emulator && builder.get_config_value(&AzureConfigKey::AccountName).is_none() {
        let text = "the URL names no storage account, and `AZURE_STORAGE_ACCOUNT_NAME` is not set: set it, or write \
                    `https://ACCOUNT.blob.core.windows.net/CONTAINER/...`";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    credentials::of_azure(builder)
}

fn aws(url: &StoreUrl) -> io::Result<AmazonS3Builder> {
    let mut builder = AmazonS3Builder::from_env().with_url(&url.container);
    let timeout = AmazonS3ConfigKey::Client(ClientConfigKey::Timeout);
    if builder.get_config_value(&timeout).is_none() {
        builder = builder.with_config(timeout, TIMEOUT);
    }
    if is_on_this_machine(builder.get_config_value(&AmazonS3ConfigKey::Endpoint)) {
        builder = builder.with_allow_http(true);
    }
    credentials::of_aws(builder)
}

fn google(url: &StoreUrl) -> io::Result<GoogleCloudStorageBuilder> {
    let mut builder = GoogleCloudStorageBuilder::from_env().with_url(&url.container);
    let timeout = GoogleConfigKey::Client(ClientConfigKey::Timeout);
    if builder.get_config_value(&timeout).is_none() {
        builder = builder.with_config(timeout, TIMEOUT);
    }
    credentials::of_google(builder)
}

/// Whether an endpoint is an emulator on this machine: nothing leaves it, so it need not be
/// encrypted.
fn is_on_this_machine(endpoint: Option<String>) -> bool {
    let Some(endpoint) = endpoint else { return false };
    let host = url::Url::parse(&endpoint).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.is_some_and(|host| matches!(host.as_str(), "127.0.0.1" | "localhost" | "[::1]"))
}
