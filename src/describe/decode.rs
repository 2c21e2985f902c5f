//! JSON text to the types that were declared for it: one pass, directed by the same descriptions as the walker's.
//!
//! The code for a type is little more than the places of its fields; all that can be shared between types is not generic. So a
//! reader does not fail where it stands: it notes the first misfit, reads nothing more, and gives blanks, which nobody sees,
//! because [`decode`] asks for the misfit at the end.
use super::codec::Others;
use super::kinds::{Nullable, Raw, Wire};
use super::{Envelope, Object, Presence};
use crate::lex::{At, Close, Entry, Lex, MAX_DEPTH, Padded, Trace, unescape_exact};
use core::fmt;

/// Levels of described values that may be open at once: each takes stack.
const MAX_LEVELS: u32 = 128;

/// Where a text does not fit the type it is read as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Misfit {
    /// From 1.
    pub line: usize,
    /// Bytes, from 1.
    pub column: usize,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "what stands at line {} column {} does not fit", self.line, self.column)
    }
}

/// The value that this JSON text spells.
///
/// # Errors
/// A misfit, where the text is no JSON or spells no value of this type.
pub fn decode<T: Wire>(json: &str) -> Result<T, Misfit> {
    read(json, T::read)
}

/// The whole text, as `read` takes it.
pub(super) fn read<T>(json: &str, read: impl Fn(&mut Reader) -> T) -> Result<T, Misfit> {
    let mut value = None;
    let misfit = read_whole(json, &mut |reader| value = Some(read(reader)));
    value.filter(|_| misfit.is_none()).ok_or(misfit.unwrap_or(Misfit { line: 1, column: 1 }))
}

fn read_whole(json: &str, read: &mut dyn FnMut(&mut Reader)) -> Option<Misfit> {
    let padded = Padded::new(json.as_bytes());
    let trace = Trace::default();
    let lex = Lex::new(&padded, &trace);
    let mut reader = Reader { text: json, lex, at: lex.spaces(lex.start()), levels: 0, misfit: None };
    read(&mut reader);
    reader.finish(&trace)
}

/// What stands under these names, one inside the other; `None` where one of them is not there, and for `null`.
///
/// # Errors
/// A misfit, where the text is no JSON, or spells a value of another type there.
pub fn find<T: Wire>(json: &str, names: &[&str]) -> Result<Option<T>, Misfit> {
    let mut found = Nullable::Null;
    match read_whole(json, &mut |reader| below(reader, names, &mut |reader| fill(&mut found, reader))) {
        Some(misfit) => Err(misfit),
        None => Ok(found.into_option()),
    }
}

/// What stands in this envelope; `None` for what stands in none.
pub fn unwrapped(json: &str, envelope: &Envelope) -> Option<Raw> {
    let (mut names, mut payload) = (vec![], None);
    let misfit = read_whole(json, &mut |reader| {
        reader.members(&mut |reader, name| {
            let is_payload = name == envelope.payload;
            let is_known = envelope.has(name.as_bytes());
            names.push(name);
            match is_payload {
                true => payload = Some(reader.raw()),
                // a name that no envelope has ends the look
                false if !is_known => reader.misfit(),
                false => reader.skip(),
            }
        });
    });
    let is_envelope = misfit.is_none() && envelope.is(names.iter().map(|name| name.as_bytes()));
    payload.filter(|_| is_envelope)
}

fn below(reader: &mut Reader, names: &[&str], found: &mut dyn FnMut(&mut Reader)) {
    match names {
        [] => found(reader),
        [name, inside @ ..] if reader.first() == b'{' => reader.members(&mut |reader, member| {
            if member == *name { below(reader, inside, found) } else { reader.skip() }
        }),
        _ => reader.skip(),
    }
}

/// The fields of an object that is being read.
pub trait Fields {
    /// Reads the value of the field of this number, as the description counts them.
    fn fill(&mut self, number: usize, reader: &mut Reader);
    /// The members that no field names.
    fn unknown(&mut self) -> &mut Others;
}

/// Reads the value that comes next.
#[inline(never)]
pub fn fill<T: Wire>(field: &mut T, reader: &mut Reader) {
    *field = T::read(reader);
}

/// A place in a text from which values are read, one after the other.
pub struct Reader<'a> {
    text: &'a str,
    lex: Lex<'a>,
    at: At<'a>,
    levels: u32,
    /// The byte at which the first misfit was seen.
    misfit: Option<usize>,
}

impl<'a> Reader<'a> {
    /// The first byte of the value that comes next.
    pub fn first(&self) -> u8 {
        self.at.byte()
    }

    /// A string.
    pub fn string(&mut self) -> String {
        let end = self.lex.string(self.at);
        self.taken(end, |inside| {
            let text = inside.get(1..inside.len().checked_sub(1)?)?;
            if text.contains('\\') { unescape_exact(text.as_bytes()) } else { Some(text.to_owned()) }
        })
    }

    /// An integer.
    pub fn integer(&mut self) -> i64 {
        let end = self.lex.integer(self.at).map(|(end, _)| end);
        self.taken(end, |text| text.parse().ok())
    }

    /// `true` or `false`.
    pub fn boolean(&mut self) -> bool {
        let end = self.lex.boolean(self.at);
        self.taken(end, |text| Some(text == "true"))
    }

    /// Takes a `null`, if one comes next.
    pub fn null(&mut self) -> bool {
        let end = self.lex.null(self.at).filter(|_| self.misfit.is_none());
        self.at = end.unwrap_or(self.at);
        end.is_some()
    }

