//! `cargo xtask build`: from the crate to a packed npm package.
mod glue;
mod pack;
mod size;
mod wasm;

use crate::npm;
use anyhow::Result;

/// What a build may be asked for.
#[derive(clap::Args)]
pub struct Options {}

/// Builds what is not built already, packs it, and prints its sizes beside the budget.
pub fn run(_: &Options) -> Result<()> {
    package()?;
    size::check()
}

/// Builds a copy of the package that can be made to panic, in `target/panicking`.
pub fn panicking() -> Result<()> {
    npm::install()?;
    wasm::build_panicking()?;
    pack::copy_entries("target/panicking")
}

/// Builds and packs what is not built and packed already.
pub fn package() -> Result<()> {
    npm::install()?;
    wasm::build()?;
    pack::pack()
}
