//! The crates on this machine.
use super::count::{Count, check, tally};
use crate::lint;
use crate::process::cargo;
use anyhow::Result;

/// Tests, lints, format.
pub fn run() -> Result<Count> {
    let mut count = tally(cargo().args(["test", "--workspace", "--no-fail-fast"]), read)?;
    for mut command in lint::commands() {
        count += check(&mut command)?;
    }
    Ok(count)
}

/// `test result: ok. 12 passed; 0 failed; …`
fn read(line: &str) -> Option<Count> {
    let (_, results) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let number = |what: &str| results.split("; ").find_map(|part| part.strip_suffix(what)?.trim().parse().ok());
    Some(Count { passed: number("passed")?, failed: number("failed")? })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn results_of_cargo_are_read() {
        let count = read("test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured").unwrap();
        assert_eq!((count.passed, count.failed), (12, 3));
        assert!(read("test it::passes ... ok").is_none());
    }
}
