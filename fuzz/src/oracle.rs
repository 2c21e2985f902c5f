//! An independent, slow check of a text against a description.
use crate::slow::{self, Member, Node, Slow, join};
use runward::describe::{Column, Envelope, Field, Kind, Members, Note, Object, Presence, Value, ZERO_TIME};
use runward::finding::{Code, Level, Severity};
use runward::read::SENTINEL;
use std::collections::{BTreeMap, BTreeSet};

/// What is wrong or odd, how bad that is, and where.
pub type Findings = BTreeSet<(Code, Severity, String)>;

/// Whether no finding is an error.
pub fn is_right(findings: &Findings) -> bool {
    findings.iter().all(|(_, severity, _)| *severity != Severity::Error)
}

/// All that is wrong or odd with a value of this kind. `run` is the object that is the run, where that is no row.
pub fn check(read: &slow::Text, value: &Value, level: Level, run: Option<&'static Object>) -> Findings {
    let (found, rows) = (Findings::new(), BTreeSet::new());
    let mut check = Check { level, run, found, phantoms: vec![], rows, in_rows: false, told: false };
    for (code, pointer) in &read.found {
        check.record(*code, pointer);
    }
    if let Some(root) = &read.root {
        check.value(root, value, &Place::default(), "");
    }
    check.end()
}

struct Check {
    level: Level,
    run: Option<&'static Object>,
    found: Findings,
    /// The members that only the contract requires: the object's type, its pointer, the member's.
    phantoms: Vec<(*const Object, String, String)>,
    /// The pointers of the rows that were read to their ends.
    rows: BTreeSet<String>,
    /// Was a row begun?
    in_rows: bool,
    /// Was the envelope of a row told?
    told: bool,
}

/// What a field says of the value in it.
#[derive(Clone, Copy)]
struct Place {
    column: Column,
    note: Note,
}

impl Default for Place {
    fn default() -> Place {
        Place { column: Column::None, note: Note::None }
    }
}

impl Check {
    fn record(&mut self, code: Code, pointer: &str) {
        let is_word = matches!(code, Code::UnknownStatus | Code::UnknownValue);
        let severity = if is_word && self.level == Level::Schema { Severity::Error } else { code.severity() };
        self.found.insert((code, severity, pointer.into()));
    }

    /// What the contract invents is wrong once for each run, where there are runs.
    fn end(mut self) -> Findings {
        let any_run = self.run.is_some() || !self.rows.is_empty();
        for (object, at, pointer) in std::mem::take(&mut self.phantoms) {
            let of_run = self.run.is_some_and(|run| std::ptr::eq(run, object)) || self.rows.contains(&at);
            let severity = if of_run || !any_run { Severity::Error } else { Severity::Warning };
            self.found.insert((Code::PhantomRequired, severity, pointer));
        }
        self.found
    }

    /// A value that was not read to its end is not judged; what was read of it is.
    fn value(&mut self, node: &Node, value: &Value, place: &Place, pointer: &str) {
        if let Kind::Union(of) = value.kind
            && let Some(kind) = of.kinds.iter().find(|kind| takes(kind, &node.value))
        {
            return self.value(node, kind, &Place::default(), pointer);
        }
        match (&node.value, value.kind) {
            (_, Kind::Any) | (Slow::Null, Kind::Null) => return,
            (Slow::Null, _) => {
                if !value.nullable {
                    self.record(Code::NullNotAllowed, pointer);
                }
                return;
            }
            (Slow::Object(members), Kind::Object(of)) => return self.object(node, members, of(), pointer),
            (Slow::Object(members), Kind::Map(items)) => return self.map(members, items, pointer),
            (Slow::Object(members), Kind::AnyObject) => return self.payload(node, members, place, pointer),
            (Slow::Array(items), Kind::Array { items: of, max }) => {
                items.iter().enumerate().for_each(|(i, item)| self.item(item, of, &format!("{pointer}/{i}")));
                if node.whole && items.len() > max as usize {
                    self.record(Code::TooManyItems, pointer);
                }
                return;
            }
            (Slow::Array(items), Kind::Rows(of)) => {
                for (i, item) in items.iter().enumerate() {
                    self.in_rows = true;
                    if item.whole {
                        self.rows.insert(format!("{pointer}/{i}"));
                    }
                    self.item(item, of, &format!("{pointer}/{i}"));
                }
                return;
            }
            _ if !node.whole => return,
            _ => {}
        }
        let code = match &node.value {
            Slow::String(text, _) => self.text(text, value.kind, place, pointer),
            Slow::Number(number) => self.number(number, value.kind, place, pointer),
            Slow::Boolean(_) => (!matches!(value.kind, Kind::Boolean)).then_some(Code::TypeMismatch),
            _ => Some(Code::TypeMismatch),
        };
        if let Some(code) = code {
            self.record(code, pointer);
        }
    }

