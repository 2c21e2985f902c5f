//! Events: what a delivery or a task's log says of a run, merged in whatever order and however often it arrives.
//!
//! A part of a run (a stage, or the run itself) holds the newest attempt it heard of; within it the furthest status, the
//! earliest begin and the latest end. That is a join: it does not matter in which order events come, nor how often.
use super::judge::{Judgement, Rules, judge};
use super::table::{Lifecycle, Verdict};
use crate::describe::Raw;
use crate::error::{Error, Kind, Result, SystemName};
use crate::finding::What;
use crate::order::sort_by;
use crate::run::{Millis, Outcome, Phase, Run, Snapshot, Stage};
use std::cmp::Ordering;

/// What an event says.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// The run it is about, where it says so.
    pub run_id: Option<String>,
    /// The stage it is about; `None` for the run itself.
    pub stage: Option<Part>,
    /// Which attempt of it, from 1.
    pub attempt: u32,
    /// How it stands, in a word of the system's table.
    pub status: String,
    /// Is it the begin of the work on this attempt?
    pub begins: bool,
    /// When it happened.
    pub at: Option<Millis>,
    /// What the stage or run made.
    pub output: Option<Raw>,
    /// What went wrong.
    pub error: Option<String>,
}

/// A stage that an event names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// Its id.
    pub id: String,
    /// A name for people.
    pub name: String,
}

/// How a system's events are read and what they make of a run.
#[derive(Clone, Copy, Debug)]
pub struct Events {
    /// Reads one event of the system, as JSON text.
    pub read: fn(&str) -> Result<Event>,
    /// The status of a run that follows from its stages, where no event tells it.
    pub count: Option<fn(&Run) -> &'static str>,
    /// Of two ends within an attempt, is the later the one that counts? If not, it is the one further in the table.
    pub latest_end: bool,
    /// May an event name a stage of which the run did not tell yet? Where a run tells of all its stages from the start, a
    /// status counted from some of them would be a guess.
    pub new_stages: bool,
}

/// A run after an event, and what the event was to it.
#[derive(Clone, PartialEq, Debug)]
pub struct Applied {
    /// `same` for one that told nothing new, `stale` for one of an older state, else what [`judge`] says.
    pub judgement: Judgement,
    /// The run with the event in it.
    pub run: Run,
}

/// Merges an event, given as JSON text, into a run.
pub fn apply_event(rules: &'static Rules, run: &Run, event: &str) -> Result<Applied> {
    let Some(events) = rules.events else {
        return Err(Error::new(Kind::Unsupported, "no_events", "this system sends no events: read the run again")
            .of(rules.system));
    };
    apply(rules, run, &(events.read)(event)?)
}

/// Merges an event into a run.
pub fn apply(rules: &'static Rules, run: &Run, event: &Event) -> Result<Applied> {
    if event.run_id.as_ref().is_some_and(|id| *id != run.id) {
        let message = "the event is about another run: apply it to the run that it names";
        return Err(Error::new(Kind::Argument, "not_same_run", message).of(rules.system));
    }
    let mut after = run.clone();
    let order = match &event.stage {
        Some(part) => merge_stage(rules, &mut after, part, event)?,
        None => merge_run(rules, &mut after, event),
    };
    if event.stage.is_some() && after != *run {
        sort(&mut after.stages);
        count(rules, &mut after);
    }
    let judgement = if after == *run { unchanged(order) } else { judge(rules, &whole(run), &whole(&after)) };
    Ok(Applied { judgement, run: after })
}

fn unchanged(order: Ordering) -> Judgement {
    let verdict = if order == Ordering::Less { Verdict::Stale } else { Verdict::Same };
    Judgement { verdict, cause: None, findings: vec![] }
}

fn whole(run: &Run) -> Snapshot {
    Snapshot { run: run.clone(), what: What::Run, fixed: vec![], changed_at: None }
}

/// The fields that a run and its stages share.
struct Standing<'a> {
    status: &'a mut String,
    phase: &'a mut Phase,
    outcome: &'a mut Option<Outcome>,
    attempt: &'a mut u32,
    started_at: &'a mut Option<Millis>,
    finished_at: &'a mut Option<Millis>,
    output: &'a mut Option<Raw>,
    error: &'a mut Option<String>,
}

macro_rules! standing {
    ($part:expr) => {
        Standing {
            status: &mut $part.status,
            phase: &mut $part.phase,
            outcome: &mut $part.outcome,
            attempt: &mut $part.attempt,
            started_at: &mut $part.started_at,
            finished_at: &mut $part.finished_at,
            output: &mut $part.output,
            error: &mut $part.error,
        }
    };
}

fn merge_run(rules: &'static Rules, run: &mut Run, event: &Event) -> Ordering {
    merge(rules, &rules.runs, standing!(run), event)
}

