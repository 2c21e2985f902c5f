//! The differential fuzzing of the validator: natively, and out of the package in Node.
use crate::build;
use crate::process::{cargo, command, not_started, run, step};
use crate::repo;
use anyhow::{Context, Result, bail};
use std::process::{Child, Command, Stdio};

/// How many texts are compared.
#[derive(Clone, Copy)]
pub struct Size {
    native: u32,
    wasm: u32,
}

/// What a soak compares.
const LONG: Size = Size { native: 1_000_000, wasm: 100_000 };
/// A fixed tenth of it, for every run of the tests.
pub const TENTH: Size = Size { native: LONG.native / 10, wasm: LONG.wasm / 10 };

/// Compares as many as a soak does.
pub fn soak() -> Result<()> {
    prepare()?;
    native(LONG)?;
    wasm(LONG)
}

/// Builds the fuzzer and the package.
pub fn prepare() -> Result<()> {
    build::package()?;
    step("Building the fuzzer", || {
        let mut build = cargo();
        build.args(["build", "--quiet", "--profile", "soak", "--package", "runward-fuzz"]);
        run(&mut build, "The fuzzer does not compile: mend the errors above.")
    })
}

fn fuzzer(mode: &str, rounds: u32) -> Command {
    let mut fuzzer = command(&repo::path("target/soak/runward-fuzz").to_string_lossy());
    fuzzer.args([mode, &rounds.to_string()]);
    fuzzer
}

/// Walker, serde_json and the slow check, on this machine.
pub fn native(size: Size) -> Result<()> {
    run(&mut fuzzer("native", size.native), "Readers differ: see above.")
}

/// The package's WebAssembly in Node, beside what is reported on this machine.
pub fn wasm(size: Size) -> Result<()> {
    let mut stream = started(fuzzer("stream", size.wasm).stdout(Stdio::piped()))?;
    let texts = stream.stdout.take().context("the fuzzer has no output")?;
    let mut node = command("node");
    let compared = run(
        node.arg("fuzz/compare.mjs").arg(size.wasm.to_string()).stdin(texts),
        "The WebAssembly reports something else than this machine: see above.",
    );
    let streamed = stream.wait()?;
    compared?;
    if !streamed.success() {
        bail!("The fuzzer failed: see above.");
    }
    Ok(())
}

fn started(command: &mut Command) -> Result<Child> {
    match command.spawn() {
        Ok(child) => Ok(child),
        Err(error) => bail!("{}", not_started(command, &error)),
    }
}
