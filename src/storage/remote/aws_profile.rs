//! The profile of a user of AWS: keys in `~/.aws/credentials`, a region in `~/.aws/config`.

use std::fs;
use std::path::{Path, PathBuf};

/// What a profile says.
#[derive(Default, PartialEq, Eq)]
pub struct Profile {
    pub access_key_id: Option<String>,
    pub secret_access_key: Option<String>,
    pub session_token: Option<String>,
    pub region: Option<String>,
}

/// Reads a profile: the one of this name, else the one that `AWS_PROFILE` names, else the one called
/// `default`. What is not there or cannot be read says nothing.
pub fn read(home: Option<&Path>, name: Option<&str>) -> Profile {
    let told = || std::env::var("AWS_PROFILE").unwrap_or_else(|_| "default".to_owned());
    let name = name.map_or_else(told, str::to_owned);
    let text = |variable: &str, file: &str| {
        let told = std::env::var_os(variable).map(PathBuf::from);
        let path = told.or_else(|| Some(home?.join(".aws").join(file)));
        path.and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default()
    };
    of(
        &name,
        &text("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
        &text("AWS_CONFIG_FILE", "config"),
    )
}

fn of(name: &str, credentials: &str, config: &str) -> Profile {
    let in_config = if name == "default" {
        name.to_owned()
    } else {
        format!("profile {name}")
    };
    let either = |key: &str| value(credentials, name, key).or_else(|| value(config, &in_config, key));
    Profile {
        access_key_id: either("aws_access_key_id"),
        secret_access_key: either("aws_secret_access_key"),
        session_token: either("aws_session_token"),
        region: either("region"),
    }
}

/// The value of a key in a section.
fn value(text: &str, section: &str, key: &str) -> Option<String> {
    let lines = text.lines().map(str::trim).skip_while(|line| section_of(line) != Some(section));
    let mut pairs = lines
        .skip(1)
        .take_while(|line| section_of(line).is_none())
        .filter_map(|line| line.split_once('='));
    let (_, value) = pairs.find(|(found, _)| found.trim() == key)?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn section_of(line: &str) -> Option<&str> {
    Some(line.strip_prefix('[')?.strip_suffix(']')?.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_the_profile() {
        let credentials = "[default]\naws_access_key_id=A\naws_secret_access_key = B\n\n[work]\naws_access_key_id = C\n# x = y\n\
                           aws_secret_access_key = D=\naws_session_token = E\n";
        let config = "[default]\nregion = eu-west-1\n[profile work]\nregion = eu-north-1\n";
        let text = |profile: Profile| {
            let Profile {
                access_key_id,
                secret_access_key,
                session_token,
                region,
            } = profile;
            [access_key_id, secret_access_key, session_token, region].map(Option::unwrap_or_default)
        };
        assert_eq!(text(of("default", credentials, config)), ["A", "B", "", "eu-west-1"]);
        assert_eq!(text(of("work", credentials, config)), ["C", "D=", "E", "eu-north-1"]);
        assert_eq!(text(of("other", credentials, config)), ["", "", "", ""]);
    }
}
