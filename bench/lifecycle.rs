//! How fast steps are checked, as one JSON object a line: `name`, `value`, `goal`, `unit`.
//!
//! `cargo bench --bench lifecycle`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)] // a bench may stop

use runward::error::SystemName;
use runward::lifecycle::judge;
use runward::run::Snapshot;
use runward::systems::{rules, system};
use std::hint::black_box;
use std::time::Instant;

const PAIRS: usize = 1_000_000;
const ROUNDS: usize = 9;

fn main() {
    let pairs = pairs();
    let by_hand = median(|| pairs.iter().map(|&[from, to]| u64::from(switch(black_box(from), black_box(to)))).sum());
    let table = &rules(SystemName::Hatchet).runs;
    let one = median(|| pairs.iter().map(|&[from, to]| table.check(black_box(from), black_box(to)) as u64).sum());
    let differs = pairs.iter().find(|&&[from, to]| switch(from, to) != table.check(from, to) as u8);
    assert_eq!(differs, None, "the match says something else");
    let flat = pairs.as_flattened();
    let batch = median(|| table.check_all(black_box(flat)).iter().map(|&verdict| u64::from(verdict)).sum());
    report("check of two codes, of a hand-written match", one / by_hand, 1.3, "x");
    report("check of 1,000,000 pairs at once, of a hand-written match", batch / by_hand, 0.4, "x");
    for (name, before, after) in [
        ("judgements of a standalone run", "run-standalone-running", "run-standalone-completed"),
        ("judgements of a DAG of five tasks", "run-dag-running", "run-dag-completed"),
    ] {
        let (before, after) = (snapshot(before), snapshot(after));
        let seconds = median(|| {
            (0..100_000)
                .map(|_| judge(rules(SystemName::Hatchet), black_box(&before), &after).findings.len() as u64)
                .sum()
        });
        report(name, 100_000.0 / seconds, 200_000.0, "1/s");
    }
}

/// What one would write without a table: the rules of a Hatchet run's status, by codes.
#[inline(never)]
fn switch(from: u8, to: u8) -> u8 {
    match (from, to) {
        (0, _) | (_, 0) => 1,
        (from, to) if from == to => 0,
        (1, _) | (2, 3..=6) | (3, _) => 1,
        (2, 1) | (4..=6, 1 | 2) => 2,
        (4, 5 | 6) | (5, 4 | 6) | (6, 4) => 3,
        (4..=6, 3) | (6, 5) => 4,
        _ => 1,
    }
}

/// Pairs of codes in an order that no branch predictor knows.
fn pairs() -> Vec<[u8; 2]> {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut code = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % 7) as u8
    };
    (0..PAIRS).map(|_| [code(), code()]).collect()
}

fn snapshot(name: &str) -> Snapshot {
    let path = format!("{}/tests/fixtures/hatchet/recorded/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let exchange: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    system(SystemName::Hatchet).unwrap().snapshot(exchange["response"]["body"].as_str().unwrap()).unwrap()
}

/// Seconds of the middle round.
fn median(mut work: impl FnMut() -> u64) -> f64 {
    let mut seconds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[ROUNDS / 2]
}

fn report(name: &str, value: f64, goal: f64, unit: &str) {
    println!("{}", serde_json::json!({"name": name, "value": value, "goal": goal, "unit": unit}));
}
