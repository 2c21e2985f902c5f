//! A database of an older program: what its rows did not hold yet is made when it is opened.

use runward_local::Options;
use runward_local::database::Place;
use serde_json::{Value, json};

use crate::world::World;

/// The steps that the older program knew.
const STEPS: [&str; 6] = [
    include_str!("../../src/migrations/1.sql"),
    include_str!("../../src/migrations/2.sql"),
    include_str!("../../src/migrations/3.sql"),
    include_str!("../../src/migrations/4.sql"),
    include_str!("../../src/migrations/5.sql"),
    include_str!("../../src/migrations/6.sql"),
];

/// Two hours of runs, one a minute.
const ROWS: &str = r#"
CREATE TEMP TABLE n AS WITH RECURSIVE c (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < 120)
    SELECT i, printf('%08x-0000-4000-8000-000000000000', i) AS id, 1795363200000000 + i * 60000000 AS at FROM c;
INSERT INTO hatchet_workflow VALUES ('charge-card', 'c', 'v', 1, '{"name": "charge-card", "steps": [{"name": "charge-card", "timeout": "1s"}]}', 0);
INSERT INTO hatchet_run (ordinal, id, workflow, is_dag, inserted, seen_at, display_name, input, metadata)
    SELECT i, id, 'charge-card', 0, at, at, 'charge-card-1', '{}', '{}' FROM n;
INSERT INTO hatchet_task (id, external_id, run, step, inserted, display_name, input, state, retry, since_replay, last_message, retry_message)
    SELECT i, id, i, 'charge-card', at, 'charge-card-1', '{}', 'completed', 0, 0, at, at FROM n;
INSERT INTO hatchet_read_run (ordinal, id, workflow, inserted, status) SELECT i, id, 'charge-card', at, iif(i % 10, 'COMPLETED', 'FAILED') FROM n;
INSERT INTO hatchet_read_task (id, run, inserted, status, retry, input) SELECT i, i, at, iif(i % 10, 'COMPLETED', 'FAILED'), 0, '{}' FROM n;
INSERT INTO hatchet_log (task, retry, at, level, message) SELECT i, 0, at, iif(i % 4, 'INFO', 'WARN'), 'm' FROM n;
INSERT INTO onfido_run (ordinal, id, applicant, workflow, status, customer, tags, link, custom, output, reasons, error, step, created, updated)
    SELECT i, id, 'a', 'w', iif(i % 10, 'approved', 'declined'), 'c', '["t"]', '{}', 'null', 'null', '[]', 'null', 1000000, at, at FROM n;
INSERT INTO onfido_tag SELECT 't', i FROM n;
"#;

