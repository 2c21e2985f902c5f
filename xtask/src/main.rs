//! The commands of this repository: `cargo xtask --help`.
mod bench;
mod build;
mod children;
mod conform;
mod lint;
mod matrix;
mod npm;
mod process;
mod repo;
mod soak;
mod stamp;
mod start;
mod test;

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
    /// Starts the local engine, the gateway and the dashboard, and prints the address.
    Start(start::Options),
    /// Builds the npm package into target/runward.tgz and holds its sizes to the budget.
    Build,
    /// Runs all tests, or parts of them by name, and says how many passed and failed.
    Test(test::Options),
    /// Prints which operation of the packed package works in which runtime.
    Matrix(matrix::Options),
    /// Asks a server whether it behaves as the client relies on, and lists every difference.
    Conform(Box<conform::Options>),
    /// Measures things beside their peers, as ratios.
    Bench(bench::Options),
    /// Runs what takes long: fuzzing and the like.
    Soak(soak::Options),
    /// Checks format and lints, natively and for WebAssembly.
    Lint,
}

impl Command {
    fn run(self) -> Result<()> {
        match self {
            Command::Start(options) => start::start(&options),
            Command::Build => build::build(),
            Command::Test(options) => test::run(&options),
            Command::Matrix(options) => matrix::matrix(&options),
            Command::Conform(options) => conform::conform(&options),
            Command::Bench(options) => bench::bench(&options),
            Command::Soak(options) => soak::soak(&options),
            Command::Lint => lint::lint(),
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
