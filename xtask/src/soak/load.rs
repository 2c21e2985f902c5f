//! The local engine under load.
use crate::bench;
use crate::process::{cargo, quietly};
use anyhow::Result;

/// Prints the figures; a goal that is missed is shown, and is no failure: machines differ.
pub fn soak() -> Result<()> {
    let mut load = cargo();
    load.args(["bench", "--quiet", "--profile", "load", "--package", "runward-local", "--bench", "load"]);
    let output = quietly(&mut load, "The load could not be measured: see above.")?;
    String::from_utf8_lossy(&output.stdout).lines().for_each(|line| bench::print(line, false));
    Ok(())
}
