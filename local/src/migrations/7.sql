-- meshX: what starts by the clock. `job` is the kind of compute: empty, `dq` or `prof`.
CREATE TABLE meshx_schedule (
    product TEXT NOT NULL,
    job     TEXT NOT NULL,
    cron    TEXT NOT NULL,
    -- Microseconds since the Unix epoch; none when the expression names no moment any more.
    next    INTEGER,
    PRIMARY KEY (product, job)
) STRICT, WITHOUT ROWID;
-- Which kind of compute a run is; empty for an ordinary one.
ALTER TABLE meshx_run ADD COLUMN job TEXT NOT NULL DEFAULT '';
DROP INDEX meshx_run_by_product;
CREATE INDEX meshx_run_by_product ON meshx_run (product, job, ordinal);
