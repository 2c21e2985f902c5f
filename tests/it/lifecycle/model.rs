//! A small search through everything that the tables and the events allow.
use super::make::{self, rules};
use runward::error::SystemName;
use runward::lifecycle::{Event, Lifecycle, Part, Verdict, apply};
use runward::run::Run;
use std::collections::{BTreeSet, HashMap};

fn reached(table: &Lifecycle) -> BTreeSet<&'static str> {
    let mut reached = BTreeSet::from([""]);
    loop {
        let more = table.rows.iter().filter(|row| reached.contains(row.from)).map(|row| row.to);
        let all: BTreeSet<_> = reached.iter().copied().chain(more).collect();
        if all.len() == reached.len() {
            return reached;
        }
        reached = all;
    }
}

#[test]
fn every_state_is_reached_from_the_beginning() {
    for system in SystemName::ALL {
        for table in [&rules(system).runs, &rules(system).stages] {
            let reached = reached(table);
            for state in table.states {
                assert!(reached.contains(state.status), "{system}: nothing leads to {}", state.status);
            }
        }
    }
}

#[test]
fn no_row_leaves_or_enters_an_unknown_state_and_none_is_there_twice() {
    for system in SystemName::ALL {
        for table in [&rules(system).runs, &rules(system).stages] {
            let mut seen = BTreeSet::new();
            for row in table.rows {
                assert!(row.from.is_empty() || table.code(row.from) > 0, "{system}: {row:?}");
                assert!(table.code(row.to) > 0, "{system}: {row:?}");
                assert!(seen.insert((row.from, row.to, row.cause, row.new_attempt)), "{system}: twice {row:?}");
            }
        }
    }
}

/// A verdict that the grid gives is one that the rows give, found here by walking them.
#[test]
fn the_grid_says_what_a_walk_along_the_rows_says() {
    for system in SystemName::ALL {
        for table in [&rules(system).runs, &rules(system).stages] {
            for from in table.states {
                for to in table.states {
                    let row = |again: bool| {
                        table
                            .rows
                            .iter()
                            .any(|row| (row.from, row.to, row.new_attempt) == (from.status, to.status, again))
                    };
                    let verdict = table.check(table.code(from.status), table.code(to.status));
                    let expected = match verdict {
                        Verdict::Same => from == to,
                        Verdict::Advance => row(false) && !from.is_end(),
                        Verdict::Revision => row(false) && from.is_end(),
                        Verdict::NewAttempt => row(true) && !row(false),
                        Verdict::Stale => !row(false) && !row(true) && walk(table, to.status, from.status),
                        Verdict::Conflict => !row(false) && !row(true) && !walk(table, to.status, from.status),
                    };
                    assert!(expected, "{system}: {} to {} is {verdict:?}", from.status, to.status);
                }
            }
        }
    }
}

fn walk(table: &Lifecycle, from: &'static str, to: &str) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut queue = vec![from];
    while let Some(at) = queue.pop() {
        for row in table.rows.iter().filter(|row| row.from == at && !row.new_attempt) {
            if row.to == to {
                return true;
            }
            if seen.insert(row.to) {
                queue.push(row.to);
            }
        }
    }
    false
}

fn event(part: Option<&str>, attempt: u32, status: &str, at: u32) -> Event {
    Event {
        run_id: None,
        stage: part.map(|id| Part { id: id.into(), name: id.into() }),
        attempt,
        status: status.into(),
        begins: ["RUNNING", "running", "started"].contains(&status),
        at: Some(f64::from(at) * 1000.0),
        output: None,
        error: ["FAILED", "failed"].contains(&status).then(|| format!("at {at}")),
    }
}

/// All runs that some events lead to, as an automaton; for that `apply` is a pure function.
struct Automaton {
    runs: Vec<Run>,
    next: Vec<Vec<usize>>,
}

impl Automaton {
    fn explore(system: SystemName, start: Run, events: &[Event]) -> Automaton {
        let mut known = HashMap::from([(key(&start), 0)]);
        let mut found = Automaton { runs: vec![start], next: vec![] };
        while let Some(run) = found.runs.get(found.next.len()).cloned() {
            let mut next = vec![];
            for event in events {
                let after = apply(rules(system), &run, event).unwrap();
                assert_eq!(apply(rules(system), &run, event).unwrap(), after, "not deterministic");
                let again = apply(rules(system), &after.run, event).unwrap();
                assert_eq!(again.run, after.run, "not idempotent: {event:?}");
                assert!(matches!(again.judgement.verdict, Verdict::Same | Verdict::Stale), "{event:?}");
                let fresh = found.runs.len();
                let index = *known.entry(key(&after.run)).or_insert(fresh);
                if index == fresh {
                    found.runs.push(after.run);
                }
                next.push(index);
            }
            found.next.push(next);
        }
        found
    }

