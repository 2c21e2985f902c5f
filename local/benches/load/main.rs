//! The local engine under load, beside a bare handler under the same load, on the same two cores, in one run.
//!
//! Three programs, which are this one: the server (the engine, or `bare`), held to two cores; `drive`, which sends by a
//! timetable whether or not answers come, on the other cores; and this, which starts them, samples the server's memory
//! and prints figures, one JSON object a line.

// A program for measuring: what it cannot do ends it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod bare;
mod drive;
mod targets;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use serde_json::{Value, json};

/// What is measured.
#[derive(Parser, Clone)]
struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    /// How long, in seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Reads a second.
    #[arg(long, default_value_t = 2_000)]
    reads: u64,
    /// Creates a second.
    #[arg(long, default_value_t = 500)]
    creates: u64,
    /// One system; all four, in turns, when absent.
    #[arg(long)]
    system: Option<String>,
    /// Passed by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Subcommand, Clone)]
enum Part {
    /// Serves fixed answers.
    Bare,
    /// Sends by the timetable to what the line on its input names.
    Drive,
}

/// The cores of the server; what drives it gets the others.
const SERVER_CORES: &str = "0,1";

fn main() {
    let arguments = Arguments::parse();
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    match arguments.part {
        Some(Part::Bare) => runtime().block_on(bare::serve()),
        Some(Part::Drive) => runtime().block_on(drive::drive(&arguments)),
        None => measure(&arguments),
    }
}

/// A server on its cores, killed when it goes.
struct Server {
    child: Child,
    ready: Value,
}

impl Server {
    fn start(program: &std::path::Path, arguments: &[&str]) -> Self {
        let begun = Instant::now();
        let mut child = Command::new("taskset")
            .args(["--cpu-list", SERVER_CORES])
            .arg(program)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("taskset, of util-linux, holds the server to its cores");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let mut ready: Value = serde_json::from_str(&line).unwrap();
        ready["startMs"] = json!(begun.elapsed().as_secs_f64() * 1_000.0);
        Self { child, ready }
    }

    /// Resident memory, in MiB. `taskset` becomes the program it starts, so the id is the server's.
    fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").trim().parse::<f64>().unwrap_or(0.0) / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn measure(arguments: &Arguments) {
    let folder = std::env::temp_dir().join(format!("runward-load-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let database = folder.join("engine.sqlite");
    let engine = std::path::Path::new(env!("CARGO_BIN_EXE_runward-local"));
    {
        let engine = Server::start(engine, &["--print-json", "--db", database.to_str().unwrap()]);
        figure("engine: start", engine.ready["startMs"].as_f64().unwrap(), Some(300.0), "ms");
        loaded("engine", &engine, arguments);
    }
    let bytes = std::fs::metadata(&database).map_or(0, |file| file.len());
    figure("engine: database at the end", bytes as f64 / 1_048_576.0, None, "MiB");
    let log = std::fs::metadata(folder.join("engine.sqlite-wal")).map_or(0, |file| file.len());
    figure("engine: its log at the end", log as f64 / 1_048_576.0, Some(1_024.0), "MiB");
    drop(std::fs::remove_dir_all(&folder));
    loaded("bare axum handler", &Server::start(&std::env::current_exe().unwrap(), &["bare"]), arguments);
}

/// One server under the load.
fn loaded(name: &str, server: &Server, arguments: &Arguments) {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let others = if cores > 2 { format!("2-{}", cores - 1) } else { "0-1".into() };
    let mut drive = Command::new("taskset");
    drive.args(["--cpu-list", &others]).arg(std::env::current_exe().unwrap());
    for (flag, value) in
        [("--seconds", arguments.seconds), ("--reads", arguments.reads), ("--creates", arguments.creates)]
    {
        drive.args([flag, &value.to_string()]);
    }
    if let Some(system) = &arguments.system {
        drive.args(["--system", system]);
    }
    let mut drive =
        drive.arg("drive").env("LOAD_TARGET", server.ready.to_string()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(drive.stdout.take().unwrap()).lines();
    // Its first word: everything is created that is read from the start on.
    assert_eq!(lines.next().unwrap().unwrap(), "begun");
    let sample = |at: u64| figure(&format!("{name}: resident after {at} s"), server.resident(), None, "MiB");
    sample(0);
    for half in [arguments.seconds / 2, arguments.seconds] {
        std::thread::sleep(Duration::from_secs(arguments.seconds / 2));
        sample(half);
    }
    for line in lines {
        let mut told: Value = serde_json::from_str(&line.unwrap()).unwrap();
        told["name"] = format!("{name}: {}", told["name"].as_str().unwrap()).into();
        println!("{told}");
    }
    assert!(drive.wait().unwrap().success(), "the load failed");
    figure(&format!("{name}: resident after the last answer"), server.resident(), None, "MiB");
}

/// One measured thing, as `cargo xtask bench` has it.
fn figure(name: &str, value: f64, goal: Option<f64>, unit: &str) {
    println!("{}", json!({"name": name, "value": value, "goal": goal, "unit": unit}));
}
