//! `cargo xtask lint`: what the compiler, clippy and rustfmt say.
use crate::process::{cargo, run};
use anyhow::Result;
use std::process::Command;

/// Checks, changes nothing.
pub fn lint() -> Result<()> {
    commands()
        .iter_mut()
        .try_for_each(|command| run(command, "Mend what is said above; `cargo fmt --all` mends the format."))
}

/// The checks, each a command.
pub fn commands() -> [Command; 4] {
    let mut format = cargo();
    format.args(["fmt", "--all", "--check"]);
    let mut native = cargo();
    native.args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]);
    let wasm = |features: &str| {
        let mut wasm = cargo();
        wasm.args(["clippy", "--package", "runward", "--lib", features]);
        wasm.args(["--target", "wasm32-unknown-unknown", "--", "--deny", "warnings"]);
        wasm
    };
    // the small module is built of less, so that something may be left over in it
    [format, native, wasm("--all-features"), wasm("--no-default-features")]
}
