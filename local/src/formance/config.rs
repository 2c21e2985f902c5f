//! A workflow's configuration: what is refused at creation, and what a stage becomes with the variables of a run.
//!
//! Creation checks types with empty variables; required and one-of rules are checked when the stage starts.

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::time::{duration_text, read_duration};
use crate::clock::Micros;
use crate::gojson;

/// The variables of a run.
pub type Variables = Map<String, Value>;

/// A stage with its variables filled in.
#[derive(Debug, Clone)]
pub struct Stage {
    /// `send`, `delay`, `wait_event`, `update`, `noop`.
    pub kind: String,
    /// What the instance's history shows as its input.
    pub input: Value,
}

impl Stage {
    /// The name of the workflow that executes it.
    pub fn run_name(kind: &str) -> String {
        let parts =
            kind.split('_').map(|part| part.get(..1).unwrap_or("").to_uppercase() + part.get(1..).unwrap_or(""));
        format!("Run{}", parts.collect::<String>())
    }

    /// How long a delay lasts that begins now.
    pub fn delay(&self, now: Micros) -> Micros {
        let text = |key| self.input.get(key).and_then(Value::as_str);
        match (text("duration"), text("until")) {
            (Some(duration), _) => read_duration(duration).unwrap_or(0).max(0),
            (None, Some(until)) => instant(until).map_or(0, |until| (until - now).max(0)),
            (None, None) => 0,
        }
    }

    /// The event that is waited for.
    pub fn event(&self) -> &str {
        self.input.get("event").and_then(Value::as_str).unwrap_or_default()
    }
}

fn instant(text: &str) -> Option<Micros> {
    chrono::DateTime::parse_from_rfc3339(text).map(|at| at.timestamp_micros()).ok()
}

/// The name and the stages as they are stored: unknown keys at the top are dropped, numbers are doubles.
pub fn stored(body: &Value) -> Result<(String, Value), String> {
    let name = match body.get("name") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(name)) => name.clone(),
        Some(other) => return Err(cannot_unmarshal(other, "string")),
    };
    match body.get("stages") {
        None | Some(Value::Null) => Ok((name, Value::Null)),
        Some(stages @ Value::Array(_)) => Ok((name, gojson::doubles(stages.clone()))),
        Some(other) => Err(cannot_unmarshal(other, "[]workflow.RawStage")),
    }
}

/// The stages of a body in the very text in which they were sent.
pub fn as_sent(body: &[u8]) -> Option<&str> {
    #[derive(serde::Deserialize)]
    struct Sent<'a> {
        #[serde(borrow)]
        stages: Option<&'a RawValue>,
    }
    // What follows the first value is not looked at.
    let mut values = serde_json::Deserializer::from_slice(body).into_iter::<Sent<'_>>();
    values.next()?.ok()?.stages.map(RawValue::get)
}

/// What Go says of a value of another type.
pub fn cannot_unmarshal(value: &Value, wanted: &str) -> String {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    format!("json: cannot unmarshal {kind} into Go value of type {wanted}")
}

/// The text after `creating workflow: ` when a stage is refused at creation.
pub fn refused(stages: &Value) -> Option<String> {
    stages.as_array().into_iter().flatten().find_map(|stage| resolve(stage, &Variables::new()).err())
}

/// A stage with its variables filled in, or why its types are wrong.
pub fn resolve(raw: &Value, variables: &Variables) -> Result<Stage, String> {
    let entries = raw.as_object().filter(|entries| entries.len() == 1);
    // The server's words for a stage without exactly one kind are not known; these are the engine's.
    let (kind, value) =
        entries.and_then(|entries| entries.iter().next()).ok_or("a stage must have exactly one key, its kind")?;
    let fields = Fields { value, variables };
    let input = match kind.as_str() {
        "noop" => json!({}),
        "wait_event" => json!({"event": fields.text("event").unwrap_or_default()}),
        "delay" => delay(&fields)?,
        "update" => update(&fields),
        "send" => send(&fields)?,
        other => return Err(format!("unable to resolve schema {other}")),
    };
    Ok(Stage { kind: kind.clone(), input })
}

/// A part of a configuration.
#[derive(Clone, Copy)]
struct Fields<'a> {
    value: &'a Value,
    variables: &'a Variables,
}

impl<'a> Fields<'a> {
    fn part(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        Some(Self { value, variables: self.variables })
    }

    /// A text with its variables; an empty one counts as absent.
    fn text(&self, key: &str) -> Option<String> {
        let text = interpolated(self.value.get(key)?.as_str()?, self.variables);
        (!text.is_empty()).then_some(text)
    }

    fn text_or(&self, key: &str, default: &str) -> String {
        self.text(key).unwrap_or_else(|| default.to_owned())
    }

    fn flag(&self, key: &str) -> bool {
        match self.value.get(key) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => interpolated(text, self.variables) == "true",
            _ => false,
        }
    }

    fn metadata(&self) -> Map<String, Value> {
        let entries = self.value.get("metadata").and_then(Value::as_object).into_iter().flatten();
        let text = |value: &Value| interpolated(value.as_str().unwrap_or_default(), self.variables);
        entries.map(|(key, value)| (key.clone(), text(value).into())).collect()
    }
}

/// `${name}` is replaced; a variable that is not there becomes nothing.
fn interpolated(text: &str, variables: &Variables) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, tail)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str(variables.get(name).and_then(Value::as_str).unwrap_or_default());
        rest = tail;
    }
    out + rest
}

