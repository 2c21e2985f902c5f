//! What happens to a task: a worker takes it, works, fails, is tried again, is cancelled.

use serde_json::Value;

use super::kind::Kind;
use super::scenario::{Ending, Step, micros};
use super::store::{Run, State, Task};
use super::work::{Act, Event, Work};
use crate::Error;
use crate::chance::{Draws, Purpose};
use crate::clock::Micros;

/// The engine notices a passed time limit about half a second late.
const NOTICED_LATE: Micros = 500_000;

/// Milliseconds between one thing and the next, as they were on an idle machine.
const TO_QUEUE: (i64, i64) = (3, 12);
const TO_ASSIGN: (i64, i64) = (2, 12);
const TO_SEND: (i64, i64) = (1, 6);
const TO_START: (i64, i64) = (2, 10);
pub const TO_NEXT_LAYER: (i64, i64) = (10, 35);

/// A worker is missed when it has said nothing for this long; how late that is noticed, and how long until another one
/// has the task, were measured.
const UNTIL_MISSED: (i64, i64) = (26_000, 30_000);
const UNTIL_TAKEN_UP: (i64, i64) = (4_000, 7_000);

/// How often the runs of a paused workflow are looked at.
const PAUSED: Micros = 250_000;

/// What an event says beyond its kind.
#[derive(Default)]
pub struct Said {
    pub message: String,
    pub error: String,
    pub output: String,
    pub quiet: bool,
    /// The worker concerned, when it is not the one that there is.
    pub worker: Option<String>,
}

impl Act<'_> {
    /// The draws of one attempt; `part` keeps those of its phases apart.
    pub fn draws(&self, purpose: Purpose, task: &Task, part: u64) -> Draws {
        let key = (task.id.unsigned_abs() << 24) ^ (task.retry.unsigned_abs() << 8) ^ part;
        self.hatchet.chance.stream(purpose, key)
    }

    /// A moment some milliseconds from now.
    pub fn soon(&self, draws: &mut Draws, (low, high): (i64, i64)) -> Micros {
        self.now + self.hatchet.clock.scaled(draws.between(low * 1000, high * 1000))
    }

    /// The step of a task.
    pub fn step(&self, task: &Task) -> Result<Step, Error> {
        let registered = self.hatchet.workflow(&Run::workflow(self.db, task.run)?)?;
        registered.workflow.step(&task.step).cloned().ok_or_else(|| Error::UnknownStep(task.step.clone()))
    }

    /// Sends an event of the task's attempt to the read store.
    pub fn emit(&self, task: &mut Task, kind: Kind, at: Micros, said: Said) -> Result<(), Error> {
        let lags = self.hatchet.lags();
        let mut draws = self.draws(Purpose::Lag, task, kind as u64);
        let lag = self.hatchet.clock.scaled(draws.measured(lags.event));
        let mut due = at.max(self.now) + lag;
        due = due.max(Run::seen_at(self.db, task.run)?).max(task.retry_message);
        if !kind.is_unordered() {
            // The gap keeps a failure readable until its retry is, as it is on a real server.
            let gap = if kind == Kind::Retrying { draws.measured(lags.retry_gap) } else { 0 };
            due = due.max(task.last_message + self.hatchet.clock.scaled(gap));
            task.last_message = due;
            if kind == Kind::Retrying {
                task.retry_message = due;
            }
            task.save(self.db)?;
        }
        let event = Event {
            task: task.id,
            run: task.run,
            retry: task.retry,
            kind: kind.name().into(),
            at,
            message: said.message,
            error: said.error,
            output: said.output,
            worker: said.worker.or_else(|| kind.has_worker().then(|| self.hatchet.worker().to_string())),
            quiet: said.quiet,
        };
        self.push(due, &Work::Event(event))
    }

    /// The task as it is, when the attempt is still the one that was meant and in the wanted state.
    fn current(&self, task: i64, retry: i64, state: State) -> Result<Option<Task>, Error> {
        let task = Task::load(self.db, task)?;
        Ok((task.retry == retry && task.state == state).then_some(task))
    }

    /// The task has come to an end of its own.
    fn settle(&self, task: &mut Task, state: State) -> Result<(), Error> {
        task.state = state;
        task.save(self.db)?;
        let due = self.soon(&mut self.draws(Purpose::Attempt, task, 9), TO_NEXT_LAYER);
        self.push(due, &Work::Advance { run: task.run })
    }
}

/// A worker's clock has milliseconds.
fn worker_time(at: Micros) -> Micros {
    at - at.rem_euclid(1000)
}

