//! `runward-fuzz native ROUNDS [SEED]`: damages so many bodies, compares all readers, prints what was compared.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test may fail so

use runward_fuzz::native;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, usual: u64| arguments.get(at).map_or(Ok(usual), |text| text.parse());
    let (Some(mode), Ok(rounds), Ok(seed)) = (arguments.first(), number(1, 1000), number(2, 1)) else {
        eprintln!("usage: runward-fuzz native ROUNDS [SEED]");
        return ExitCode::from(2);
    };
    match mode.as_str() {
        "native" => {
            let tally = native::run(rounds, seed);
            println!("{tally}");
            if tally.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        other => {
            eprintln!("there is no mode {other}");
            ExitCode::from(2)
        }
    }
}
