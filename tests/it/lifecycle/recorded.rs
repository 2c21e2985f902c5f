//! The lifecycles that were observed on running servers.
use super::make::{self, millis};
use super::wire;
use runward::error::SystemName;
use runward::finding::{Evidence, What};
use runward::lifecycle::{Judgement, Lifecycle, Rules, Step, Verdict, judge};
use runward::run::{Phase, Snapshot, Stage};
use runward::systems::hatchet::lifecycle::RULES;
use serde_json::Value;
use std::collections::BTreeSet;

/// What one poll loop of a scenario saw.
pub struct Poll {
    pub name: String,
    pub snapshots: Vec<Snapshot>,
}

fn read(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn hatchet() -> Vec<Poll> {
    let file = read("tests/fixtures/hatchet/recorded/lifecycles.json");
    let scenarios = file["scenarios"].as_array().unwrap();
    let of = |scenario: &Value| {
        ["status", "run", "listRow", "task"].map(|channel| Poll {
            name: format!("{} ({channel})", scenario["scenario"].as_str().unwrap()),
            snapshots: entries(scenario, channel).map(|entry| hatchet_snapshot(scenario, channel, entry)).collect(),
        })
    };
    scenarios.iter().flat_map(of).collect()
}

/// What reads of whole runs saw.
pub fn hatchet_runs() -> Vec<Poll> {
    hatchet().into_iter().filter(|poll| poll.name.ends_with("(run)")).collect()
}

fn entries<'a>(scenario: &'a Value, channel: &str) -> impl Iterator<Item = &'a Value> {
    scenario[channel].as_array().into_iter().flatten().filter(|entry| entry["status"].is_string())
}

fn hatchet_snapshot(scenario: &Value, channel: &str, entry: &Value) -> Snapshot {
    let rules: &'static Rules = &RULES;
    let id = scenario["runId"].as_str().unwrap();
    let standalone = entries(scenario, "run").all(|entry| entry["tasks"].as_array().unwrap().len() < 2);
    let mut run = make::run(rules, id, entry["status"].as_str().unwrap());
    let tasks = entry["tasks"].as_array();
    run.stages = tasks.into_iter().flatten().map(|task| hatchet_task(standalone.then_some(id), task)).collect();
    for name in steps_of(scenario).filter(|_| !standalone) {
        if !run.stages.is_empty() && !run.stages.iter().any(|task| task.name == name) {
            run.stages.push(Stage { id: None, ..make::stage(rules, &name, "", 1) });
        }
    }
    let attempts = run.stages.iter().map(|task| task.attempt);
    run.attempt = attempts.max().unwrap_or(entry["retryCount"].as_u64().unwrap_or(0) as u32 + 1);
    run.started_at = entry["startedAt"].as_str().and_then(millis);
    run.finished_at = entry["finishedAt"].as_str().and_then(millis);
    run.error = entry["errorMessage"].as_str().filter(|error| !error.is_empty()).map(str::to_owned);
    evict(&mut run.phase, entry);
    let what = match channel {
        "run" => What::Run,
        "listRow" => What::Page,
        _ => What::Task,
    };
    Snapshot { run, what, fixed: vec![], changed_at: None }
}

