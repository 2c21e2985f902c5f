//! Cancel and replay: orders that are taken at once and carried out later.

use rusqlite::Connection;

use super::engine::{self, Said};
use super::kind::Kind;
use super::store::{Run, State, Task};
use super::work::{Act, Work};
use super::{Registered, list};
use crate::Error;
use crate::chance::Purpose;

/// Milliseconds until a cancel order reaches its task.
const TO_CANCEL: (i64, i64) = (5, 40);

/// Which runs or tasks an order is for.
pub enum Target {
    Ids(Vec<String>),
    Filter(list::Filter),
    Nothing,
}

impl Target {
    /// The ids given, or those of the selected runs, newest first.
    fn ids(self, db: &Connection, most: i64) -> Result<Vec<String>, Error> {
        match self {
            Self::Ids(ids) => Ok(ids),
            Self::Nothing => Ok(Vec::new()),
            Self::Filter(filter) => list::run_ids(db, &filter, Some(most)),
        }
    }
}

/// The most runs one order by filter reaches.
const MOST_CANCELLED: i64 = 20_000;
const MOST_REPLAYED: i64 = 1_000;

/// Queues the cancellation of everything named and echoes the names, unknown ones included.
pub fn cancel(act: &Act<'_>, target: Target) -> Result<Vec<String>, Error> {
    let ids = target.ids(act.db, MOST_CANCELLED)?;
    let mut known = Vec::new();
    for id in &ids {
        let tasks = match Run::find(act.db, id)? {
            Some(run) => {
                run.mark_cancelled(act.db, true)?;
                Task::of_run(act.db, run.ordinal)?
            }
            None => Task::find(act.db, id)?.into_iter().collect(),
        };
        known.extend((!tasks.is_empty()).then(|| id.clone()));
        for task in tasks {
            let due = act.soon(&mut act.draws(Purpose::Attempt, &task, 7), TO_CANCEL);
            act.push(due, &Work::Cancel { task: task.id })?;
        }
    }
    Ok(if act.hatchet.manners().echoing_cancel { ids } else { known })
}

/// Starts everything named again and answers the ids of the tasks, those of active ones included although nothing
/// happens to them.
pub fn replay(act: &Act<'_>, target: Target) -> Result<Vec<String>, Error> {
    let mut answered = Vec::new();
    for id in target.ids(act.db, MOST_REPLAYED)? {
        let (run, chosen) = match (Run::find(act.db, &id)?, Task::find(act.db, &id)?) {
            (Some(run), _) => {
                let tasks = Task::of_run(act.db, run.ordinal)?;
                (run, tasks)
            }
            (None, Some(task)) => (Run::load(act.db, task.run)?, vec![task]),
            (None, None) => continue,
        };
        answered.extend(chosen.iter().map(|task| task.external_id.clone()));
        let registered = act.hatchet.workflow(&run.workflow)?;
        replay_run(act, &run, &registered, &chosen)?;
    }
    Ok(answered)
}

fn replay_run(act: &Act<'_>, run: &Run, registered: &Registered, chosen: &[Task]) -> Result<(), Error> {
    let all = Task::of_run(act.db, run.ordinal)?;
    if all.iter().any(|task| !task.state.is_final()) || all.len() < registered.workflow.all_steps().count() {
        return Ok(());
    }
    run.mark_cancelled(act.db, false)?;
    let names = with_descendants(registered, chosen);
    let mut first = Vec::new();
    for mut task in all.into_iter().filter(|task| names.contains(&task.step)) {
        let message = "Task was replayed, resetting task result.".to_owned();
        act.emit(&mut task, Kind::RetriedByUser, act.now, Said { message, ..Said::default() })?;
        task.state = State::Waiting;
        task.error = None;
        task.save(act.db)?;
        let step = registered.workflow.step(&task.step);
        let waits = registered.workflow.is_on_failure(&task.step)
            || step.is_some_and(|step| step.parents.iter().any(|parent| names.contains(parent)));
        if !waits {
            first.push(task);
        }
    }
    for mut task in first {
        task.retry += 1;
        task.since_replay = task.retry;
        engine::queue(act, &mut task)?;
    }
    Ok(())
}

/// The steps of the tasks, all that come after them, and the on-failure step.
fn with_descendants(registered: &Registered, chosen: &[Task]) -> Vec<String> {
    let mut names: Vec<String> = chosen.iter().map(|task| task.step.clone()).collect();
    for step in &registered.workflow.steps {
        let follows = step.parents.iter().any(|parent| names.contains(parent));
        if follows && !names.contains(&step.name) {
            names.push(step.name.clone());
        }
    }
    names.extend(registered.workflow.on_failure.iter().map(|step| step.name.clone()));
    names
}
