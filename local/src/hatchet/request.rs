//! Request bodies, read as leniently as Go reads them and refused in its words.

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::answer::Refusal;
use crate::gojson;

/// The entries of an object as they stand in the text; of duplicate keys the last one counts.
pub struct Body<'a> {
    text: &'a str,
    entries: Vec<(String, &'a RawValue)>,
    rounds: bool,
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(entries)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }
}

impl<'a> Body<'a> {
    /// Reads the object. An empty body and `null` are objects without keys.
    pub fn parse(text: &'a str) -> Result<Self, Refusal> {
        if text.trim().is_empty() {
            return Ok(Self { text, entries: Vec::new(), rounds: true });
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        let entries = (&mut reader).deserialize_any(Entries).map_err(|error| syntax_error(text, &error))?;
        Ok(Self { text, entries, rounds: true })
    }

    /// Whether numbers go through a double.
    pub fn rounding(self, rounds: bool) -> Self {
        Self { rounds, ..self }
    }

    /// The value of a key, `null` counting as none.
    fn raw(&self, key: &str) -> Option<&'a RawValue> {
        let found = self.entries.iter().rev().find(|(name, _)| name == key).map(|(_, raw)| *raw);
        found.filter(|raw| raw.get() != "null")
    }

    /// Where a piece of the text begins.
    fn offset(&self, piece: &str) -> usize {
        (piece.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    /// What Go says of a value of the wrong type.
    fn type_error(&self, key: &str, raw: &RawValue, expected: &str) -> Refusal {
        let start = self.offset(raw.get());
        let (got, at) = match raw.get().as_bytes().first() {
            Some(b'[') => ("array", start + 1),
            Some(b'{') => ("object", start + 1),
            Some(b'"') => ("string", start + raw.get().len()),
            Some(b't' | b'f') => ("bool", start + raw.get().len()),
            _ => ("number", start + raw.get().len()),
        };
        Refusal::bad_request(format!("Unmarshal type error: expected={expected}, got={got}, field={key}, offset={at}"))
    }

    /// A string.
    pub fn string(&self, key: &str) -> Result<Option<String>, Refusal> {
        self.typed(key, "string")
    }

    /// An integer.
    pub fn integer(&self, key: &str) -> Result<Option<i64>, Refusal> {
        self.typed(key, "int")
    }

    /// A truth value.
    pub fn flag(&self, key: &str) -> Result<Option<bool>, Refusal> {
        self.typed(key, "bool")
    }

    fn typed<T: serde::de::DeserializeOwned>(&self, key: &str, expected: &str) -> Result<Option<T>, Refusal> {
        let Some(raw) = self.raw(key) else { return Ok(None) };
        serde_json::from_str(raw.get()).map(Some).map_err(|_| self.type_error(key, raw, expected))
    }

    /// An object, its numbers as doubles.
    pub fn object(&self, key: &str) -> Result<Option<Map<String, Value>>, Refusal> {
        let Some(raw) = self.raw(key) else { return Ok(None) };
        if !raw.get().starts_with('{') {
            return Err(self.type_error(key, raw, "map[string]interface {}"));
        }
        if let Some((number, end)) = huge_number(raw.get()) {
            let at = self.offset(raw.get()) + end + 1;
            return Err(Refusal::bad_request(format!(
                "Unmarshal type error: expected=float64, got=number {number}, field={key}, offset={at}"
            )));
        }
        let read = |value| if self.rounds { gojson::doubles(value) } else { value };
        match serde_json::from_str(raw.get()).map(read) {
            Ok(Value::Object(map)) => Ok(Some(map)),
            _ => Err(Refusal::bad_request("unexpected EOF")),
        }
    }

    /// A list of strings.
    pub fn strings(&self, key: &str) -> Result<Option<Vec<String>>, Refusal> {
        self.typed(key, "[]string")
    }

    /// A nested object as text.
    pub fn nested(&self, key: &str) -> Option<&'a str> {
        self.raw(key).map(RawValue::get)
    }
}

fn syntax_error(text: &str, error: &serde_json::Error) -> Refusal {
    if error.is_eof() {
        return Refusal::bad_request("unexpected EOF");
    }
    let before: usize = text.lines().take(error.line().saturating_sub(1)).map(|line| line.len() + 1).sum();
    let offset = before + error.column();
    let found = text.as_bytes().get(offset.saturating_sub(1)).map_or(' ', |byte| char::from(*byte));
    Refusal::bad_request(format!(
        "Syntax error: offset={offset}, error=invalid character '{found}' looking for beginning of value"
    ))
}

/// The spans of the numbers in a JSON text.
fn numbers(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let (mut spans, mut at, mut in_string) = (Vec::new(), 0, false);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            b'-' | b'0'..=b'9' if !in_string => {
                let rest = bytes.get(at..).unwrap_or_default();
                let length =
                    rest.iter().take_while(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')).count();
                spans.push((at, at + length));
                at += length.saturating_sub(1);
            }
            _ => {}
        }
        at += 1;
    }
    spans
}

