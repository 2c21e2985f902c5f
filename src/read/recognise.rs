//! Which of several documents a text holds, by as few of its members as can tell.
use crate::describe::{Document, Kind, Object, Presence, Value};
use crate::lex::{At, Close, Entry, Lex, Padded, Trace, unescape};

/// How much a value looks like a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Likeness {
    /// How many of the members that the document requires stand in the value.
    pub present: usize,
    /// How many do not.
    pub missing: usize,
}

/// The first byte of the value at or behind `start`, and where it stands; `None` at the end of the text.
pub fn first_value(input: &Padded, start: usize) -> Option<(u8, usize)> {
    let trace = Trace::default();
    let lex = Lex::new(input, &trace);
    let at = lex.spaces(lex.at(start));
    (!lex.is_end(at)).then(|| (at.byte(), lex.offset(at)))
}

/// The number of the document that the value at or behind `start` looks most like.
pub fn recognise(input: &Padded, start: usize, documents: &[&Document]) -> Option<usize> {
    let trace = Trace::default();
    let lex = Lex::new(input, &trace);
    let at = lex.spaces(lex.at(start));
    let all = documents.iter().enumerate().map(|(number, document)| Candidate { number, value: document.value });
    match narrow(&lex, at, all.collect()).as_slice() {
        [only] => Some(only.number),
        several => {
            let names = names(&lex, at);
            several.iter().min_by_key(|candidate| likeness_of(candidate.value, &names).missing).map(|best| best.number)
        }
    }
}

/// How much the value at or behind `start` looks like this one.
pub fn likeness(input: &Padded, start: usize, value: Value) -> Likeness {
    let trace = Trace::default();
    let lex = Lex::new(input, &trace);
    likeness_of(value, &names(&lex, lex.spaces(lex.at(start))))
}

fn likeness_of(value: Value, names: &Names) -> Likeness {
    let present = required(value).filter(|name| names.has(name)).count();
    Likeness { present, missing: required(value).count() - present }
}

/// A document that the value may be, and what of it would stand here.
#[derive(Clone, Copy)]
struct Candidate {
    number: usize,
    value: Value,
}

impl Candidate {
    fn object(&self) -> Option<&'static Object> {
        match self.value.kind {
            Kind::Object(of) => Some(of()),
            _ => None,
        }
    }
}

/// As many members as are looked at; in what any server sends it is decided long before.
const LOOKED_AT: usize = 128;

/// Those of the candidates that the value at `at` may be; all, if it is none of them.
fn narrow(lex: &Lex, at: At, candidates: Vec<Candidate>) -> Vec<Candidate> {
    let first = at.byte();
    let candidates = keep(candidates, |candidate| candidate.value.takes(first));
    match first {
        b'{' if candidates.len() > 1 => narrow_members(lex, at, candidates),
        b'[' if candidates.len() > 1 => narrow_items(lex, at, candidates),
        _ => candidates,
    }
}

fn narrow_members(lex: &Lex, open: At, mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut entry = lex.enter(open, Close::Brace);
    for _ in 0..LOOKED_AT {
        let Some(Entry::Item(item)) = entry else { break };
        let Some(at) = lex.key(item) else { break };
        let name = lex.string(item).map_or(&[][..], |end| lex.inside(item, end));
        candidates = narrow_member(lex, at, name, candidates);
        if candidates.len() < 2 {
            break;
        }
        entry = lex.skip_value(at, super::MAX_DEPTH).and_then(|end| lex.next_member(end));
    }
    candidates
}

/// Those of the candidates that have such a member.
fn narrow_member(lex: &Lex, at: At, name: &[u8], candidates: Vec<Candidate>) -> Vec<Candidate> {
    let member = |candidate: &Candidate| {
        let object = candidate.object()?;
        let field = object.fields.get(object.field(name)?)?;
        Some(Candidate { value: field.value, ..*candidate })
    };
    let members: Vec<Candidate> = candidates.iter().filter_map(member).collect();
    let left = narrow(lex, at, members);
    keep(candidates, |candidate| left.iter().any(|member| member.number == candidate.number))
}

/// Those of the candidates that have such a first item.
fn narrow_items(lex: &Lex, open: At, candidates: Vec<Candidate>) -> Vec<Candidate> {
    let Some(Entry::Item(at)) = lex.enter(open, Close::Bracket) else { return candidates };
    let item = |candidate: &Candidate| match candidate.value.kind {
        Kind::Array { items, .. } | Kind::Rows(items) => Some(Candidate { value: *items, ..*candidate }),
        _ => None,
    };
    let left = narrow(lex, at, candidates.iter().filter_map(item).collect());
    keep(candidates, |candidate| left.iter().any(|item| item.number == candidate.number))
}

/// Those of which this holds; all, if it holds of none.
fn keep(candidates: Vec<Candidate>, holds: impl Fn(&Candidate) -> bool) -> Vec<Candidate> {
    let kept: Vec<Candidate> = candidates.iter().filter(|candidate| holds(candidate)).copied().collect();
    if kept.is_empty() { candidates } else { kept }
}

fn required(value: Value) -> impl Iterator<Item = &'static str> {
    let fields = match value.kind {
        Kind::Object(of) => of().fields,
        _ => &[],
    };
    fields.iter().filter(|field| field.value.presence == Presence::Required).map(|field| field.name)
}

/// The names of the members of an object.
struct Names(Vec<Vec<u8>>);

impl Names {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|seen| seen == name.as_bytes())
    }
}

fn names(lex: &Lex, open: At) -> Names {
    let mut names = Names(vec![]);
    let mut entry = lex.enter(open, Close::Brace);
    while let Some(Entry::Item(item)) = entry
        && names.0.len() < LOOKED_AT
    {
        let name = lex.string(item).map_or(&[][..], |end| lex.inside(item, end));
        names.0.push(unescape(name));
        entry = lex.key(item).and_then(|at| lex.skip_value(at, super::MAX_DEPTH)).and_then(|end| lex.next_member(end));
    }
    names
}

/// What stands at a place in an array.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Item {
    /// An item, which starts at this byte.
    At(usize),
    /// Nothing more; the array ends before this byte.
    End(usize),
    /// What cannot stand there.
    Broken(usize),
}

/// The first item of the array that opens at or behind `start`, or what stands behind the item that ends at `start`.
pub fn next_item(input: &Padded, start: usize, first: bool) -> Item {
    let trace = Trace::default();
    let lex = Lex::new(input, &trace);
    let at = lex.spaces(lex.at(start));
    match if first { lex.enter(at, Close::Bracket) } else { lex.next(at, Close::Bracket) } {
        Some(Entry::Item(item)) => Item::At(lex.offset(item)),
        Some(Entry::End(end)) => Item::End(lex.offset(end)),
        None => Item::Broken(lex.offset(at)),
    }
}
