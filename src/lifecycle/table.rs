//! The tables, and the verdict on every pair of states that follows from them.
use crate::finding::Evidence;
use crate::run::{Outcome, Phase};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

/// A state of a run or stage, under the system's own word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct State {
    /// The system's word.
    pub status: &'static str,
    /// The word that the system's answers show in its place, where the state hides behind another's word; its phase tells
    /// the two apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wire: Option<&'static str>,
    /// Our word for it.
    pub phase: Phase,
    /// Our word for its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Why we believe so.
    pub evidence: Evidence,
}

impl State {
    /// A state that is no end.
    pub const fn open(status: &'static str, phase: Phase, evidence: Evidence) -> State {
        State { status, wire: None, phase, outcome: None, evidence }
    }

    /// A state that is an end.
    pub const fn end(status: &'static str, outcome: Outcome, evidence: Evidence) -> State {
        State { status, wire: None, phase: Phase::Finished, outcome: Some(outcome), evidence }
    }

    /// The word that answers show.
    pub const fn word(&self) -> &'static str {
        match self.wire {
            Some(word) => word,
            None => self.status,
        }
    }

    /// Is it an end?
    pub const fn is_end(&self) -> bool {
        matches!(self.phase, Phase::Finished)
    }
}

/// A step that may happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The system's word before; `""` before the run or stage exists.
    pub from: &'static str,
    /// The system's word after. The same word with [`Row::new_attempt`]: the next attempt already stands there again.
    pub to: &'static str,
    /// What makes it happen, such as `assigned`, `finished`, `replay`.
    pub cause: &'static str,
    /// Does it open a new attempt?
    pub new_attempt: bool,
    /// Why we believe so.
    pub evidence: Evidence,
}

impl Row {
    /// A step within an attempt.
    pub const fn step(from: &'static str, to: &'static str, cause: &'static str, evidence: Evidence) -> Row {
        Row { from, to, cause, new_attempt: false, evidence }
    }

    /// A step that opens a new attempt.
    pub const fn again(from: &'static str, to: &'static str, cause: &'static str, evidence: Evidence) -> Row {
        Row { from, to, cause, new_attempt: true, evidence }
    }
}

/// Steps alike: from each of some states to each of others, but not to itself.
#[derive(Clone, Copy, Debug)]
pub struct Steps {
    /// The words before.
    pub from: &'static [&'static str],
    /// The words after.
    pub to: &'static [&'static str],
    /// What makes them happen.
    pub cause: &'static str,
    /// Why we believe so.
    pub evidence: Evidence,
}

impl Steps {
    /// Steps within an attempt.
    pub const fn new(
        from: &'static [&'static str],
        to: &'static [&'static str],
        cause: &'static str,
        evidence: Evidence,
    ) -> Steps {
        Steps { from, to, cause, evidence }
    }
}

/// The rows that steps alike stand for; `N` is their number.
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which refuses what is out of bounds")]
pub const fn rows<const N: usize>(steps: &[Steps]) -> [Row; N] {
    let mut rows = [Row::step("", "", "", Evidence::Policy); N];
    let (mut count, mut index) = (0, 0);
    while index < steps.len() {
        let step = steps[index];
        let mut pair = 0;
        while pair < step.from.len() * step.to.len() {
            let (from, to) = (step.from[pair / step.to.len()], step.to[pair % step.to.len()]);
            if !same_text(from, to) {
                rows[count] = Row::step(from, to, step.cause, step.evidence);
                count += 1;
            }
            pair += 1;
        }
        index += 1;
    }
    assert!(count == N, "the number of rows is another");
    rows
}

/// What two snapshots are to each other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[repr(u8)]
pub enum Verdict {
    /// Nothing changed.
    Same,
    /// A known step forward.
    Advance,
    /// A new attempt was opened.
    NewAttempt,
    /// A settled result changed where that may happen.
    Revision,
    /// The later-read snapshot is the older state.
    Stale,
    /// Cannot be.
    Conflict,
}

impl Verdict {
    /// All of them, in the order of their codes.
    pub const ALL: [Verdict; 6] =
        [Verdict::Same, Verdict::Advance, Verdict::NewAttempt, Verdict::Revision, Verdict::Stale, Verdict::Conflict];

