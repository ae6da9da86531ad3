//! Credentials as the platform has them: the environment, a profile or a login of this user, the
//! identity of the machine. They are looked for before the first request. The last resort of the
//! library is to ask an address that only machines in a cloud have, and elsewhere that takes
//! minutes; so it is knocked at for a moment first.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use object_store::Error;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};

use crate::domain::store_url::Platform;
use crate::storage::remote::{aws_profile, fault, runtime};

/// Where machines in a cloud are told who they are.
const METADATA: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(169, 254, 169, 254)), 80);
const KNOCK: Duration = Duration::from_millis(500);
/// How long an answer is waited for: it comes from the same machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where credentials come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Somebody has said them, or where they are.
    Told,
    /// The machine is to have an identity, and the address that all machines of a cloud ask tells it.
    /// Other networks may have something at this address, too.
    Machine,
}

const AZURE: &str = "`AZURE_STORAGE_ACCOUNT_KEY`, `AZURE_STORAGE_SAS_TOKEN`, `AZURE_STORAGE_TOKEN`, `AZURE_CLIENT_ID` and `AZURE_TENANT_ID` with \
                     `AZURE_CLIENT_SECRET` or `AZURE_FEDERATED_TOKEN_FILE`, a login of `az login`, a managed identity";
const AWS: &str = "`AWS_ACCESS_KEY_ID` with `AWS_SECRET_ACCESS_KEY`, `AWS_WEB_IDENTITY_TOKEN_FILE` with `AWS_ROLE_ARN`, the credentials of a \
                   container, keys of the profile in `~/.aws/credentials`, the role of an instance";
const GOOGLE: &str = "`GOOGLE_APPLICATION_CREDENTIALS`, `GOOGLE_SERVICE_ACCOUNT`, `GOOGLE_SERVICE_ACCOUNT_KEY`, a login of \
                      `gcloud auth application-default login`, the service account of an instance";

/// Asks for credentials that only the machine itself can have, and says what was looked for where
/// it has none.
pub fn check<T>(platform: Platform, origin: Origin, request: impl Future<Output = Result<T, Error>>) -> io::Result<()> {
    if origin == Origin::Told {
        return Ok(());
    }
    let why = match runtime::wait_for(async { tokio::time::timeout(PATIENCE, request).await })? {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) => fault::io_error(error).to_string(),
        Err(_) => "no answer in time".to_owned(),
    };
    missing(&format!(
        "{}; the address that tells machines in a cloud who they are answered: {why}",
        match platform {
            Platform::Azure => AZURE,
            Platform::Aws => AWS,
            Platform::Google => GOOGLE,
        }
    ))
}

/// Adds what has to be added to the environment, or says what was looked for.
pub fn of_azure(builder: MicrosoftAzureBuilder) -> io::Result<(MicrosoftAzureBuilder, Origin)> {
    use AzureConfigKey::{
        AccessKey, AuthorityId, ClientId, ClientSecret, FabricSessionToken, FederatedTokenFile, MsiEndpoint, SasKey, SkipSignature, Token,
        UseAzureCli, UseEmulator,
    };
    let has = |key: AzureConfigKey| builder.get_config_value(&key).is_some_and(|value| value != "false");
    // Without all of them the library would go on to the identity of the machine.
    let has_client = has(ClientId) && has(AuthorityId) && (has(ClientSecret) || has(FederatedTokenFile));
    let told = [
        Token,
        AccessKey,
        SasKey,
        FabricSessionToken,
        UseAzureCli,
        SkipSignature,
        UseEmulator,
    ];
    if has_client || told.into_iter().any(has) {
        return Ok((builder, Origin::Told));
    }
    if home().is_some_and(|home| home.join(".azure/azureProfile.json").is_file()) {
        return Ok((builder.with_use_azure_cli(true), Origin::Told));
    }
    if has(MsiEndpoint) || is_in_a_cloud() {
        return Ok((builder, Origin::Machine));
    }
    missing(AZURE)
}

/// The same for S3. A `profile` that is asked for counts before the environment.
pub fn of_aws(mut builder: AmazonS3Builder, profile: Option<&str>) -> io::Result<(AmazonS3Builder, Origin)> {
    use AmazonS3ConfigKey::{
        AccessKeyId, ContainerCredentialsFullUri, ContainerCredentialsRelativeUri, DefaultRegion, MetadataEndpoint, Region, RoleArn,
        SecretAccessKey, SkipSignature, Token, WebIdentityTokenFile,
    };
    let is_asked_for = profile.is_some();
    let profile = aws_profile::read(home().as_deref(), profile);
    let has = |builder: &AmazonS3Builder, key: AmazonS3ConfigKey| builder.get_config_value(&key).is_some_and(|value| value != "false");
    if let Some(region) = &profile.region
        && !has(&builder, Region)
        && !has(&builder, DefaultRegion)
    {
        builder = builder.with_region(region);
    }
    let told = [
        AccessKeyId,
        ContainerCredentialsRelativeUri,
        ContainerCredentialsFullUri,
        SkipSignature,
    ];
    let has_web_identity = has(&builder, WebIdentityTokenFile) && has(&builder, RoleArn);
    if !is_asked_for && (has_web_identity || told.into_iter().any(|key| has(&builder, key))) {
        return Ok((builder, Origin::Told));
    }
    if let (Some(id), Some(secret)) = (profile.access_key_id, profile.secret_access_key) {
        builder = builder.with_config(AccessKeyId, id).with_config(SecretAccessKey, secret);
        let builder = match profile.session_token {
            Some(token) => builder.with_config(Token, token),
            None => builder,
        };
        return Ok((builder, Origin::Told));
    }
    if is_asked_for {
        return missing("keys of the profile that `profile` names, in `~/.aws/credentials`");
    }
    if has(&builder, MetadataEndpoint) || is_in_a_cloud() {
        return Ok((builder, Origin::Machine));
    }
    missing(AWS)
}

/// The same for Google.
pub fn of_google(builder: GoogleCloudStorageBuilder) -> io::Result<(GoogleCloudStorageBuilder, Origin)> {
    use GoogleConfigKey::{ApplicationCredentials, ServiceAccount, ServiceAccountKey, SkipSignature};
    let has = |key: GoogleConfigKey| builder.get_config_value(&key).is_some_and(|value| value != "false");
    let login = || home().is_some_and(|home| home.join(".config/gcloud/application_default_credentials.json").is_file());
    let told = [ServiceAccount, ServiceAccountKey, ApplicationCredentials, SkipSignature];
    if told.into_iter().any(has) || login() {
        return Ok((builder, Origin::Told));
    }
    if is_in_a_cloud() {
        return Ok((builder, Origin::Machine));
    }
    missing(GOOGLE)
}

fn home() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"))?;
    Some(PathBuf::from(home)).filter(|home| home.is_absolute())
}

fn is_in_a_cloud() -> bool {
    TcpStream::connect_timeout(&METADATA, KNOCK).is_ok()
}

fn missing<T>(looked_for: &str) -> io::Result<T> {
    let text = format!("there are no credentials; looked for: {looked_for} (docs/stores.md)");
    Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
}
