//! Many runs in columns: what a row says of itself is what the view of its run says.
use runward::error::SystemName;
use runward::finding::What;
use runward::run::{Phase, Run};
use runward::systems;
use runward::table::{By, PHASES, Query, Sort, Table};
use runward::validate::{Options, parse_page, parse_run, recognise};
use runward_fuzz::fixtures::documents;
use std::path::PathBuf;

/// What a run is sorted by.
type Value = fn(&Run) -> Option<f64>;

fn table(system: SystemName) -> Table {
    Table::new(systems::documents(system).unwrap(), Options::default())
}

fn filled(system: SystemName, texts: &[&[u8]]) -> Table {
    let mut table = table(system);
    for text in texts {
        table.room(text.len()).copy_from_slice(text);
    }
    table.end().unwrap();
    table
}

/// The fixtures of a system that hold valid runs, with the views of those.
fn texts(system: SystemName) -> Vec<(String, Vec<u8>, Vec<Run>)> {
    let documents_of = systems::documents(system).unwrap();
    let read = |name: String, bytes: Vec<u8>| {
        let options = Options::default();
        let page = parse_page(documents_of, &bytes, &options).map(|page| page.runs);
        let one = || parse_run(documents_of, &bytes, &options).ok().filter(|run| run.snapshot.what != What::Event);
        let runs = page.ok().or_else(|| one().map(|run| vec![run.snapshot.run]))?;
        Some((name, bytes, runs))
    };
    if system == SystemName::Hatchet {
        return documents().into_iter().filter_map(|(name, _, body)| read(name, body.into_bytes())).collect();
    }
    let mut files: Vec<PathBuf> = vec![];
    for folder in ["", "/recorded"] {
        let folder = format!("{}/tests/fixtures/{system}{folder}", env!("CARGO_MANIFEST_DIR"));
        files.extend(std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()));
    }
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.sort();
    let body = |file: PathBuf| {
        let bytes = std::fs::read(&file).unwrap();
        let exchange: Option<serde_json::Value> = serde_json::from_slice(&bytes).ok();
        let body =
            exchange.and_then(|exchange| exchange["response"]["body"].as_str().map(|body| body.as_bytes().to_vec()));
        read(file.display().to_string(), body.unwrap_or(bytes))
    };
    files.into_iter().filter_map(body).collect()
}

fn same(a: &str, b: &str, any_case: bool) -> bool {
    if any_case { a.eq_ignore_ascii_case(b) } else { a == b }
}

#[test]
fn rows_are_found_and_decoded_as_the_views_of_their_runs_say() {
    for system in SystemName::ALL {
        let any_case = systems::rules(system).runs.any_case;
        let mut count = 0;
        for (name, bytes, runs) in texts(system) {
            let table = filled(system, &[&bytes]);
            assert_eq!(table.len(), runs.len(), "{system} {name}");
            for (row, run) in runs.iter().enumerate() {
                let row = row as u32;
                assert_eq!(table.run(row).unwrap(), *run, "{system} {name} {row}");
                let found = |query: Query| table.query(&query).contains(&row);
                assert!(
                    found(Query { statuses: vec![run.status.clone()], ..Query::default() }),
                    "{system} {name}: {}",
                    run.status
                );
                for (phase, _) in PHASES {
                    assert_eq!(
                        found(Query { phases: vec![phase], ..Query::default() }),
                        run.phase == phase,
                        "{system} {name} {row} {phase:?}"
                    );
                }
                assert!(
                    found(Query { text: Some(run.id.to_uppercase()), ..Query::default() }),
                    "{system} {name}: {}",
                    run.id
                );
                let (at, or_never) = (run.created_at, Some(run.created_at.unwrap_or(0.0)));
                assert_eq!(
                    found(Query { since: or_never, until: or_never, ..Query::default() }),
                    at.is_some(),
                    "{system} {name} {row}"
                );
                count += 1;
            }
            let counted = |by| table.counts(by, None).iter().map(|(_, count)| *count as usize).sum::<usize>();
            assert_eq!((counted(By::Status), counted(By::Phase)), (runs.len(), runs.len()));
            for (word, count) in table.counts(By::Status, None) {
                assert_eq!(runs.iter().filter(|run| same(&run.status, &word, any_case)).count(), count as usize);
            }
        }
        assert!(count > 5, "{system}: only {count} runs were seen");
    }
}

