//! JSON as PostgreSQL prints a JSONB value: shorter keys first, a space after `:` and `,`, numbers exact.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// The text as PostgreSQL would print it; what is no JSON stays as it is.
pub fn text(json: &str) -> String {
    print(json).unwrap_or_else(|| json.to_owned())
}

fn print(json: &str) -> Option<String> {
    match json.trim_start().as_bytes().first()? {
        b'{' => {
            let map: BTreeMap<String, Box<RawValue>> = serde_json::from_str(json).ok()?;
            let mut entries: Vec<_> = map.into_iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
            let entries =
                entries.into_iter().map(|(key, value)| Some(format!("{}: {}", quoted(&key), print(value.get())?)));
            Some(format!("{{{}}}", entries.collect::<Option<Vec<_>>>()?.join(", ")))
        }
        b'[' => {
            let items: Vec<Box<RawValue>> = serde_json::from_str(json).ok()?;
            let items = items.iter().map(|item| print(item.get()));
            Some(format!("[{}]", items.collect::<Option<Vec<_>>>()?.join(", ")))
        }
        b'"' => Some(quoted(&serde_json::from_str::<String>(json).ok()?)),
        b'-' | b'0'..=b'9' => number(json.trim()),
        _ => Some(json.trim().to_owned()),
    }
}

/// PostgreSQL leaves `/` and everything beyond ASCII as it is, as serde_json does.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A `numeric`: no exponent, and the zeros behind the point stay.
fn number(text: &str) -> Option<String> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let exponent: i64 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if exponent.abs() > 10_000 {
        return None;
    }
    let point = i64::try_from(whole.len()).ok()? + exponent;
    let all = format!("{whole}{fraction}");
    let shifted = if point <= 0 {
        format!("0.{}{all}", "0".repeat(usize::try_from(-point).ok()?))
    } else {
        let point = usize::try_from(point).ok()?;
        let padded = format!("{all}{}", "0".repeat(point.saturating_sub(all.len())));
        let (whole, fraction) = padded.split_at(point);
        let whole = whole.trim_start_matches('0');
        let whole = if whole.is_empty() { "0" } else { whole };
        if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
    };
    let is_zero = shifted.chars().all(|c| matches!(c, '0' | '.'));
    Some(format!("{}{shifted}", if is_zero { "" } else { sign }))
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn objects_print_as_jsonb() {
        let sent = r#"{"zeta":9007199254740993,"dec":12.50,"one":1.0,"e":1E+2,"a":"<é>","k":1,"k":2,"n":-0.5e-2}"#;
        let read = r#"{"a": "<é>", "e": 100, "k": 2, "n": -0.005, "dec": 12.50, "one": 1.0, "zeta": 9007199254740993}"#;
        assert_eq!(text(sent), read);
        assert_eq!(text("[1,2]"), "[1, 2]");
        assert_eq!(text(r#""just a string""#), r#""just a string""#);
        assert_eq!(text(""), "");
    }
}
