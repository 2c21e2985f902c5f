//! Tests that Node runs.
use super::count::{Count, tally};
use crate::process::command;
use crate::repo;
use anyhow::Result;
use std::path::PathBuf;

/// Runs every `*.test.mjs` and `*.test.js` of the folder.
pub fn run(folder: &str, environment: &[(&str, PathBuf)]) -> Result<Count> {
    let mut node = command("node");
    node.args(["--test", "--test-reporter=spec"])
        .args(tests(folder)?)
        .envs(environment.iter().map(|(name, path)| (name, path)));
    tally(&mut node, read)
}

/// Node 20 knows no patterns.
fn tests(folder: &str) -> Result<Vec<PathBuf>> {
    let files: Result<Vec<_>, _> =
        std::fs::read_dir(repo::path(folder))?.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut files = files?;
    files.retain(|file| [".test.mjs", ".test.js"].iter().any(|end| file.to_string_lossy().ends_with(end)));
    files.sort();
    Ok(files)
}

/// `ℹ pass 12` and `ℹ fail 0`.
fn read(line: &str) -> Option<Count> {
    match line.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["ℹ", "pass", number] => Some(Count { passed: number.parse().ok()?, failed: 0 }),
        ["ℹ", "fail", number] => Some(Count { passed: 0, failed: number.parse().ok()? }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn results_of_node_are_read() {
        assert_eq!(read("ℹ pass 12").unwrap().passed, 12);
        assert_eq!(read("ℹ fail 2").unwrap().failed, 2);
        assert!(read("✔ pass 12 (1ms)").is_none());
    }
}
