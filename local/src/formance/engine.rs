//! How instances move: jobs that insert and close stage rows, start and end the stages' own workflows, and try
//! activities, each at its own measured distance from the one before.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Formance;
use super::config::{self, Stage, Variables};
use super::events::publish;
use super::stub::{self, Outcome, Step};
use crate::Error;
use crate::chance::{Purpose, Spread};
use crate::clock::Micros;
use crate::database::Cached;
use crate::house::Act;

/// From the row of an instance to the row of its first stage.
const FIRST_STAGE: Spread = Spread::new(60.0, 95.0, 150.0, 220.0);
/// From the row of a stage until its own workflow has begun: events answer 500 meanwhile.
const CHILD: Spread = Spread::new(30.0, 70.0, 150.0, 200.0);
/// How long a stage that does nothing takes.
const NOOP: Spread = Spread::new(30.0, 80.0, 150.0, 200.0);
/// From the end of a stage's workflow to the closing of its row.
const CLOSING: Spread = Spread::new(10.0, 40.0, 60.0, 80.0);
/// The gap after a stage: to the row of the next one, or to the end of the instance.
const GAP: Spread = Spread::new(50.0, 65.0, 110.0, 150.0);
/// How long a stage needs to refuse its configuration.
const REFUSAL: Spread = Spread::new(40.0, 90.0, 150.0, 190.0);
/// Around an activity, and inside one attempt of it.
const BETWEEN: Spread = Spread::new(20.0, 40.0, 65.0, 80.0);
const ATTEMPT: Spread = Spread::new(5.0, 12.0, 17.0, 25.0);
/// From a signal until the stage looks at it.
const WAKING: Spread = Spread::new(1.0, 5.0, 12.0, 30.0);
/// The retries of an activity: doubling from a second, at most a hundred.
const FIRST_RETRY: Micros = 1_000_000;
const LONGEST_RETRY: Micros = 100_000_000;

/// One thing to do. Stage jobs of a stage that is over do nothing.
#[derive(Debug, Serialize, Deserialize)]
pub enum Job {
    /// The row of a stage is inserted; `run` is the main run it belongs to.
    Begin { instance: i64, number: i64, run: String },
    /// The stage's own workflow begins.
    Child { stage: i64 },
    /// The stage does what follows.
    Next { stage: i64 },
    /// An attempt of an activity begins.
    Attempt { activity: i64 },
    /// An attempt of an activity is over.
    Tried { activity: i64 },
    /// The stage looks at one signal.
    Wake { stage: i64 },
    /// The stage's own workflow ends.
    End { stage: i64, error: Option<String>, history: Option<String> },
    /// The row of a stage is closed.
    Close { stage: i64 },
    /// The instance ends.
    Finish { instance: i64, run: String, error: Option<String> },
}

/// A stage as the engine needs it.
struct Row {
    instance: i64,
    number: i64,
    run: String,
    input: Stage,
    is_over: bool,
    error: Option<String>,
}

impl Formance {
    fn after(
        &self,
        act: &Act<'_>,
        purpose: Purpose,
        key: i64,
        part: u64,
        spread: Spread,
        job: &Job,
    ) -> Result<(), Error> {
        let mut draws = self.house.chance.stream(purpose, (key as u64) << 8 ^ part);
        act.later(draws.measured(spread), job)
    }

    fn stage_job(&self, act: &Act<'_>, stage: i64, part: u64, spread: Spread, job: &Job) -> Result<(), Error> {
        self.after(act, Purpose::Stage, stage, part, spread, job)
    }

