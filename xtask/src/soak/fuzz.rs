//! The differential fuzzing of the validator.
use crate::process::{cargo, run};
use anyhow::Result;

/// Texts that are compared natively.
const NATIVE: u32 = 1_000_000;

/// All of them.
pub fn soak() -> Result<()> {
    native(NATIVE)
}

fn native(rounds: u32) -> Result<()> {
    let mut fuzz = cargo();
    fuzz.args([
        "run",
        "--quiet",
        "--profile",
        "soak",
        "--package",
        "runward-fuzz",
        "--",
        "native",
        &rounds.to_string(),
    ]);
    run(&mut fuzz, "Readers differ: see above.")
}
