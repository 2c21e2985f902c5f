//! How runs move: one task after the other, each done by the system, the applicant or the client.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::events::{publish_file, publish_run, publish_task};
use super::scenario::{Doer, Workflow};
use super::{Onfido, store};
use crate::Error;
use crate::chance::Purpose;
use crate::clock::Micros;
use crate::database::Cached;
use crate::house::Act;

/// How long files take to be made: a signed PDF soon, even while the run goes on; the others after its end.
const SIGNED_FILE: Micros = 1_000_000;
const FOLDER: Micros = 3_000_000;
const TIMELINE: Micros = 2_000_000;

/// One thing to do.
#[derive(Debug, Serialize, Deserialize)]
pub enum Job {
    /// The next task begins, or the run ends.
    Enter { run: i64 },
    /// The task of that step is done.
    Leave { run: i64, step: i64 },
    /// A settled status changes.
    Revise { run: i64, status: String },
    /// A file can be had.
    Ready { file: i64 },
}

/// What a new run is to be.
pub struct Wish {
    pub applicant: String,
    pub workflow: String,
    pub tags: Vec<String>,
    pub customer: String,
    pub link: Value,
    pub custom: Value,
}

fn micros(ms: f64) -> Micros {
    (ms.clamp(0.0, 31_536_000_000.0) * 1000.0) as Micros
}