    /// Starts an instance; an id is given only by a trigger.
    pub fn start(&self, act: &Act<'_>, workflow: i64, variables: &Variables, id: Option<String>) -> Result<i64, Error> {
        let db = act.db;
        let place: i64 = db.one("SELECT coalesce(max(place), 0) + 1 FROM formance_instance", [], |row| row.get(0))?;
        let ordinal: i64 =
            db.one("SELECT coalesce(max(ordinal), 0) + 1 FROM formance_instance", [], |row| row.get(0))?;
        let mut draws = self.house.chance.stream(Purpose::Instance, ordinal as u64);
        let own = draws.uuid().to_string();
        let run = sorted_uuid(act.now, &mut draws);
        db.prepare_cached(
            "INSERT INTO formance_instance (ordinal, id, workflow, place, created, variables, main_run) VALUES (?, ?, ?, \
             ?, ?, ?, ?)",
        )?
        .execute(params![
            ordinal,
            id.unwrap_or(own),
            workflow,
            place,
            act.now,
            serde_json::to_string(variables)?,
            run
        ])?;
        publish(self, act, ordinal, "STARTED_WORKFLOW", None, None)?;
        self.begin(act, ordinal, run)?;
        Ok(ordinal)
    }

    /// The first stage of a run, or the end when there is none.
    pub fn begin(&self, act: &Act<'_>, instance: i64, run: String) -> Result<(), Error> {
        let job = if stages(act, instance)?.is_empty() {
            Job::Finish { instance, run, error: None }
        } else {
            Job::Begin { instance, number: 0, run }
        };
        self.after(act, Purpose::Instance, instance, 1, FIRST_STAGE, &job)
    }

    /// Does one thing.
    pub fn work(&self, act: &Act<'_>, job: Job) -> Result<(), Error> {
        match job {
            Job::Begin { instance, number, run } => self.begin_stage(act, instance, number, &run),
            Job::Child { stage } => self.child(act, stage),
            Job::Next { stage } => self.next(act, stage),
            Job::Attempt { activity } => self.attempt(act, activity),
            Job::Tried { activity } => self.tried(act, activity),
            Job::Wake { stage } => self.wake(act, stage),
            Job::End { stage, error, history } => self.end(act, stage, error.as_deref(), history.as_deref()),
            Job::Close { stage } => self.close(act, stage),
            Job::Finish { instance, run, error } => self.finish(act, instance, &run, error.as_deref()),
        }
    }

    fn begin_stage(&self, act: &Act<'_>, instance: i64, number: i64, run: &str) -> Result<(), Error> {
        let raw = stages(act, instance)?.get(usize::try_from(number).unwrap_or(0)).cloned().unwrap_or_default();
        let variables: String =
            act.db.one("SELECT variables FROM formance_instance WHERE ordinal = ?", [instance], |row| row.get(0))?;
        let resolved = config::resolve(&raw, &serde_json::from_str(&variables)?);
        let refused = match &resolved {
            Ok(stage) => config::refused_at_start(stage),
            Err(error) => Some(error.clone()),
        };
        let input = resolved.ok().map(|stage| json!([stage.kind, stage.input]).to_string());
        act.db
            .prepare_cached(
                "INSERT INTO formance_stage (instance, number, main_run, started, input) VALUES (?, ?, ?, ?, ?)",
            )?
            .execute(params![instance, number, run, act.now, input])?;
        let stage = act.db.last_insert_rowid();
        if !self.manners().dying_signals {
            hand_over(act, stage)?;
        }
        publish(self, act, instance, "STARTED_WORKFLOW_STAGE", Some(number), None)?;
        match refused {
            // No workflow of its own ever begins, so the histories never learn of this stage.
            Some(error) => {
                act.db.run("UPDATE formance_stage SET error = ? WHERE id = ?", params![error, stage])?;
                self.stage_job(act, stage, 0, REFUSAL, &Job::Close { stage })
            }
            None => self.stage_job(act, stage, 0, CHILD, &Job::Child { stage }),
        }
    }

