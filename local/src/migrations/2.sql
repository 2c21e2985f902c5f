-- What is still to happen in the systems that share one queue.
CREATE TABLE queue (
    id     INTEGER PRIMARY KEY,
    system TEXT NOT NULL,
    due    INTEGER NOT NULL,
    job    TEXT NOT NULL
) STRICT;
CREATE INDEX queue_by_due ON queue (system, due, id);

-- Webhooks on their way: what is sent, where, how often it was tried. A row goes when it is delivered or given up.
CREATE TABLE delivery (
    id       INTEGER PRIMARY KEY,
    system   TEXT NOT NULL,
    event    TEXT NOT NULL,
    url      TEXT NOT NULL,
    secret   TEXT NOT NULL,
    body     TEXT NOT NULL,
    created  INTEGER NOT NULL,
    due      INTEGER NOT NULL,
    attempts INTEGER NOT NULL
) STRICT;
CREATE INDEX delivery_by_due ON delivery (due, id);

CREATE TABLE formance_workflow (
    ordinal INTEGER PRIMARY KEY,
    id      TEXT NOT NULL UNIQUE,
    config  TEXT NOT NULL,
    created INTEGER NOT NULL,
    deleted INTEGER
) STRICT;

CREATE TABLE formance_instance (
    ordinal       INTEGER PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    workflow      INTEGER NOT NULL REFERENCES formance_workflow (ordinal),
    -- Where the row stands in the table's heap: an updated row moves to the end, and lists have no other order.
    place         INTEGER NOT NULL,
    created       INTEGER NOT NULL,
    is_terminated INTEGER NOT NULL DEFAULT 0,
    terminated    INTEGER,
    error         TEXT,
    variables     TEXT NOT NULL,
    -- The run of the main workflow; a reset gives another one.
    main_run      TEXT NOT NULL,
    -- The histories are forgotten, the rows are not.
    is_forgotten  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX formance_instance_by_place ON formance_instance (place);
CREATE INDEX formance_instance_by_state ON formance_instance (is_terminated, place);
CREATE INDEX formance_instance_by_workflow ON formance_instance (workflow, place);

CREATE TABLE formance_stage (
    id         INTEGER PRIMARY KEY,
    instance   INTEGER NOT NULL REFERENCES formance_instance (ordinal),
    number     INTEGER NOT NULL,
    main_run   TEXT NOT NULL,
    started    INTEGER NOT NULL,
    -- The row is closed later than the stage's own workflow ends.
    terminated INTEGER,
    error      TEXT,
    input      TEXT,
    begun      INTEGER,
    ended      INTEGER,
    -- What the instance's history says, which is not the stage's error.
    history_error TEXT,
    -- Signals that were accepted and not looked at yet; whether the stage is about to look at one.
    signals    TEXT NOT NULL DEFAULT '[]',
    is_waking  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX formance_stage_by_instance ON formance_stage (instance, id);

CREATE TABLE formance_activity (
    id           INTEGER PRIMARY KEY,
    stage        INTEGER NOT NULL REFERENCES formance_stage (id),
    name         TEXT NOT NULL,
    input        TEXT NOT NULL,
    output       TEXT,
    error        TEXT,
    started      INTEGER NOT NULL,
    ended        INTEGER,
    attempt      INTEGER NOT NULL,
    last_failure TEXT,
    next         INTEGER NOT NULL
) STRICT;
CREATE INDEX formance_activity_by_stage ON formance_activity (stage, id);

CREATE TABLE formance_trigger (
    ordinal  INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL,
    event    TEXT NOT NULL,
    version  TEXT,
    filter   TEXT,
    workflow INTEGER NOT NULL REFERENCES formance_workflow (ordinal),
    vars     TEXT,
    created  INTEGER NOT NULL,
    deleted  INTEGER
) STRICT;

CREATE TABLE formance_occurrence (
    ordinal  INTEGER PRIMARY KEY,
    id       TEXT NOT NULL,
    trigger  INTEGER NOT NULL REFERENCES formance_trigger (ordinal),
    instance INTEGER NOT NULL REFERENCES formance_instance (ordinal),
    date     INTEGER NOT NULL,
    event    TEXT NOT NULL
) STRICT;
CREATE INDEX formance_occurrence_by_trigger ON formance_occurrence (trigger, ordinal);

CREATE TABLE formance_subscription (
    ordinal  INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    endpoint TEXT NOT NULL,
    events   TEXT NOT NULL,
    secret   TEXT NOT NULL,
    created  INTEGER NOT NULL
) STRICT;
