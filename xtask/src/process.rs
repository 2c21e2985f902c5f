//! Programs that are run to their end.
use crate::repo;
use anyhow::{Result, bail};
use std::io::{ErrorKind, IsTerminal};
use std::process::{Command, Output, Stdio};
use std::time::Instant;

/// A command that runs at the top of the repository.
pub fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(repo::path(""));
    command
}

/// Cargo, the one that runs us.
pub fn cargo() -> Command {
    command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
}

/// Runs to the end and shows all output; a failure ends in the sentence that says what to do.
pub fn run(command: &mut Command, mend: &str) -> Result<()> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => bail!("{mend}"),
        Err(error) => bail!("{}", not_started(command, &error)),
    }
}

/// Runs to the end in silence; a failure shows the output first.
pub fn quietly(command: &mut Command, mend: &str) -> Result<Output> {
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(output),
        Ok(output) => {
            eprint!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            bail!("{mend}")
        }
        Err(error) => bail!("{}", not_started(command, &error)),
    }
}

/// What to say when a program cannot be started.
pub fn not_started(command: &Command, error: &std::io::Error) -> String {
    let program = command.get_program().to_string_lossy();
    match error.kind() {
        ErrorKind::NotFound => {
            format!("`{program}` is not installed, or not on the PATH: install it and run this again.")
        }
        _ => format!("`{program}` could not be started: {error}."),
    }
}

/// Does a step, and says what it is and how long it took.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let begun = Instant::now();
    eprintln!("{} {what} …", arrow());
    let result = work()?;
    eprintln!("  {:.1} s", begun.elapsed().as_secs_f32());
    Ok(result)
}

fn arrow() -> &'static str {
    if std::io::stderr().is_terminal() { "\x1b[1;32m→\x1b[0m" } else { "→" }
}