    fn child(&self, act: &Act<'_>, stage: i64) -> Result<(), Error> {
        act.db.run("UPDATE formance_stage SET begun = ? WHERE id = ?", [act.now, stage])?;
        let row = load(act, stage)?;
        let end = Job::End { stage, error: None, history: None };
        match row.input.kind.as_str() {
            "wait_event" => self.wake_for_kept(act, stage),
            "noop" => self.stage_job(act, stage, 1, NOOP, &end),
            "delay" => act.later(row.input.delay(act.now), &end),
            _ => self.stage_job(act, stage, 1, BETWEEN, &Job::Next { stage }),
        }
    }

    fn next(&self, act: &Act<'_>, stage: i64) -> Result<(), Error> {
        let row = load(act, stage)?;
        if row.is_over {
            return Ok(());
        }
        let mut statement =
            act.db.prepare_cached("SELECT output FROM formance_activity WHERE stage = ? ORDER BY id")?;
        let outputs = statement.query_map([stage], |row| row.get::<_, Option<String>>(0))?;
        let outputs = outputs
            .map(|output| Ok(output?.map(|text| serde_json::from_str(&text)).transpose()?))
            .collect::<Result<Vec<Option<Value>>, Error>>()?;
        match stub::next(&row.input, &outputs) {
            Step::Activity(name, input) => {
                act.db
                    .prepare_cached(
                        "INSERT INTO formance_activity (stage, name, input, started, attempt, next) VALUES (?, ?, ?, ?, \
                         1, ?)",
                    )?
                    .execute(params![stage, name, input.to_string(), act.now, act.now])?;
                self.work(act, Job::Attempt { activity: act.db.last_insert_rowid() })
            }
            Step::Refuse(error) => self.end(act, stage, Some(error), Some(error)),
            Step::Done => self.end(act, stage, None, None),
        }
    }