/// The steps of a scenario's run, which a read in full tells from the start.
fn steps_of(scenario: &Value) -> impl Iterator<Item = String> {
    let tasks = entries(scenario, "run").flat_map(|entry| entry["tasks"].as_array().unwrap());
    tasks.map(|task| task["name"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>().into_iter()
}

fn hatchet_task(run: Option<&str>, task: &Value) -> Stage {
    let name = task["name"].as_str().unwrap();
    let attempt = task["retryCount"].as_u64().unwrap() as u32 + 1;
    let status = task["status"].as_str().unwrap();
    let mut stage = make::stage(&RULES, run.unwrap_or(name), status, attempt);
    stage.started_at = task["startedAt"].as_str().and_then(millis);
    stage.finished_at = task["finishedAt"].as_str().and_then(millis);
    evict(&mut stage.phase, task);
    stage
}

fn evict(phase: &mut Phase, entry: &Value) {
    if entry["isEvicted"] == true {
        *phase = Phase::Waiting;
    }
}

pub fn formance() -> Vec<Poll> {
    let file = read("tests/fixtures/formance/recorded/lifecycles.json");
    let of = |scenario: &Value| Poll {
        name: scenario["scenario"].as_str().unwrap().to_owned(),
        snapshots: scenario["seen"].as_array().unwrap().iter().map(|seen| formance_snapshot(scenario, seen)).collect(),
    };
    file["scenarios"].as_array().unwrap().iter().map(of).collect()
}

fn formance_snapshot(scenario: &Value, seen: &Value) -> Snapshot {
    let rules = make::rules(SystemName::Formance);
    let status = |terminated: bool, error: &Value| match (terminated, error.is_null()) {
        (false, _) => "running",
        (true, true) => "succeeded",
        (true, false) => "failed",
    };
    let ended = seen["terminated"].as_bool().unwrap();
    let mut run = make::run(rules, scenario["instance"].as_str().unwrap(), status(ended, &seen["error"]));
    run.finished_at = seen["ms"].as_f64().filter(|_| ended);
    run.error = seen["error"].as_str().map(str::to_owned);
    let stage = |stage: &Value| {
        let word = status(stage["open"] == false, &stage["error"]);
        let error = stage["error"].as_str().map(str::to_owned);
        Stage { error, ..make::stage(rules, &stage["stage"].to_string(), word, 1) }
    };
    run.stages = seen["stages"].as_array().into_iter().flatten().map(stage).collect();
    Snapshot { run, what: What::Run, fixed: vec![], changed_at: None }
}

/// An operator's reset, which was recorded once: the run as it is, and as it was before the second pass began.
fn formance_reset() -> Poll {
    let exchange = read("tests/fixtures/formance/recorded/instance-during-reset.json");
    let during: Value = serde_json::from_str(exchange["response"]["body"].as_str().unwrap()).unwrap();
    let mut before = during.clone();
    let stages = before["data"]["status"].as_array_mut().unwrap();
    let first = stages[0]["temporalRunID"].clone();
    stages.retain(|stage| stage["temporalRunID"] == first);
    let snapshots = [before, during].map(|document| wire::snapshot(SystemName::Formance, &document)).to_vec();
    Poll { name: "reset by an operator".into(), snapshots }
}

/// Judges each snapshot against the one before.
fn steps(rules: &'static Rules, poll: &Poll) -> Vec<Judgement> {
    poll.snapshots.windows(2).map(|two| judge(rules, &two[0], &two[1])).collect()
}

#[test]
fn no_observed_step_of_hatchet_is_a_conflict_or_stale() {
    let rules: &'static Rules = &RULES;
    let polls = hatchet();
    let mut judged = 0;
    for poll in &polls {
        for (index, judgement) in steps(rules, poll).into_iter().enumerate() {
            assert!(judgement.verdict.is_accepted(), "{} step {index}: {judgement:#?}", poll.name);
            judged += 1;
        }
    }
    assert_eq!(polls.len(), 42 * 4);
    assert!(judged > 300, "{judged}");
    super::figure(&format!("42 scenarios of Hatchet by four kinds of reads: {judged} observed steps, no conflict"));
}

#[test]
fn every_observed_step_out_of_an_end_is_a_new_attempt() {
    let rules: &'static Rules = &RULES;
    let mut left = 0;
    for poll in hatchet() {
        for (two, judgement) in poll.snapshots.windows(2).zip(steps(rules, &poll)) {
            if two[0].run.phase == Phase::Finished && two[1].run.phase != Phase::Finished {
                assert_eq!(judgement.verdict, Verdict::NewAttempt, "{}", poll.name);
                assert!(judgement.findings.iter().any(|finding| finding.code == "reopened"), "{}", poll.name);
                left += 1;
            }
        }
    }
    assert!(left > 30, "{left}");
}

#[test]
fn an_older_hatchet_snapshot_is_never_taken_for_a_newer_one() {
    let rules: &'static Rules = &RULES;
    let mut stale = 0;
    for poll in hatchet_runs() {
        for two in poll.snapshots.windows(2) {
            let back = judge(rules, &two[1], &two[0]);
            let moved = two[0].run.stages.iter().any(|task| {
                let now = two[1].run.stages.iter().find(|other| other.id == task.id);
                now.is_some_and(|now| (now.attempt, &now.status) != (task.attempt, &task.status))
            });
            if moved {
                assert_eq!(back.verdict, Verdict::Stale, "{}: {back:#?}", poll.name);
                stale += 1;
            }
        }
    }
    assert!(stale > 100, "{stale}");
}

pub type Moves = BTreeSet<(&'static str, &'static str, bool)>;

fn name(table: &Lifecycle, status: &str, phase: Phase) -> &'static str {
    table.state(status, phase).map_or("", |state| state.status)
}

/// The steps of runs and of stages that two snapshots in a row show, and whether a new attempt was begun.
pub fn moves(rules: &'static Rules, snapshots: &[Snapshot]) -> (Moves, Moves) {
    let (mut runs, mut stages) = (Moves::new(), Moves::new());
    for two in snapshots.windows(2) {
        let (before, after) = (&two[0].run, &two[1].run);
        let again = judge(rules, &two[0], &two[1]).verdict == Verdict::NewAttempt;
        let words = (name(&rules.runs, &before.status, before.phase), name(&rules.runs, &after.status, after.phase));
        runs.insert((words.0, words.1, again));
        for pair in Step::new(rules, &two[0], &two[1]).stages {
            let Some(after) = pair.after else { continue };
            let from = pair.before.map_or("", |stage| name(&rules.stages, &stage.status, stage.phase));
            let again = pair.before.is_some_and(|before| after.attempt > before.attempt);
            stages.insert((from, name(&rules.stages, &after.status, after.phase), again));
        }
    }
    (runs, stages)
}

fn all_moves(rules: &'static Rules, polls: &[Poll]) -> (Moves, Moves) {
    let (mut runs, mut stages) = (Moves::new(), Moves::new());
    for poll in polls {
        let (more_runs, more_stages) = moves(rules, &poll.snapshots);
        runs.extend(more_runs);
        stages.extend(more_stages);
    }
    (runs, stages)
}

fn assert_observed(table: &Lifecycle, moves: &Moves, of: &str) {
    for row in table.rows.iter().filter(|row| row.evidence == Evidence::Observed) {
        assert!(moves.contains(&(row.from, row.to, row.new_attempt)), "no recording of {of} shows {row:?}");
    }
    for &(from, to, again) in moves.iter().filter(|(from, to, again)| from != to || *again) {
        let mut rows =
            table.rows.iter().filter(|row| (row.from, row.to) == (from, to) && (row.new_attempt == again || again));
        let known = rows.any(|row| row.evidence == Evidence::Observed);
        assert!(known, "recordings of {of} show {from} to {to} (again: {again}), and no row calls it observed");
    }
}

#[test]
fn what_hatchet_was_seen_to_do_is_what_its_tables_call_observed() {
    let rules: &'static Rules = &RULES;
    let (runs, stages) = all_moves(rules, &hatchet());
    assert_observed(&rules.stages, &stages, "tasks");
    assert_observed(&rules.runs, &runs, "runs");
}

#[test]
fn no_observed_step_of_formance_is_a_conflict_or_stale() {
    let rules = make::rules(SystemName::Formance);
    let (polls, mut judged) = (formance(), 0);
    for poll in &polls {
        for (index, judgement) in steps(rules, poll).into_iter().enumerate() {
            assert_eq!(judgement.verdict, Verdict::Advance, "{} step {index}: {judgement:#?}", poll.name);
            judged += 1;
        }
    }
    assert_eq!(polls.len(), 17);
    assert!(judged > 60, "{judged}");
    super::figure(&format!("17 scenarios of Formance: {judged} observed steps, no conflict"));
}

#[test]
fn what_formance_was_seen_to_do_is_what_its_tables_call_observed() {
    let rules = make::rules(SystemName::Formance);
    let (mut runs, stages) = all_moves(rules, &formance());
    runs.extend(moves(rules, &formance_reset().snapshots).0);
    assert_observed(&rules.stages, &stages, "stages");
    assert_observed(&rules.runs, &runs, "runs");
}

#[test]
fn an_observed_reset_is_a_new_attempt() {
    let judged = steps(make::rules(SystemName::Formance), &formance_reset());
    assert_eq!((judged[0].verdict, judged[0].cause), (Verdict::NewAttempt, Some("reset")));
    assert!(judged[0].findings.is_empty(), "{:?}", judged[0].findings);
}

#[test]
fn an_older_formance_snapshot_is_never_taken_for_a_newer_one() {
    let rules = make::rules(SystemName::Formance);
    for poll in formance() {
        for two in poll.snapshots.windows(2).filter(|two| !two[0].run.stages.is_empty()) {
            assert_eq!(judge(rules, &two[1], &two[0]).verdict, Verdict::Stale, "{}", poll.name);
        }
    }
}

/// Every recorded Hatchet body of one run, oldest first, as the server dated its answers.
fn bodies() -> Vec<(String, String, Snapshot)> {
    let mut bodies = vec![];
    for file in std::fs::read_dir("tests/fixtures/hatchet/recorded").unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|end| end != "json") {
            continue;
        }
        let exchange = read(path.to_str().unwrap());
        let response = &exchange["response"];
        let body: Option<Value> = response["body"].as_str().and_then(|body| serde_json::from_str(body).ok());
        let Some(body) = body.filter(|body| response["status"] == 200 && body["run"].is_object()) else { continue };
        let headers = response["headers"].as_object().unwrap();
        let date = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("date")).unwrap().1.as_str().unwrap();
        let date = chrono::DateTime::parse_from_rfc2822(date).unwrap().to_rfc3339();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        bodies.push((date, name, wire::snapshot(SystemName::Hatchet, &body)));
    }
    bodies.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    bodies
}

#[test]
fn recorded_bodies_of_one_run_never_conflict_in_whatever_order_they_come() {
    let bodies = bodies();
    let mut verdicts = std::collections::BTreeMap::<String, usize>::new();
    for (at, (date, name, before)) in bodies.iter().enumerate() {
        for (later, other, after) in &bodies[at + 1..] {
            let pair = [judge(&RULES, before, after), judge(&RULES, after, before)];
            if before.run.id != after.run.id {
                assert!(pair.iter().all(|judged| judged.verdict == Verdict::Conflict), "{name} and {other}");
                continue;
            }
            let context = format!("{name} ({date}), {other} ({later}): {pair:#?}");
            assert!(pair.iter().all(|judged| judged.verdict != Verdict::Conflict), "{context}");
            assert!(date == later || pair[0].verdict.is_accepted(), "{context}");
            *verdicts.entry(format!("{:?}, backwards {:?}", pair[0].verdict, pair[1].verdict)).or_default() += 1;
        }
    }
    println!("{verdicts:#?}");
    assert!(verdicts.values().sum::<usize>() > 5, "{verdicts:?}");
}
