//! The arrows of a picture: rows alike are drawn once, from and to a group of states, where the group has them all.
use crate::finding::Evidence;
use crate::lifecycle::table::{Lifecycle, Row, State};
use crate::order::sort_by;
use crate::run::Phase;

/// States that stand side by side in the table.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// `open`, `ended`, or the phase that they share; of a single state its word.
    pub name: &'static str,
    /// The words of the states.
    pub states: Vec<&'static str>,
}

impl Group {
    fn single(state: &'static str) -> Group {
        Group { name: state, states: vec![state] }
    }

    /// Is it more than one state?
    pub fn is_many(&self) -> bool {
        self.states.len() > 1
    }
}

/// One arrow.
#[derive(Clone, Debug)]
pub(super) struct Arrow {
    /// `None` for the beginning.
    pub from: Option<Group>,
    pub to: Group,
    pub causes: Vec<&'static str>,
    pub new_attempt: bool,
    /// How its line is drawn: 0 full, 1 dashed, 2 dotted.
    pub line: usize,
}

impl Arrow {
    /// Its causes, with a sign if it opens a new attempt.
    pub fn label(&self) -> String {
        let causes = self.causes.join(", ");
        if self.new_attempt { format!("↻ {causes}") } else { causes }
    }

    /// Does it lead from a group into itself?
    pub fn is_within(&self) -> bool {
        self.from.as_ref().is_some_and(|from| from.is_many() && from.name == self.to.name)
    }
}

/// All groups that a table has: states that are open, that are ends, and that share a phase.
pub(super) fn groups(table: &Lifecycle) -> Vec<Group> {
    let of = |name, is: &dyn Fn(&State) -> bool| {
        let states = table.states.iter().filter(|state| is(state)).map(|state| state.status).collect();
        Group { name, states }
    };
    let phases = [("queued", Phase::Queued), ("running", Phase::Running), ("waiting", Phase::Waiting)];
    let mut groups = vec![of("open", &|state| !state.is_end()), of("ended", &|state| state.is_end())];
    groups.extend(phases.into_iter().map(|(name, phase)| of(name, &|state| state.phase == phase)));
    let open = table.states.iter().filter(|state| !state.is_end()).count();
    groups.retain(|group| group.is_many() && (["open", "ended"].contains(&group.name) || group.states.len() < open));
    groups
}

/// The arrows, those from the beginning first, in the order of the rows.
pub(super) fn arrows(table: &Lifecycle) -> Vec<Arrow> {
    let mut left: Vec<&Row> = table.rows.iter().collect();
    let mut arrows: Vec<(usize, Arrow)> = vec![];
    while let Some(&first) = left.first() {
        let (from, to) = widest(table, first, &left);
        let covered = |row: &&Row| {
            let within = from.as_ref().map_or(row.from.is_empty(), |from| from.states.contains(&row.from));
            same_kind(row, first) && within && to.states.contains(&row.to)
        };
        let place = table.rows.iter().position(|row| row == first).unwrap_or(0);
        left.retain(|row| !covered(row));
        let arrow =
            Arrow { from, to, causes: vec![first.cause], new_attempt: first.new_attempt, line: line(first.evidence) };
        arrows.push((place, arrow));
    }
    let key = |(place, arrow): &(usize, Arrow)| (arrow.from.is_some(), *place);
    sort_by(&mut arrows, |left, right| key(left).cmp(&key(right)));
    merged(arrows.into_iter().map(|(_, arrow)| arrow))
}

fn same_kind(row: &Row, other: &Row) -> bool {
    row.cause == other.cause && row.new_attempt == other.new_attempt && line(row.evidence) == line(other.evidence)
}

/// How sure a row is: 0 known, 1 read or inferred, 2 our choice.
fn line(evidence: Evidence) -> usize {
    match evidence {
        Evidence::Documented | Evidence::Observed => 0,
        Evidence::Source | Evidence::Inferred => 1,
        Evidence::Policy => 2,
    }
}

/// The widest pair of groups between which all rows of this row's kind are left, with this row among them.
fn widest(table: &Lifecycle, row: &Row, left: &[&Row]) -> (Option<Group>, Group) {
    let has = |from: &'static str, to: &'static str| {
        left.iter().any(|other| same_kind(other, row) && other.from == from && other.to == to)
    };
    let sides = |state: &'static str| {
        let many = groups(table).into_iter().filter(move |group| group.states.contains(&state));
        many.chain([Group::single(state)])
    };
    if row.from.is_empty() {
        let to = sides(row.to).find(|to| to.states.iter().all(|to| has("", to)));
        return (None, to.unwrap_or_else(|| Group::single(row.to)));
    }
    let mut best = (Group::single(row.from), Group::single(row.to));
    for from in sides(row.from) {
        for to in sides(row.to) {
            let apart = from.name == to.name || !from.states.iter().any(|state| to.states.contains(state));
            let all =
                apart && from.states.iter().all(|a| to.states.iter().all(|b| a == b && from.is_many() || has(a, b)));
            let size = |(from, to): (&Group, &Group)| from.states.len() * to.states.len();
            if all && size((&from, &to)) > size((&best.0, &best.1)).max(2) {
                best = (from.clone(), to);
            }
        }
    }
    (Some(best.0), best.1)
}

/// Arrows between the same groups become one, unless their lines differ.
fn merged(arrows: impl Iterator<Item = Arrow>) -> Vec<Arrow> {
    let mut merged: Vec<Arrow> = vec![];
    for arrow in arrows {
        let name = |arrow: &Arrow| arrow.from.as_ref().map(|from| from.name);
        let same = |other: &Arrow| {
            name(other) == name(&arrow)
                && other.to.name == arrow.to.name
                && other.new_attempt == arrow.new_attempt
                && other.line == arrow.line
        };
        match merged.iter_mut().find(|other| same(other)) {
            Some(other) => other.causes.extend(arrow.causes),
            None => merged.push(arrow),
        }
    }
    merged
}
