CREATE TABLE meshx_run (
    ordinal      INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    product      TEXT NOT NULL,
    name         TEXT NOT NULL,
    run_type     TEXT NOT NULL,
    config       TEXT NOT NULL,
    status       TEXT NOT NULL,
    created_by   TEXT,
    -- Dates are texts, because a caller may write two of them, and not all are spelled alike.
    created_at   TEXT NOT NULL,
    updated_at   TEXT,
    started_at   TEXT,
    completed_at TEXT,
    error        TEXT,
    -- Somebody wrote the status by hand, or cancelled: the scenario is over.
    is_taken     INTEGER NOT NULL DEFAULT 0,
    step         INTEGER NOT NULL DEFAULT 0
) STRICT;
