//! Inputs in several stores, each with an endpoint and credentials of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::emulators::{ACCOUNT, CONTAINER};
use super::place::{KEY, Place, are_the_same, files_of, succeeded, that_are_promised};
use super::runs::small_portfolio;

/// A pipeline file beside the sample's whose inputs are these, with folders of this name.
fn pipeline(portfolio: &Path, name: &str, inputs: &str) -> std::path::PathBuf {
    let text = fs::read_to_string(portfolio.join("sample/pipeline.toml")).unwrap();
    let replaced = [
        ("[input]\nroot = \".\"\n", inputs.to_owned()),
        ("\"warehouse\"", format!("\"{name}/warehouse\"")),
        ("\"published\"", format!("\"{name}/published\"")),
        ("prices = \"", "prices = \"sample/".to_owned()),
    ];
    let text = replaced.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    let path = portfolio.join(format!("{name}.toml"));
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn inputs_in_two_stores_with_credentials_of_their_own_give_what_folders_give() {
    let portfolio = small_portfolio();
    let sample = portfolio.path().join("sample");
    let places = Place::all();
    let [azure, s3] = &places[..] else { return };
    // Logs are in one account, everything else is in the other.
    let [logs, others] = ["logs", "others"].map(|name| portfolio.path().join(name));
    for (name, bytes) in files_of(&sample) {
        let folder = if name.starts_with("insights-logs") { &logs } else { &others };
        fs::create_dir_all(folder.join(&name).parent().unwrap()).unwrap();
        fs::write(folder.join(&name), bytes).unwrap();
    }
    azure.put_folder(&logs, "raw");
    s3.put_folder(&others, "raw");
    let folders = "[[input]]\nname = \"logs\"\nroot = \"logs\"\n[[input]]\nname = \"others\"\nroot = \"others\"\n";
    let stores = format!(
        "[[input]]\nname = \"others\"\nroot = \"{}\"\noptions = {{ endpoint = \"{}\", region = \"us-east-1\", variables = \"TWO_\" }}\n\
         [[input]]\nname = \"logs\"\nroot = \"{}\"\n\
         options = {{ account = \"{ACCOUNT}\", endpoint = \"{}/{ACCOUNT}\", variables = \"ONE_\" }}\n",
        s3.url("raw"),
        s3.endpoint(),
        azure.url("raw"),
        azure.endpoint()
    );
    assert!(stores.contains(CONTAINER));
    let run = |name: &str, inputs: &str, key: &str| -> Output {
        Command::new(env!("CARGO_BIN_EXE_uptake"))
            .arg("run")
            .arg(pipeline(portfolio.path(), name, inputs))
            // What others use says nothing about inputs that have variables of their own.
            .env("AZURE_STORAGE_ACCOUNT_NAME", "nobody")
            .env("AZURE_STORAGE_SAS_TOKEN", "sig=WRONG")
            .env("ONE_AZURE_STORAGE_ACCOUNT_KEY", key)
            .env("TWO_AWS_ACCESS_KEY_ID", "any")
            .env("TWO_AWS_SECRET_ACCESS_KEY", "any")
            .output()
            .unwrap()
    };
    succeeded(&run("folders", folders, KEY));
    succeeded(&run("stores", &stores, KEY));
    for made in ["warehouse", "published"] {
        let files = |name: &str| that_are_promised(files_of(&portfolio.path().join(name).join(made)));
        are_the_same(&files("stores"), &files("folders"));
    }
    // An account that lets nobody in is named, with its URL and without the key.
    let refused = run("refused", &stores, "V1JPTkcgS0VZ");
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{told}");
    assert!(told.contains("`logs`: ") && told.contains(&azure.url("raw")), "{told}");
    assert!(!told.contains("V1JPTkcgS0VZ") && !told.contains("`others`: "), "{told}");
}