fn delay(fields: &Fields<'_>) -> Result<Value, String> {
    let mut input = Map::new();
    if let Some(text) = fields.text("duration") {
        let duration = read_duration(&text)
            .ok_or("resolving field 'Duration': unable to resolve field 'Duration' to duration value")?;
        input.insert("duration".into(), duration_text(duration).into());
    }
    if let Some(text) = fields.text("until") {
        if instant(&text).is_none() {
            return Err("resolving field 'Until': unable to resolve field 'Until' to date value".into());
        }
        input.insert("until".into(), text.into());
    }
    Ok(input.into())
}

fn update(fields: &Fields<'_>) -> Value {
    match fields.part("account") {
        Some(account) => json!({"account": {
            "id": account.text_or("id", ""), "ledger": account.text_or("ledger", "main"), "metadata": account.metadata(),
        }}),
        None => json!({"account": null}),
    }
}

fn send(fields: &Fields<'_>) -> Result<Value, String> {
    let (Some(source), Some(destination)) = (fields.part("source"), fields.part("destination")) else {
        return Err("a send needs a source and a destination".into());
    };
    let mut input =
        json!({"destination": side(&destination, false)?, "source": side(&source, true)?, "timestamp": null});
    if let Some(parts) = input.as_object_mut() {
        if let Some(money) = fields.part("amount") {
            let amount = amount(&money)?;
            parts.insert("amount".into(), json!({"amount": amount, "asset": money.text_or("asset", "")}));
        }
        let metadata = fields.metadata();
        if !metadata.is_empty() {
            parts.insert("metadata".into(), metadata.into());
        }
        if let Some(timestamp) = fields.text("timestamp") {
            parts.insert("timestamp".into(), timestamp.into());
        }
    }
    Ok(input)
}

/// A number loses its fraction; a text is an integer of any size, which every later print rounds to a double.
fn amount(money: &Fields<'_>) -> Result<Value, String> {
    const WRONG: &str = "resolving field 'Amount': unable to resolve field 'Amount' to big int value";
    match money.value.get("amount") {
        Some(Value::Number(number)) => Ok(number.as_f64().map_or(Value::Null, |number| (number as i64).into())),
        Some(Value::String(_)) => match money.text("amount") {
            None => Ok(Value::Null),
            Some(text) if is_integer(&text) => Ok(gojson::doubles(text.parse::<f64>().map_err(|_| WRONG)?.into())),
            Some(_) => Err(WRONG.into()),
        },
        None | Some(Value::Null) => Ok(Value::Null),
        Some(_) => Err(WRONG.into()),
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn side(fields: &Fields<'_>, is_source: bool) -> Result<Value, String> {
    if let Some(wallet) = fields.part("wallet") {
        let part = json!({
            "balance": wallet.text_or("balance", "main"), "id": wallet.text_or("id", ""),
            "name": wallet.text_or("name", ""),
        });
        return Ok(json!({"wallet": part}));
    }
    if let Some(account) = fields.part("account") {
        let part = json!({
            "allowOverdraft": account.flag("allowOverdraft"), "id": account.text_or("id", ""),
            "ledger": account.text_or("ledger", "default"), "throughAccount": account.text_or("throughAccount", "world"),
        });
        return Ok(json!({"account": part}));
    }
    if let Some(payment) = fields.part("payment") {
        let part = if is_source {
            json!({
                "allowOverdraft": payment.flag("allowOverdraft"), "id": payment.text_or("id", ""),
                "throughAccount": payment.text_or("throughAccount", "world"),
            })
        } else {
            json!({
                "metadata": payment.text_or("metadata", "formanceAccountID"), "psp": payment.text_or("psp", ""),
                "type": payment.text_or("type", "TRANSFER"), "waitingValidation": payment.flag("waitingValidation"),
            })
        };
        return Ok(json!({"payment": part}));
    }
    Err("exactly one of wallet, account and payment is needed".into())
}

/// Why a stage is refused when it starts. The wallet's and the account's words are recorded; the others follow the
/// same pattern.
pub fn refused_at_start(stage: &Stage) -> Option<String> {
    let missing = |at: &str, field: &str, tag: &str| {
        format!("Key: '{at}{field}' Error:Field validation for '{field}' failed on the '{tag}' tag")
    };
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    match stage.kind.as_str() {
        "wait_event" if stage.event().is_empty() => Some(missing("WaitEvent.", "Event", "required")),
        "update" if stage.input.get("account").is_none_or(Value::is_null) => {
            Some(missing("Update.", "Account", "required"))
        }
        "delay" if stage.input.as_object().is_none_or(|keys| keys.len() != 1) => {
            let lines = ["Duration", "Until"].map(|field| missing("Delay.", field, "duration or until"));
            Some(lines.join("\n"))
        }
        "send" => ["source", "destination"].into_iter().find_map(|side| {
            let title = if side == "source" { "Send.Source" } else { "Send.Destination" };
            let part = stage.input.get(side)?;
            if let Some(wallet) = part.get("wallet") {
                let both = [text(wallet, "id"), text(wallet, "name")];
                let filled = both.iter().filter(|text| !text.is_empty()).count();
                let lines = ["id", "name"];
                let lines =
                    lines.map(|field| missing(&format!("{title}.Wallet.WalletReference."), field, "id or name"));
                return (filled != 1).then(|| lines.join("\n"));
            }
            let kind = if part.get("account").is_some() { "account" } else { "payment" };
            let needed = if kind == "payment" && side == "destination" { ("psp", "PSP") } else { ("id", "ID") };
            let at = format!("{title}.{}.", if kind == "account" { "Account" } else { "Payment" });
            text(part.get(kind)?, needed.0).is_empty().then(|| missing(&at, needed.1, "required"))
        }),
        _ => None,
    }
}
