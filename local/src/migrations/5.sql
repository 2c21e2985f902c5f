-- Hatchet: what tasks wrote, runs to come, deliveries that start runs, and the events they made.

CREATE TABLE hatchet_log (
    id      INTEGER PRIMARY KEY,
    task    INTEGER NOT NULL REFERENCES hatchet_task (id),
    retry   INTEGER NOT NULL,
    -- It may lie ahead: an attempt writes all its lines as it begins, and no read shows one before its time.
    at      INTEGER NOT NULL,
    level   TEXT NOT NULL,
    message TEXT NOT NULL
) STRICT;
CREATE INDEX hatchet_log_by_task ON hatchet_log (task, at);
CREATE INDEX hatchet_log_by_time ON hatchet_log (at);

-- One-off schedules have a moment, crons an expression.
CREATE TABLE hatchet_plan (
    ordinal  INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    workflow TEXT NOT NULL REFERENCES hatchet_workflow (name),
    at       INTEGER,
    cron     TEXT,
    name     TEXT NOT NULL,
    enabled  INTEGER NOT NULL DEFAULT 1,
    input    TEXT NOT NULL,
    metadata TEXT NOT NULL,
    priority INTEGER NOT NULL,
    created  INTEGER NOT NULL,
    -- The run that a schedule started.
    run      TEXT
) STRICT;

CREATE TABLE hatchet_webhook (
    name       TEXT PRIMARY KEY,
    definition TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE hatchet_pushed (
    ordinal  INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    key      TEXT NOT NULL,
    payload  TEXT NOT NULL,
    metadata TEXT NOT NULL,
    webhook  TEXT NOT NULL,
    at       INTEGER NOT NULL
) STRICT;
CREATE INDEX hatchet_pushed_by_key ON hatchet_pushed (key, ordinal);

-- The event that started a run.
ALTER TABLE hatchet_read_run ADD COLUMN event TEXT;
ALTER TABLE hatchet_run ADD COLUMN event TEXT;
CREATE INDEX hatchet_read_run_by_event ON hatchet_read_run (event, inserted, ordinal) WHERE event IS NOT NULL;

-- Whether runs of a workflow wait.
ALTER TABLE hatchet_workflow ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;

CREATE INDEX meshx_run_by_product ON meshx_run (product, ordinal);
