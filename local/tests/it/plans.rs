//! The list at size: its queries run on indexes.

use runward_local::database::{Database, Place};
use runward_local::hatchet::list::{Filter, Rows, count_query, page_query};
use rusqlite::params_from_iter;

/// How SQLite would answer the page and the count.
fn plans(filter: &Filter, rows: Rows) -> String {
    let database = Database::open(&Place::Memory).unwrap();
    let mut lines = Vec::new();
    for is_count in [false, true] {
        database
            .read(|db| {
                let query =
                    if is_count { count_query(db, filter, rows)? } else { page_query(db, filter, rows, 0, 50)? };
                let query = query.unwrap();
                let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {}", query.sql))?;
                let found = statement.query_map(params_from_iter(query.values), |row| row.get::<_, String>(3))?;
                lines.extend(found.collect::<Result<Vec<_>, _>>()?);
                Ok(())
            })
            .unwrap();
    }
    lines.join("\n")
}

fn since() -> Filter {
    Filter { since: Some(1), ..Filter::default() }
}

#[test]
fn no_page_of_the_list_scans_or_sorts_the_runs() {
    let statuses = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let two = || statuses(&["FAILED", "COMPLETED"]);
    let workflows = Some(vec!["charge-card".to_owned(), "flaky-sync".to_owned()]);
    for (rows, table) in [(Rows::Runs, "hatchet_read_run"), (Rows::Tasks, "hatchet_read_task")] {
        let filters = [
            (since(), "time"),
            (Filter { until: Some(9), ..since() }, "time"),
            (Filter { statuses: statuses(&["FAILED"]), ..since() }, "status"),
            (Filter { statuses: two(), ..since() }, "status"),
            (Filter { statuses: statuses(&["RUNNING"]), ..since() }, "status"),
            (Filter { workflows: workflows.clone(), ..since() }, "workflow"),
            (Filter { workflows: workflows.clone(), statuses: two(), ..since() }, "workflow"),
        ];
        for (filter, index) in filters {
            let plan = plans(&filter, rows);
            assert!(
                plan.contains(&format!("COVERING INDEX {table}_by_{index} ")),
                "no row is looked at: {filter:?}:\n{plan}"
            );
            assert!(!plan.contains("TEMP B-TREE FOR ORDER"), "{filter:?}:\n{plan}");
            assert!(!plan.contains("SCAN r") && !plan.contains("SCAN t"), "{filter:?}:\n{plan}");
        }
    }
    let filters = [
        (Filter { parent: Some("x".into()), ..since() }, "hatchet_read_run_by_parent"),
        (Filter { event: Some("x".into()), ..since() }, "hatchet_read_run_by_event"),
        (Filter { idempotency_keys: vec!["x".into()], ..since() }, "hatchet_read_run_by_key"),
        (Filter { metadata: vec!["order:A".into()], ..since() }, "m USING PRIMARY KEY (key=? AND value=?)"),
        (
            Filter { metadata: vec!["order:A".into(), "env:p".into()], ..since() },
            "m USING PRIMARY KEY (key=? AND value=?)",
        ),
    ];
    for (filter, index) in filters {
        let plan = plans(&filter, Rows::Runs);
        assert!(plan.contains(index), "{filter:?}:\n{plan}");
        assert!(!plan.contains("TEMP B-TREE FOR ORDER"), "{filter:?}:\n{plan}");
        assert!(!plan.contains("SCAN r\n") && !plan.contains("SCAN r USING INDEX"), "{filter:?}:\n{plan}");
    }
}

/// How SQLite would answer a query.
fn plan(sql: &str, values: Vec<rusqlite::types::Value>) -> String {
    let database = Database::open(&Place::Memory).unwrap();
    let lines = database.read(|db| {
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        let found = statement.query_map(params_from_iter(values), |row| row.get::<_, String>(3))?;
        Ok(found.collect::<Result<Vec<_>, _>>()?)
    });
    lines.unwrap().join("\n")
}

#[test]
fn no_page_of_formance_or_onfido_is_sorted_and_a_filter_has_its_index() {
    for (workflow, running, index) in [
        ("", false, "formance_instance_by_place"),
        ("", true, "formance_instance_by_state"),
        ("x", false, "formance_instance_by_workflow"),
        ("x", true, "formance_instance_by_workflow_and_state"),
    ] {
        let filter = runward_local::formance::Filter { workflow: workflow.into(), running };
        let query = runward_local::formance::page_query(&filter, 0, 16);
        let plan = plan(&query.sql, query.values);
        let covers = |line: &str| line.split(" (").next().unwrap().ends_with(&format!("COVERING INDEX {index}"));
        assert!(plan.lines().any(covers), "what lies before the page needs no row: {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
    let of = |filter: runward_local::onfido::Filter, along_tag: Option<usize>| {
        let query = runward_local::onfido::page_query(&filter, (1, 1_000_000), along_tag, 1);
        plan(&query.sql, query.values)
    };
    let applicant = of(runward_local::onfido::Filter { applicant: Some("a".into()), ..Default::default() }, None);
    assert!(applicant.contains("COVERING INDEX onfido_run_by_applicant"), "{applicant}");
    let statuses = vec!["review".to_owned(), "declined".to_owned()];
    let status = of(runward_local::onfido::Filter { statuses: statuses.clone(), ..Default::default() }, None);
    assert!(status.contains("COVERING INDEX onfido_run_by_status"), "{status}");
    let tags = vec!["a".to_owned(), "b".to_owned()];
    let tag = of(runward_local::onfido::Filter { tags: tags.clone(), ..Default::default() }, Some(0));
    assert!(tag.contains("SEARCH m USING PRIMARY KEY (tag=?"), "{tag}");
    let both = of(runward_local::onfido::Filter { tags, statuses, ..Default::default() }, None);
    assert!(both.contains("COVERING INDEX onfido_run_by_status"), "{both}");
    for plan in [of(Default::default(), None), applicant, status, tag, both] {
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
