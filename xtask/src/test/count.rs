//! Counting what test runners report.
use crate::process::not_started;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::ops::AddAssign;
use std::process::{Command, Stdio};

/// How many tests passed and failed.
#[derive(Clone, Copy, Default)]
pub struct Count {
    /// Passed.
    pub passed: u32,
    /// Failed.
    pub failed: u32,
}

impl Count {
    /// Checks that pass or fail as a whole; of one that failed, why.
    pub fn of(checks: &[Result<()>]) -> Count {
        checks.iter().filter_map(|check| check.as_ref().err()).for_each(|error| eprintln!("{error:#}"));
        let failed = checks.iter().filter(|check| check.is_err()).count() as u32;
        Count { passed: checks.len() as u32 - failed, failed }
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Runs a test runner, shows what it prints, and adds up what `read` finds in each line. A runner that fails without a
/// failing test (it did not compile, it crashed) counts as one; so does one that ran nothing.
pub fn tally(command: &mut Command, read: impl Fn(&str) -> Option<Count>) -> Result<Count> {
    let mut child = match command.stdout(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => bail!("{}", not_started(command, &error)),
    };
    let mut count = Count::default();
    for line in BufReader::new(child.stdout.take().context("A child has no output")?).lines() {
        let line = line?;
        println!("{line}");
        count += read(&line).unwrap_or_default();
    }
    let succeeded = child.wait()?.success();
    if count.failed == 0 && (!succeeded || count.passed == 0) {
        count.failed = 1;
    }
    Ok(count)
}

/// One check that passes or fails as a whole.
pub fn check(command: &mut Command) -> Result<Count> {
    match command.status() {
        Ok(status) if status.success() => Ok(Count { passed: 1, failed: 0 }),
        Ok(_) => Ok(Count { passed: 0, failed: 1 }),
        Err(error) => bail!("{}", not_started(command, &error)),
    }
}