    fn attempt(&self, act: &Act<'_>, activity: i64) -> Result<(), Error> {
        let found: Option<(String, i64)> = act
            .db
            .one(
                "SELECT a.input, a.attempt FROM formance_activity a JOIN formance_stage s ON s.id = a.stage WHERE a.id = \
                 ? AND s.ended IS NULL",
                [activity],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let Some((input, attempt)) = found else { return Ok(()) };
        act.db.run("UPDATE formance_activity SET next = ? WHERE id = ?", [act.now, activity])?;
        let mut draws = self.house.chance.stream(Purpose::Activity, (activity as u64) << 8 ^ attempt as u64);
        let takes = draws.measured(ATTEMPT) + stub::extra_time(&serde_json::from_str(&input)?);
        act.later(takes, &Job::Tried { activity })
    }

    fn tried(&self, act: &Act<'_>, activity: i64) -> Result<(), Error> {
        let (stage, name, input, attempt): (i64, String, String, i64) = act.db.one(
            "SELECT stage, name, input, attempt FROM formance_activity WHERE id = ?",
            [activity],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )?;
        if load(act, stage)?.is_over {
            return Ok(());
        }
        let end = "UPDATE formance_activity SET ended = ?, output = ?, error = ? WHERE id = ?";
        match stub::outcome(&name, &serde_json::from_str(&input)?, attempt, activity, act.now) {
            Outcome::Success(output) => {
                let output = output.map(|output| output.to_string());
                act.db.run(end, params![act.now, output, None::<String>, activity])?;
                self.stage_job(act, stage, 2, BETWEEN, &Job::Next { stage })
            }
            Outcome::Failure(error) => {
                let has_words = !error.is_empty() || self.manners().empty_errors;
                let error = if has_words { error } else { "activity error".to_owned() };
                act.db.run(end, params![act.now, None::<String>, error, activity])?;
                // The instance's history reduces whatever an activity says to this.
                let history = Some("activity error".to_owned());
                self.stage_job(act, stage, 2, BETWEEN, &Job::End { stage, error: Some(error), history })
            }
            Outcome::Retry(failure) => {
                let doublings = u32::try_from(attempt - 1).unwrap_or(0).min(10);
                let wait = (FIRST_RETRY << doublings).min(LONGEST_RETRY);
                act.db.run(
                    "UPDATE formance_activity SET attempt = attempt + 1, last_failure = ?, next = ? WHERE id = ?",
                    params![failure, act.now + self.house.clock.scaled(wait), activity],
                )?;
                act.later(wait, &Job::Attempt { activity })
            }
        }
    }

    /// Takes a signal for a stage that can take one; whether it is looked at is another matter.
    pub fn signal(&self, act: &Act<'_>, stage: i64, name: &str) -> Result<(), Error> {
        let sql = "SELECT signals, is_waking, begun IS NOT NULL AND ended IS NULL FROM formance_stage WHERE id = ?";
        let (text, is_waking, is_live): (String, bool, bool) =
            act.db.one(sql, [stage], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let mut signals: Vec<String> = serde_json::from_str(&text)?;
        signals.push(name.to_owned());
        act.db.run(
            "UPDATE formance_stage SET signals = ?, is_waking = ? WHERE id = ?",
            params![serde_json::to_string(&signals)?, is_live, stage],
        )?;
        // Signals that come before the stage has woken up wake it once; one that has not begun wakes when it does.
        if is_waking || !is_live { Ok(()) } else { self.stage_job(act, stage, 3, WAKING, &Job::Wake { stage }) }
    }

    /// A stage looks at one signal each time it wakes up, so the awaited one can lie behind others.
    fn wake(&self, act: &Act<'_>, stage: i64) -> Result<(), Error> {
        let row = load(act, stage)?;
        if row.is_over {
            return Ok(());
        }
        let manners = self.manners();
        let text: String = act.db.one("SELECT signals FROM formance_stage WHERE id = ?", [stage], |row| row.get(0))?;
        let mut signals: Vec<String> = serde_json::from_str(&text)?;
        let is_waiting = row.input.kind == "wait_event";
        let looked_at = match (is_waiting || manners.dying_signals, manners.crowded_signals) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => signals.len(),
        };
        let awaited = signals.iter().take(looked_at).position(|seen| is_waiting && row.input.event() == seen);
        signals.drain(..awaited.map_or(looked_at, |at| at + 1).min(signals.len()));
        act.db.run(
            "UPDATE formance_stage SET signals = ?, is_waking = 0 WHERE id = ?",
            params![serde_json::to_string(&signals)?, stage],
        )?;
        if awaited.is_some() { self.end(act, stage, None, None) } else { Ok(()) }
    }

    /// A stage that was handed signals wakes up as it begins.
    fn wake_for_kept(&self, act: &Act<'_>, stage: i64) -> Result<(), Error> {
        let is_kept = "UPDATE formance_stage SET is_waking = 1 WHERE id = ? AND signals <> '[]'";
        let kept = act.db.run(is_kept, [stage])?;
        if kept == 0 { Ok(()) } else { self.stage_job(act, stage, 3, WAKING, &Job::Wake { stage }) }
    }

    /// Ends a stage's own workflow, once.
    pub fn end(&self, act: &Act<'_>, stage: i64, error: Option<&str>, history: Option<&str>) -> Result<(), Error> {
        let ended = act.db.run(
            "UPDATE formance_stage SET ended = ?, error = ?, history_error = ? WHERE id = ? AND ended IS NULL",
            params![act.now, error, history, stage],
        )?;
        if ended == 0 { Ok(()) } else { self.stage_job(act, stage, 4, CLOSING, &Job::Close { stage }) }
    }

    fn close(&self, act: &Act<'_>, stage: i64) -> Result<(), Error> {
        act.db.run("UPDATE formance_stage SET terminated = ? WHERE id = ?", [act.now, stage])?;
        let row = load(act, stage)?;
        let kind = if row.error.is_some() { "FAILED_WORKFLOW_STAGE" } else { "SUCCEEDED_WORKFLOW_STAGE" };
        publish(self, act, row.instance, kind, Some(row.number), row.error.as_deref())?;
        let is_last = row.number + 1 >= i64::try_from(stages(act, row.instance)?.len()).unwrap_or(i64::MAX);
        let job = if row.error.is_some() || is_last {
            Job::Finish { instance: row.instance, run: row.run, error: row.error }
        } else {
            Job::Begin { instance: row.instance, number: row.number + 1, run: row.run }
        };
        if self.manners().gaps { self.stage_job(act, stage, 5, GAP, &job) } else { self.work(act, job) }
    }

    fn finish(&self, act: &Act<'_>, instance: i64, run: &str, error: Option<&str>) -> Result<(), Error> {
        // An error with an empty message is none any more.
        let error = error.filter(|error| !error.is_empty());
        let changed = act.db.run(
            "UPDATE formance_instance SET is_terminated = 1, terminated = ?1, error = ?2, place = CASE WHEN ?5 THEN (SELECT \
             max(place) + 1 FROM formance_instance) ELSE place END WHERE ordinal = ?3 AND main_run = ?4",
            params![act.now, error, instance, run, self.manners().moving_rows],
        )?;
        if changed == 0 {
            return Ok(());
        }
        let kind = if error.is_some() { "FAILED_WORKFLOW" } else { "SUCCEEDED_WORKFLOW" };
        publish(self, act, instance, kind, None, error)
    }
}

/// A version 7 UUID.
pub fn sorted_uuid(now: Micros, draws: &mut crate::chance::Draws) -> String {
    let mut random = [0; 10];
    let source = draws.uuid().into_bytes();
    random.iter_mut().zip(source).for_each(|(to, from)| *to = from);
    let millis = u64::try_from(now / 1000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().to_string()
}

/// The signals that the stage before did not look at are now this one's.
fn hand_over(act: &Act<'_>, stage: i64) -> Result<(), Error> {
    let before = "SELECT b.id, b.signals FROM formance_stage s JOIN formance_stage b ON b.instance = s.instance AND b.id < s.id \
                  WHERE s.id = ? ORDER BY b.id DESC LIMIT 1";
    let found: Option<(i64, String)> = act.db.one(before, [stage], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    if let Some((before, signals)) = found {
        act.db.run("UPDATE formance_stage SET signals = '[]' WHERE id = ?", [before])?;
        act.db.run("UPDATE formance_stage SET signals = ? WHERE id = ?", params![signals, stage])?;
    }
    Ok(())
}

/// The stages of an instance's workflow.
fn stages(act: &Act<'_>, instance: i64) -> Result<Vec<Value>, Error> {
    let config: String = act.db.one(
        "SELECT w.config FROM formance_workflow w JOIN formance_instance i ON i.workflow = w.ordinal WHERE i.ordinal = ?",
        [instance],
        |row| row.get(0),
    )?;
    let config: Value = serde_json::from_str(&config)?;
    Ok(config.get("stages").and_then(Value::as_array).cloned().unwrap_or_default())
}

fn load(act: &Act<'_>, stage: i64) -> Result<Row, Error> {
    let mut statement = act.db.prepare_cached(
        "SELECT instance, number, main_run, input, ended IS NOT NULL, error FROM formance_stage WHERE id = ?",
    )?;
    let (input, row) = statement.query_row([stage], |row| {
        let input: Option<String> = row.get(3)?;
        let empty = Stage { kind: String::new(), input: Value::Null };
        Ok((
            input,
            Row {
                instance: row.get(0)?,
                number: row.get(1)?,
                run: row.get(2)?,
                input: empty,
                is_over: row.get(4)?,
                error: row.get(5)?,
            },
        ))
    })?;
    match input {
        Some(text) => {
            let (kind, input) = serde_json::from_str(&text)?;
            Ok(Row { input: Stage { kind, input }, ..row })
        }
        None => Ok(row),
    }
}