    /// Tries all sequences up to a length: where one ends depends on nothing but which events were in it.
    fn converge(&self, length: u32) -> u64 {
        let events = self.next[0].len();
        let mut ends: HashMap<u32, usize> = HashMap::new();
        let mut tried = 0;
        let mut stack = vec![(0usize, 0u32, 0u32)];
        while let Some((at, depth, met)) = stack.pop() {
            tried += 1;
            let end = *ends.entry(met).or_insert(at);
            assert_eq!(end, at, "the same events lead to {:#?} and to {:#?}", self.runs[end], self.runs[at]);
            if depth < length {
                stack.extend((0..events).map(|event| (self.next[at][event], depth + 1, met | 1 << event)));
            }
        }
        assert_eq!(ends.len(), 1 << events);
        tried
    }
}

fn key(run: &Run) -> String {
    serde_json::to_string(run).unwrap()
}

fn check(name: &str, system: SystemName, start: Run, events: &[Event], end: &str) {
    assert!(events.len() <= 6);
    let in_order = events.iter().fold(start.clone(), |run, event| apply(rules(system), &run, event).unwrap().run);
    assert_eq!(in_order.status, end, "{name}");
    let automaton = Automaton::explore(system, start, events);
    let tried = automaton.converge(7);
    super::figure(&format!("{name}: {tried} sequences over {} events, {} runs", events.len(), automaton.runs.len()));
    assert_eq!(tried, 335_923);
}

#[test]
fn events_of_a_retried_hatchet_task_converge_in_any_order() {
    let of = |attempt, status, at| event(Some("r"), attempt, status, at);
    let events = [
        of(1, "QUEUED", 1),
        of(1, "RUNNING", 2),
        of(1, "FAILED", 3),
        of(2, "QUEUED", 4),
        of(2, "RUNNING", 5),
        of(2, "COMPLETED", 6),
    ];
    check(
        "Hatchet, one task",
        SystemName::Hatchet,
        make::run(rules(SystemName::Hatchet), "r", "QUEUED"),
        &events,
        "COMPLETED",
    );
}

#[test]
fn events_of_a_hatchet_dag_converge_in_any_order() {
    let of = |task, attempt, status, at| event(Some(task), attempt, status, at);
    let events = [
        of("a", 1, "RUNNING", 1),
        of("a", 1, "COMPLETED", 2),
        of("b", 1, "RUNNING", 3),
        of("b", 1, "CANCELLED", 4),
        of("b", 1, "FAILED", 5),
        of("b", 2, "COMPLETED", 6),
    ];
    let mut run = make::run(rules(SystemName::Hatchet), "r", "QUEUED");
    run.stages = ["b", "a"]
        .map(|name| runward::run::Stage { id: None, ..make::stage(rules(SystemName::Hatchet), name, "", 1) })
        .to_vec();
    check("Hatchet, two tasks", SystemName::Hatchet, run, &events, "COMPLETED");
}

#[test]
fn events_of_a_formance_run_converge_in_any_order() {
    let events = [
        event(None, 1, "running", 1),
        event(Some("0"), 1, "running", 2),
        event(Some("0"), 1, "succeeded", 3),
        event(Some("1"), 1, "running", 4),
        event(Some("1"), 1, "failed", 5),
        event(None, 1, "failed", 6),
    ];
    check("Formance", SystemName::Formance, make::run(rules(SystemName::Formance), "r", "running"), &events, "failed");
}

#[test]
fn events_of_an_onfido_run_converge_in_any_order() {
    let events = [
        event(Some("start"), 1, "started", 1),
        event(Some("start"), 1, "completed", 2),
        event(Some("document_photo_5c229"), 1, "started", 3),
        event(Some("document_photo_5c229"), 1, "completed", 4),
        event(None, 1, "review", 5),
        event(None, 1, "approved", 6),
    ];
    check("Onfido", SystemName::Onfido, make::run(rules(SystemName::Onfido), "r", "processing"), &events, "approved");
}
