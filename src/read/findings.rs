//! Findings as text. Nothing here runs while a text is right.
use super::find::{pointers, positions, push_name};
use super::plan::Expectation;
use super::walk::{Record, Walker};
use crate::describe::{Kind, Object, Value};
use crate::finding::{CATALOGUE, Code, Evidence, Finding, Level, Severity};
use crate::lex::{Lex, Padded, Trace};
use crate::order::sort_by;

/// The text that was walked, and how to speak of it.
pub struct Place<'a> {
    /// The whole text.
    pub input: &'a Padded,
    /// Where the walk started.
    pub start: usize,
    /// The pointer of the value there.
    pub prefix: &'a str,
    /// Are lines and columns asked for?
    pub positions: bool,
}

impl Walker {
    /// All that was found in the text that was walked last, in the order of the places. `run` is the object that is the
    /// run, where that is no row.
    pub fn findings(&self, place: &Place, run: Option<&'static Object>) -> Vec<Finding> {
        let mut records: Vec<Record> = self.errors().iter().chain(self.notes()).copied().collect();
        sort_by(&mut records, |left, right| left.at.cmp(&right.at));
        records.dedup();
        let places: Vec<u32> = records.iter().map(|record| record.at).collect();
        let trace = Trace::default();
        let lex = Lex::new(place.input, &trace);
        let pointers = pointers(lex, place.start, place.prefix, &places);
        let mut findings: Vec<Finding> =
            records.iter().zip(pointers).map(|(record, pointer)| self.finding(record, pointer, lex, run)).collect();
        if place.positions {
            for (finding, (line, column)) in findings.iter_mut().zip(positions(place.input.text(), &places)) {
                (finding.line, finding.column) = (Some(line), Some(column));
            }
        }
        findings
    }

    fn finding(&self, record: &Record, mut pointer: String, lex: Lex, run: Option<&'static Object>) -> Finding {
        let expectation = self.plan.expectations.get(record.step as usize);
        if matches!(record.code, Code::MissingField | Code::PhantomRequired) {
            push_name(&mut pointer, expectation.map_or("", |expectation| expectation.name));
        }
        let of_field = matches!(rule(record.code), (_, Level::Wire, Evidence::Documented));
        let evidence = expectation.filter(|_| of_field).map_or(rule(record.code).2, |field| field.evidence);
        Finding {
            code: record.code.as_str(),
            severity: self.severity(record, run),
            message: message(record, expectation, lex),
            pointer,
            level: if of_field { self.plan.level } else { rule(record.code).1 },
            evidence,
            line: None,
            column: None,
        }
    }

    /// By the contract, words that we do not know are wrong. What the contract invents is wrong once for each run, not
    /// again for each of its parts; a document without a run has no parts.
    fn severity(&self, record: &Record, run: Option<&'static Object>) -> Severity {
        match record.code {
            Code::UnknownStatus | Code::UnknownValue if self.plan.level == Level::Schema => Severity::Error,
            Code::PhantomRequired => {
                let of =
                    |step: u16| self.plan.objects.iter().find(|plan| plan.fields.iter().any(|f| f.step.id == step));
                let is_run = run.is_some_and(|run| of(record.step).is_some_and(|plan| core::ptr::eq(plan.object, run)));
                let is_row = self.table().starts().binary_search(&record.at).is_ok();
                let has_parts = run.is_some() || self.table().rows() > 0;
                if is_run || is_row || !has_parts { Severity::Error } else { Severity::Warning }
            }
            code => code.severity(),
        }
    }
}

fn rule(code: Code) -> (Code, Level, Evidence) {
    let rule = CATALOGUE.iter().find(|rule| rule.kind == code);
    rule.map_or((code, Level::Wire, Evidence::Policy), |rule| (code, rule.level, rule.evidence))
}

