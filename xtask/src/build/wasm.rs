//! From the crate to optimised WebAssembly and its glue, in `pkg/wasm`.
use super::glue;
use crate::npm;
use crate::process::{cargo, command, quietly, run, step};
use crate::repo;
use crate::stamp::Stamp;
use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

const TARGET: &str = "wasm32-unknown-unknown";

/// One WebAssembly module.
struct Module {
    /// The stem of its files.
    name: &'static str,
    /// How cargo is to build it.
    features: &'static [&'static str],
    /// Where its files go.
    folder: &'static str,
}

const SHIPPED: [Module; 2] = [
    Module { name: "runward", features: &[], folder: "pkg/wasm" },
    Module { name: "validate", features: &["--no-default-features"], folder: "pkg/wasm" },
];

/// The package's module with exports that panic on purpose; never shipped.
const PANICKING: Module =
    Module { name: "runward", features: &["--features", "panics"], folder: "target/panicking/wasm" };

/// Passes that save bytes, and cost more once the module is compressed: they copy code into its callers, give locals other
/// numbers, and cut zeros out of the data. The compiler has inlined already.
const SPOILERS: [&str; 4] = ["inlining-optimizing", "local-cse", "memory-packing", "ssa-nomerge"];

const INPUTS: [&str; 7] =
    ["src", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml", ".cargo", "package-lock.json", "xtask/src/build"];

/// Builds what the package ships, if it is not built already.
pub fn build() -> Result<()> {
    let outputs = ["pkg/wasm/runward.inline.js", "pkg/wasm/validate.inline.js"];
    Stamp { name: "wasm", inputs: &INPUTS, outputs: &outputs }.unless_fresh(|| build_all(&SHIPPED))?;
    Ok(())
}

/// Builds what the tests of panics load, if it is not built already.
pub fn build_panicking() -> Result<()> {
    let outputs = ["target/panicking/wasm/runward.js", "target/panicking/wasm/runward.inline.js"];
    Stamp { name: "panicking", inputs: &INPUTS, outputs: &outputs }.unless_fresh(|| build_all(&[PANICKING]))?;
    Ok(())
}

fn build_all(modules: &[Module]) -> Result<()> {
    check_tie()?;
    add_target()?;
    modules.iter().try_for_each(Module::build)
}

impl Module {
    fn build(&self) -> Result<()> {
        let Module { name, .. } = self;
        step(&format!("Compiling {name} to WebAssembly"), || self.compile())?;
        step(&format!("Binding {name} to JavaScript"), || self.bind())?;
        step(&format!("Optimising {name}"), || self.optimise())?;
        glue::embed(self.folder, name)
    }

    fn compile(&self) -> Result<()> {
        let mut cargo = cargo();
        cargo.args(["build", "--release", "--lib", "--package", "runward", "--target", TARGET]).args(self.features);
        cargo.arg("--config").arg(remapped_paths());
        run(&mut cargo, "The crate does not compile to WebAssembly: mend the errors above.")
    }

    fn bind(&self) -> Result<()> {
        let compiled = repo::path(format!("target/{TARGET}/release/runward.wasm"));
        let mut bindgen = Bindgen::new();
        bindgen
            .input_path(compiled)
            .out_name(self.name)
            .typescript(true)
            .remove_name_section(true)
            .remove_producers_section(true)
            .omit_default_module_path(true)
            .reset_state_function(true)
            .module(true)?;
        let raw = self.bound();
        bindgen.generate(repo::path(&raw)).context("wasm-bindgen could not make the glue")?;
        let (js, types) = (format!("{raw}/{}.js", self.name), format!("{raw}/{}.d.ts", self.name));
        glue::write(self.folder, self.name, &repo::read(js)?, &repo::read(types)?)
    }

    /// Where wasm-bindgen writes.
    fn bound(&self) -> String {
        format!("target/xtask/bound/{}", self.folder)
    }

    fn optimise(&self) -> Result<()> {
        let bound = repo::path(format!("{}/{}_bg.wasm", self.bound(), self.name));
        let optimised = repo::path(format!("{}/{}_bg.wasm", self.folder, self.name));
        // No feature is named: wasm-opt reads them from the module, and with more of them Node 20 refuses the result.
        let mut wasm_opt = npm::tool("wasm-opt");
        wasm_opt
            .arg("-O3")
            .args(SPOILERS.map(|pass| format!("--skip-pass={pass}")))
            .arg(bound)
            .arg("-o")
            .arg(optimised);
        quietly(&mut wasm_opt, "wasm-opt failed: remove node_modules and run this again.").map(drop)
    }
}

/// The folder of other people's crates is the builder's own business and no part of what is shipped.
fn remapped_paths() -> String {
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| home + "/.cargo"));
    let registry = home.unwrap_or_default() + "/registry/src";
    format!("target.{TARGET}.rustflags=[\"--remap-path-prefix={registry}=crates\"]")
}

/// The glue's generator must be of exactly the version of the crate's wasm-bindgen.
fn check_tie() -> Result<()> {
    let lock = repo::read("Cargo.lock")?;
    let (ours, generator) = (locked(&lock, "wasm-bindgen"), locked(&lock, "wasm-bindgen-cli-support"));
    if ours.is_none() || ours != generator {
        bail!(
            "wasm-bindgen is {} and its generator is {}: give both the same exact version in Cargo.toml and xtask/Cargo.toml.",
            ours.unwrap_or("missing"),
            generator.unwrap_or("missing"),
        );
    }
    Ok(())
}

fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, after) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    after.split_once('"').map(|(version, _)| version)
}

fn add_target() -> Result<()> {
    let mut sysroot = command("rustc");
    let found = quietly(sysroot.args(["--print", "sysroot"]), "rustc does not answer: install Rust with rustup.")?;
    let sysroot = String::from_utf8_lossy(&found.stdout).trim().to_owned();
    if std::path::Path::new(&sysroot).join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    step("Adding the WebAssembly target", || {
        run(
            command("rustup").args(["target", "add", TARGET]),
            "rustup could not add the WebAssembly target: is the network in reach?",
        )
    })
}
