//! `cargo xtask matrix`: which operation works in which runtime.
use crate::build;
use crate::process::{command, run};
use crate::test::chromium;
use anyhow::Result;

/// How to print.
#[derive(clap::Args)]
pub struct Options {
    /// One JSON object a line: `runtime`, `operation`, `ok`.
    #[arg(long)]
    json: bool,
}

/// Runs the same small program, out of the packed package, in every runtime.
pub fn matrix(options: &Options) -> Result<()> {
    build::package()?;
    let mut node = command("node");
    node.arg("tests/npm/matrix.mjs").args(options.json.then_some("--json")).env("CHROMIUM", chromium::find()?);
    run(&mut node, "An operation does not work everywhere: see above.")
}
