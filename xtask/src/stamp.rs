//! Nothing is made twice: a stamp remembers what a result was made of.
use crate::repo;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// What a result is made of, and what it is.
pub struct Stamp<'a> {
    /// The name of its file.
    pub name: &'a str,
    /// Files and folders, from the top of the repository; what is not there counts as empty.
    pub inputs: &'a [&'a str],
    /// Files that must be there afterwards.
    pub outputs: &'a [&'a str],
}

impl Stamp<'_> {
    /// Does the work, unless its result is there already and made of the same; tells whether it had to.
    pub fn unless_fresh(&self, work: impl FnOnce() -> Result<()>) -> Result<bool> {
        let now = self.digest()?;
        if self.is_fresh(&now) {
            return Ok(false);
        }
        work()?;
        repo::write(self.file(), now)?;
        Ok(true)
    }

    fn file(&self) -> String {
        format!("target/xtask/{}.stamp", self.name)
    }

    fn is_fresh(&self, now: &str) -> bool {
        let before = std::fs::read_to_string(repo::path(self.file()));
        before.is_ok_and(|before| before == now) && self.outputs.iter().all(|output| repo::path(output).exists())
    }

    fn digest(&self) -> Result<String> {
        let mut files = BTreeSet::new();
        for input in self.inputs {
            collect(&repo::path(input), &mut files)?;
        }
        let mut hasher = DefaultHasher::new();
        for file in &files {
            file.hash(&mut hasher);
            std::fs::read(file).with_context(|| format!("Cannot read {}", file.display()))?.hash(&mut hasher);
        }
        Ok(format!("{:016x}", hasher.finish()))
    }
}

/// Folders that are made, and so are no input.
const MADE: [&str; 2] = ["node_modules", "dist"];

fn collect(path: &Path, files: &mut BTreeSet<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.insert(path.to_owned());
    }
    if path.is_dir() && path.file_name().is_none_or(|name| !MADE.iter().any(|made| name == *made)) {
        for entry in std::fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    }
    Ok(())
}
