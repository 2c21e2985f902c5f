//! The lexer's raw reads, watched by Miri.
use crate::process::{command, quietly, run};
use anyhow::Result;

/// Runs the tests of texts that end where a careless reader would read on.
pub fn soak() -> Result<()> {
    let mend = "Miri is not there: run `rustup toolchain install nightly --component miri --component rust-src`.";
    quietly(command("rustup").args(["run", "nightly", "cargo", "miri", "--version"]), mend)?;
    let mut miri = command("rustup");
    miri.args(["run", "nightly", "cargo", "miri", "test", "--package", "runward-fuzz", "--test", "edges"]);
    miri.args(["--target-dir", "target/miri"]);
    run(&mut miri, "The lexer reads what it must not: see above.")
}
