//! The list at size: its queries run on indexes.

use runward_local::database::{Database, Place};
use runward_local::hatchet::list::{Filter, Rows, count_query, page_query};
use rusqlite::params_from_iter;

/// How SQLite would answer the page and the count.
fn plans(filter: &Filter, rows: Rows) -> String {
    let database = Database::open(&Place::Memory).unwrap();
    let queries = [page_query(filter, rows, 0, 50).unwrap(), count_query(filter, rows).unwrap()];
    let mut lines = Vec::new();
    for query in queries {
        database
            .read(|db| {
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
    let filters = [
        (since(), "hatchet_read_run_by_time"),
        (Filter { until: Some(9), ..since() }, "hatchet_read_run_by_time"),
        (Filter { statuses: vec!["FAILED".into()], ..since() }, "hatchet_read_run_by_status"),
        (Filter { workflows: Some(vec!["charge-card".into()]), ..since() }, "hatchet_read_run_by_workflow"),
        (Filter { parent: Some("x".into()), ..since() }, "hatchet_read_run_by_parent"),
    ];
    for (filter, index) in filters {
        let plan = plans(&filter, Rows::Runs);
        assert!(plan.contains(index), "{filter:?}:\n{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{filter:?}:\n{plan}");
        assert!(!plan.contains("SCAN r"), "{filter:?}:\n{plan}");
    }
    let plan = plans(&Filter { metadata: vec!["order:A".into()], ..since() }, Rows::Runs);
    assert!(plan.starts_with("SEARCH m USING PRIMARY KEY (key=? AND value=?)"), "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    let plan = plans(&since(), Rows::Tasks);
    assert!(plan.contains("hatchet_read_task_by_time") && !plan.contains("SCAN t"), "{plan}");
    assert!(plan.contains("COVERING INDEX hatchet_read_task_by_time"), "the count needs no row: {plan}");
    let failed = plans(&Filter { statuses: vec!["FAILED".into()], ..since() }, Rows::Tasks);
    assert!(failed.contains("hatchet_read_task_by_status"), "{failed}");
    let plan = plans(&since(), Rows::Runs);
    assert!(plan.contains("COVERING INDEX hatchet_read_run_by_time"), "the count needs no row: {plan}");
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
        ("x", true, "formance_instance_by_workflow"),
    ] {
        let filter = runward_local::formance::Filter { workflow: workflow.into(), running };
        let query = runward_local::formance::page_query(&filter, 0, 16);
        let plan = plan(&query.sql, query.values);
        assert!(plan.contains(index), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
    let of = |filter: runward_local::onfido::Filter| {
        let query = runward_local::onfido::page_query(&filter, (1, 1_000_000), 1);
        plan(&query.sql, query.values)
    };
    let applicant = of(runward_local::onfido::Filter { applicant: Some("a".into()), ..Default::default() });
    assert!(applicant.contains("onfido_run_by_applicant"), "{applicant}");
    let status = of(runward_local::onfido::Filter { statuses: vec!["review".into()], ..Default::default() });
    assert!(status.contains("onfido_run_by_status"), "{status}");
    let tag = of(runward_local::onfido::Filter { tags: vec!["a".into(), "b".into()], ..Default::default() });
    assert!(tag.starts_with("SEARCH m USING PRIMARY KEY (tag=?"), "{tag}");
    for plan in [of(Default::default()), applicant, status, tag] {
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
