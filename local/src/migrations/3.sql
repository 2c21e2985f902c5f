CREATE TABLE onfido_run (
    ordinal   INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    applicant TEXT NOT NULL,
    workflow  TEXT NOT NULL,
    status    TEXT NOT NULL,
    customer  TEXT NOT NULL,
    tags      TEXT NOT NULL,
    link      TEXT NOT NULL,
    custom    TEXT NOT NULL,
    output    TEXT NOT NULL,
    reasons   TEXT NOT NULL,
    error     TEXT NOT NULL,
    step      INTEGER NOT NULL,
    created   INTEGER NOT NULL,
    updated   INTEGER NOT NULL
) STRICT;
CREATE INDEX onfido_run_by_status ON onfido_run (status, ordinal);
CREATE INDEX onfido_run_by_applicant ON onfido_run (applicant, ordinal);

CREATE TABLE onfido_tag (
    tag TEXT NOT NULL,
    run INTEGER NOT NULL,
    PRIMARY KEY (tag, run)
) STRICT, WITHOUT ROWID;

CREATE TABLE onfido_task (
    ordinal INTEGER PRIMARY KEY,
    run     INTEGER NOT NULL REFERENCES onfido_run (ordinal),
    step    INTEGER NOT NULL,
    id      TEXT NOT NULL,
    def     TEXT NOT NULL,
    input   TEXT NOT NULL,
    output  TEXT NOT NULL,
    is_over INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    UNIQUE (run, id)
) STRICT;

-- Files of a run: the kind of each, and when it can be had.
CREATE TABLE onfido_file (
    ordinal INTEGER PRIMARY KEY,
    id      TEXT NOT NULL UNIQUE,
    run     INTEGER NOT NULL REFERENCES onfido_run (ordinal),
    kind    TEXT NOT NULL,
    ready   INTEGER NOT NULL
) STRICT;
CREATE INDEX onfido_file_by_run ON onfido_file (run, kind);

CREATE TABLE onfido_webhook (
    ordinal    INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    definition TEXT NOT NULL
) STRICT;

CREATE TABLE onfido_workflow (
    name       TEXT PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    definition TEXT NOT NULL
) STRICT;
