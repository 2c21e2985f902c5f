//! What a client remembers of runs.
use super::{Call, Client, Host, Read};
use crate::error::{Error, Kind, Result};
use crate::lifecycle::{Known, check_move};
use crate::run::{Phase, Run, Stage};
use std::cell::RefCell;
use std::collections::VecDeque;

/// The most runs to remember.
const MOST: usize = 1_000;

/// Something of each of some runs, by their ids; of too many, the first is forgotten first.
pub(super) struct Memory<T>(RefCell<VecDeque<(String, T)>>);

impl<T> Default for Memory<T> {
    fn default() -> Memory<T> {
        Memory(RefCell::default())
    }
}

impl<T: Clone> Memory<T> {
    pub(super) fn keep(&self, id: &str, what: T) {
        self.forget(id);
        let mut all = self.0.borrow_mut();
        if all.len() >= MOST {
            all.pop_front();
        }
        all.push_back((id.to_owned(), what));
    }

    pub(super) fn forget(&self, id: &str) {
        self.0.borrow_mut().retain(|(known, _)| !known.eq_ignore_ascii_case(id));
    }

    pub(super) fn recall(&self, id: &str) -> Option<T> {
        let all = self.0.borrow();
        all.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(id)).map(|(_, what)| what.clone())
    }
}

/// The run that is meant: by its id alone, or as it was read.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Target<'a> {
    /// Its id.
    pub id: &'a str,
    /// How it was read.
    pub read: Option<&'a Run>,
}

impl<'a> From<&'a str> for Target<'a> {
    fn from(id: &'a str) -> Target<'a> {
        Target { id, read: None }
    }
}

impl<'a> From<&'a String> for Target<'a> {
    fn from(id: &'a String) -> Target<'a> {
        Target { id, read: None }
    }
}

impl<'a> From<&'a Run> for Target<'a> {
    fn from(run: &'a Run) -> Target<'a> {
        Target { id: &run.id, read: Some(run) }
    }
}

impl<H: Host> Client<H> {
    /// Refuses what cannot be, before it is sent: of the run as it was handed in, or of one whose end this client saw
    /// confirmed. One read of its own never speaks against a move.
    pub(super) fn may(&self, operation: &str, target: Target, part: Option<Part>, call: &Call) -> Result<()> {
        let system = self.system.name();
        if let Some(other) = target.read.filter(|run| run.system != system) {
            let message = format!("this is a run of {}: ask its own client", other.system);
            return Err(Error::new(Kind::Argument, "wrong_system", message).of(system));
        }
        let rules = self.system.rules();
        let Some(asked) = rules.move_of(operation).filter(|_| !call.force) else { return Ok(()) };
        let mut known = self.known(target);
        known.stage = part.and_then(|part| part.read.or_else(|| stage_of(&known, &part.id)));
        check_move(rules, asked, &known)
    }

    /// The confirmed end, unless the run was read in a later attempt.
    fn known(&self, target: Target) -> Known {
        let end = self.ended.recall(target.id);
        let end = end.filter(|end| target.read.is_none_or(|run| run.attempt <= end.attempt));
        end.unwrap_or_else(|| target.read.map_or_else(|| Known::nothing(target.id), Known::read))
    }

    /// Two reads agreed that this is the end of the run.
    pub(super) fn remember_end(&self, read: &Read) {
        self.ended.keep(&read.snapshot.run.id, Known::end(&read.snapshot.run));
    }

    /// The run is about to be opened again.
    pub(super) fn forget_end(&self, id: &str) {
        self.ended.forget(id);
    }

    /// A read that shows a run going on overrules its end.
    pub(super) fn reconsider(&self, read: &Read) {
        if read.snapshot.run.phase != Phase::Finished {
            self.ended.forget(&read.snapshot.run.id);
        }
    }
}

/// A stage that is meant: by its id alone, or as it was read.
pub(super) struct Part {
    /// Its id.
    pub(super) id: String,
    /// How it was read, where that tells its status.
    pub(super) read: Option<Stage>,
}

fn stage_of(known: &Known, id: &str) -> Option<Stage> {
    known.stages.iter().rfind(|stage| stage.id.as_deref() == Some(id) && !stage.status.is_empty()).cloned()
}

#[cfg(test)]
mod tests {
    use super::{MOST, Memory};

    #[test]
    fn a_memory_holds_so_many_and_forgets_the_oldest_first() {
        let memory = Memory::default();
        (0..=MOST).for_each(|index| memory.keep(&format!("r{index}"), index));
        assert_eq!((memory.recall("r0"), memory.recall("R1"), memory.recall("r1000")), (None, Some(1), Some(1_000)));
        memory.keep("r1", 7);
        memory.keep("more", 8);
        assert_eq!((memory.recall("r1"), memory.recall("r2")), (Some(7), None), "kept anew, it is the newest");
        memory.forget("R1");
        assert_eq!((memory.recall("r1"), memory.0.borrow().len()), (None, MOST - 1));
    }
}
