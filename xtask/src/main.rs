//! The commands of this repository: `cargo xtask --help`.
mod build;
mod npm;
mod process;
mod repo;
mod stamp;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Builds, starts, tests and measures Runward.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds the npm package into target/runward.tgz and holds its sizes to the budget.
    Build(build::Options),
}

impl Command {
    fn run(self) -> Result<()> {
        match self {
            Command::Build(options) => build::run(&options),
        }
    }
}

fn main() -> ExitCode {
    match Cli::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}
