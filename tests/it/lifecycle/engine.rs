//! Histories that the local engine produces under random faults, cancels, replays and whatever else its systems bear: none of
//! them conflicts, and one damage in such a history leaves a finding at its index.
use super::damage::Damaged;
use super::figure;
use super::make::rules;
use super::world::{Draws, World};
use runward::error::SystemName;
use runward::lifecycle::{Verdict, history};
use runward::run::Snapshot;
use runward_local::database::Place;
use serde_json::{Value, json};
use std::sync::Arc;

/// What is asked for, so that every way through the tables is met: success, retries, failure, DAGs, a stuck one, none at all.
const WORKFLOWS: [(&str, &str); 10] = [
    ("charge-card", r#"{"orderId":"A-1"}"#),
    ("charge-card", r#"{"behaviour":"fail-until","until":2}"#),
    ("charge-card", r#"{"behaviour":"fail"}"#),
    ("charge-card", r#"{"behaviour":"fail-final"}"#),
    ("charge-card-backoff", r#"{"behaviour":"fail-until","until":1}"#),
    ("nightly-report", "{}"),
    ("nightly-report", r#"{"failAt":"render","failTimes":9}"#),
    ("flaky-sync", "{}"),
    ("ship-parcel", "{}"),
    ("wait-approval", "{}"),
];

const CHECKS: [&str; 7] = [
    "identity-check",
    "instant-approval",
    "declined-document",
    "manual-review",
    "data-from-client",
    "applicant-gives-up",
    "broken-task",
];

const PRODUCTS: [&str; 5] = ["orders", "orders-failing", "orders-quality", "orders-waiting", "orders-stuck"];

const WORDS: [&str; 5] = ["RUNNING", "completed", "FAILED", "melting", "PENDING"];

/// Stages of Formance: done at once, waiting, failing, failing without a word, retried, several of them.
pub fn flows() -> [Value; 6] {
    let send = |source: &str| {
        let account = |id: &str| json!({"account": {"id": id, "ledger": "shop"}});
        json!({"send": {"source": account(source), "destination": account("merchants:acme"),
            "amount": {"amount": "12500", "asset": "EUR/2"}}})
    };
    let (wait, noop) = (json!({"wait_event": {"event": "go"}}), json!({"noop": {}}));
    [
        json!([noop, noop]),
        json!([noop, wait, send("orders:7")]),
        json!([send("invalid:shop"), noop]),
        json!([noop, send("empty:shop"), noop]),
        json!([send("later:shop"), {"delay": {"duration": "2s"}}]),
        json!([wait, wait, wait]),
    ]
}

type Watched = (SystemName, String, Vec<Snapshot>);

async fn started(world: &World) -> Vec<Watched> {
    let mut runs = vec![];
    for (workflow, input) in WORKFLOWS {
        runs.push((SystemName::Hatchet, world.trigger(workflow, serde_json::from_str(input).unwrap()).await, vec![]));
    }
    for stages in flows() {
        runs.push((SystemName::Formance, world.flow(stages).await, vec![]));
    }
    for workflow in CHECKS {
        runs.push((SystemName::Onfido, world.check(workflow, json!({})).await, vec![]));
    }
    for product in PRODUCTS {
        runs.push((SystemName::MeshX, world.product(product).await, vec![]));
    }
    runs
}

/// What happens to a run from outside, now and then.
async fn disturb(world: &World, system: SystemName, id: &str, draws: &mut Draws) {
    match (system, draws.below(160)) {
        (SystemName::Hatchet, 0) => assert!(world.order("cancel", id).await),
        (SystemName::Formance, 0..20) => drop(world.event(id, "go").await),
        (SystemName::Formance, 20) => drop(world.abort(id).await),
        (SystemName::Formance, 21) => world.operator(id, "reset").await,
        (SystemName::Formance, 22) => world.operator(id, "cancel-stage").await,
        (SystemName::Onfido, 0..8) => drop(world.complete(id, "receive_data_77c").await),
        (SystemName::MeshX, word @ 0..5) => assert!(world.put(id, WORDS[word as usize]).await),
        (SystemName::MeshX, 5) => assert!(world.delete(id).await),
        _ => {}
    }
}

/// The histories of a world's runs, as polls saw them.
pub async fn histories(seed: u64) -> Vec<Watched> {
    let (world, mut draws) = (Arc::new(World::start(seed, Place::Memory).await), Draws(seed));
    world.faults().await;
    let (mut runs, mut replays, mut lost) = (started(&world).await, vec![], [0; 4]);
    for _ in 0..120 {
        world.advance([1.0, 3.0, 6.0, 12.0, 25.0, 60.0, 700.0][draws.below(7) as usize]).await;
        for (system, id, seen) in &mut runs {
            disturb(&world, *system, id, &mut draws).await;
            if *system == SystemName::Hatchet && draws.below(80) == 0 {
                // a replay is answered only after some of the engine's time, which moves with the next step
                let (world, id) = (Arc::clone(&world), id.clone());
                replays.push(tokio::spawn(async move { world.order("replay", &id).await }));
            }
            if *system != SystemName::Hatchet && draws.below(2) == 0 {
                continue;
            }
            let read = world.read(*system, id).await;
            lost[*system as usize] += usize::from(read.is_none());
            seen.extend(read.filter(|read| seen.last() != Some(read)));
        }
    }
    assert!(lost.iter().all(|lost| *lost > 0), "no fault met some system: {lost:?}");
    world.advance(10_000.0).await;
    for replay in replays {
        assert!(replay.await.unwrap(), "the engine takes every replay");
    }
    runs
}

#[test]
fn histories_of_the_local_engine_never_conflict_and_tell_one_damage() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (mut damaged, mut told) = (Damaged::default(), [(0, 0, 0); 4]);
    for seed in 1..=3 {
        for (run, (system, _, seen)) in runtime.block_on(histories(seed)).into_iter().enumerate() {
            let (snapshots, steps, attempts) = &mut told[system as usize];
            for (index, step) in history(rules(system), &seen).steps.iter().enumerate() {
                let place = format!("seed {seed}, run {run} of {system}, step {index}");
                let two = &seen[index..=index + 1];
                assert_ne!(step.verdict, Verdict::Conflict, "{place}: {:#?} {two:#?}", step.findings);
                *steps += usize::from(step.verdict != Verdict::Same);
                *attempts += usize::from(step.verdict == Verdict::NewAttempt);
            }
            *snapshots += seen.len();
            damaged.try_all(system, &format!("seed {seed}, run {run} of {system}"), &seen, 3);
        }
    }
    for (system, (snapshots, steps, attempts)) in SystemName::ALL.into_iter().zip(told) {
        figure(&format!("{system}: {snapshots} snapshots, {steps} steps, {attempts} new attempts, no conflict"));
        let few = [(120, 15), (50, 3), (30, 0), (30, 0)][system as usize];
        assert!(snapshots >= few.0 && attempts >= few.1, "{system}: {snapshots} snapshots, {attempts} attempts");
    }
    damaged.assert_found();
}
