//! The npm packages that build and test, in the versions of package-lock.json.
use crate::process::{command, not_started, run, step};
use crate::repo;
use crate::stamp::Stamp;
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;

const OLDEST_NODE: u32 = 20;

/// Installs the development packages, if they are not there as locked.
pub fn install() -> Result<()> {
    check_node()?;
    let stamp = Stamp {
        name: "npm",
        inputs: &["package.json", "package-lock.json", "pkg/package.json", "www/package.json"],
        outputs: &["node_modules/.package-lock.json"],
    };
    stamp.unless_fresh(|| {
        step("Installing the npm packages of package-lock.json", || {
            run(
                npm().args(["ci", "--no-audit", "--no-fund"]),
                "npm could not install the packages: is the registry in reach? Run `npm ci` by hand to see more.",
            )
        })
    })?;
    Ok(())
}

/// Installs the vendors' clients, which only their own tests need.
pub fn install_vendors() -> Result<()> {
    check_node()?;
    let stamp = Stamp {
        name: "vendors",
        inputs: &["tests/vendors/package.json", "tests/vendors/package-lock.json"],
        outputs: &["tests/vendors/node_modules/.package-lock.json"],
    };
    stamp.unless_fresh(|| {
        step("Installing the vendors' clients", || {
            let mut npm = npm();
            npm.current_dir(repo::path("tests/vendors"));
            run(
                npm.args(["ci", "--workspaces=false", "--ignore-scripts", "--no-audit", "--no-fund"]),
                "npm could not install the vendors' clients: is the registry in reach? Run `npm ci` in tests/vendors to \
                 see more.",
            )
        })
    })?;
    Ok(())
}

/// npm, at the top of the repository.
pub fn npm() -> Command {
    command(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// A program that an npm package brought.
pub fn tool(name: &str) -> Command {
    command(&bin(name).to_string_lossy())
}

/// Where a program that an npm package brought stands.
pub fn bin(name: &str) -> PathBuf {
    repo::path("node_modules/.bin").join(name)
}

fn check_node() -> Result<()> {
    let mut node = command("node");
    let output = match node.arg("--version").output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Err(error) => bail!("{}", not_started(&node, &error)),
    };
    let major = output.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST_NODE) {
        bail!("Node {output} is too old: install Node {OLDEST_NODE} or later and run this again.");
    }
    Ok(())
}
