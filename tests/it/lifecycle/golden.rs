//! The verdict on every ordered pair of states.
use super::make::rules;
use super::vectors::kept;
use runward::error::SystemName;
use runward::lifecycle::{Lifecycle, Verdict};
use serde_json::{Value, json};

/// All codes of a table, 0 for a word that is not known.
fn codes(table: &Lifecycle) -> impl Iterator<Item = u8> + Clone + use<> {
    0..=table.states.len() as u8
}

fn word(table: &Lifecycle, code: u8) -> &'static str {
    code.checked_sub(1).map_or("(unknown)", |index| table.states[usize::from(index)].status)
}

fn matrix(table: &Lifecycle, check: fn(&Lifecycle, u8, u8) -> Verdict) -> Value {
    let line = |from: u8| {
        let cells = codes(table).map(|to| (word(table, to).to_owned(), json!(check(table, from, to))));
        (word(table, from).to_owned(), Value::Object(cells.collect()))
    };
    Value::Object(codes(table).map(line).collect())
}

fn golden(table: &Lifecycle) -> Value {
    let next = table.states.iter().map(|state| (state.status.to_owned(), json!(table.allowed_next(state.status))));
    json!({
        "codes": table.states.iter().map(|state| (state.status.to_owned(), json!(table.code(state.status)))).collect::<serde_json::Map<_, _>>(),
        "allowedNext": next.collect::<serde_json::Map<_, _>>(),
        "check": matrix(table, Lifecycle::check),
        "checkWithinAttempt": matrix(table, Lifecycle::check_within_attempt),
    })
}

#[test]
fn every_ordered_pair_of_states_has_its_kept_verdict() {
    let mut pairs = 0;
    for system in SystemName::ALL {
        let (runs, stages) = (&rules(system).runs, &rules(system).stages);
        let text = serde_json::to_string_pretty(&json!({"runs": golden(runs), "stages": golden(stages)})).unwrap();
        kept(&format!("tests/vectors/{system}/pairs.json"), &format!("{text}\n"));
        pairs += [runs, stages].map(|table| codes(table).count().pow(2)).iter().sum::<usize>();
    }
    super::figure(&format!("{pairs} ordered pairs of states, each within an attempt and without one"));
}

/// The priority by which the server orders the statuses of a task within a retry count.
#[test]
fn within_an_attempt_a_hatchet_task_only_rises_unless_it_was_put_aside() {
    let ranks = ["QUEUED", "RUNNING", "EVICTED", "CANCELLED", "FAILED", "COMPLETED"];
    let table = &rules(SystemName::Hatchet).stages;
    for (low, from) in ranks.iter().enumerate() {
        for (high, to) in ranks.iter().enumerate() {
            let verdict = table.check_within_attempt(table.code(from), table.code(to));
            let expected = match (low, high) {
                _ if low == high => Verdict::Same,
                _ if *from == "EVICTED" => Verdict::Advance,
                _ if low > high => Verdict::Stale,
                (3.., _) => Verdict::Revision,
                _ => Verdict::Advance,
            };
            assert_eq!(verdict, expected, "{from} to {to}");
        }
    }
}

#[test]
fn no_status_of_a_hatchet_run_rules_out_another() {
    let table = &rules(SystemName::Hatchet).runs;
    for from in codes(table) {
        for to in codes(table) {
            assert_ne!(table.check(from, to), Verdict::Conflict, "{} to {}", word(table, from), word(table, to));
        }
    }
    let check = |from: &str, to: &str| table.check(table.code(from), table.code(to));
    for end in ["COMPLETED", "FAILED", "CANCELLED"] {
        assert_eq!([check(end, "RUNNING"), check(end, "QUEUED")], [Verdict::NewAttempt; 2]);
    }
}

#[test]
fn nothing_is_refused_where_nothing_is_published() {
    for system in [SystemName::Onfido, SystemName::MeshX] {
        let table = &rules(system).runs;
        for from in codes(table) {
            for to in codes(table) {
                assert!(table.check(from, to).is_accepted(), "{system}: {} to {}", word(table, from), word(table, to));
            }
        }
    }
}

#[test]
fn within_a_pass_an_end_of_formance_is_final() {
    let table = &rules(SystemName::Formance).runs;
    let check = |from: &str, to: &str| table.check_within_attempt(table.code(from), table.code(to));
    assert_eq!(check("running", "succeeded"), Verdict::Advance);
    assert_eq!(check("running", "failed"), Verdict::Advance);
    assert_eq!([check("succeeded", "failed"), check("failed", "succeeded")], [Verdict::Conflict; 2]);
    assert_eq!([check("succeeded", "running"), check("failed", "running")], [Verdict::Stale; 2]);
}

#[test]
fn an_unknown_word_is_never_refused() {
    for system in SystemName::ALL {
        for table in [&rules(system).runs, &rules(system).stages] {
            assert_eq!(table.code("no such word"), 0);
            assert_eq!(table.allowed_next("no such word"), Vec::<&str>::new());
            for code in 0..=u8::MAX {
                assert_eq!([table.check(0, code), table.check(code, 0)], [Verdict::Advance; 2]);
                assert_eq!([table.check(200, code), table.check(code, 200)], [Verdict::Advance; 2]);
            }
        }
    }
}

#[test]
fn many_pairs_are_judged_as_each_of_them() {
    let table = &rules(SystemName::Hatchet).runs;
    let pairs: Vec<u8> = codes(table).flat_map(|from| codes(table).flat_map(move |to| [from, to])).collect();
    let each: Vec<u8> = pairs.chunks(2).map(|pair| table.check(pair[0], pair[1]) as u8).collect();
    assert_eq!(table.check_all(&pairs), each);
    assert_eq!(table.check_all(&pairs[..3]).len(), 1);
    assert!(
        pairs
            .chunks(2)
            .zip(&each)
            .all(|(pair, verdict)| table.grid(false)[usize::from(pair[0] * 16 + pair[1])] == *verdict)
    );
    assert_eq!(Verdict::ALL.map(|verdict| verdict as u8), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn what_may_come_next_is_told_in_the_words_of_answers() {
    let next = |system: SystemName, status: &str| rules(system).runs.allowed_next(status);
    assert_eq!(next(SystemName::Hatchet, "QUEUED"), ["RUNNING", "CANCELLED", "FAILED", "COMPLETED"]);
    assert_eq!(next(SystemName::Hatchet, "COMPLETED"), ["QUEUED", "RUNNING", "CANCELLED"]);
    assert_eq!(next(SystemName::Formance, "running"), ["succeeded", "failed"]);
    assert_eq!(next(SystemName::MeshX, "running").len(), 10);
    assert_eq!(next(SystemName::Hatchet, "running"), Vec::<&str>::new());
}

#[test]
fn a_lifecycle_is_plain_data() {
    for system in SystemName::ALL {
        let plain = json!(rules(system));
        assert_eq!(plain["system"], system.as_str());
        for of in ["runs", "stages"] {
            let states = plain[of]["states"].as_array().unwrap();
            let ends: Vec<&Value> =
                states.iter().filter(|state| state["phase"] == "finished").map(|state| &state["status"]).collect();
            assert_eq!(plain[of]["terminals"], json!(ends));
            assert!(
                plain[of]["rows"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|row| row["evidence"].is_string() && row["newAttempt"].is_boolean())
            );
        }
        let names: Vec<&str> =
            plain["rules"].as_array().unwrap().iter().map(|rule| rule["name"].as_str().unwrap()).collect();
        assert_eq!(names.len(), rules(system).all().count());
        assert_eq!(names[0], "not_same_run");
    }
}
