//! `cargo xtask build`: from the crate to a packed npm package, and what runs on top of it.
mod glue;
mod pack;
mod size;
mod wasm;

use crate::npm::{self, npm};
use crate::process::{cargo, run, step};
use crate::repo;
use crate::stamp::Stamp;
use anyhow::Result;

/// Builds what is not built already, packs it, and prints its sizes beside the budget.
pub fn build() -> Result<()> {
    package()?;
    size::check()
}

/// Builds and packs the package.
pub fn package() -> Result<()> {
    npm::install()?;
    wasm::build()?;
    // What the descriptions say needs no WebAssembly, and is written whenever they say something else.
    repo::write("pkg/wasm/wire.d.ts", runward::write::package_types())?;
    repo::write("pkg/wasm/operations.js", runward::write::operations_module())?;
    pack::pack()
}

/// Builds a copy of the package that can be made to panic, in `target/panicking`.
pub fn panicking() -> Result<()> {
    npm::install()?;
    wasm::build_panicking()?;
    repo::write("target/panicking/wasm/operations.js", runward::write::operations_module())?;
    pack::copy_entries("target/panicking")
}

/// Builds the dashboard and the worker that serves it, over the package.
pub fn dashboard() -> Result<()> {
    package()?;
    let stamp = Stamp {
        name: "dashboard",
        inputs: &["www", "pkg", "package-lock.json"],
        outputs: &["www/dist/index.html", "target/worker/worker.js"],
    };
    stamp.unless_fresh(|| {
        step("Building the dashboard", || {
            run(
                npm().args(["run", "build", "--silent", "--workspace", "www"]),
                "The dashboard could not be built: mend the errors above.",
            )
        })
    })?;
    Ok(())
}

/// Builds the local engine; cargo itself knows whether it has to.
pub fn engine() -> Result<()> {
    step("Building the local engine", || {
        run(
            cargo().args(["build", "--quiet", "--package", "runward-local"]),
            "The local engine does not compile: mend the errors above.",
        )
    })
}

/// Builds the local engine as fast as it gets, for what is measured against it.
pub fn loaded_engine() -> Result<()> {
    step("Building the local engine for load", || {
        run(
            cargo().args(["build", "--quiet", "--profile", "load", "--package", "runward-local"]),
            "The local engine does not compile: mend the errors above.",
        )
    })
}