    /// Does the newer snapshot take the older one's place?
    pub const fn is_accepted(self) -> bool {
        !matches!(self, Verdict::Stale | Verdict::Conflict)
    }
}

/// A code has four bits: 0 for a word we do not know (or none yet), and 1 to 15.
const CODES: usize = 16;

/// The verdict on each pair of codes: `from * CODES + to`.
type Grid = [Verdict; CODES * CODES];

/// For each code, the set of codes that follow it.
type Next = [u16; CODES];

/// What may follow what. As plain data: `states`, `rows`, `terminals` and `anyCase`.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    /// All known states, in the order of their codes, which begin at 1.
    pub states: &'static [State],
    /// All known steps.
    pub rows: &'static [Row],
    /// Are words the same whatever their case?
    pub any_case: bool,
    any_attempt: Grid,
    same_attempt: Grid,
}

impl Serialize for Lifecycle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut plain = serializer.serialize_struct("Lifecycle", 4)?;
        plain.serialize_field("states", self.states)?;
        plain.serialize_field("rows", self.rows)?;
        plain.serialize_field("terminals", &self.terminals().collect::<Vec<_>>())?;
        plain.serialize_field("anyCase", &self.any_case)?;
        plain.end()
    }
}

impl Lifecycle {
    /// A table, whose rows may only name its states; that is proven when it is compiled.
    pub const fn new(states: &'static [State], rows: &'static [Row]) -> Lifecycle {
        let within = next(states, rows, false);
        let again = next(states, rows, true);
        let back = closure(within);
        Lifecycle {
            states,
            rows,
            any_case: false,
            any_attempt: grid(states, &within, &again, &back),
            same_attempt: grid(states, &within, &[0; CODES], &back),
        }
    }

    /// The same table, for a system that does not mind the case of its words.
    pub const fn in_any_case(self) -> Lifecycle {
        Lifecycle { any_case: true, ..self }
    }

    /// The state behind a word of the system, told apart by its phase where a word stands for two.
    pub fn state(&self, status: &str, phase: Phase) -> Option<&'static State> {
        let mut named = self.states.iter().filter(|state| self.same_word(state.word(), status));
        let first = named.next()?;
        if first.phase == phase { Some(first) } else { named.find(|state| state.phase == phase).or(Some(first)) }
    }

    /// The code of the state behind a word, told apart by its phase where a word stands for two; 0 if it is not known.
    pub fn place(&self, status: &str, phase: Phase) -> u8 {
        let state = self.state(status, phase);
        state.map_or(0, |state| self.code(state.status))
    }

    /// The code of a word, from 1; 0 if it is not known. A state that hides behind another's word has a code as well.
    pub fn code(&self, status: &str) -> u8 {
        let named = self.states.iter().position(|state| self.same_word(state.status, status));
        named.map_or(0, |index| index as u8 + 1)
    }

    /// The verdict on two codes of which no attempt is known.
    pub fn check(&self, from: u8, to: u8) -> Verdict {
        verdict(&self.any_attempt, from, to)
    }

    /// The verdict on two codes of one attempt.
    pub fn check_within_attempt(&self, from: u8, to: u8) -> Verdict {
        verdict(&self.same_attempt, from, to)
    }

    /// The verdicts, as codes, on many pairs `from, to, from, to, …`; an odd last code is left out.
    pub fn check_all(&self, pairs: &[u8]) -> Vec<u8> {
        let (pairs, _) = pairs.as_chunks::<2>();
        pairs.iter().map(|&[from, to]| self.check(from, to) as u8).collect()
    }

    /// The verdicts of [`Lifecycle::check`], or of [`Lifecycle::check_within_attempt`], as codes, at `from * 16 + to`: for
    /// callers to whom a call is dearer than a look.
    pub fn grid(&self, within_attempt: bool) -> Vec<u8> {
        let grid = if within_attempt { &self.same_attempt } else { &self.any_attempt };
        grid.iter().map(|&verdict| verdict as u8).collect()
    }

    /// The words that answers may show after this one, in the order of the codes; empty for a word that is not known.
    pub fn allowed_next(&self, status: &str) -> Vec<&'static str> {
        let mut words = vec![];
        let from = |row: &Row| self.states.iter().any(|s| s.status == row.from && self.same_word(s.word(), status));
        for state in self.states {
            let reached = self.rows.iter().any(|row| row.to == state.status && from(row));
            if reached && !words.contains(&state.word()) && !self.same_word(state.word(), status) {
                words.push(state.word());
            }
        }
        words
    }

    /// The words that are an end, as far as one read tells.
    pub fn terminals(&self) -> impl Iterator<Item = &'static str> {
        self.states.iter().filter(|state| state.is_end()).map(|state| state.status)
    }

    /// The one cause that explains a step, if its rows agree on one. A step to a new attempt of which no row tells may have
    /// been made within it, unseen.
    pub fn cause(&self, from: &str, to: &str, new_attempt: bool) -> Option<&'static str> {
        let rows =
            |again| self.rows.iter().filter(move |row| row.from == from && row.to == to && row.new_attempt == again);
        let again = new_attempt && rows(true).next().is_some();
        let first = rows(again).next()?.cause;
        rows(again).all(|row| row.cause == first).then_some(first)
    }

    fn same_word(&self, known: &str, met: &str) -> bool {
        if self.any_case { known.eq_ignore_ascii_case(met) } else { known == met }
    }
}

