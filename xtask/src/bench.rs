//! `cargo xtask bench`: how dear things are beside their peers, as ratios of one run.
use crate::build;
use crate::process::{cargo, command, quietly};
use crate::repo;
use anyhow::{Result, bail};
use serde::Deserialize;
use std::process::Command;

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// The benches, by the names of their files in `bench/`; all of them when none is named.
    names: Vec<String>,
    /// One JSON object a line: `name`, `value`, `goal`, `unit`.
    #[arg(long)]
    json: bool,
}

#[derive(Deserialize)]
struct Figure {
    name: String,
    value: f64,
    goal: Option<f64>,
    unit: String,
}

/// Runs the benches one after the other. A goal that is missed is shown, and is no failure: machines differ.
pub fn bench(options: &Options) -> Result<()> {
    let files = files(&options.names)?;
    build::package()?;
    build::loaded_engine()?;
    for file in files {
        let mut program = program(&file);
        let output = quietly(&mut program, "A bench failed: see above.")?;
        String::from_utf8_lossy(&output.stdout).lines().for_each(|line| print(line, options.json));
    }
    Ok(())
}

fn files(names: &[String]) -> Result<Vec<String>> {
    let found: std::io::Result<Vec<_>> =
        std::fs::read_dir(repo::path("bench"))?.map(|entry| Ok(entry?.file_name())).collect();
    let mut found: Vec<String> = found?.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    found.sort();
    let stem = |file: &str| file.split('.').next().unwrap_or_default().to_owned();
    if let Some(unknown) = names.iter().find(|name| !found.iter().any(|file| stem(file) == **name)) {
        bail!("There is no bench {unknown}: there are {}.", found.join(", "));
    }
    found.retain(|file| names.is_empty() || names.contains(&stem(file)));
    Ok(found)
}

fn program(file: &str) -> Command {
    if let Some(name) = file.strip_suffix(".rs") {
        let mut bench = cargo();
        bench.args(["bench", "--quiet", "--bench", name]);
        return bench;
    }
    let mut node = command("node");
    node.arg(format!("bench/{file}"));
    node
}

/// What is no figure is not of interest.
pub fn print(line: &str, json: bool) {
    match serde_json::from_str::<Figure>(line) {
        Ok(_) if json => println!("{line}"),
        Ok(Figure { name, value, goal, unit }) => {
            let goal = goal.map(|goal| format!("(goal {goal} {unit})")).unwrap_or_default();
            println!("{name:<64} {value:>14.3} {unit} {goal}");
        }
        Err(_) => {}
    }
}
