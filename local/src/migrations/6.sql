-- Onfido's lists say how many runs there are in all. Counting a million takes longer than the page itself, so blocks of
-- runs are counted as they change; runs are never removed, and their order is that of their creation.
CREATE INDEX onfido_run_by_time ON onfido_run (created, ordinal);

CREATE TABLE onfido_count (
    status TEXT NOT NULL,
    block  INTEGER NOT NULL,
    runs   INTEGER NOT NULL,
    PRIMARY KEY (status, block)
) STRICT, WITHOUT ROWID;
INSERT INTO onfido_count SELECT status, ordinal / 1024, count(*) FROM onfido_run GROUP BY 1, 2;
CREATE TRIGGER onfido_count_new AFTER INSERT ON onfido_run BEGIN
    INSERT INTO onfido_count VALUES (NEW.status, NEW.ordinal / 1024, 1)
        ON CONFLICT (status, block) DO UPDATE SET runs = runs + 1;
END;
CREATE TRIGGER onfido_count_moved AFTER UPDATE OF status ON onfido_run WHEN OLD.status <> NEW.status BEGIN
    UPDATE onfido_count SET runs = runs - 1 WHERE status = OLD.status AND block = OLD.ordinal / 1024;
    INSERT INTO onfido_count VALUES (NEW.status, NEW.ordinal / 1024, 1)
        ON CONFLICT (status, block) DO UPDATE SET runs = runs + 1;
END;

CREATE TABLE onfido_tag_count (
    tag  TEXT PRIMARY KEY,
    runs INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO onfido_tag_count SELECT tag, count(*) FROM onfido_tag GROUP BY tag;
CREATE TRIGGER onfido_tag_count_new AFTER INSERT ON onfido_tag BEGIN
    INSERT INTO onfido_tag_count VALUES (NEW.tag, 1) ON CONFLICT (tag) DO UPDATE SET runs = runs + 1;
END;

-- Hatchet's list of tasks by status, and its count of those that are not evicted.
CREATE INDEX hatchet_read_task_by_status ON hatchet_read_task (status, inserted DESC, id);