fn merge_stage(rules: &'static Rules, run: &mut Run, part: &Part, event: &Event) -> Result<Ordering> {
    let named = |stage: &Stage| stage.id.as_deref().map_or(stage.name == part.name, |id| id == part.id);
    if !run.stages.iter().any(named) {
        if part.id != run.id && rules.events.is_some_and(|events| !events.new_stages) {
            let message = format!("the run does not tell of the stage `{}`: read the run in full first", part.name);
            return Err(Error::new(Kind::Argument, "unknown_stage", message).of(rules.system));
        }
        run.stages.push(blank(part));
    }
    let Some(stage) = run.stages.iter_mut().find(|stage| named(stage)) else { return Ok(Ordering::Equal) };
    stage.id.get_or_insert_with(|| part.id.clone());
    Ok(merge(rules, &rules.stages, standing!(stage), event))
}

fn blank(part: &Part) -> Stage {
    Stage {
        id: Some(part.id.clone()),
        name: part.name.clone(),
        status: String::new(),
        phase: Phase::Queued,
        outcome: None,
        attempt: 1,
        started_at: None,
        finished_at: None,
        input: None,
        output: None,
        error: None,
        next: vec![],
    }
}

/// Joins what is known with what the event says; tells whether the event is older, as new, or newer.
fn merge(rules: &Rules, table: &Lifecycle, known: Standing, event: &Event) -> Ordering {
    match event.attempt.cmp(known.attempt) {
        Ordering::Less => return Ordering::Less,
        Ordering::Equal => {}
        Ordering::Greater => {
            *known.attempt = event.attempt;
            known.status.clear();
            (*known.started_at, *known.finished_at, *known.output, *known.error) = (None, None, None, None);
        }
    }
    if event.begins {
        *known.started_at = later(*known.started_at, event.at);
    }
    let by_time = rules.events.is_some_and(|events| events.latest_end);
    let new = far(table, &event.status, event.at, by_time);
    let order = new.partial_cmp(&far(table, known.status, *known.finished_at, by_time)).unwrap_or(Ordering::Equal);
    if order == Ordering::Greater {
        let state = table.states.iter().find(|state| state.status == event.status);
        event.status.clone_into(known.status);
        *known.phase = state.map_or(Phase::Unknown, |state| state.phase);
        *known.outcome = state.and_then(|state| state.outcome);
        *known.finished_at = new.end;
        known.output.clone_from(&event.output);
        known.error.clone_from(&event.error);
    }
    order
}

/// How far a status is: by its kind, then by the time of its end if that counts first, by the order of the table, by its end.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
struct Far {
    known: bool,
    is_end: bool,
    latest: Option<Millis>,
    rank: u8,
    end: Option<Millis>,
}

fn far(table: &Lifecycle, status: &str, at: Option<Millis>, by_time: bool) -> Far {
    let rank = table.code(status);
    let is_end = table.states.iter().any(|state| state.status == status && state.is_end());
    let end = at.filter(|_| is_end);
    Far { known: !status.is_empty(), is_end, latest: end.filter(|_| by_time), rank, end }
}

/// A stage that was put aside begins again within its attempt, and shows the latest begin.
fn later(known: Option<Millis>, met: Option<Millis>) -> Option<Millis> {
    match (known, met) {
        (Some(known), Some(met)) => Some(known.max(met)),
        (known, met) => known.or(met),
    }
}

/// In the order in which they began; those that have not come last, in the order in which they stood.
fn sort(stages: &mut Vec<Stage>) {
    let begin = |stage: &Stage| stage.started_at.or(stage.finished_at).unwrap_or(f64::INFINITY);
    let id = |stage: &Stage| if stage.status.is_empty() { None } else { stage.id.clone() };
    sort_by(stages, |a, b| {
        let placeholder = a.status.is_empty().cmp(&b.status.is_empty());
        begin(a).total_cmp(&begin(b)).then(placeholder).then_with(|| id(a).cmp(&id(b)))
    });
}

/// The run as its stages make it.
fn count(rules: &'static Rules, run: &mut Run) {
    let status = rules.events.and_then(|events| events.count).map(|count| count(run));
    let Some(state) = rules.runs.states.iter().find(|state| Some(state.status) == status) else { return };
    run.status = state.word().to_owned();
    run.phase = state.phase;
    run.outcome = state.outcome;
    run.attempt = run.stages.iter().map(|stage| stage.attempt).max().unwrap_or(1);
    let times = |time: fn(&Stage) -> Option<Millis>| run.stages.iter().filter_map(time);
    let (started, finished) = (times(|stage| stage.started_at).reduce(f64::min), times(|stage| stage.finished_at));
    run.finished_at = finished.reduce(f64::max).filter(|_| state.is_end());
    run.started_at = started;
}

/// Milliseconds of a time as systems write it, at most microseconds of it.
pub(crate) fn instant(system: SystemName, text: &str) -> Result<Millis> {
    let time = chrono::DateTime::parse_from_rfc3339(text);
    let message = "the event's time is no RFC 3339 date and time, such as 2026-11-22T16:02:04.07Z";
    let time = time.map_err(|_| Error::new(Kind::Decode, "bad_time", message).of(system))?;
    Ok(time.timestamp_micros() as f64 / 1000.0)
}

/// The error about what is no event as the system writes it, at this place.
pub(crate) fn no_event(system: SystemName) -> impl Fn(String) -> Error {
    move |place| {
        let message = format!("this is no event of {system} ({place}): give one event as the system wrote it");
        Error::new(Kind::Decode, "bad_event", message).of(system)
    }
}
