//! `cargo xtask soak`: what takes long, everything or parts by name.
pub mod fuzz;
mod load;
mod memory;

use anyhow::Result;
use clap::ValueEnum;

/// Which parts to run.
#[derive(clap::Args)]
pub struct Options {
    /// The parts; all of them when none is named.
    #[arg(value_enum)]
    parts: Vec<Part>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Part {
    /// Damaged documents of all systems, read by Runward and by readers that share nothing with it.
    Fuzz,
    /// The local engine under 2,000 reads and 500 creates a second on two cores, beside a bare handler.
    Load,
    /// The lexer's raw reads at the ends of allocations, watched by Miri.
    Memory,
}

/// Runs the parts one after the other, each to its end; the first that fails ends the run.
pub fn soak(options: &Options) -> Result<()> {
    let parts = if options.parts.is_empty() { Part::value_variants() } else { &options.parts };
    parts.iter().try_for_each(|part| part.run())
}

impl Part {
    fn run(self) -> Result<()> {
        match self {
            Part::Fuzz => fuzz::soak(),
            Part::Load => load::soak(),
            Part::Memory => memory::soak(),
        }
    }
}
