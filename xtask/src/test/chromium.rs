//! A Chromium for the tests: one that is there, else the package manager's.
use crate::process::{command, quietly, run, step};
use anyhow::{Result, bail};
use std::path::PathBuf;

const NAMES: [&str; 6] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];
const APPLICATIONS: [&str; 2] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// The path of a Chromium; installs one where that is possible.
pub fn find() -> Result<PathBuf> {
    if let Some(found) = installed() {
        return Ok(found);
    }
    if !can_install() {
        bail!("No Chromium was found: install Chromium or Chrome, or set CHROMIUM to its path, and run this again.");
    }
    step("Installing Chromium", install)?;
    installed().map_or_else(|| bail!("Chromium was installed and is not on the PATH: set CHROMIUM to its path."), Ok)
}

fn installed() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    named.into_iter().chain(on_path).chain(APPLICATIONS.map(PathBuf::from)).find(|path| path.is_file())
}

fn can_install() -> bool {
    let user = quietly(command("id").arg("-u"), "");
    user.is_ok_and(|user| user.stdout == b"0\n") && quietly(command("apt-get").arg("--version"), "").is_ok()
}

fn install() -> Result<()> {
    let mend = "apt-get could not install Chromium: install it by hand and run this again.";
    run(command("apt-get").arg("update"), mend)?;
    run(command("apt-get").args(["install", "--yes", "--no-install-recommends", "chromium"]), mend)
}