#[test]
fn sorting_is_by_the_values_of_the_views_with_the_absent_last() {
    for system in SystemName::ALL {
        let texts = texts(system);
        let table = filled(system, &texts.iter().map(|(_, bytes, _)| bytes.as_slice()).collect::<Vec<_>>());
        let runs: Vec<&Run> = texts.iter().flat_map(|(_, _, runs)| runs).collect();
        assert_eq!(table.len(), runs.len());
        let sorts: [(Sort, Value); 4] = [
            (Sort::Created, |run| run.created_at),
            (Sort::Started, |run| run.started_at),
            (Sort::Finished, |run| run.finished_at),
            (Sort::Duration, |run| run.duration),
        ];
        for (sort, value) in sorts {
            for descending in [false, true] {
                let mut expected: Vec<u32> = (0..runs.len() as u32).collect();
                let key = |row: &u32| value(runs[*row as usize]);
                expected.sort_by(|a, b| match (key(a), key(b)) {
                    (Some(a), Some(b)) if descending => b.total_cmp(&a),
                    (Some(a), Some(b)) => a.total_cmp(&b),
                    (a, b) => a.is_none().cmp(&b.is_none()),
                });
                let query = Query { sort: Some(sort), descending, ..Query::default() };
                assert_eq!(table.query(&query), expected, "{system} {sort:?} {descending}");
            }
        }
    }
}

#[test]
fn bytes_may_be_cut_anywhere_and_come_in_several_rounds() {
    let page = documents().into_iter().find(|(name, ..)| name == "list-mixed").unwrap().2;
    let whole = filled(SystemName::Hatchet, &[page.as_bytes()]);
    let mut table = table(SystemName::Hatchet);
    for _ in 0..2 {
        for byte in page.as_bytes() {
            table.room(1).copy_from_slice(&[*byte]);
        }
        let report = table.end().unwrap();
        assert_eq!((report.valid, report.runs), (true, 6));
    }
    assert_eq!(table.len(), 12);
    for row in 0..12 {
        assert_eq!(table.json(row).unwrap(), whole.json(row % 6).unwrap());
    }
    assert_eq!(table.query(&Query { descending: true, ..Query::default() }), (0..12).rev().collect::<Vec<_>>());
}

#[test]
fn a_row_that_is_wrong_is_told_and_left_out() {
    let page = documents().into_iter().find(|(name, ..)| name == "list-mixed").unwrap().2;
    let wrong = page.replacen("\"RUNNING\"", "7", 1);
    let mut table = table(SystemName::Hatchet);
    table.room(wrong.len()).copy_from_slice(wrong.as_bytes());
    let report = table.end().unwrap();
    assert!(!report.valid);
    let place = &report.findings.iter().find(|finding| finding.code == "type_mismatch").unwrap().pointer;
    assert!(place.starts_with("/rows/1/"), "{place}");
    assert_eq!(table.len(), 5);
    let statuses: Vec<String> = (0..5).map(|row| table.run(row).unwrap().status).collect();
    assert_eq!(statuses, ["CANCELLED", "COMPLETED", "QUEUED", "FAILED", "RUNNING"]);
    assert_eq!(table.run(5).unwrap_err().code, "no_such_row");
}

#[test]
fn an_evicted_run_waits_although_its_word_is_running() {
    let page = documents().into_iter().find(|(name, ..)| name == "list-evicted").unwrap().2;
    let table = filled(SystemName::Hatchet, &[page.as_bytes()]);
    assert_eq!(table.counts(By::Phase, None), [("waiting".to_owned(), 1)]);
    assert!(table.query(&Query { phases: vec![Phase::Running], ..Query::default() }).is_empty());
}

#[test]
fn the_system_of_a_document_is_recognised_and_of_a_stranger_is_not() {
    for system in SystemName::ALL {
        for (name, bytes, runs) in texts(system) {
            let found = recognise(&bytes).map(|found| found.name());
            assert!(found == Some(system) || runs.is_empty(), "{system} {name}: {found:?}");
        }
    }
    for text in ["", "7", "{}", "[]", "[{}]", "{\"a\":1}", "nonsense", "{\"id\":\"x\"}"] {
        assert!(recognise(text.as_bytes()).is_none(), "{text}");
    }
}
