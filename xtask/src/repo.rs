//! Where things stand.
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// A path of the repository, from its top.
pub fn path(below: impl AsRef<Path>) -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).join(below)
}

/// The text of one of the repository's files.
pub fn read(below: impl AsRef<Path>) -> Result<String> {
    let file = path(below);
    std::fs::read_to_string(&file).with_context(|| format!("Cannot read {}", file.display()))
}

/// Writes a file of the repository, and the folders above it.
pub fn write(below: impl AsRef<Path>, content: impl AsRef<[u8]>) -> Result<()> {
    let file = path(below);
    let folder = file.parent().unwrap_or(&file);
    std::fs::create_dir_all(folder).with_context(|| format!("Cannot make {}", folder.display()))?;
    std::fs::write(&file, content).with_context(|| format!("Cannot write {}", file.display()))
}
