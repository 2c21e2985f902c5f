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

-- Hatchet: a list by workflow keeps to an index whatever the status; tasks know their workflow.
DROP INDEX hatchet_read_run_by_workflow;
CREATE INDEX hatchet_read_run_by_workflow ON hatchet_read_run (workflow, status, inserted, ordinal);
CREATE INDEX hatchet_read_run_by_key ON hatchet_read_run (idempotency_key, inserted, ordinal)
    WHERE idempotency_key IS NOT NULL;
ALTER TABLE hatchet_read_task ADD COLUMN workflow TEXT NOT NULL DEFAULT '';
UPDATE hatchet_read_task SET workflow = (SELECT workflow FROM hatchet_run WHERE ordinal = hatchet_read_task.run);
CREATE INDEX hatchet_read_task_by_workflow ON hatchet_read_task (workflow, status, inserted DESC, id);

-- Counts of tasks by status, which dashboards ask for all the time, are kept by the minute of their insertion.
CREATE TABLE hatchet_task_count (
    minute   INTEGER NOT NULL,
    workflow TEXT NOT NULL,
    status   TEXT NOT NULL,
    tasks    INTEGER NOT NULL,
    PRIMARY KEY (minute, workflow, status)
) STRICT, WITHOUT ROWID;
INSERT INTO hatchet_task_count
    SELECT inserted / 60000000, workflow, status, count(*) FROM hatchet_read_task GROUP BY 1, 2, 3;
CREATE TRIGGER hatchet_task_count_new AFTER INSERT ON hatchet_read_task BEGIN
    INSERT INTO hatchet_task_count VALUES (NEW.inserted / 60000000, NEW.workflow, NEW.status, 1)
        ON CONFLICT (minute, workflow, status) DO UPDATE SET tasks = tasks + 1;
END;
CREATE TRIGGER hatchet_task_count_moved AFTER UPDATE OF status ON hatchet_read_task WHEN OLD.status <> NEW.status BEGIN
    UPDATE hatchet_task_count SET tasks = tasks - 1
        WHERE minute = OLD.inserted / 60000000 AND workflow = OLD.workflow AND status = OLD.status;
    INSERT INTO hatchet_task_count VALUES (NEW.inserted / 60000000, NEW.workflow, NEW.status, 1)
        ON CONFLICT (minute, workflow, status) DO UPDATE SET tasks = tasks + 1;
END;

DROP INDEX hatchet_log_by_time;
CREATE INDEX hatchet_log_by_time ON hatchet_log (at, id, level);

CREATE TABLE hatchet_log_count (
    minute INTEGER NOT NULL,
    level  TEXT NOT NULL,
    lines  INTEGER NOT NULL,
    PRIMARY KEY (minute, level)
) STRICT, WITHOUT ROWID;
INSERT INTO hatchet_log_count SELECT at / 60000000, level, count(*) FROM hatchet_log GROUP BY 1, 2;
CREATE TRIGGER hatchet_log_count_new AFTER INSERT ON hatchet_log BEGIN
    INSERT INTO hatchet_log_count VALUES (NEW.at / 60000000, NEW.level, 1)
        ON CONFLICT (minute, level) DO UPDATE SET lines = lines + 1;
END;

-- Formance: pages are found on an index alone, however deep they lie.
DROP INDEX formance_instance_by_place;
CREATE INDEX formance_instance_by_place ON formance_instance (place, workflow);
DROP INDEX formance_instance_by_state;
CREATE INDEX formance_instance_by_state ON formance_instance (is_terminated, place, workflow);
CREATE INDEX formance_workflow_deleted ON formance_workflow (deleted) WHERE deleted IS NOT NULL;
CREATE INDEX formance_instance_by_workflow_and_state ON formance_instance (workflow, is_terminated, place);

-- Onfido: counts by applicant and by tag know the status too.
CREATE TABLE onfido_applicant_count (
    applicant TEXT NOT NULL,
    status    TEXT NOT NULL,
    runs      INTEGER NOT NULL,
    PRIMARY KEY (applicant, status)
) STRICT, WITHOUT ROWID;
INSERT INTO onfido_applicant_count SELECT applicant, status, count(*) FROM onfido_run GROUP BY 1, 2;
DROP TRIGGER onfido_tag_count_new;
DROP TABLE onfido_tag_count;
CREATE TABLE onfido_tag_count (
    tag    TEXT NOT NULL,
    status TEXT NOT NULL,
    runs   INTEGER NOT NULL,
    PRIMARY KEY (tag, status)
) STRICT, WITHOUT ROWID;
INSERT INTO onfido_tag_count SELECT t.tag, r.status, count(*) FROM onfido_tag t JOIN onfido_run r ON r.ordinal = t.run GROUP BY 1, 2;
-- The tags of a run, when its status changes.
CREATE INDEX onfido_tag_by_run ON onfido_tag (run, tag);
CREATE TRIGGER onfido_applicant_count_new AFTER INSERT ON onfido_run BEGIN
    INSERT INTO onfido_applicant_count VALUES (NEW.applicant, NEW.status, 1)
        ON CONFLICT (applicant, status) DO UPDATE SET runs = runs + 1;
END;
CREATE TRIGGER onfido_tag_count_new AFTER INSERT ON onfido_tag BEGIN
    INSERT INTO onfido_tag_count SELECT NEW.tag, status, 1 FROM onfido_run WHERE ordinal = NEW.run
        ON CONFLICT (tag, status) DO UPDATE SET runs = runs + 1;
END;
CREATE TRIGGER onfido_counts_moved AFTER UPDATE OF status ON onfido_run WHEN OLD.status <> NEW.status BEGIN
    UPDATE onfido_applicant_count SET runs = runs - 1 WHERE applicant = OLD.applicant AND status = OLD.status;
    INSERT INTO onfido_applicant_count VALUES (NEW.applicant, NEW.status, 1)
        ON CONFLICT (applicant, status) DO UPDATE SET runs = runs + 1;
    UPDATE onfido_tag_count SET runs = runs - 1
        WHERE status = OLD.status AND tag IN (SELECT tag FROM onfido_tag WHERE run = OLD.ordinal);
    INSERT INTO onfido_tag_count SELECT tag, NEW.status, 1 FROM onfido_tag WHERE run = NEW.ordinal
        ON CONFLICT (tag, status) DO UPDATE SET runs = runs + 1;
END;
DROP INDEX onfido_run_by_applicant;
CREATE INDEX onfido_run_by_applicant ON onfido_run (applicant, status, ordinal);
