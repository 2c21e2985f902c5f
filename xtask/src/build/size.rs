//! What the package weighs, beside what it may.
use crate::process::{command, quietly};
use crate::repo;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::BTreeMap;

const BUDGET: &str = "pkg/size-budget.json";

#[derive(Deserialize, Clone, Copy)]
struct Size {
    raw: u64,
    brotli: u64,
}

/// Prints every size beside its budget; fails where one is over.
pub fn check() -> Result<()> {
    let budget: BTreeMap<String, Size> =
        serde_json::from_str(&repo::read(BUDGET)?).with_context(|| format!("{BUDGET} is not what it should be"))?;
    let sizes = measure(budget.keys())?;
    println!("{:28} {:>19} {:>19}", "bytes (of budget)", "raw", "brotli");
    let mut over = vec![];
    for (file, allowed) in &budget {
        let size = *sizes.get(file).with_context(|| format!("{file} was not measured"))?;
        println!("{file:28} {:>9} {:>9} {:>9} {:>9}", size.raw, allowed.raw, size.brotli, allowed.brotli);
        if size.raw > allowed.raw || size.brotli > allowed.brotli {
            over.push(file.as_str());
        }
    }
    if !over.is_empty() {
        bail!("Over the budget: {}. Make it smaller, or say in {BUDGET} that it may be larger.", over.join(", "));
    }
    Ok(())
}

/// Node brings brotli of the quality that servers of static files use.
fn measure<'a>(files: impl Iterator<Item = &'a String>) -> Result<BTreeMap<String, Size>> {
    let mut node = command("node");
    node.args(["xtask/src/build/size.mjs"]).args(files);
    let output = quietly(&mut node, "The sizes could not be measured: see above.")?;
    serde_json::from_slice(&output.stdout).context("size.mjs answered in an unknown way")
}
