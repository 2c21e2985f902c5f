-- Small facts of the installation: seed, clock, signing key.
CREATE TABLE fact (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Times are microseconds since the Unix epoch; ids are lower-case UUIDs unless they are counted.

CREATE TABLE hatchet_workflow (
    name       TEXT PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    version_id TEXT NOT NULL,
    created    INTEGER NOT NULL,
    definition TEXT NOT NULL
) STRICT;

-- The engine's store: what was asked for and how far it is.

CREATE TABLE hatchet_run (
    ordinal         INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    workflow        TEXT NOT NULL REFERENCES hatchet_workflow (name),
    is_dag          INTEGER NOT NULL,
    inserted        INTEGER NOT NULL,
    seen_at         INTEGER NOT NULL,
    display_name    TEXT NOT NULL,
    input           TEXT NOT NULL,
    metadata        TEXT NOT NULL,
    parent          TEXT,
    is_cancelled    INTEGER NOT NULL DEFAULT 0,
    idempotency_key TEXT,
    UNIQUE (workflow, idempotency_key)
) STRICT;

CREATE TABLE hatchet_task (
    id           INTEGER PRIMARY KEY,
    external_id  TEXT NOT NULL UNIQUE,
    run          INTEGER NOT NULL REFERENCES hatchet_run (ordinal),
    step         TEXT NOT NULL,
    inserted     INTEGER NOT NULL,
    display_name TEXT NOT NULL,
    input        TEXT NOT NULL,
    state        TEXT NOT NULL,
    retry        INTEGER NOT NULL,
    -- The retry of the last replay: automatic retries are counted from here.
    since_replay INTEGER NOT NULL,
    output       TEXT,
    error        TEXT,
    -- Messages of one task reach the read store in order.
    last_message INTEGER NOT NULL,
    -- Nor does a message of a retry overtake the news of the retry.
    retry_message INTEGER NOT NULL
) STRICT;
CREATE INDEX hatchet_task_by_run ON hatchet_task (run);

-- What is still to be done, by the engine and on the way to the read store.
CREATE TABLE hatchet_queue (
    id   INTEGER PRIMARY KEY,
    due  INTEGER NOT NULL,
    side TEXT NOT NULL,
    work TEXT NOT NULL
) STRICT;
CREATE INDEX hatchet_queue_by_due ON hatchet_queue (due, id);

-- The read store: what every GET sees.

CREATE TABLE hatchet_read_run (
    ordinal  INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    workflow TEXT NOT NULL,
    inserted INTEGER NOT NULL,
    status   TEXT NOT NULL,
    parent   TEXT,
    idempotency_key TEXT
) STRICT;
CREATE INDEX hatchet_read_run_by_time ON hatchet_read_run (inserted, ordinal);
CREATE INDEX hatchet_read_run_by_status ON hatchet_read_run (status, inserted, ordinal);
CREATE INDEX hatchet_read_run_by_workflow ON hatchet_read_run (workflow, inserted, ordinal);
CREATE INDEX hatchet_read_run_by_parent ON hatchet_read_run (parent, inserted, ordinal) WHERE parent IS NOT NULL;

CREATE TABLE hatchet_read_task (
    id       INTEGER PRIMARY KEY,
    run      INTEGER NOT NULL,
    inserted INTEGER NOT NULL,
    status   TEXT NOT NULL,
    retry    INTEGER NOT NULL,
    input    TEXT NOT NULL
) STRICT;
CREATE INDEX hatchet_read_task_by_run ON hatchet_read_task (run);
CREATE INDEX hatchet_read_task_by_time ON hatchet_read_task (inserted DESC, id);

CREATE TABLE hatchet_event (
    id       INTEGER PRIMARY KEY,
    task     INTEGER NOT NULL,
    run      INTEGER NOT NULL,
    retry    INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    at       INTEGER NOT NULL,
    ingested INTEGER NOT NULL,
    message  TEXT NOT NULL,
    error    TEXT NOT NULL,
    output   TEXT NOT NULL,
    worker   TEXT
) STRICT;
-- Several raw events of one attempt and kind are one row with the time of the first.
CREATE UNIQUE INDEX hatchet_event_once ON hatchet_event (task, retry, kind);
CREATE INDEX hatchet_event_by_run ON hatchet_event (run);

CREATE TABLE hatchet_metadata (
    key       TEXT NOT NULL,
    value     TEXT NOT NULL,
    run       INTEGER NOT NULL,
    is_string INTEGER NOT NULL,
    PRIMARY KEY (key, value, run)
) STRICT, WITHOUT ROWID;
