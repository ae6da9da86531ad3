//! What tests need besides the project and install themselves: each once below the target folder, for
//! all tests and all processes.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder in which something was installed; else why it was not.
pub fn once(name: &str, install: impl Fn(&Path) -> Result<(), String>) -> Result<PathBuf, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = program.ancestors().nth(3).ok_or("tests are not in a target folder")?;
    let folder = target.join("tmp").join(name);
    fs::create_dir_all(target.join("tmp")).map_err(|error| error.to_string())?;
    // Two test runs at once are not to install it together.
    let lock = File::create(target.join("tmp").join(format!("{name}.lock"))).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
    let ready = folder.join("ready");
    if !ready.exists() {
        let _ = fs::remove_dir_all(&folder);
        install(&folder)?;
        fs::write(ready, "").map_err(|error| error.to_string())?;
    }
    Ok(folder)
}

/// The Python of a virtual environment with some packages of PyPI in it.
pub fn python(name: &str, packages: &[&str]) -> Result<PathBuf, String> {
    let (launcher, inside) = if cfg!(windows) {
        ("python", "Scripts/python.exe")
    } else {
        ("python3", "bin/python")
    };
    let folder = once(name, |folder| {
        let mut venv = Command::new(launcher);
        succeed(venv.args(["-m", "venv"]).arg(folder), "python3 cannot make a virtual environment")?;
        let mut pip = Command::new(folder.join(inside));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        pip.args(["--retries", "1", "--timeout", "30"]).args(packages);
        succeed(&mut pip, "PyPI is out of reach")
    })?;
    Ok(folder.join(inside))
}

/// Runs a command; where it fails, `otherwise` and the last line that it said.
pub fn succeed(command: &mut Command, otherwise: &str) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{otherwise}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("{otherwise}: {}", said.lines().last().unwrap_or_default())),
    }
}