fn is_huge(number: &str) -> bool {
    number.parse::<f64>().is_ok_and(f64::is_infinite)
}

/// The first number beyond a double, and where it ends.
fn huge_number(text: &str) -> Option<(&str, usize)> {
    numbers(text).into_iter().find_map(|(from, to)| {
        let number = text.get(from..to)?;
        is_huge(number).then_some((number, to))
    })
}

/// The text with every number beyond a double as `null`.
pub fn without_huge_numbers(text: &str) -> String {
    let mut out = text.to_owned();
    for (from, to) in numbers(text).into_iter().rev() {
        if text.get(from..to).is_some_and(is_huge) {
            out.replace_range(from..to, "null");
        }
    }
    out
}

/// The body as text: a byte that is no UTF-8, and half a surrogate pair, become U+FFFD.
pub fn lenient_text(bytes: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("\\u")).map(|at| from + at) {
        let escaped =
            text.get(..at).is_some_and(|before| before.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1);
        let unit = |at: usize| {
            text.get(at..at + 6).and_then(|u| u.strip_prefix("\\u")).and_then(|hex| u16::from_str_radix(hex, 16).ok())
        };
        from = match unit(at) {
            _ if escaped => at + 2,
            Some(0xD800..=0xDBFF) if matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) => at + 12,
            Some(0xD800..=0xDFFF) => {
                text.replace_range(at..at + 6, "\\ufffd");
                at + 6
            }
            _ => at + 2,
        };
    }
    text
}

/// Whether a string of the value, or a key, holds a NUL, which the read store cannot keep.
pub fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(map) => map.iter().any(|(key, item)| key.contains('\0') || holds_nul(item)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        let body = Body::parse(text);
        let refused = match body {
            Err(refusal) => refusal,
            Ok(body) => body
                .object("input")
                .map(drop)
                .and_then(|()| body.integer("priority").map(drop))
                .expect_err("the body is refused"),
        };
        match refused {
            Refusal::Message(400, message) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn wrong_types_are_refused_in_the_words_of_go() {
        assert_eq!(
            refusal(r#"{"workflowName":"charge-card","input":[1,2],"return_only_id":true}"#),
            "Unmarshal type error: expected=map[string]interface {}, got=array, field=input, offset=39"
        );
        assert_eq!(
            refusal(r#"{"workflowName":"charge-card","input":{"a":1e400},"return_only_id":true}"#),
            "Unmarshal type error: expected=float64, got=number 1e400, field=input, offset=49"
        );
        assert_eq!(
            refusal(r#"{"workflowName":"charge-card","input":{},"priority":"7"}"#),
            "Unmarshal type error: expected=int, got=string, field=priority, offset=55"
        );
        assert_eq!(refusal(r#"{"workflowName":"charge-card","input":{"#), "unexpected EOF");
    }

    #[test]
    fn half_a_surrogate_pair_becomes_the_replacement_character() {
        assert_eq!(lenient_text(br#""\ud83d\ude00 \ud83d \\ud83d \ude00""#), r#""\ud83d\ude00 \ufffd \\ud83d \ufffd""#);
        assert_eq!(lenient_text(b"\xff"), "\u{fffd}");
    }
}
