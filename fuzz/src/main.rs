//! `runward-fuzz native ROUNDS [SEED]` damages so many bodies, compares all readers, prints what was compared.
//! `runward-fuzz stream ROUNDS [SEED]` writes damaged documents, and what must be reported of them, to standard output.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test may fail so

use runward_fuzz::{native, stream};
use std::io::BufWriter;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, usual: u64| arguments.get(at).map_or(Ok(usual), |text| text.parse());
    let (Some(mode), Ok(rounds), Ok(seed)) = (arguments.first(), number(1, 1000), number(2, 1)) else {
        eprintln!("usage: runward-fuzz native|stream ROUNDS [SEED]");
        return ExitCode::from(2);
    };
    match mode.as_str() {
        "native" => {
            let tally = native::run(rounds, seed);
            println!("{tally}");
            if tally.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        "stream" => match stream::write(rounds, seed, &mut BufWriter::new(std::io::stdout().lock())) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        other => {
            eprintln!("there is no mode {other}");
            ExitCode::from(2)
        }
    }
}
