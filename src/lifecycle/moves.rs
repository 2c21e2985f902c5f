//! Moves: what may be asked of a run or of one of its stages, and in which states.
//!
//! A [`Move`] asks for the steps of one cause. It is legal in a state out of which a row of that cause leads on, to another
//! state or to a new attempt; a row that only rewrites an end leads nowhere. What is not legal is refused before it is sent,
//! because servers answer it with an odd failure, drop it silently, or do harm.
use super::judge::Rules;
use super::table::{Lifecycle, State};
use crate::error::{Error, Kind, Result};
use crate::finding::Evidence;
use crate::run::{Phase, Run, Stage};
use serde::Serialize;

/// Something that may be asked of a run or stage.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    /// The client's operation by which it is asked for.
    pub operation: &'static str,
    /// What it moves.
    pub of: Moved,
    /// The cause of the steps that it asks for.
    pub cause: &'static str,
    /// What comes of it where it is not legal.
    pub otherwise: &'static str,
    /// Why we believe so.
    pub evidence: Evidence,
}

/// What a move moves.
#[derive(Clone, Copy, Debug)]
pub enum Moved {
    /// The run.
    Run,
    /// The stage that an argument names.
    Stage {
        /// The argument.
        argument: &'static str,
        /// The stage as its own document shows it, JSON text.
        read: fn(&str) -> Result<Stage>,
    },
    /// The stage of this name that is open, if there is one; a stage without a name of its own may be it.
    Open(&'static str),
}

impl Move {
    /// Is it the run that it moves, and not a stage?
    pub fn is_of_runs(&self) -> bool {
        matches!(self.of, Moved::Run)
    }

    fn table<'a>(&self, rules: &'a Rules) -> &'a Lifecycle {
        if self.is_of_runs() { &rules.runs } else { &rules.stages }
    }

    /// The states in which it is legal.
    pub fn from(&self, rules: &Rules) -> Vec<&'static str> {
        let table = self.table(rules);
        table.states.iter().filter(|state| self.may(table, state)).map(|state| state.status).collect()
    }

    fn may(&self, table: &Lifecycle, state: &State) -> bool {
        let on = |row: &super::Row| row.new_attempt || !state.is_end();
        table.rows.iter().any(|row| row.from == state.status && row.cause == self.cause && on(row))
    }

    /// May a stage that stands so be moved? One of a status that we do not know may.
    fn may_stage(&self, rules: &Rules, stage: &Stage) -> bool {
        rules.stages.state(&stage.status, stage.phase).is_none_or(|state| self.may(&rules.stages, state))
    }

    /// What stands in its way, if anything does.
    fn obstacle(&self, rules: &Rules, known: &Known) -> Option<Obstacle> {
        let run = rules.runs.state(&known.status, known.phase);
        let ended = run.is_some_and(State::is_end);
        match &self.of {
            Moved::Run => run.filter(|state| !self.may(&rules.runs, state)).map(|_| Obstacle::Run { ended }),
            _ if ended => Some(Obstacle::Run { ended }),
            Moved::Stage { .. } => {
                let stage = known.stage.as_ref().filter(|stage| !self.may_stage(rules, stage))?;
                Some(Obstacle::Stage(stage.id.clone().unwrap_or_default(), stage.status.clone()))
            }
            Moved::Open(name) => {
                let mut begun = known.stages.iter().filter(|stage| !stage.status.is_empty()).peekable();
                let named = |stage: &Stage| stage.name == *name || stage.id.as_ref() == Some(&stage.name);
                let closed = begun.peek().is_some() && !begun.any(|stage| named(stage) && self.may_stage(rules, stage));
                closed.then_some(Obstacle::NoStage(name))
            }
        }
    }
}

enum Obstacle {
    Run { ended: bool },
    Stage(String, String),
    NoStage(&'static str),
}

/// A move and the states in which it is legal, as plain data.
#[derive(Serialize)]
pub struct Legal {
    operation: &'static str,
    of: &'static str,
    cause: &'static str,
    from: Vec<&'static str>,
    otherwise: &'static str,
    evidence: Evidence,
}

impl Rules {
    /// The system's moves and where they are legal.
    pub fn legal_moves(&self) -> Vec<Legal> {
        let legal = |the: &Move| {
            let Move { operation, cause, otherwise, evidence, .. } = *the;
            let of = if the.is_of_runs() { "runs" } else { "stages" };
            Legal { operation, of, cause, from: the.from(self), otherwise, evidence }
        };
        self.moves.iter().map(legal).collect()
    }

    /// The move that this operation asks for.
    pub fn move_of(&self, operation: &str) -> Option<&'static Move> {
        self.moves.iter().find(|known| known.operation == operation)
    }
}

/// How a run stands, as far as its caller or client knows.
#[derive(Clone, PartialEq, Debug)]
pub struct Known {
    /// The run.
    pub id: String,
    /// The system's own word.
    pub status: String,
    /// Our word for it.
    pub phase: Phase,
    /// From 1.
    pub attempt: u32,
    /// Its parts.
    pub stages: Vec<Stage>,
    /// The part that is meant.
    pub stage: Option<Stage>,
    /// Is it an end that two reads of this client agreed on?
    pub confirmed: bool,
}

impl Known {
    /// What is known of a run of which only the id is.
    pub fn nothing(id: &str) -> Known {
        Known {
            id: id.into(),
            status: String::new(),
            phase: Phase::Unknown,
            attempt: 0,
            stages: vec![],
            stage: None,
            confirmed: false,
        }
    }

    /// A run that was read before.
    pub fn read(run: &Run) -> Known {
        let (status, phase, attempt) = (run.status.clone(), run.phase, run.attempt);
        Known { status, phase, attempt, stages: run.stages.clone(), ..Known::nothing(&run.id) }
    }

    /// The end of a run, which was confirmed.
    pub fn end(run: &Run) -> Known {
        let (status, phase, attempt) = (run.status.clone(), run.phase, run.attempt);
        Known { status, phase, attempt, confirmed: true, ..Known::nothing(&run.id) }
    }

    fn is_of(&self, system: &Rules) -> String {
        let Known { id, status, .. } = self;
        let seen = if self.confirmed { ", as two reads of this client agreed" } else { "" };
        format!("the run {id} of {} is {status}{seen}", system.system)
    }
}

/// Refuses a move that what is known rules out.
///
/// # Errors
/// `already_finished` of what is at its end, `illegal_move` of what stands elsewhere; both of [`Kind::Transition`], with the
/// reason and how to ask all the same.
pub fn check_move(rules: &Rules, asked: &Move, known: &Known) -> Result<()> {
    let Some(obstacle) = asked.obstacle(rules, known) else { return Ok(()) };
    let (code, state) = match obstacle {
        Obstacle::Run { ended: true } => ("already_finished", known.is_of(rules)),
        Obstacle::Run { ended: false } => ("illegal_move", known.is_of(rules)),
        Obstacle::Stage(id, status) => ("already_finished", format!("its stage {id} is {status}")),
        Obstacle::NoStage(name) => ("illegal_move", format!("{}, and no {name} of it is open", known.is_of(rules))),
    };
    let Move { operation, otherwise, .. } = asked;
    let message = format!("{operation} was not sent: {state}, and {otherwise}; read it again, or say `force: true`");
    Err(Error::new(Kind::Transition, code, message).of(rules.system))
}