    fn item(&mut self, item: &Node, of: &Value, pointer: &str) {
        self.value(item, of, &Place::default(), pointer);
    }

    /// What is wrong with a text.
    fn text(&mut self, text: &str, kind: Kind, place: &Place, pointer: &str) -> Option<Code> {
        let (right, code) = match kind {
            Kind::String { min, max } => ((min..=max).contains(&(text.chars().count() as u32)), Code::BadLength),
            Kind::Uuid => (is_uuid(text), Code::BadUuid),
            Kind::Slug => {
                let known = "0123456789abcdefghijklmnopqrstuvwxyz_-";
                (!text.is_empty() && text.chars().all(|character| known.contains(character)), Code::BadSlug)
            }
            Kind::DateTime => (self.time(date_time(text), place, pointer), Code::BadDatetime),
            Kind::NaiveDateTime => {
                let naive = date_time(&format!("{text}Z"));
                if naive.is_some() {
                    self.record(Code::NaiveTime, pointer);
                }
                (self.time(naive.or_else(|| date_time(text)), place, pointer), Code::BadDatetime)
            }
            Kind::Enum(of) if place.column == Column::Status => (is_word(of, text), Code::UnknownStatus),
            Kind::Enum(of) => (is_word(of, text), Code::UnknownValue),
            _ => (false, Code::TypeMismatch),
        };
        (!right).then_some(code)
    }

    fn time(&mut self, millis: Option<f64>, place: &Place, pointer: &str) -> bool {
        if millis == Some(ZERO_TIME) && place.note == Note::ZeroTime {
            self.record(Code::ZeroTime, pointer);
        }
        millis.is_some()
    }

    fn number(&mut self, number: &str, kind: Kind, place: &Place, pointer: &str) -> Option<Code> {
        let integer = number.parse::<i64>().ok().filter(|_| number != "-0");
        let right = matches!(kind, Kind::Number) || matches!(kind, Kind::Integer) && integer.is_some();
        if matches!(kind, Kind::Integer)
            && place.note == Note::SentinelDuration
            && integer.is_some_and(|value| value < 0 || value as f64 >= SENTINEL)
        {
            self.record(Code::SentinelDuration, pointer);
        }
        (!right).then_some(Code::TypeMismatch)
    }

    fn map(&mut self, members: &[Member], of: &Value, pointer: &str) {
        let mut seen = BTreeSet::new();
        for member in members {
            let place = join(pointer, &member.name);
            if !seen.insert(&member.name) {
                self.record(Code::DuplicateKey, &place);
            }
            if let Some(value) = &member.value {
                self.item(value, of, &place);
            }
        }
    }

    /// A payload, and whether it stands in the system's envelope: told once for all rows.
    fn payload(&mut self, node: &Node, members: &[Member], place: &Place, pointer: &str) {
        let Note::Wrapped(envelope) = place.note else { return };
        if node.whole && !(self.in_rows && self.told) && is_envelope(envelope, members) {
            self.told |= self.in_rows;
            self.record(Code::WrappedInput, pointer);
        }
    }

    fn object(&mut self, node: &Node, members: &[Member], of: &'static Object, pointer: &str) {
        let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
        let field = |name: &str| of.fields.iter().find(|field| field.name == name);
        for member in members {
            let place = join(pointer, &member.name);
            *seen.entry(&member.name).or_default() += 1;
            if seen[member.name.as_str()] > 1 {
                self.record(Code::DuplicateKey, &place);
            }
            if let (Some(value), Some(field)) = (&member.value, field(&member.name)) {
                let of_field = Place { column: field.column, note: field.note };
                self.value(value, &field.at(self.level), &of_field, &place);
            }
        }
        if !node.whole {
            return;
        }
        for field in of.fields.iter().filter(|field| !seen.contains_key(field.name)) {
            self.absent(field, of, pointer);
        }
        if of.members == Members::ExactlyOne {
            let known = seen.keys().filter(|name| field(name).is_some()).count();
            let strangers: u32 = seen.iter().filter(|(name, _)| field(name).is_none()).map(|(_, count)| count).sum();
            match (known, strangers) {
                (1, 0) => {}
                (0, 1) => self.record(Code::UnknownValue, pointer),
                _ => self.record(Code::NotOneMember, pointer),
            }
        }
    }

