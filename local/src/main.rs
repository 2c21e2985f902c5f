//! The local engine as a program.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::Datelike;
use clap::Parser;
use runward_local::clock::Pace;
use runward_local::database::Place;
use runward_local::hatchet::Lags;
use runward_local::{Options, start};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

/// Workflow systems' run APIs on loopback, on SQLite, with faults on demand.
#[derive(Parser)]
#[command(name = "runward-local", version)]
struct Arguments {
    /// The port; 0 is the one used last with this database, or any. A taken port means another one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The SQLite file, made when it is missing.
    #[arg(long, value_name = "FILE", conflicts_with = "memory", required_unless_present = "memory")]
    db: Option<PathBuf>,
    /// Keep nothing.
    #[arg(long)]
    memory: bool,
    /// The seed of all draws; a database keeps the one it was made with.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What all durations are divided by.
    #[arg(long, default_value_t = 1.0, value_parser = positive)]
    speed: f64,
    /// Time moves only by POST /_control/advance.
    #[arg(long)]
    stepped: bool,
    /// Where a stepped clock begins, as 2026-11-22T16:00:00Z; now when absent.
    #[arg(long, requires = "stepped", value_parser = moment)]
    start_at: Option<i64>,
    /// The read store knows everything at once.
    #[arg(long)]
    no_lag: bool,
    /// One line of JSON on stdout when ready, and nothing else.
    #[arg(long)]
    print_json: bool,
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (0.001..=1_000_000.0).contains(&speed) => Ok(speed),
        _ => Err("a number from 0.001 to 1000000, as 10 or 0.5".into()),
    }
}

fn moment(text: &str) -> Result<i64, String> {
    // Dates with nanoseconds end in 2262, and time is yet to pass.
    match chrono::DateTime::parse_from_rfc3339(text) {
        Ok(at) if (1970..2200).contains(&at.year()) => Ok(at.timestamp_micros()),
        Ok(_) => Err("a moment between 1970 and 2200".into()),
        Err(error) => Err(format!("{error}; a moment as 2026-11-22T16:00:00Z")),
    }
}

impl Arguments {
    fn options(&self) -> Options {
        Options {
            port: self.port,
            place: self.db.clone().map_or(Place::Memory, Place::File),
            seed: self.seed,
            speed: self.speed,
            pace: if self.stepped { Pace::Stepped } else { Pace::Flowing },
            start_at: self.start_at,
            lags: if self.no_lag { Lags::NONE } else { Lags::MEASURED },
        }
    }
}

/// Threads for work on the database at once. A few read; the others write, and most of these wait for a commit that they
/// share. More would only wait too, and each costs memory when the machine is slow and requests queue up.
const AT_WORK: usize = 64;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().max_blocking_threads(AT_WORK).enable_all().build();
    match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run(&arguments))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("runward-local: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let (mut ended, mut interrupted) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let running = start(arguments.options()).await?;
    if arguments.port != 0 && running.port != arguments.port {
        eprintln!("runward-local: port {} is taken, {} is used instead", arguments.port, running.port);
    }
    if arguments.print_json {
        println!(
            "{}",
            json!({
                "url": running.url, "tenant": running.tenant, "token": running.token, "control": running.control,
                "systems": running.systems,
            })
        );
    } else {
        let systems = &running.systems;
        for (name, url, token) in [
            ("Hatchet", &running.url, &running.token),
            ("Formance", &systems.formance.url, &systems.formance.token),
            ("Onfido", &systems.onfido.url, &systems.onfido.token),
            ("meshX", &systems.meshx.url, &systems.meshx.token),
        ] {
            println!("{name:9} {url}\nToken     {token}");
        }
        println!("Tenant    {}\nOrg       {}\nControls  {}", running.tenant, systems.meshx.org, running.control);
    }
    tokio::select! {
        _ = ended.recv() => {}
        _ = interrupted.recv() => {}
    }
    running.stop().await;
    Ok(())
}
