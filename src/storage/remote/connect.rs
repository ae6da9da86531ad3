//! From a URL to a connection. One process has one connection to a container, whoever asks.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::{ClientConfigKey, ObjectStore};

use crate::domain::input::StoreOptions;
use crate::domain::store_url::{Platform, StoreUrl};
use crate::storage::interface::Storage;
use crate::storage::remote::ahead::Ahead;
use crate::storage::remote::credentials::{self, Origin};
use crate::storage::remote::fault;
use crate::storage::remote::fence::Fence;
use crate::storage::remote::objects::Objects;
use crate::storage::remote::remote_storage::RemoteStorage;

/// How long a request may take as a whole; a large object is put by several.
const TIMEOUT: &str = "120 seconds";

type Connections = BTreeMap<(String, StoreOptions), Arc<dyn ObjectStore>>;
/// The connections, by container and options.
static CONNECTIONS: LazyLock<Mutex<Connections>> = LazyLock::new(Mutex::default);
/// Whoever lost a lease changes nothing anywhere.
static FENCE: LazyLock<Arc<Fence>> = LazyLock::new(|| Arc::new(Fence::of_process()));

/// The storage that a URL names, and options say more about. Nothing is connected before something
/// is asked of it.
pub fn at_url(root: &Path, options: &StoreOptions, ahead: &Ahead) -> Arc<dyn Storage> {
    let options = options.clone();
    let connect = move |root: &Path| connect(root, &options);
    Arc::new(RemoteStorage::new(root, ahead.clone(), Box::new(connect)))
}

fn connect(root: &Path, options: &StoreOptions) -> io::Result<Objects> {
    let text = root.to_str().unwrap_or_default();
    let url = StoreUrl::parse(text).map_err(|why| io::Error::new(io::ErrorKind::InvalidInput, why))?;
    let mut connections = CONNECTIONS.lock().unwrap_or_else(PoisonError::into_inner);
    let place = (url.container.clone(), options.clone());
    let store = match connections.get(&place) {
        Some(store) => store.clone(),
        None => {
            let store = store(&url, options)?;
            connections.insert(place, store.clone());
            store
        }
    };
    Ok(Objects::new(store, &url.prefix, root, FENCE.clone()))
}

/// Connects, as far as that is done before the first request: finds the credentials.
fn store(url: &StoreUrl, options: &StoreOptions) -> io::Result<Arc<dyn ObjectStore>> {
    Ok(match url.platform {
        Platform::Azure => {
            let (builder, origin) = azure(url, options)?;
            let store = builder.build().map_err(fault::io_error)?;
            credentials::check(url.platform, origin, store.credentials().get_credential())?;
            Arc::new(store)
        }
        Platform::Aws => {
            let (builder, origin) = aws(url, options)?;
            let store = builder.build().map_err(fault::io_error)?;
            credentials::check(url.platform, origin, store.credentials().get_credential())?;
            Arc::new(store)
        }
        Platform::Google => {
            let (builder, origin) = google(url, options)?;
            let store = builder.build().map_err(fault::io_error)?;
            credentials::check(url.platform, origin, store.credentials().get_credential())?;
            Arc::new(store)
        }
    })
}

/// The variables of an input that has its own: those that begin with this, without it. The library
/// reads the others.
fn own_variables(begin: &str) -> impl Iterator<Item = (String, String)> + '_ {
    std::env::vars_os().filter_map(move |(name, value)| {
        let name = name.to_str()?.strip_prefix(begin)?.to_ascii_lowercase();
        Some((name, value.into_string().ok()?))
    })
}

fn azure(url: &StoreUrl, options: &StoreOptions) -> io::Result<(MicrosoftAzureBuilder, Origin)> {
    let mut builder = match &options.variables {
        None => MicrosoftAzureBuilder::from_env(),
        Some(begin) => own_variables(begin).fold(MicrosoftAzureBuilder::new(), |builder, (name, value)| {
            match name.starts_with("azure_").then(|| name.parse()) {
                Some(Ok(key)) => builder.with_config(key, value),
                _ => builder,
            }
        }),
    };
    builder = builder.with_url(&url.container);
    for (key, value) in [
        (AzureConfigKey::AccountName, &options.account),
        (AzureConfigKey::Endpoint, &options.endpoint),
    ] {
        if let Some(value) = value {
            builder = builder.with_config(key, value);
        }
    }
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

fn aws(url: &StoreUrl, options: &StoreOptions) -> io::Result<(AmazonS3Builder, Origin)> {
    let mut builder = match &options.variables {
        None => AmazonS3Builder::from_env(),
        Some(begin) => own_variables(begin).fold(AmazonS3Builder::new(), |builder, (name, value)| {
            match name.starts_with("aws_").then(|| name.parse()) {
                Some(Ok(key)) => builder.with_config(key, value),
                _ => builder,
            }
        }),
    };
    builder = builder.with_url(&url.container);
    for (key, value) in [
        (AmazonS3ConfigKey::Region, &options.region),
        (AmazonS3ConfigKey::Endpoint, &options.endpoint),
    ] {
        if let Some(value) = value {
            builder = builder.with_config(key, value);
        }
    }
    let timeout = AmazonS3ConfigKey::Client(ClientConfigKey::Timeout);
    if builder.get_config_value(&timeout).is_none() {
        builder = builder.with_config(timeout, TIMEOUT);
    }
    if is_on_this_machine(builder.get_config_value(&AmazonS3ConfigKey::Endpoint)) {
        builder = builder.with_allow_http(true);
    }
    credentials::of_aws(builder, options.profile.as_deref())
}

fn google(url: &StoreUrl, options: &StoreOptions) -> io::Result<(GoogleCloudStorageBuilder, Origin)> {
    let mut builder = match &options.variables {
        None => GoogleCloudStorageBuilder::from_env(),
        Some(begin) => own_variables(begin).fold(GoogleCloudStorageBuilder::new(), |builder, (name, value)| {
            match name.starts_with("google_").then(|| name.parse()) {
                Some(Ok(key)) => builder.with_config(key, value),
                _ => builder,
            }
        }),
    };
    builder = builder.with_url(&url.container);
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
