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

#[test]
fn an_address_that_has_no_credentials_for_this_machine_is_no_riddle() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let mut head = [0; 4096];
            let _ = std::io::Read::read(&mut client, &mut head);
            let answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            let _ = std::io::Write::write_all(&mut client, answer);
        }
    });
    let home = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .args(["inspect", "s3://raw/x.csv"])
        .env_clear()
        .env("HOME", home.path())
        .env("AWS_METADATA_ENDPOINT", format!("http://{address}"))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        told.contains("there are no credentials; looked for: `AWS_ACCESS_KEY_ID`")
            && told.contains("tells machines in a cloud who they are"),
        "{told}"
    );
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}