fn verdict(grid: &Grid, from: u8, to: u8) -> Verdict {
    let place = usize::from(from) * CODES + usize::from(to);
    grid.get(place).copied().filter(|_| usize::from(to) < CODES).unwrap_or(Verdict::Advance)
}

/// The grid that follows from the steps. Unknown words are never refused.
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which refuses what is out of bounds")]
const fn grid(states: &[State], within: &Next, again: &Next, back: &Next) -> Grid {
    let mut grid = [Verdict::Advance; CODES * CODES];
    let mut from = 1;
    while from <= states.len() {
        let mut to = 1;
        while to <= states.len() {
            grid[from * CODES + to] = if from == to {
                Verdict::Same
            } else if has(within, from, to) {
                if states[from - 1].is_end() { Verdict::Revision } else { Verdict::Advance }
            } else if has(again, from, to) {
                Verdict::NewAttempt
            } else if has(back, to, from) {
                Verdict::Stale
            } else {
                Verdict::Conflict
            };
            to += 1;
        }
        from += 1;
    }
    grid
}

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which refuses what is out of bounds")]
const fn has(next: &Next, from: usize, to: usize) -> bool {
    next[from] & (1 << to) != 0
}

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which refuses what is out of bounds")]
const fn next(states: &[State], rows: &[Row], new_attempt: bool) -> Next {
    assert!(states.len() < CODES, "a table has at most 15 states");
    let mut next = [0; CODES];
    let mut index = 0;
    while index < rows.len() {
        let row = rows[index];
        let (from, to) = (place(states, row.from), place(states, row.to));
        assert!(to > 0, "a row leads to no state");
        assert!(from != to || row.new_attempt, "a row within an attempt leads back to its state");
        if row.new_attempt == new_attempt {
            next[from] |= 1 << to;
        }
        index += 1;
    }
    next
}

/// Which codes are reached from each, over any number of steps.
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which refuses what is out of bounds")]
const fn closure(mut next: Next) -> Next {
    let mut via = 1;
    while via < CODES {
        let mut from = 1;
        while from < CODES {
            if has(&next, from, via) {
                next[from] |= next[via];
            }
            from += 1;
        }
        via += 1;
    }
    next
}

/// The code of a row's word: 0 for `""`.
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which refuses what is out of bounds")]
const fn place(states: &[State], word: &str) -> usize {
    if word.is_empty() {
        return 0;
    }
    let mut index = 0;
    while index < states.len() && !same_text(states[index].status, word) {
        index += 1;
    }
    assert!(index < states.len(), "a row names a state that the table does not have");
    index + 1
}

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which refuses what is out of bounds")]
const fn same_text(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    index == a.len() && index == b.len()
}
