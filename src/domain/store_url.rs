//! URLs of storage accounts: `az://container/raw`, `s3://bucket/raw`, `gs://bucket/raw` and the longer
//! forms of Azure. A URL says where something is and never who may read it: one with a secret in it
//! is refused, without a word of the secret, since a pipeline file is kept and messages are shared.

/// What begins URLs that can stand in the place of a folder.
const FORMS: &str = "`az://container/path`, `abfss://container@account.dfs.core.windows.net/path`, `https://account.blob.core.windows.net/container/path`, \
     `s3://bucket/path` or `gs://bucket/path`";

/// Hosts of Azure's storage accounts, behind the account's name.
const AZURE_HOSTS: [&str; 4] = [
    "blob.core.windows.net",
    "dfs.core.windows.net",
    "blob.fabric.microsoft.com",
    "dfs.fabric.microsoft.com",
];

/// Whose store it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Platform {
    Azure,
    Aws,
    Google,
}

/// A URL that names a place in a store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoreUrl {
    pub platform: Platform,
    /// The account or bucket, as a URL that names nothing in it.
    pub container: String,
    /// What all keys begin with: names with `/` between them, none at the end. Empty: everything.
    pub prefix: String,
}

/// Whether a text is a URL.
pub fn is_url(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once("://") else { return false };
    scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
}

impl StoreUrl {
    /// Takes a URL apart. The error says what is wrong with it, and repeats nothing of it.
    pub fn parse(url: &str) -> Result<StoreUrl, String> {
        let (scheme, rest) = url.split_once("://").ok_or("it is no URL")?;
        if rest.contains(['?', '#']) {
            return Err(
                "it is a URL with a query, which may be a secret (such as a shared access signature): write it without, \
                        and put the secret into the environment (docs/stores.md)"
                    .to_owned(),
            );
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        let scheme = scheme.to_ascii_lowercase();
        let is_abfs = matches!(scheme.as_str(), "az" | "abfs" | "abfss");
        if user.is_some_and(|user| user.contains(':') || !is_abfs) {
            return Err("it is a URL with a name or a password in it: put what is secret into the environment (docs/stores.md)".to_owned());
        }
        let is_account = |host: &str| {
            host.split_once('.')
                .is_some_and(|(account, rest)| !account.is_empty() && AZURE_HOSTS.contains(&rest))
        };
        let unknown = || format!("it is a URL of a kind that is not known; known are {FORMS}");
        let (platform, takes_container) = match (scheme.as_str(), user) {
            ("az" | "abfs" | "abfss", Some(container)) if is_account(host) && !container.is_empty() => (Platform::Azure, false),
            ("az" | "abfs" | "abfss" | "azure" | "adl", None) if is_name(host) => (Platform::Azure, false),
            ("https", None) if is_account(host) => (Platform::Azure, true),
            ("s3" | "s3a", None) if is_bucket(host) => (Platform::Aws, false),
            ("gs", None) if is_bucket(host) => (Platform::Google, false),
            _ => return Err(unknown()),
        };
        let mut names = path.split('/').filter(|name| !name.is_empty());
        let mut container = format!("{scheme}://{authority}");
        if takes_container {
            let name = names.next().ok_or("it is a URL of an account, and names no container in it")?;
            container = format!("{container}/{name}");
        }
        let names: Vec<&str> = names.collect();
        if names.iter().any(|name| matches!(*name, "." | "..")) {
            return Err("it is a URL with `.` or `..` in it, which stand for nothing there".to_owned());
        }
        Ok(StoreUrl {
            platform,
            container,
            prefix: names.join("/"),
        })
    }
}

fn is_bucket(host: &str) -> bool {
    !host.is_empty() && host.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
}

/// Containers of Azure have no dots; a host has.
fn is_name(host: &str) -> bool {
    is_bucket(host) && !host.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(url: &str, platform: Platform, container: &str, prefix: &str) {
        assert!(is_url(url));
        let expected = StoreUrl {
            platform,
            container: container.to_owned(),
            prefix: prefix.to_owned(),
        };
        assert_eq!(StoreUrl::parse(url), Ok(expected));
    }

    #[test]
    fn a_url_says_the_platform_the_container_and_the_prefix() {
        is("az://raw/logs/signins", Platform::Azure, "az://raw", "logs/signins");
        is("az://raw", Platform::Azure, "az://raw", "");
        is(
            "abfss://raw@acme.dfs.core.windows.net//logs/",
            Platform::Azure,
            "abfss://raw@acme.dfs.core.windows.net",
            "logs",
        );
        is(
            "https://acme.blob.core.windows.net/raw/a b/c%20d",
            Platform::Azure,
            "https://acme.blob.core.windows.net/raw",
            "a b/c%20d",
        );
        is("s3://acme.logs/x", Platform::Aws, "s3://acme.logs", "x");
        is("gs://acme/x/y", Platform::Google, "gs://acme", "x/y");
    }

    #[test]
    fn a_secret_in_a_url_is_refused_and_not_repeated() {
        for url in [
            "https://acme.blob.core.windows.net/raw?sv=2024&sig=TOPSECRET",
            "s3://key:TOPSECRET@bucket/raw",
            "s3://TOPSECRET@bucket/raw",
            "az://c:TOPSECRET@acme.blob.core.windows.net/raw",
            "gs://bucket/raw#TOPSECRET",
        ] {
            let error = StoreUrl::parse(url).unwrap_err();
            assert!(error.contains("environment"), "{url}: {error}");
            assert!(!error.contains("TOPSECRET"), "{error}");
        }
    }

    #[test]
    fn what_is_no_place_in_a_store_is_refused() {
        for url in [
            "ftp://host/raw",
            "https://example.com/raw",
            "https://acme.blob.core.windows.net",
            "az:///raw",
            "az://a.b/raw",
            "s3://bucket/a/../b",
            "file:///raw",
        ] {
            assert!(StoreUrl::parse(url).is_err(), "{url}");
        }
        for text in ["raw", "C:\\raw", "../raw", "a b://c", "://x"] {
            assert!(!is_url(text), "{text}");
        }
    }
}