impl Onfido {
    /// Creates a run and starts it; what takes no time happens before this returns.
    pub fn create(&self, act: &Act<'_>, wish: &Wish) -> Result<i64, Error> {
        let newest = "SELECT ordinal, created FROM onfido_run ORDER BY ordinal DESC LIMIT 1";
        let newest = act.db.one(newest, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (newest, created): (i64, Micros) = newest.unwrap_or_default();
        let ordinal = newest + 1;
        // The order of creation is the order of time, also when the wall clock is set back.
        let created = act.now.max(created);
        let id = self.house.chance.stream(Purpose::Studio, ordinal as u64).uuid().to_string();
        act.db.run(
            "INSERT INTO onfido_run (ordinal, id, applicant, workflow, status, customer, tags, link, custom, output, \
             reasons, error, step, created, updated) VALUES (?1, ?2, ?3, ?4, 'processing', ?5, ?6, ?7, ?8, 'null', '[]', \
             'null', 0, ?9, ?9)",
            params![
                ordinal,
                id,
                wish.applicant,
                wish.workflow,
                wish.customer,
                json!(wish.tags).to_string(),
                wish.link.to_string(),
                wish.custom.to_string(),
                created
            ],
        )?;
        for tag in &wish.tags {
            act.db.run("INSERT OR IGNORE INTO onfido_tag (tag, run) VALUES (?, ?)", params![tag, ordinal])?;
        }
        self.make_file(act, ordinal, "signed_evidence_file", SIGNED_FILE)?;
        self.enter(act, ordinal)?;
        Ok(ordinal)
    }

    /// Starts making a file; returns its id.
    fn make_file(&self, act: &Act<'_>, run: i64, kind: &str, takes: Micros) -> Result<String, Error> {
        let ordinal: i64 = act.db.one("SELECT coalesce(max(ordinal), 0) + 1 FROM onfido_file", [], |row| row.get(0))?;
        let id = self.house.chance.stream(Purpose::Studio, (ordinal as u64) << 8 ^ 1 << 48).uuid().to_string();
        act.db.run(
            "INSERT INTO onfido_file (ordinal, id, run, kind, ready) VALUES (?, ?, ?, ?, ?)",
            params![ordinal, id, run, kind, act.now + self.house.clock.scaled(takes)],
        )?;
        act.later(takes, &Job::Ready { file: ordinal })?;
        Ok(id)
    }

    /// Starts making a timeline file; returns its id.
    pub fn make_timeline(&self, act: &Act<'_>, run: i64) -> Result<String, Error> {
        self.make_file(act, run, "timeline_file", TIMELINE)
    }

    /// Does one thing.
    pub fn work(&self, act: &Act<'_>, job: Job) -> Result<(), Error> {
        match job {
            Job::Enter { run } => self.enter(act, run),
            Job::Leave { run, step } => self.leave(act, run, step, None),
            Job::Revise { run, status } => {
                act.db.run(
                    "UPDATE onfido_run SET status = ?, updated = ? WHERE ordinal = ?",
                    params![status, act.now, run],
                )?;
                Ok(())
            }
            Job::Ready { file } => publish_file(self, act, file),
        }
    }

    fn scenario(&self, act: &Act<'_>, run: i64) -> Result<(Workflow, i64, Value), Error> {
        let (workflow, step, custom): (String, i64, String) = act.db.one(
            "SELECT w.definition, r.step, r.custom FROM onfido_run r JOIN onfido_workflow w ON w.id = r.workflow WHERE \
             r.ordinal = ?",
            [run],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        Ok((serde_json::from_str(&workflow)?, step, serde_json::from_str(&custom)?))
    }

    fn enter(&self, act: &Act<'_>, run: i64) -> Result<(), Error> {
        let (workflow, at, custom) = self.scenario(act, run)?;
        let Some(step) = usize::try_from(at).ok().and_then(|at| workflow.steps.get(at)) else {
            return self.end(act, run, &workflow, &custom);
        };
        act.db.run(
            "UPDATE onfido_run SET status = ?, updated = ? WHERE ordinal = ?",
            params![step.by.status(), act.now, run],
        )?;
        // The first task is given what the client sent along.
        let input = if at == 0 && !custom.is_null() { custom.clone() } else { json!({}) };
        act.db.run(
            "INSERT INTO onfido_task (run, step, id, def, input, output, created, updated) VALUES (?1, ?2, ?3, ?4, ?5, \
             'null', ?6, ?6)",
            params![run, at, step.task, step.def, input.to_string(), act.now],
        )?;
        publish_task(self, act, act.db.last_insert_rowid())?;
        // The applicant's time can be set per run.
        let directed = custom.get("applicant_ms").and_then(Value::as_f64).filter(|_| step.by == Doer::Applicant);
        match (directed.or(step.ms), step.by) {
            (Some(ms), _) if ms > 0.0 => act.later(micros(ms), &Job::Leave { run, step: at }),
            (_, Doer::System) | (Some(_), _) => self.leave(act, run, at, None),
            (None, _) => Ok(()),
        }
    }

    /// Ends the task of a step, if it is the one at hand. `given` is what an applicant or a client brought.
    pub fn leave(&self, act: &Act<'_>, run: i64, at: i64, given: Option<&Value>) -> Result<(), Error> {
        let (workflow, now_at, _) = self.scenario(act, run)?;
        let Some(step) = usize::try_from(at).ok().and_then(|at| workflow.steps.get(at)).filter(|_| at == now_at) else {
            return Ok(());
        };
        let is_late = step.expires && given.is_none();
        let task: Option<i64> = act
            .db
            .one("SELECT ordinal FROM onfido_task WHERE run = ? AND step = ? AND is_over = 0", [run, at], |row| {
                row.get(0)
            })
            .optional()?;
        let Some(task) = task else { return Ok(()) };
        if let Some(error) = &step.error {
            return self.settle(act, run, "error", &Value::Null, &[], error);
        }
        if is_late {
            return self.settle(act, run, "abandoned", &Value::Null, &[], &Value::Null);
        }
        // Where a run tells the ids of its documents is not known; here, in what the task yields.
        let signed = step.signs.map(|signature| self.make_file(act, run, signature.kind(), SIGNED_FILE)).transpose()?;
        let signed = signed.map(|id| json!({"document": {"id": id}}));
        let output = given.or(signed.as_ref()).unwrap_or(&step.output);
        act.db.run(
            "UPDATE onfido_task SET is_over = 1, output = ?, updated = ? WHERE ordinal = ?",
            params![output.to_string(), act.now, task],
        )?;
        publish_task(self, act, task)?;
        act.db.run("UPDATE onfido_run SET step = step + 1, status = 'processing' WHERE ordinal = ?", [run])?;
        self.enter(act, run)
    }

    fn end(&self, act: &Act<'_>, run: i64, workflow: &Workflow, custom: &Value) -> Result<(), Error> {
        let directed = custom.get("outcome").and_then(Value::as_str);
        let status = directed.filter(|status| store::SETTLED.contains(status)).unwrap_or(&workflow.end);
        self.settle(act, run, status, &workflow.output, &workflow.reasons, &Value::Null)?;
        match &workflow.revised {
            Some(revised) => act.later(micros(revised.ms), &Job::Revise { run, status: revised.end.clone() }),
            None => Ok(()),
        }
    }

    fn settle(
        &self,
        act: &Act<'_>,
        run: i64,
        status: &str,
        output: &Value,
        reasons: &[String],
        error: &Value,
    ) -> Result<(), Error> {
        act.db.run(
            "UPDATE onfido_run SET status = ?, output = ?, reasons = ?, error = ?, updated = ?, step = 1000000 WHERE \
             ordinal = ?",
            params![status, output.to_string(), json!(reasons).to_string(), error.to_string(), act.now, run],
        )?;
        self.make_file(act, run, "evidence_folder", FOLDER)?;
        publish_run(self, act, run)
    }
}
