//! Bytes to JSON Pointers, lines and columns: one ordered pass for all places that are asked for.
use crate::lex::{At, Close, Entry, Lex, unescape};
use std::fmt::Write;

/// An object or array that is open.
struct Frame<'a> {
    close: Close,
    /// How many members or items stand before this one.
    index: usize,
    /// The name of the member, between its quotes, where one stands.
    name: Option<&'a [u8]>,
}

/// The pointers of places in a text. Each is that of the innermost value or member that starts at or before the place.
struct Finder<'a, 'p> {
    lex: Lex<'a>,
    frames: Vec<Frame<'a>>,
    /// The pointer of the value that the walk began with.
    prefix: &'p str,
    /// The places, in order.
    places: std::iter::Peekable<std::slice::Iter<'p, u32>>,
    pointers: Vec<String>,
}

/// The pointers of these places, which are in order, in the value that starts here and whose own pointer is `prefix`.
pub fn pointers(lex: Lex, start: usize, prefix: &str, places: &[u32]) -> Vec<String> {
    let places = places.iter().peekable();
    let mut finder = Finder { lex, frames: vec![], prefix, places, pointers: vec![] };
    finder.walk(lex.spaces(lex.at(start)));
    while finder.places.next().is_some() {
        let pointer = finder.pointer();
        finder.pointers.push(pointer);
    }
    finder.pointers
}

impl<'a> Finder<'a, '_> {
    /// `None` where the text is broken off, or all places are found.
    fn walk(&mut self, mut at: At<'a>) -> Option<()> {
        let lex = self.lex;
        loop {
            self.reach(at)?;
            let mut end = match at.byte() {
                b'{' => match self.open(at, Close::Brace)? {
                    Entry::Item(inside) => {
                        at = inside;
                        continue;
                    }
                    Entry::End(end) => end,
                },
                b'[' => match self.open(at, Close::Bracket)? {
                    Entry::Item(inside) => {
                        at = inside;
                        continue;
                    }
                    Entry::End(end) => end,
                },
                _ => lex.skip_value(at, 0)?,
            };
            at = loop {
                let frame = self.frames.last_mut()?;
                match lex.next(end, frame.close)? {
                    Entry::Item(item) => {
                        frame.index += 1;
                        break self.enter(item)?;
                    }
                    Entry::End(behind) => end = behind,
                }
                self.leave(end)?;
            };
        }
    }

    fn open(&mut self, at: At<'a>, close: Close) -> Option<Entry<'a>> {
        let item = match self.lex.enter(at, close)? {
            Entry::Item(item) => item,
            end => return Some(end),
        };
        self.frames.push(Frame { close, index: 0, name: None });
        self.enter(item).map(Entry::Item)
    }

    /// Goes on to a member or item; answers where its value starts.
    fn enter(&mut self, item: At<'a>) -> Option<At<'a>> {
        let frame = self.frames.last_mut()?;
        if frame.close == Close::Bracket {
            return Some(item);
        }
        let name = self.lex.string(item).map(|end| self.lex.inside(item, end));
        // places before this member belong to what was open until here
        let offset = self.lex.offset(item);
        self.answer(|place| place < offset)?;
        self.frames.last_mut()?.name = name;
        self.reach(item)?;
        self.lex.key(item)
    }

    /// Answers all places up to the byte behind what is closed here, and closes it.
    fn leave(&mut self, behind: At<'a>) -> Option<()> {
        let offset = self.lex.offset(behind);
        self.answer(|place| place < offset)?;
        self.frames.pop();
        Some(())
    }

    /// Answers the places before and at this one.
    fn reach(&mut self, at: At<'a>) -> Option<()> {
        let offset = self.lex.offset(at);
        self.answer(|place| place <= offset)
    }

    /// Answers those next places of which this holds; `None` when there are no more.
    fn answer(&mut self, is_reached: impl Fn(usize) -> bool) -> Option<()> {
        while is_reached(**self.places.peek()? as usize) {
            self.places.next();
            let pointer = self.pointer();
            self.pointers.push(pointer);
        }
        Some(())
    }

    fn pointer(&self) -> String {
        let mut pointer = self.prefix.to_owned();
        for frame in &self.frames {
            match (frame.close, frame.name) {
                (Close::Brace, Some(name)) => push_name(&mut pointer, &String::from_utf8_lossy(&unescape(name))),
                (Close::Brace, None) => {}
                // writing to a String cannot fail
                (Close::Bracket, _) => drop(write!(pointer, "/{}", frame.index)),
            }
        }
        pointer
    }
}

/// Appends a member's name to a pointer.
pub fn push_name(pointer: &mut String, name: &str) {
    pointer.push('/');
    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
}

/// The lines and columns, from 1, of these places, which are in order; columns count characters.
pub fn positions(text: &[u8], places: &[u32]) -> Vec<(u32, u32)> {
    let (mut line, mut column, mut done) = (1u32, 1u32, 0usize);
    let mut positions = Vec::with_capacity(places.len());
    for place in places {
        let place = (*place as usize).min(text.len());
        for byte in text.get(done..place).unwrap_or_default() {
            match byte {
                b'\n' => (line, column) = (line + 1, 1),
                0x80..0xC0 => {} // not the first byte of a character
                _ => column += 1,
            }
        }
        done = done.max(place);
        positions.push((line, column));
    }
    positions
}
