//! Runs to come: one-off schedules, which have a moment, and crons, which have an expression.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use super::create::{self, Wish};
use super::work::{Act, Work};
use super::{Hatchet, time};
use crate::chance::Purpose;
use crate::clock::Micros;
use crate::database::Cached;
use crate::{Error, cron};

/// How long a schedule can still be read after its run has begun.
const LINGERS: Micros = 3_000_000;

/// A run to come.
#[derive(Debug, Clone)]
pub struct Plan {
    pub id: String,
    pub workflow: String,
    /// When, of a schedule.
    pub at: Option<Micros>,
    /// How often, of a cron; what it says is not checked.
    pub cron: Option<String>,
    pub name: String,
    pub enabled: bool,
    /// JSON text.
    pub input: String,
    /// JSON text.
    pub metadata: String,
    pub priority: i64,
    pub created: Micros,
    /// The run that a schedule started.
    pub run: Option<String>,
}

const PLAN: &str =
    "SELECT id, workflow, at, cron, name, enabled, input, metadata, priority, created, run FROM hatchet_plan";

impl Plan {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            workflow: row.get(1)?,
            at: row.get(2)?,
            cron: row.get(3)?,
            name: row.get(4)?,
            enabled: row.get(5)?,
            input: row.get(6)?,
            metadata: row.get(7)?,
            priority: row.get(8)?,
            created: row.get(9)?,
            run: row.get(10)?,
        })
    }

    /// The plan of that id, schedule or cron.
    pub fn find(db: &Connection, id: &str, is_cron: bool) -> Result<Option<Self>, Error> {
        let found = db.prepare_cached(&format!("{PLAN} WHERE id = ?"))?.query_row([id], Self::from_row).optional()?;
        Ok(found.filter(|plan| plan.cron.is_some() == is_cron))
    }

    /// All schedules or all crons, newest first.
    pub fn all(db: &Connection, is_cron: bool) -> Result<Vec<Self>, Error> {
        let sql = format!("{PLAN} WHERE (cron IS NOT NULL) = ? ORDER BY ordinal DESC");
        Ok(db.prepare_cached(&sql)?.query_map([is_cron], Self::from_row)?.collect::<Result<_, _>>()?)
    }

    /// Adds the plan under an id of its own, and sees to it that its moment comes.
    pub fn add(act: &Act<'_>, mut plan: Self) -> Result<Self, Error> {
        let newest: i64 = act.db.one("SELECT coalesce(max(ordinal), 0) FROM hatchet_plan", [], |row| row.get(0))?;
        plan.id = act.hatchet.chance.stream(Purpose::Plan, newest.unsigned_abs() + 1).uuid().to_string();
        act.db
            .prepare_cached(
                "INSERT INTO hatchet_plan (id, workflow, at, cron, name, enabled, input, metadata, priority, created) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                plan.id,
                plan.workflow,
                plan.at,
                plan.cron,
                plan.name,
                plan.enabled,
                plan.input,
                plan.metadata,
                plan.priority,
                plan.created
            ])?;
        plan.wait(act)?;
        Ok(plan)
    }

    /// Queues the next moment. An expression that says nothing has none.
    pub fn wait(&self, act: &Act<'_>) -> Result<(), Error> {
        let due = self.at.or_else(|| self.cron.as_deref().and_then(|cron| cron::next(cron, act.now)));
        due.map_or(Ok(()), |due| act.push(due.max(act.now), &Work::Planned { id: self.id.clone(), due }))
    }

    /// Starts the run; its id, or `None` when its idempotency key is taken.
    pub fn start(&self, act: &Act<'_>) -> Result<Option<String>, Error> {
        let registered = act.hatchet.workflow(&self.workflow)?;
        let (input, metadata) = (serde_json::from_str(&self.input)?, serde_json::from_str(&self.metadata)?);
        let run = create::create(act, &registered, Wish { input, metadata, parent: None, event: None })?;
        Ok(run.map(|run| run.id))
    }

    /// Moves a schedule.
    pub fn set_at(&self, act: &Act<'_>, at: Micros) -> Result<Self, Error> {
        act.db.run("UPDATE hatchet_plan SET at = ? WHERE id = ?", params![at, self.id])?;
        let moved = Self { at: Some(at), ..self.clone() };
        moved.wait(act)?;
        Ok(moved)
    }

    /// Turns a cron on or off.
    pub fn set_enabled(&self, act: &Act<'_>, enabled: bool) -> Result<(), Error> {
        act.db.run("UPDATE hatchet_plan SET enabled = ? WHERE id = ?", params![enabled, self.id])?;
        Ok(())
    }

    /// The plan on the wire.
    pub fn shape(&self, hatchet: &Hatchet) -> Result<Value, Error> {
        let registered = hatchet.workflow(&self.workflow)?;
        let created = time::millis(self.created);
        let mut shape = json!({
            "additionalMetadata": serde_json::from_str::<Value>(&self.metadata)?,
            "input": serde_json::from_str::<Value>(&self.input)?,
            "metadata": {"createdAt": created, "id": self.id, "updatedAt": created}, "method": "API",
            "priority": self.priority, "tenantId": hatchet.tenant, "workflowId": registered.id,
            "workflowName": self.workflow, "workflowVersionId": registered.version_id,
        });
        let more = match &self.cron {
            Some(cron) => json!({"cron": cron, "enabled": self.enabled, "name": self.name}),
            None => json!({
                "triggerAt": time::text(self.at.unwrap_or(0)), "workflowRunCreatedAt": time::ZERO,
                "workflowRunName": "",
            }),
        };
        if let (Some(shape), Value::Object(more)) = (shape.as_object_mut(), more) {
            shape.extend(more);
        }
        Ok(shape)
    }
}

/// Removes a plan.
pub fn remove(db: &Connection, id: &str) -> Result<(), Error> {
    db.prepare_cached("DELETE FROM hatchet_plan WHERE id = ?")?.execute([id])?;
    Ok(())
}

/// The moment has come. One that was moved, turned off or removed meanwhile does nothing.
pub fn due(act: &Act<'_>, id: &str, due: Micros) -> Result<(), Error> {
    if let Some(schedule) = Plan::find(act.db, id, false)? {
        if schedule.at == Some(due) && schedule.run.is_none() {
            let run = schedule.start(act)?;
            act.db.run("UPDATE hatchet_plan SET run = ? WHERE id = ?", params![run, id])?;
            act.push(act.now + act.hatchet.clock.scaled(LINGERS), &Work::PlanOver { id: id.to_owned() })?;
        }
        return Ok(());
    }
    let Some(cron) = Plan::find(act.db, id, true)? else { return Ok(()) };
    if cron.enabled {
        cron.start(act)?;
    }
    cron.wait(act)
}
