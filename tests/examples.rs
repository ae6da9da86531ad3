//! The examples for clusters, and the page on them: Kubernetes takes the
//! manifests, and the program their command lines.
//! `tests/spark.sh` runs the one for Spark, which takes too much for every test run.

use std::path::Path;
use std::process::Command;

use crate::stores::emulators::installed;
use crate::workdir::cannot_run;

#[test]
fn the_manifests_for_kubernetes_are_valid_and_the_program_takes_their_arguments() {
    let python = match installed::python("kubernetes-1", &["kubernetes-validate==1.37.0", "pyyaml"]) {
        Ok(python) => python,
        Err(reason) => return cannot_run(&reason),
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(python)
        .arg(root.join("tests/examples.py"))
        .arg(env!("CARGO_BIN_EXE_uptake"))
        .arg(root.join("examples/kubernetes"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_page_on_scale_has_the_tables_that_are_reckoned_from_what_was_measured() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let reckoned = Command::new(if cfg!(windows) { "python" } else { "python3" })
        .arg(root.join("benches/scale/simulate.py"))
        .arg("--check")
        .arg(root.join("docs/scale.md"))
        .output();
    match reckoned {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => cannot_run(&format!("no python3: {error}")),
    }
}