/// Queues the task's current attempt.
pub fn queue(act: &Act<'_>, task: &mut Task) -> Result<(), Error> {
    task.state = State::Queued;
    task.save(act.db)?;
    let mut draws = act.draws(Purpose::Attempt, task, 1);
    let queued = act.soon(&mut draws, TO_QUEUE);
    act.emit(task, Kind::Queued, queued, Said::default())?;
    let step = act.step(task)?;
    if step.offline {
        act.emit(task, Kind::RequeuedNoWorker, queued - 2_500, Said::default())?;
        let limit = act.hatchet.clock.scaled(micros(step.schedule_timeout.as_deref().unwrap_or("5m")) + NOTICED_LATE);
        return act.push(act.now + limit, &Work::ScheduleTimeOut { task: task.id, retry: task.retry });
    }
    let assigned = Act { now: queued, ..*act }.soon(&mut draws, TO_ASSIGN);
    act.push(assigned, &Work::Assign { task: task.id, retry: task.retry })
}

pub fn assign(act: &Act<'_>, task: i64, retry: i64) -> Result<(), Error> {
    let Some(mut task) = act.current(task, retry, State::Queued)? else { return Ok(()) };
    if act.hatchet.workflow(&Run::workflow(act.db, task.run)?)?.is_paused() {
        return act.push(act.now + PAUSED, &Work::Assign { task: task.id, retry });
    }
    task.state = State::Running;
    task.save(act.db)?;
    let mut draws = act.draws(Purpose::Attempt, &task, 2);
    act.emit(&mut task, Kind::Assigned, act.now, Said::default())?;
    let sent = act.soon(&mut draws, TO_SEND);
    let message = "Sent task run to the assigned worker".to_owned();
    act.emit(&mut task, Kind::SentToWorker, sent, Said { message, ..Said::default() })?;
    let started = Act { now: sent, ..*act }.soon(&mut draws, TO_START);
    act.push(started, &Work::Start { task: task.id, retry })
}

pub fn start(act: &Act<'_>, task: i64, retry: i64) -> Result<(), Error> {
    let Some(mut task) = act.current(task, retry, State::Running)? else { return Ok(()) };
    act.emit(&mut task, Kind::Started, worker_time(act.now), Said::default())?;
    let step = act.step(&task)?;
    let run = Run::load(act.db, task.run)?;
    let input: Value = serde_json::from_str(&run.input)?;
    let luck = act.draws(Purpose::Attempt, &task, 3).unit();
    let work = act.hatchet.clock.scaled((step.work_ms(&input, luck) * 1000.0) as Micros);
    let limit = act.hatchet.clock.scaled(micros(&step.timeout));
    if let Some(after) = step.evicted_after_ms.map(|ms| act.hatchet.clock.scaled((ms * 1000.0) as Micros))
        && after < work
    {
        act.push(act.now + after, &Work::Evict { task: task.id, retry })?;
    }
    super::logs::write(act, &task, step.directives(&input).log, work)?;
    for spawn in &step.spawns {
        super::create::spawn(act, &run, &task, spawn)?;
    }
    let (due, next) = if work > limit {
        (limit + act.hatchet.clock.scaled(NOTICED_LATE), Work::TimeOut { task: task.id, retry })
    } else {
        (work, Work::End { task: task.id, retry })
    };
    act.push(act.now + due, &next)
}

pub fn end(act: &Act<'_>, task: i64, retry: i64) -> Result<(), Error> {
    let Some(mut task) = act.current(task, retry, State::Running)? else { return Ok(()) };
    let step = act.step(&task)?;
    let run = Run::load(act.db, task.run)?;
    let luck = act.draws(Purpose::Failure, &task, 0).unit();
    match step.ending(&serde_json::from_str(&run.input)?, retry + 1, luck) {
        Ending::Output(output) => finish(act, &mut task, &step, output),
        Ending::Failure(error, may_retry) => fail(act, &mut task, &step, error, may_retry),
    }
}

fn finish(act: &Act<'_>, task: &mut Task, step: &Step, output: String) -> Result<(), Error> {
    if step.evicted_after_ms.is_some() {
        act.emit(task, Kind::DurableRestoring, act.now, Said::default())?;
    }
    task.output = Some(output.clone());
    act.emit(task, Kind::Finished, worker_time(act.now), Said { output, ..Said::default() })?;
    act.settle(task, State::Completed)
}

fn fail(act: &Act<'_>, task: &mut Task, step: &Step, error: String, may_retry: bool) -> Result<(), Error> {
    task.error = Some(error.clone());
    let again = may_retry && task.retry - task.since_replay < step.retries;
    let quiet = again && !act.hatchet.manners().false_terminals;
    act.emit(task, Kind::Failed, act.now, Said { error, quiet, ..Said::default() })?;
    if again {
        task.state = State::Retrying;
        task.save(act.db)?;
        let gap = act.draws(Purpose::Lag, task, 100).measured(act.hatchet.lags().retry_gap);
        let due = act.now + act.hatchet.clock.scaled(gap);
        return act.push(due, &Work::Retry { task: task.id, retry: task.retry });
    }
    act.settle(task, State::Failed)
}