    fn absent(&mut self, field: &Field, of: &'static Object, pointer: &str) {
        let place = join(pointer, field.name);
        match field.at(self.level).presence {
            Presence::Optional => {}
            Presence::Required if self.level == Level::Schema && field.is_phantom() => {
                self.phantoms.push((of, pointer.into(), place));
            }
            Presence::Required => self.record(Code::MissingField, &place),
        }
    }
}

/// May a value of this type stand here?
fn takes(value: &Value, node: &Slow) -> bool {
    match node {
        Slow::Null => value.nullable || matches!(value.kind, Kind::Null | Kind::Any),
        Slow::Boolean(_) => matches!(value.kind, Kind::Boolean | Kind::Any),
        Slow::Number(_) => matches!(value.kind, Kind::Integer | Kind::Number | Kind::Any),
        Slow::Array(_) => matches!(value.kind, Kind::Array { .. } | Kind::Rows(_) | Kind::Any),
        Slow::Object(_) => matches!(value.kind, Kind::Object(_) | Kind::Map(_) | Kind::AnyObject | Kind::Any),
        Slow::String(..) => !matches!(
            value.kind,
            Kind::Boolean
                | Kind::Integer
                | Kind::Number
                | Kind::Null
                | Kind::Array { .. }
                | Kind::Rows(_)
                | Kind::Object(_)
                | Kind::Map(_)
                | Kind::AnyObject
        ),
    }
}

fn is_word(of: &runward::describe::Enum, text: &str) -> bool {
    of.values.iter().any(|known| *known == text || of.any_case && known.to_lowercase() == text.to_lowercase())
}

fn is_envelope(envelope: &Envelope, members: &[Member]) -> bool {
    let names: BTreeSet<&[u8]> = members.iter().map(|member| member.spelled.as_slice()).collect();
    let has = |name: &&str| names.contains(name.as_bytes());
    let known =
        |name: &&&[u8]| envelope.always.iter().chain(envelope.sometimes).any(|known| known.as_bytes() == **name);
    envelope.always.iter().all(has) && names.iter().filter(known).count() == names.len()
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let is_hex = |(group, len): (&&str, usize)| group.len() == len && group.bytes().all(|b| b.is_ascii_hexdigit());
    groups.len() == 5 && groups.iter().zip([8, 4, 4, 4, 12]).all(is_hex)
}

/// Milliseconds since 1970 of an RFC 3339 date-time.
pub fn date_time(text: &str) -> Option<f64> {
    let (date, time) = text.split_at_checked(10)?;
    let [year, month, day] = parts(date, '-', [4, 2, 2])?;
    let time = time.strip_prefix(['T', 't'])?;
    let (clock, zone) = time.split_at(time.find(['Z', 'z', '+', '-'])?);
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(clock, digits)| (clock, Some(digits)));
    let [hour, minute, second] = parts(clock, ':', [2, 2, 2])?;
    let fraction = match fraction {
        Some(digits) if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) => return None,
        Some(digits) => format!("0.{digits}").parse::<f64>().ok()?,
        None => 0.0,
    };
    let minutes = hour * 60 + minute - offset(zone)?;
    let leap_second = second == 60 && minutes.rem_euclid(1440) == 1439;
    let exists = (1..=12).contains(&month) && (1..=month_len(year, month)).contains(&day);
    if !exists || hour > 23 || minute > 59 || (second > 59 && !leap_second) {
        return None;
    }
    let seconds = days_since_1970(year, month, day) * 86_400 + minutes * 60 + second;
    Some(seconds as f64 * 1000.0 + fraction * 1000.0)
}

fn parts<const N: usize>(text: &str, separator: char, lens: [usize; N]) -> Option<[i64; N]> {
    let parts: Vec<&str> = text.split(separator).collect();
    let is_number = |(part, len): (&&str, usize)| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
    if parts.len() != N || !parts.iter().zip(lens).all(is_number) {
        return None;
    }
    let numbers: Vec<i64> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    numbers.try_into().ok()
}

fn offset(zone: &str) -> Option<i64> {
    let sign = match zone.as_bytes() {
        b"Z" | b"z" => return Some(0),
        [b'+', ..] => 1,
        _ => -1,
    };
    let [hours, minutes] = parts(zone.get(1..)?, ':', [2, 2])?;
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_len(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + is_leap(year) as i64,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Counts the days one year and one month at a time.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year_len = |year| 365 + is_leap(year) as i64;
    let after: i64 = (1970..year).map(year_len).sum();
    let before: i64 = (year..1970).map(year_len).sum();
    after - before + (1..month).map(|month| month_len(year, month)).sum::<i64>() + day - 1
}