    /// Any value, which nobody wants.
    pub fn skip(&mut self) {
        let end = self.lex.skip_value(self.at, MAX_DEPTH);
        self.taken(end, |_| Some(()));
    }

    /// Any value as it is written.
    pub fn raw(&mut self) -> Raw {
        let end = self.lex.skip_value(self.at, MAX_DEPTH);
        self.taken(end, |text| Some(Raw::valid(text)))
    }

    /// The members of an object, each from its value on.
    #[inline(never)]
    pub fn members(&mut self, each: &mut dyn FnMut(&mut Self, String)) {
        self.items(Close::Brace, &mut |reader| {
            let name = reader.string();
            reader.colon();
            each(reader, name);
        });
    }

    /// The items of an array.
    #[inline(never)]
    pub fn array(&mut self, each: &mut dyn FnMut(&mut Self)) {
        self.items(Close::Bracket, each);
    }

    /// The fields of an object, each at most once, and all that it requires.
    #[inline(never)]
    pub fn object(&mut self, object: &'static Object, fields: &mut dyn Fields) {
        let (mut seen, mut next) = (0u64, 0);
        let start = self.at;
        self.items(Close::Brace, &mut |reader| {
            let Some(number) = reader.field(object, next) else {
                let name = reader.string();
                reader.colon();
                let value = reader.raw();
                return fields.unknown().0.push((name, value));
            };
            if seen >> number & 1 == 1 {
                return reader.misfit();
            }
            (seen, next) = (seen | 1 << number, number + 1);
            fields.fill(number, reader);
        });
        let required = |presence| presence == Presence::Required;
        let is_missing = |number: usize| seen >> number & 1 == 0;
        if object.fields.iter().enumerate().any(|(number, field)| required(field.value.presence) && is_missing(number))
        {
            self.at = start;
            self.misfit();
        }
    }

    /// The number of the only member of a choice, at its value, and where the choice ends; `None` where there is not exactly
    /// one member, and it is a known one.
    pub fn only_member(&mut self, object: &'static Object) -> Option<(usize, Choice<'a>)> {
        let Some(Entry::Item(name)) = self.lex.enter(self.at, Close::Brace) else { return None };
        let number = object.field(self.lex.inside(name, self.lex.string(name)?))?;
        let value = self.lex.key(name)?;
        let Some(Entry::End(end)) = self.lex.next(self.lex.skip_value(value, MAX_DEPTH)?, Close::Brace) else {
            return None;
        };
        self.at = value;
        Some((number, Choice { end }))
    }

    /// Goes on behind a choice whose content was read.
    pub fn close(&mut self, choice: Choice<'a>) {
        if self.misfit.is_none() {
            self.at = choice.end;
        }
    }

    /// Notes that what stands here does not fit.
    #[inline(never)]
    pub fn misfit(&mut self) {
        let here = self.lex.offset(self.at);
        self.misfit.get_or_insert(here);
    }

    /// The value of the text up to this end, and goes on behind it.
    fn taken<T: Default>(&mut self, end: Option<At<'a>>, value: impl FnOnce(&'a str) -> Option<T>) -> T {
        let text = end.and_then(|end| self.text.get(self.lex.offset(self.at)..self.lex.offset(end)));
        match (end, text.filter(|_| self.misfit.is_none()).and_then(value)) {
            (Some(end), Some(value)) => {
                self.at = end;
                value
            }
            _ => {
                self.misfit();
                T::default()
            }
        }
    }

    fn colon(&mut self) {
        match self.lex.colon(self.at).filter(|_| self.misfit.is_none()) {
            Some(value) => self.at = value,
            None => self.misfit(),
        }
    }

    /// The number of the field whose name stands here, at its value; most likely it is the next one.
    fn field(&mut self, object: &'static Object, next: usize) -> Option<usize> {
        let name = self.lex.inside(self.at, self.lex.string(self.at)?);
        let is_next = object.fields.get(next).is_some_and(|field| field.name.as_bytes() == name);
        let number = match is_next {
            true => Some(next),
            false if name.contains(&b'\\') => unescape_exact(name).and_then(|name| object.field(name.as_bytes())),
            false => object.field(name),
        }?;
        self.at = self.lex.key(self.at)?;
        Some(number)
    }

    /// What stands between brackets, each from its start on.
    fn items(&mut self, close: Close, each: &mut dyn FnMut(&mut Self)) {
        let mut entry = self.lex.enter(self.at, close).filter(|_| self.levels < MAX_LEVELS);
        self.levels += 1;
        while self.misfit.is_none() {
            match entry {
                Some(Entry::Item(item)) => self.at = item,
                Some(Entry::End(end)) => {
                    self.at = end;
                    break;
                }
                None => return self.misfit(),
            }
            each(self);
            entry = self.lex.next(self.at, close);
        }
        self.levels -= 1;
    }

    /// Where the first misfit is, if there is one; more text is one, too.
    fn finish(mut self, trace: &Trace) -> Option<Misfit> {
        if !self.lex.is_end(self.lex.spaces(self.at)) {
            self.misfit();
        }
        let noted = self.misfit?;
        let offset = trace.broken().map_or(noted, |(offset, _)| offset);
        let before = self.text.as_bytes().get(..offset)?;
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        Some(Misfit { line, column })
    }
}

/// Where a choice ends.
pub struct Choice<'a> {
    end: At<'a>,
}