/// What was met, what is allowed, and how to mend it.
fn message(record: &Record, expectation: Option<&Expectation>, lex: Lex) -> String {
    let wanted = noun(expectation.map(|expectation| expectation.value));
    let name = expectation.map_or("", |expectation| expectation.name);
    let met = match lex.at(record.at as usize).byte() {
        b'"' => "a string",
        b'{' => "an object",
        b'[' => "an array",
        b't' | b'f' => "true or false",
        b'n' => "null",
        b'-' | b'0'..=b'9' => "a number",
        _ => "not a value",
    };
    match record.code {
        Code::BadJson => format!("this is not JSON: what stands at byte {} cannot stand there", record.at),
        Code::BadUtf8 => format!("the byte at {} begins no UTF-8 character: send the text as UTF-8", record.at),
        Code::TooDeep => "more levels are open here than the option maxDepth allows".into(),
        Code::MissingField => format!("{name} is missing: it must be {wanted}"),
        Code::PhantomRequired => {
            format!("{name} is missing: the published contract requires it, although no server sends it")
        }
        Code::DuplicateKey => "this name stands twice in its object: keep one of the two members".into(),
        Code::NullNotAllowed => format!("this is null: it must be {wanted}"),
        Code::TypeMismatch => format!("this is {met}: it must be {wanted}"),
        Code::BadUuid | Code::BadSlug | Code::BadDatetime | Code::BadLength => {
            format!("this string is not right: it must be {wanted}")
        }
        Code::TooManyItems => format!("this array is too long: it must be {wanted}"),
        Code::NotOneMember => "this object must have exactly one member, whose name says what it is".into(),
        Code::UnknownStatus | Code::UnknownValue => match expectation {
            Some(_) => format!("{} is new to us: we know {wanted}", word(record, lex)),
            None => "the only member of this object has a name that is new to us".into(),
        },
        Code::LoneSurrogate => "this escape is half of a surrogate pair: write both halves, or U+FFFD".into(),
        Code::NumberBeyondDouble => "this number is too large for a double: JavaScript reads Infinity".into(),
        Code::NumberBeyond2To53 => {
            format!("this integer is beyond 2^53, and JavaScript rounds it: its digits are {}", digits(record, lex))
        }
        Code::ZeroTime => "the year 1 stands for \"not yet\": read as absent".into(),
        Code::SentinelDuration => "no run takes that long: read as absent, or as 0 where it is a small negative".into(),
        Code::NaiveTime => "this date-time has no offset: read as UTC".into(),
        other => other.doc().into(),
    }
}

/// The word at the place, where it is short and plain: what stands in the wrong place may be a secret.
fn word(record: &Record, lex: Lex) -> String {
    let at = lex.at(record.at as usize);
    let word = lex.string(at).map_or(&[][..], |end| lex.inside(at, end));
    let plain = (1..=24).contains(&word.len()) && word.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    if plain { format!("\"{}\"", String::from_utf8_lossy(word)) } else { "this word".into() }
}

/// The number at the place, as it is spelled; cut off where no reader could use it any more.
fn digits(record: &Record, lex: Lex) -> String {
    let at = lex.at(record.at as usize);
    let number = lex.number(at).map_or(&[][..], |end| lex.between(at, end));
    let text = String::from_utf8_lossy(number);
    if text.len() > 100 {
        format!("{}… ({} of them)", text.get(..100).unwrap_or_default(), text.len())
    } else {
        text.into()
    }
}

/// The line and the column, from 1, of a byte.
pub fn position(input: &Padded, at: usize) -> (u32, u32) {
    positions(input.text(), &[at as u32]).first().copied().unwrap_or((1, 1))
}

/// The name of what stands there, where its type has one.
pub fn noun_of(value: Value) -> String {
    match value.kind {
        Kind::Object(of) => of().name.into(),
        _ => noun(Some(value)),
    }
}

/// What must stand there, as a noun.
pub fn noun(value: Option<Value>) -> String {
    let Some(value) = value else { return "a JSON value".into() };
    let noun: String = match value.kind {
        Kind::String { max: u32::MAX, .. } => "a string".into(),
        Kind::String { min, max } => format!("a string of {min} to {max} characters"),
        Kind::Uuid => "a UUID, such as 018f3c5e-7d1a-7000-8000-2b9a4c0d6e11".into(),
        Kind::Slug => "an id of 0-9, a-z, _ and -, such as document_photo_5c229".into(),
        Kind::DateTime => "an RFC 3339 date-time, such as 2026-11-22T16:02:11Z".into(),
        Kind::NaiveDateTime => "a date-time, such as 2026-11-22T16:02:11Z".into(),
        Kind::Integer => "an integer of 64 bits, without fraction and exponent".into(),
        Kind::Number => "a number".into(),
        Kind::Boolean => "true or false".into(),
        Kind::Enum(of) => format!("one of {}", of.values.join(", ")),
        Kind::Array { max: u32::MAX, .. } | Kind::Rows(_) => "an array".into(),
        Kind::Array { max, .. } => format!("an array of at most {max} items"),
        Kind::Object(_) | Kind::Map(_) | Kind::AnyObject => "an object".into(),
        Kind::Any => "a JSON value".into(),
        Kind::Null => "null".into(),
        Kind::Union(of) => of.kinds.iter().map(|kind| noun(Some(*kind))).collect::<Vec<_>>().join(" or "),
    };
    if value.nullable { noun + " or null" } else { noun }
}