pub fn retry(act: &Act<'_>, task: i64, retry: i64) -> Result<(), Error> {
    let Some(mut task) = act.current(task, retry, State::Retrying)? else { return Ok(()) };
    let step = act.step(&task)?;
    task.retry += 1;
    let mut message = format!("This is retry number {}.", task.retry);
    let mut wait = 0;
    if let Some(factor) = step.backoff_factor {
        let seconds = factor.powf((task.retry - task.since_replay) as f64);
        let seconds = seconds.min(step.backoff_max_seconds.unwrap_or(seconds));
        wait = act.hatchet.clock.scaled((seconds * 1e6) as Micros);
        let until = super::time::seconds(act.now + wait);
        message = format!("{message} Retrying in {seconds}s ({until}).");
    }
    task.save(act.db)?;
    act.emit(&mut task, Kind::Retrying, act.now, Said { message, ..Said::default() })?;
    if wait == 0 {
        return queue(act, &mut task);
    }
    act.push(act.now + wait, &Work::Requeue { task: task.id, retry: task.retry })
}

pub fn requeue(act: &Act<'_>, task: i64, retry: i64) -> Result<(), Error> {
    let Some(mut task) = act.current(task, retry, State::Retrying)? else { return Ok(()) };
    queue(act, &mut task)
}

pub fn evict(act: &Act<'_>, task: i64, retry: i64) -> Result<(), Error> {
    let Some(mut task) = act.current(task, retry, State::Running)? else { return Ok(()) };
    act.emit(&mut task, Kind::DurableEvicted, act.now, Said::default())
}

pub fn time_out(act: &Act<'_>, task: i64, retry: i64) -> Result<(), Error> {
    let Some(mut task) = act.current(task, retry, State::Running)? else { return Ok(()) };
    let step = act.step(&task)?;
    let again = task.retry - task.since_replay < step.retries;
    let message = format!("Task exceeded timeout of {}", step.timeout);
    // Unlike an error, a time-out that is tried again never shows as FAILED.
    act.emit(&mut task, Kind::TimedOut, act.now, Said { message, quiet: again, ..Said::default() })?;
    if again {
        task.state = State::Retrying;
        task.save(act.db)?;
        return self::retry(act, task.id, task.retry);
    }
    act.settle(&mut task, State::Failed)
}

/// The worker ends without a word: whatever it does is lost, and nobody knows yet. How many tasks those are.
pub fn lose(act: &Act<'_>) -> Result<usize, Error> {
    let worker = act.hatchet.worker().to_string();
    let tasks = Task::running(act.db)?;
    for task in &tasks {
        let lost = Task { state: State::Lost, ..task.clone() };
        lost.save(act.db)?;
        let due = act.soon(&mut act.draws(Purpose::Attempt, task, 11), UNTIL_MISSED);
        act.push(due, &Work::Reassign { task: task.id, retry: task.retry, worker: worker.clone() })?;
    }
    Ok(tasks.len())
}

/// The task goes to another worker, as another attempt that its retries do not count.
pub fn reassign(act: &Act<'_>, task: i64, retry: i64, worker: &str) -> Result<(), Error> {
    let Some(mut task) = act.current(task, retry, State::Lost)? else { return Ok(()) };
    let message = "Worker did not send a heartbeat for 30 seconds".to_owned();
    let said = Said { message, worker: Some(worker.to_owned()), ..Said::default() };
    act.emit(&mut task, Kind::Reassigned, act.now, said)?;
    task.retry += 1;
    task.since_replay += 1;
    task.state = State::Queued;
    task.save(act.db)?;
    let mut draws = act.draws(Purpose::Attempt, &task, 12);
    let queued = act.soon(&mut draws, TO_QUEUE);
    act.emit(&mut task, Kind::RequeuedNoWorker, queued, Said::default())?;
    let taken = act.soon(&mut draws, UNTIL_TAKEN_UP);
    act.push(taken, &Work::Assign { task: task.id, retry: task.retry })
}

/// So many moments, evenly between the beginning and the end of some work.
pub fn spread(begun: Micros, work: Micros, count: usize) -> impl Iterator<Item = Micros> {
    let parts = i64::try_from(count).unwrap_or(i64::MAX).saturating_add(1);
    (1..parts).map(move |part| begun + work / parts * part)
}

pub fn schedule_time_out(act: &Act<'_>, task: i64, retry: i64) -> Result<(), Error> {
    let Some(mut task) = act.current(task, retry, State::Queued)? else { return Ok(()) };
    act.emit(&mut task, Kind::SchedulingTimedOut, act.now, Said::default())?;
    act.settle(&mut task, State::Failed)
}

/// A finished task gets the event too: its status stays, its `finishedAt` moves, and GET task believes it.
pub fn cancel(act: &Act<'_>, task: i64) -> Result<(), Error> {
    let mut task = Task::load(act.db, task)?;
    if task.state.is_final() && !act.hatchet.manners().late_cancel {
        return Ok(());
    }
    act.emit(&mut task, Kind::Cancelled, act.now, Said::default())?;
    if task.state.is_final() {
        return act.push(act.now, &Work::Advance { run: task.run });
    }
    act.settle(&mut task, State::Cancelled)
}
