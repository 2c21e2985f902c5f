//! An independent, slow check of a parsed value against a description.
use runward::describe::{Column, Kind, Members, Object, Presence, Value};
use runward::finding::{Code, Level};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// What is wrong, and where.
pub type Findings = BTreeSet<(Code, String)>;

/// Adds what is wrong with `json` at `pointer`.
pub fn check(json: &Json, value: &Value, level: Level, pointer: &str, findings: &mut Findings) {
    check_of(json, value, level, Column::None, pointer, findings);
}

fn check_of(json: &Json, value: &Value, level: Level, column: Column, pointer: &str, findings: &mut Findings) {
    if let Kind::Union(of) = value.kind
        && let Some(kind) = of.kinds.iter().find(|kind| kind.takes(json.to_string().as_bytes()[0]))
    {
        return check_of(json, kind, level, column, pointer, findings);
    }
    if json.is_null() && !matches!(value.kind, Kind::Any | Kind::Null) {
        if !value.nullable {
            findings.insert((Code::NullNotAllowed, pointer.into()));
        }
    } else if let Some(code) = wrong(json, value.kind) {
        let is_status = code == Code::UnknownValue && column == Column::Status;
        findings.insert((if is_status { Code::UnknownStatus } else { code }, pointer.into()));
    }
    match (value.kind, json) {
        (Kind::Object(of), Json::Object(members)) => check_members(members, of(), level, pointer, findings),
        (Kind::Map(items), Json::Object(members)) => {
            members.iter().for_each(|(name, json)| check(json, items, level, &join(pointer, name), findings));
        }
        (Kind::Array { items, .. } | Kind::Rows(items), Json::Array(array)) => {
            let checked = array.iter().enumerate();
            checked.for_each(|(i, json)| check(json, items, level, &format!("{pointer}/{i}"), findings));
        }
        _ => {}
    }
}

fn check_members(
    members: &serde_json::Map<String, Json>,
    of: &Object,
    level: Level,
    pointer: &str,
    findings: &mut Findings,
) {
    for field in of.fields {
        let (place, value) = (join(pointer, field.name), field.at(level));
        let absent =
            if level == Level::Schema && field.is_phantom() { Code::PhantomRequired } else { Code::MissingField };
        match members.get(field.name) {
            Some(json) => check_of(json, &value, level, field.column, &place, findings),
            None if value.presence == Presence::Required => drop(findings.insert((absent, place))),
            None => {}
        }
    }
}

/// What is wrong with the value itself, whatever it holds. `null` is asked about only where it is the kind.
fn wrong(json: &Json, kind: Kind) -> Option<Code> {
    let string = |is_right: &dyn Fn(&str) -> bool, code: Code| match json.as_str() {
        Some(text) => (is_right(text), code),
        None => (false, Code::TypeMismatch),
    };
    let of_type = |is_right: bool| (is_right, Code::TypeMismatch);
    let (right, code) = match kind {
        Kind::String { min, max } => {
            string(&|text| (min..=max).contains(&(text.chars().count() as u32)), Code::BadLength)
        }
        Kind::Uuid => string(&is_uuid, Code::BadUuid),
        Kind::DateTime => string(&|text| date_time(text).is_some(), Code::BadDatetime),
        Kind::NaiveDateTime => {
            string(&|text| date_time(text).or_else(|| date_time(&format!("{text}Z"))).is_some(), Code::BadDatetime)
        }
        Kind::Enum(of) => string(&|text| of.place(text.as_bytes()).is_some(), Code::UnknownValue),
        Kind::Integer => of_type(json.is_i64()),
        Kind::Number => of_type(json.is_number()),
        Kind::Boolean => of_type(json.is_boolean()),
        Kind::AnyObject | Kind::Map(_) => of_type(json.is_object()),
        Kind::Object(of) => match json.as_object() {
            Some(members) if of().members == Members::ExactlyOne => return wrong_choice(members, of()),
            Some(_) => return None,
            None => of_type(false),
        },
        Kind::Array { max, .. } => match json.as_array() {
            Some(array) => (array.len() <= max as usize, Code::TooManyItems),
            None => of_type(false),
        },
        Kind::Rows(_) => of_type(json.is_array()),
        Kind::Any => of_type(true),
        Kind::Null => of_type(json.is_null()),
        Kind::Union(_) => of_type(false),
    };
    (!right).then_some(code)
}

fn wrong_choice(members: &serde_json::Map<String, Json>, of: &Object) -> Option<Code> {
    let known = of.fields.iter().any(|field| members.contains_key(field.name));
    match members.len() {
        1 if known => None,
        1 => Some(Code::UnknownValue),
        _ => Some(Code::NotOneMember),
    }
}

fn join(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
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
