//! `cargo xtask test`: everything, or parts by name.
pub mod chromium;
mod count;
mod node;
mod rust;

use crate::{build, npm};
use anyhow::{Result, bail};
use clap::ValueEnum;
use count::Count;

/// Which parts to test.
#[derive(clap::Args)]
pub struct Options {
    /// The parts; all of them when none is named.
    #[arg(value_enum)]
    parts: Vec<Part>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Part {
    /// The crates on this machine: tests, lints, format.
    Rust,
    /// The WebAssembly by itself: what becomes of a panic.
    Wasm,
    /// The packed package: its types and its manifest.
    Types,
    /// The packed package, installed and run in every runtime, and the examples against the local engine.
    Npm,
    /// The dashboard's modules by themselves.
    Www,
    /// The vendors' official clients against the local engine, and their requests beside ours.
    Vendors,
    /// Whether the local engine behaves as clients rely on, from Node and Chromium; and that mutated servers are found out.
    Conform,
    /// The dashboard in Chromium, through workerd, to the local engine.
    E2e,
}

/// Runs the parts and says how many tests passed and failed.
pub fn run(options: &Options) -> Result<()> {
    let parts = if options.parts.is_empty() { Part::value_variants() } else { &options.parts };
    let mut count = Count::default();
    for part in parts {
        count += part.run()?;
    }
    println!("\n{} passed, {} failed", count.passed, count.failed);
    if count.failed > 0 {
        bail!("Some tests failed: see above.");
    }
    Ok(())
}

impl Part {
    fn run(self) -> Result<Count> {
        match self {
            Part::Rust => rust::run(),
            Part::Wasm => {
                build::panicking()?;
                node::run("tests/wasm", &[])
            }
            Part::Types => {
                build::package()?;
                node::run("tests/types", &[])
            }
            Part::Npm => {
                build::package()?;
                build::engine()?;
                node::run("tests/npm", &[("CHROMIUM", chromium::find()?)])
            }
            Part::Www => node::run("www/test", &[]),
            Part::Vendors => {
                npm::install_vendors()?;
                build::package()?;
                build::engine()?;
                node::run("tests/vendors", &[])
            }
            Part::Conform => {
                build::package()?;
                build::engine()?;
                node::run("tests/conform", &[("CHROMIUM", chromium::find()?)])
            }
            Part::E2e => {
                build::dashboard()?;
                build::engine()?;
                node::run("tests/e2e", &[("CHROMIUM", chromium::find()?)])
            }
        }
    }
}
