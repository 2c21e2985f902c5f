//! JSON as Go's `encoding/json` writes it: keys sorted by bytes, `<`, `>` and `&` escaped, numbers as doubles, and
//! the line feed that `Encoder.Encode` adds.

use serde_json::Value;

/// A whole body, line feed included.
pub fn body(value: &Value) -> String {
    let mut out = text(value);
    out.push('\n');
    out
}

/// A value without the line feed.
pub fn text(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number_text(number)),
        Value::String(string) => quote(out, string),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                separate(out, at);
                write(out, item);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| key.as_bytes());
            out.push('{');
            for (at, (key, item)) in entries.into_iter().enumerate() {
                separate(out, at);
                quote(out, key);
                out.push(':');
                write(out, item);
            }
            out.push('}');
        }
    }
}

fn separate(out: &mut String, at: usize) {
    if at > 0 {
        out.push(',');
    }
}

/// Integers of the engine's own stay integers; what came from outside is a double (see [`doubles`]).
fn number_text(number: &serde_json::Number) -> String {
    match number.as_i64() {
        Some(integer) => integer.to_string(),
        None => number.as_f64().map_or_else(|| number.to_string(), double_text),
    }
}

/// A double in the shortest digits; exponents below 1e-6 and from 1e21 on, with a sign.
fn double_text(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{number:e}");
        return match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
            _ => text,
        };
    }
    // A zero that has a sign loses it in PostgreSQL's JSONB.
    if number == 0.0 { "0".into() } else { number.to_string() }
}

fn quote(out: &mut String, string: &str) {
    out.push('"');
    for character in string.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// The value after a pass through Go's `map[string]any`: every number is a double. A whole double below 2^53 is kept
/// as an integer, which is written the same.
pub fn doubles(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, double),
        Value::Array(items) => items.into_iter().map(doubles).collect(),
        Value::Object(map) => map.into_iter().map(|(key, item)| (key, doubles(item))).collect(),
        other => other,
    }
}

fn double(number: f64) -> Value {
    const WHOLE: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= WHOLE { Value::from(number as i64) } else { Value::from(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back_as_go_wrote_them() {
        for (sent, read) in [
            ("9007199254740993", "9007199254740992"),
            ("123456789012345678901234567890", "1.2345678901234568e+29"),
            ("12.50", "12.5"),
            ("1.0", "1"),
            ("1E+2", "100"),
            ("-0", "0"),
            ("5e-324", "5e-324"),
            ("0.1000000000000000055511151231257827", "0.1"),
            ("1e20", "100000000000000000000"),
            ("1e-7", "1e-7"),
        ] {
            let value: Value = serde_json::from_str(sent).unwrap();
            assert_eq!(text(&doubles(value)), read, "{sent}");
        }
    }

    #[test]
    fn html_characters_are_escaped_and_keys_sorted() {
        let value = serde_json::json!({"b": "<&>\u{2028}", "a": "é\t\u{1}", "B": []});
        assert_eq!(text(&value), r#"{"B":[],"a":"é\t\u0001","b":"\u003c\u0026\u003e\u2028"}"#);
    }
}
