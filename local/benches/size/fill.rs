//! Rows as the engine writes them, a million at a time.

use std::path::Path;

use rusqlite::Connection;

/// The applicant of every second run.
pub const APPLICANT: &str = "d16cee46-82f5-4d66-95e2-13f3b544b5a3";

/// How far apart runs are, in microseconds: a million of them fill a day.
const APART: i64 = 80_000;

/// Fills the file.
pub fn fill(path: &Path, rows: i64) {
    let mut db = Connection::open(path).unwrap();
    db.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000").unwrap();
    let product = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, b"meshx/orders").to_string();
    for (what, sql) in [("hatchet", HATCHET), ("formance", FORMANCE), ("onfido", ONFIDO), ("meshx", MESHX)] {
        let begun = std::time::Instant::now();
        let transaction = db.transaction().unwrap();
        let start = chrono::Utc::now().timestamp_micros() - rows * APART;
        let numbers = "DROP TABLE IF EXISTS temp.n; CREATE TEMP TABLE n (i INTEGER PRIMARY KEY, id TEXT, at INTEGER, status TEXT);";
        transaction.execute_batch(numbers).unwrap();
        transaction
            .execute(
                "WITH RECURSIVE c (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < ?1) INSERT INTO temp.n SELECT i, \
                 printf('%08x-0000-4000-8000-%012x', i, i), ?2 + i * ?3, CASE WHEN i % 100 < 90 THEN 'COMPLETED' WHEN i % \
                 100 < 95 THEN 'FAILED' WHEN i % 100 < 98 THEN 'CANCELLED' WHEN i % 100 < 99 THEN 'RUNNING' WHEN i % 1000 = \
                 999 THEN 'QUEUED' ELSE 'COMPLETED' END FROM c",
                [rows, start, APART],
            )
            .unwrap();
        transaction.execute_batch(&sql.replace("{APPLICANT}", APPLICANT).replace("{PRODUCT}", &product)).unwrap();
        transaction.commit().unwrap();
        eprintln!("{what}: {rows} runs in {:.0} s", begun.elapsed().as_secs_f64());
    }
}

const HATCHET: &str = r#"
INSERT INTO hatchet_run (ordinal, id, workflow, is_dag, inserted, seen_at, display_name, input, metadata)
    SELECT i, id, CASE WHEN i % 100 = 0 THEN 'flaky-sync' ELSE 'charge-card' END, 0, at, at, 'charge-card-' || (at / 1000),
        '{"orderId":"A-' || i || '"}', '{"env":"prod","order":"A-' || i || '"}' FROM temp.n;
INSERT INTO hatchet_task (id, external_id, run, step, inserted, display_name, input, state, retry, since_replay, output,
    last_message, retry_message)
    SELECT i, id, i, 'charge-card', at, 'charge-card-' || (at / 1000), '{"input":{"orderId":"A-' || i || '"}}', 'Completed', 0, 0,
        '{"charged":true}', at, at FROM temp.n;
INSERT INTO hatchet_read_run (ordinal, id, workflow, inserted, status)
    SELECT i, id, CASE WHEN i % 100 = 0 THEN 'flaky-sync' ELSE 'charge-card' END, at, status FROM temp.n;
INSERT INTO hatchet_read_task (id, run, inserted, status, retry, input, workflow)
    SELECT i, i, at, status, 0, '{"input":{"orderId":"A-' || i || '"}}', CASE WHEN i % 100 = 0 THEN 'flaky-sync' ELSE 'charge-card' END FROM temp.n;
INSERT INTO hatchet_event (task, run, retry, kind, at, ingested, message, error, output)
    SELECT i, i, 0, 'QUEUED', at, at, '', '', '' FROM temp.n;
INSERT INTO hatchet_event (task, run, retry, kind, at, ingested, message, error, output)
    SELECT i, i, 0, 'STARTED', at + 20000, at + 30000, '', '', '' FROM temp.n WHERE status <> 'QUEUED';
INSERT INTO hatchet_event (task, run, retry, kind, at, ingested, message, error, output)
    SELECT i, i, 0, CASE status WHEN 'COMPLETED' THEN 'FINISHED' ELSE status END, at + 60000, at + 70000, '', '', '{}' FROM temp.n
        WHERE status NOT IN ('QUEUED', 'RUNNING');
INSERT INTO hatchet_metadata (key, value, run, is_string) SELECT 'env', 'prod', i, 1 FROM temp.n;
INSERT INTO hatchet_metadata (key, value, run, is_string) SELECT 'order', 'A-' || i, i, 1 FROM temp.n;
INSERT INTO hatchet_pushed (ordinal, id, key, payload, metadata, webhook, at)
    SELECT i, id, 'order:created', '{}', '{}', 'hook', at FROM temp.n;
INSERT INTO hatchet_log (task, retry, at, level, message) SELECT i, 0, at + 40000, 'INFO', 'charged' FROM temp.n;
"#;

const FORMANCE: &str = r#"
INSERT INTO formance_workflow (ordinal, id, config, created) VALUES
    (1001, '00000001-0000-4000-8000-000000000001', '{"name":"a","stages":[{"noop":{}}]}', 1),
    (1002, '00000002-0000-4000-8000-000000000002', '{"name":"b","stages":[{"noop":{}}]}', 1);
INSERT INTO formance_instance (ordinal, id, workflow, place, created, is_terminated, terminated, variables, main_run)
    SELECT i, id, CASE WHEN i % 2 THEN 1001 ELSE 1002 END, i, at, status <> 'RUNNING', CASE WHEN status <> 'RUNNING' THEN at END,
        '{}', id FROM temp.n;
INSERT INTO formance_stage (instance, number, main_run, started, terminated) SELECT i, 0, id, at, at FROM temp.n;
"#;

const ONFIDO: &str = r#"
INSERT INTO onfido_run (ordinal, id, applicant, workflow, status, customer, tags, link, custom, output, reasons, error, step,
    created, updated)
    SELECT i, id, CASE WHEN i % 2 THEN id ELSE '{APPLICANT}' END, id, CASE status WHEN 'COMPLETED' THEN 'approved' WHEN 'FAILED'
        THEN 'declined' WHEN 'QUEUED' THEN 'review' ELSE 'awaiting_input' END, id, '["all"]', '{"completed_redirect_url":null}', 'null',
        '{"decision":"clear"}', '[]', 'null', 1000000, at, at FROM temp.n;
INSERT INTO onfido_tag (tag, run) SELECT 'all', i FROM temp.n;
INSERT INTO onfido_tag (tag, run) SELECT 'half', i FROM temp.n WHERE i % 2;
"#;

const MESHX: &str = r#"
INSERT INTO meshx_run (ordinal, id, product, name, run_type, config, status, created_at, updated_at, started_at, completed_at,
    is_taken)
    SELECT i, id, '{PRODUCT}', 'nightly', 'single', 'null', 'COMPLETED', '2026-11-22T16:00:00.000000Z',
        '2026-11-22T16:00:00.000000Z', '2026-11-22T16:00:00.000000Z', '2026-11-22T16:00:00.000000Z', 1 FROM temp.n;
"#;