#[test]
fn an_older_database_is_counted_as_if_it_had_always_been() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("engine.sqlite");
    let db = rusqlite::Connection::open(&path).unwrap();
    STEPS.iter().for_each(|step| db.execute_batch(step).unwrap());
    db.pragma_update(None, "user_version", STEPS.len()).unwrap();
    db.execute_batch(ROWS).unwrap();
    drop(db);
    let world = World::start(Options {
        place: Place::File(path),
        pace: runward_local::clock::Pace::Stepped,
        start_at: Some(1_795_363_200_000_000 + 3 * 3_600_000_000),
        ..Options::default()
    });
    let counts = |query: &str| {
        let path = world.tenant_path(&format!("/task-metrics?since=2026-11-22T16:30:30Z{query}"));
        let counts = world.call("GET", &path, None).json();
        let of = |status: &str| {
            counts.as_array().unwrap().iter().find(|row| row["status"] == status).unwrap()["count"].clone()
        };
        [of("COMPLETED"), of("FAILED")]
    };
    // From the 31st to the 120th minute.
    assert_eq!(counts(""), [json!(81), json!(9)]);
    assert_eq!(counts("&until=2026-11-22T17:00:30Z"), [json!(27), json!(3)], "both edges lie within a minute");
    assert_eq!(counts("&until=2026-11-22T17:00:00Z"), [json!(27), json!(3)], "an edge itself counts");
    assert_eq!(counts("&until=2026-11-22T16:59:59Z"), [json!(27), json!(2)]);
    let workflow =
        world.call("GET", &format!("/api/v1/tenants/{}/workflows?name=charge-card", world.tenant), None).json();
    let id = workflow["rows"].as_array().unwrap().iter().find(|row| row["name"] == "charge-card").unwrap()["metadata"]
        ["id"]
        .clone();
    let id = id.as_str().unwrap();
    assert_eq!(counts(&format!("&workflow_ids={id}")), [json!(81), json!(9)]);
    assert_eq!(counts("&workflow_ids=00000000-0000-4000-8000-000000000000"), [json!(0), json!(0)]);
    let rows = |query: &str| {
        let path = world.tenant_path(&format!("/workflow-runs?since=2026-11-22T00:00:00Z&limit=200{query}"));
        world.call("GET", &path, None).json()["rows"].as_array().unwrap().len()
    };
    assert_eq!(rows(&format!("&only_tasks=true&workflow_ids={id}")), 120);
    assert_eq!(rows(&format!("&only_tasks=false&workflow_ids={id}&statuses=FAILED")), 12);
    let total = |path: &str, name: &str| {
        let points: Value = world.call("GET", &world.tenant_path(path), None).json();
        points["results"].as_array().unwrap().iter().map(|point| point[name].as_i64().unwrap()).sum::<i64>()
    };
    assert_eq!(total("/task-point-metrics", "SUCCEEDED"), 108);
    assert_eq!(total("/log-point-metrics", "WARN"), 30);
    assert_eq!(total("/log-point-metrics?since=2026-11-22T16:30:30Z&until=2026-11-22T17:00:00Z", "INFO"), 22);
    assert_eq!(total("/log-point-metrics?levels=WARN", "INFO"), 0);
    let access = &world.systems.onfido;
    let headers = [("authorization".to_owned(), format!("Token token={}", access.token))];
    for (query, count) in
        [("tags=t", "120"), ("tags=t&status=declined", "12"), ("applicant_id=a&status=approved", "108")]
    {
        let answer = crate::world::send_unchecked(
            &crate::world::agent(),
            "GET",
            &format!("{}/workflow_runs?{query}", access.url),
            &headers,
            None,
        );
        assert_eq!(answer.unwrap().header("x-total-count"), Some(count), "{query}");
    }
}

#[test]
fn kept_counts_follow_every_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("engine.sqlite");
    let options = || Options {
        place: Place::File(path.clone()),
        pace: runward_local::clock::Pace::Stepped,
        ..Options::default()
    };
    let world = World::start(options());
    for behaviour in ["fail", "fail-until", "", "fail-final"] {
        world.trigger("charge-card", json!({"behaviour": behaviour, "until": 1, "log": 3}), json!({}));
    }
    let report = world.trigger("nightly-report", json!({"failAt": "load"}), json!({}));
    let durable = world.trigger("wait-approval", json!({}), json!({}));
    world.advance(5_000.0);
    world.cancel(&durable);
    world.advance(30_000.0);
    world.replay(&report);
    world.advance(30_000.0);
    drop(world);
    let db = rusqlite::Connection::open(&path).unwrap();
    for (kept, counted) in [
        (
            "SELECT minute, workflow, status, tasks FROM hatchet_task_count WHERE tasks <> 0",
            "SELECT inserted / 60000000, workflow, status, count(*) FROM hatchet_read_task GROUP BY 1, 2, 3",
        ),
        (
            "SELECT minute, level, '', lines FROM hatchet_log_count",
            "SELECT at / 60000000, level, '', count(*) FROM hatchet_log GROUP BY 1, 2",
        ),
    ] {
        let differs = format!("SELECT count(*) FROM ({kept} EXCEPT {counted})");
        let misses = format!("SELECT count(*) FROM ({counted} EXCEPT {kept})");
        let all = format!("SELECT count(*) FROM ({counted})");
        let number = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!([number(&differs), number(&misses)], [0, 0], "{kept}");
        assert!(number(&all) > 1, "there is something to count: {counted}");
    }
}
