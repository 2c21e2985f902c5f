//! Histories with the verdicts that they must have, as documents of the systems; kept in `tests/vectors`, so that every
//! runtime gives the same answers. `UPDATE=1 cargo test` writes the files anew.
use super::documents::Case;
use super::documents::formance::{formance, formance_cases};
use super::documents::hatchet::{hatchet, hatchet_cases};
use super::documents::meshx::{meshx, meshx_cases};
use super::documents::onfido::{onfido, onfido_cases};
use super::make::{self, rules};
use super::recorded::{Moves, moves};
use super::wire::snapshot;
use runward::error::SystemName;
use runward::finding::What;
use runward::lifecycle::{Row, history};
use runward::run::Snapshot;
use serde_json::{Value, json};

pub fn bless() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// Compares a generated file with the one that is kept.
pub fn kept(path: &str, text: &str) {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    if bless() {
        std::fs::create_dir_all(std::path::Path::new(&path).parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{path} is not what the tables say: look at the change, UPDATE=1 writes it anew");
}

/// Each row of the system's tables that its documents can show, by itself.
fn row_histories(system: SystemName) -> Vec<(String, Vec<Value>)> {
    let named = |of: &str, row: &Row| format!("{of}: {} to {} ({})", row.from, row.to, row.cause);
    let runs = rules(system).runs.rows.iter().map(|row| (named("runs", row), run_history(system, row)));
    let stages = rules(system).stages.rows.iter().map(|row| (named("stages", row), stage_history(system, row)));
    match system {
        SystemName::Hatchet | SystemName::Formance => runs.chain(stages).collect(),
        SystemName::Onfido | SystemName::MeshX => runs.collect(),
    }
}

fn run_history(system: SystemName, row: &Row) -> Vec<Value> {
    let document = |status: &str, attempt: u32| match system {
        SystemName::Hatchet if row.from == "EVICTED" || row.to == "EVICTED" || row.from == row.to => {
            let wire = if status == "EVICTED" { "RUNNING" } else { status };
            hatchet(wire, &[&format!("{status}:{attempt}")])
        }
        SystemName::Hatchet => hatchet(status, &[]),
        SystemName::Formance if row.from == row.to && attempt == 2 => formance(status, &["succeeded", "running:2"]),
        SystemName::Formance if row.from == row.to => formance(status, &["succeeded"]),
        SystemName::Formance => formance(status, &[]),
        SystemName::Onfido => onfido(status),
        SystemName::MeshX => meshx(status),
    };
    let first = (!row.from.is_empty()).then(|| document(row.from, 1));
    first.into_iter().chain([document(row.to, if row.new_attempt { 2 } else { 1 })]).collect()
}

fn stage_history(system: SystemName, row: &Row) -> Vec<Value> {
    if system == SystemName::Formance {
        let stages = |status: &'static str| if status.is_empty() { vec![] } else { vec![status] };
        let before = ["succeeded"].into_iter().chain(stages(row.from)).collect::<Vec<_>>();
        let after = ["succeeded"].into_iter().chain(stages(row.to)).collect::<Vec<_>>();
        return vec![formance("running", &before), formance("running", &after)];
    }
    let task = |status: &str, attempt: u32| if status.is_empty() { "-".into() } else { format!("{status}:{attempt}") };
    let before = hatchet("RUNNING", &["RUNNING:1", &task(row.from, 1)]);
    vec![before, hatchet("RUNNING", &["RUNNING:1", &task(row.to, if row.new_attempt { 2 } else { 1 })])]
}

/// The step of a stage in runs whose documents tell of none: Onfido's come with deliveries, and meshX's with its graph.
fn told_step(system: SystemName, row: &Row) -> (&'static str, &'static str, bool) {
    let rules = rules(system);
    let open = rules.runs.states.iter().find(|state| !state.is_end()).unwrap();
    let with = |status: &str| {
        let mut run = make::run(rules, "r", open.status);
        run.stages = vec![make::stage(rules, "another", rules.stages.states[0].status, 1)];
        run.stages.extend((!status.is_empty()).then(|| make::stage(rules, "one", status, 1)));
        Snapshot { run, what: What::Run, fixed: vec![], changed_at: None }
    };
    let snapshots = [with(row.from), with(row.to)];
    let judged = history(rules, &snapshots);
    assert!(judged.steps[0].verdict.is_accepted(), "{system}: {row:?}: {:?}", judged.findings);
    let (_, stages) = moves(rules, &snapshots);
    let another = |step: &&(&str, &str, bool)| step.0 == step.1;
    assert_eq!(stages.iter().filter(|step| !another(step)).count(), 1, "{system}: {row:?}");
    *stages.iter().find(|step| !another(step)).unwrap()
}

fn judged(system: SystemName, name: &str, documents: &[Value]) -> Value {
    let snapshots: Vec<Snapshot> = documents.iter().map(|document| snapshot(system, document)).collect();
    let history = history(rules(system), &snapshots);
    let steps: Vec<Value> = history
        .steps
        .iter()
        .map(|step| match step.cause {
            Some(cause) => json!({"verdict": step.verdict, "cause": cause}),
            None => json!({"verdict": step.verdict}),
        })
        .collect();
    let findings: Vec<String> =
        history.findings.iter().map(|finding| format!("{} {}", finding.pointer, finding.code)).collect();
    let last = history.last.unwrap();
    json!({"name": name, "snapshots": documents, "steps": steps, "findings": findings, "final": {"status": last.status, "attempt": last.attempt}})
}

fn cases(system: SystemName) -> Vec<Case> {
    match system {
        SystemName::Hatchet => hatchet_cases(),
        SystemName::Formance => formance_cases(),
        SystemName::Onfido => onfido_cases(),
        SystemName::MeshX => meshx_cases(),
    }
}

#[test]
fn every_case_has_its_verdict_and_its_findings() {
    let mut wrong = vec![];
    for system in SystemName::ALL {
        for Case(name, documents, verdicts, codes) in cases(system) {
            let judged = judged(system, name, &documents);
            let word = |step: &Value| match step["cause"].as_str() {
                Some(cause) => format!("{} {cause}", step["verdict"].as_str().unwrap()),
                None => step["verdict"].as_str().unwrap().to_owned(),
            };
            let steps: Vec<String> = judged["steps"].as_array().unwrap().iter().map(word).collect();
            let findings = judged["findings"].as_array().unwrap();
            let found: Vec<&str> = findings.iter().map(|f| f.as_str().unwrap().split_once(' ').unwrap().1).collect();
            if steps != verdicts || found != codes {
                wrong.push(format!("{system}: {name}: {steps:?} {found:?}, not {verdicts:?} {codes:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Walks the rules: one without a vector that breaks or bends it fails here.
#[test]
fn every_rule_has_a_sentence_evidence_and_a_vector_that_breaks_or_bends_it() {
    let codes = |system: SystemName| cases(system).into_iter().flat_map(|case| case.3).copied().collect::<Vec<_>>();
    let mut shared = std::collections::BTreeMap::<&str, usize>::new();
    let mut names = std::collections::BTreeSet::new();
    for system in SystemName::ALL {
        let (rules, found) = (rules(system), codes(system));
        for rule in rules.rules {
            assert!(found.contains(&rule.name), "{system}: no vector for {}", rule.name);
            assert!(names.insert(rule.name), "{system}: two rules are called {}", rule.name);
        }
        for rule in rules.all() {
            assert!(rule.doc.ends_with('.') && rule.doc.len() > 30, "{system}: {} says nothing", rule.name);
            *shared.entry(rule.name).or_default() += usize::from(found.contains(&rule.name));
        }
        for code in found {
            assert!(rules.all().any(|rule| rule.name == code), "{system}: {code} is the code of no rule");
        }
    }
    let without: Vec<&str> = shared.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    assert!(without.is_empty(), "no vector breaks or bends {without:?}");
    super::figure(&format!("{} rules, each with a vector", shared.len()));
}

#[test]
fn every_row_is_exercised_by_a_history_without_conflict() {
    for system in SystemName::ALL {
        let (mut runs, mut stages) = (Moves::new(), Moves::new());
        for (name, documents) in row_histories(system) {
            let snapshots: Vec<Snapshot> = documents.iter().map(|document| snapshot(system, document)).collect();
            let history = history(rules(system), &snapshots);
            assert!(
                history.steps.iter().all(|step| step.verdict.is_accepted()),
                "{system}: {name}: {:?}",
                history.findings
            );
            if let [only] = snapshots.as_slice() {
                let state = rules(system).runs.state(&only.run.status, only.run.phase).unwrap();
                runs.insert(("", state.status, false));
            }
            let (more_runs, more_stages) = moves(rules(system), &snapshots);
            runs.extend(more_runs);
            stages.extend(more_stages);
        }
        for row in rules(system).runs.rows {
            assert!(runs.contains(&(row.from, row.to, row.new_attempt)), "{system}: {row:?} is exercised by no run");
        }
        if matches!(system, SystemName::Onfido | SystemName::MeshX) {
            stages.extend(rules(system).stages.rows.iter().map(|row| told_step(system, row)));
        }
        for row in rules(system).stages.rows {
            assert!(
                stages.contains(&(row.from, row.to, row.new_attempt)),
                "{system}: {row:?} is exercised by no stage"
            );
        }
    }
}

#[test]
fn the_kept_histories_are_what_the_rules_say() {
    for system in SystemName::ALL {
        let cases = cases(system);
        let by_hand = cases.iter().map(|Case(name, documents, ..)| judged(system, name, documents));
        let rows = row_histories(system);
        let rows = rows.iter().map(|(name, documents)| judged(system, name, documents));
        let lines: Vec<String> = by_hand.chain(rows).map(|case| case.to_string()).collect();
        kept(&format!("tests/vectors/{system}/histories.json"), &format!("[\n{}\n]\n", lines.join(",\n")));
    }
}
