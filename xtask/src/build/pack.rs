//! The package as the registry would get it: `target/runward.tgz`.
use crate::npm::npm;
use crate::process::{quietly, step};
use crate::repo;
use crate::stamp::Stamp;
use anyhow::{Context, Result};
use serde::Deserialize;

/// Where the packed package stands, from the top of the repository.
pub const TARBALL: &str = "target/runward.tgz";

/// Texts of the repository that the package carries too.
const TEXTS: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

#[derive(Deserialize)]
struct Packed {
    filename: String,
}

/// Packs, unless it is packed already.
pub fn pack() -> Result<()> {
    let stamp = Stamp { name: "pack", inputs: &["pkg"], outputs: &[TARBALL] };
    stamp.unless_fresh(|| step("Packing the npm package", pack_now))?;
    Ok(())
}

fn pack_now() -> Result<()> {
    for text in TEXTS {
        std::fs::copy(repo::path(text), repo::path("pkg").join(text)).with_context(|| format!("Cannot copy {text}"))?;
    }
    let mut npm = npm();
    npm.args(["pack", "./pkg", "--json", "--silent", "--pack-destination", "target"]);
    let output = quietly(&mut npm, "npm could not pack the package: see above.")?;
    let packed: Vec<Packed> = serde_json::from_slice(&output.stdout).context("npm pack answered in an unknown way")?;
    let name = packed.first().context("npm pack packed nothing")?.filename.clone();
    std::fs::rename(repo::path("target").join(name), repo::path(TARBALL)).context("Cannot move the tarball")
}

/// Copies the package's own files, without its WebAssembly.
pub fn copy_entries(folder: &str) -> Result<()> {
    for entry in std::fs::read_dir(repo::path("pkg"))? {
        let file = entry?.path();
        if file.is_file() {
            let name = file.file_name().unwrap_or_default();
            std::fs::copy(&file, repo::path(folder).join(name))
                .with_context(|| format!("Cannot copy {}", file.display()))?;
        }
    }
    Ok(())
}
