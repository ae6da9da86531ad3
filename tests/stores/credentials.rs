//! Who may read a store is said by the environment, and where nobody says it a command ends soon.

use std::process::Command;
use std::time::{Duration, Instant};

#[test]
fn without_credentials_a_command_says_at_once_what_was_looked_for() {
    let home = tempfile::tempdir().unwrap();
    for (url, looked_for) in [
        ("az://raw/x.csv", "`AZURE_STORAGE_ACCOUNT_KEY`"),
        ("s3://raw/x.csv", "`AWS_ACCESS_KEY_ID`"),
        ("gs://raw/x.csv", "`GOOGLE_APPLICATION_CREDENTIALS`"),
    ] {
        let began = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
            .args(["inspect", url])
            .env_clear()
            .env("HOME", home.path())
            .env("AZURE_STORAGE_ACCOUNT_NAME", "acme")
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        // On a machine in a cloud there is somebody who answers.
        if std::net::TcpStream::connect_timeout(&([169, 254, 169, 254], 80).into(), Duration::from_millis(500)).is_err() {
            assert!(told.contains(looked_for) && told.contains(url), "{told}");
            assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        }
    }
}

#[test]
fn an_account_that_nobody_names_is_asked_for() {
    let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .args(["inspect", "az://raw/x.csv"])
        .env_clear()
        .env("AZURE_STORAGE_ACCOUNT_KEY", "c2VjcmV0")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("`AZURE_STORAGE_ACCOUNT_NAME` is not set"), "{told}");
    assert!(!told.contains("c2VjcmV0"), "{told}");
}
