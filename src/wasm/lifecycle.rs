//! What may follow what: steps, histories, events, tables.
use super::convert::{argument, json, out, parsed, plain, set, source, text};
use super::given::items;
use crate::client::with_wire;
use crate::error::{Error, Kind, Result, SystemName};
use crate::lifecycle::{self, Format, Legal, Lifecycle, Rule, Rules};
use crate::run::{Run, Snapshot};
use crate::systems;
use crate::validate::{self, Options};
use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

type Thrown<T> = std::result::Result<T, JsValue>;

/// What stands between two documents of the same run, of which `after` was read later: a step that can be, or a conflict.
///
/// Throws `DecodeError` for a document that is no valid run, and `ArgumentError` for an unknown system.
#[wasm_bindgen(js_name = validateTransition, unchecked_return_type = "Judgement")]
pub fn validate_transition(
    #[wasm_bindgen(unchecked_param_type = "SystemName")] system: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Source")] before: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Source")] after: JsValue,
) -> Thrown<JsValue> {
    out((|| {
        let before = Read::of(&system, &before, "before")?;
        let after = Read::of(&system, &after, "after")?;
        plain(&lifecycle::judge(rules(&system)?, &before.snapshot, &after.snapshot))
    })())
}

#[wasm_bindgen(js_name = validateHistory, skip_typescript)]
pub fn validate_history(system: JsValue, snapshots: JsValue) -> Thrown<JsValue> {
    out((|| {
        let wrong = || argument("invalid_source", "the snapshots are an array of documents, the oldest first");
        let snapshots = Some(&snapshots).filter(|given| Array::is_array(given)).and_then(items).ok_or_else(wrong)?;
        let read = |(index, document): (usize, &JsValue)| Read::of(&system, document, &format!("snapshot {index}"));
        let reads = snapshots.iter().enumerate().map(read).collect::<Result<Vec<Read>>>()?;
        let snapshots: Vec<Snapshot> = reads.iter().map(|read| read.snapshot.clone()).collect();
        let history = lifecycle::history(rules(&system)?, &snapshots);
        let value = plain(&Steps { steps: &history.steps, findings: &history.findings })?;
        let last = history.last.as_ref().and_then(|last| reads.iter().rfind(|read| read.snapshot.run == *last));
        if let Some(read) = last {
            set(&value, "final", &parsed(&with_wire(&read.snapshot.run, &read.text)?)?);
        }
        Ok(value)
    })())
}

#[derive(Serialize)]
struct Steps<'a> {
    steps: &'a [lifecycle::Judgement],
    findings: &'a [crate::finding::Finding],
}

#[wasm_bindgen(js_name = applyEvent, skip_typescript)]
pub fn apply_event(system: JsValue, run: JsValue, event: JsValue) -> Thrown<JsValue> {
    out((|| {
        let event = source(&event)?;
        let applied = lifecycle::apply_event(rules(&system)?, &run_of(&run)?, &text(&event.bytes))?;
        let value = plain(&applied.judgement)?;
        let after = parsed(&json(&applied.run))?;
        set(&after, "wire", &js_sys::Reflect::get(&run, &"wire".into()).unwrap_or_default());
        set(&value, "run", &after);
        Ok(value)
    })())
}

/// What may come next of a run, and hints that it is stuck: pass `now`, in milliseconds since 1970, to have its times
/// looked at as well.
#[wasm_bindgen(unchecked_return_type = "Expectation")]
pub fn expectation(
    #[wasm_bindgen(unchecked_param_type = "SystemName")] system: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Omit<Run, \"wire\">")] run: JsValue,
    now: Option<f64>,
) -> Thrown<JsValue> {
    out((|| plain(&lifecycle::expectation(rules(&system)?, &run_of(&run)?, now)))())
}

/// The statuses that a later read may show after this one, in the system's own words; none for a status that is not known.
/// Of runs, unless stages are asked for.
#[wasm_bindgen(js_name = allowedNext)]
pub fn allowed_next(
    #[wasm_bindgen(unchecked_param_type = "SystemName")] system: JsValue,
    status: &str,
    #[wasm_bindgen(unchecked_optional_param_type = "\"runs\" | \"stages\"")] of: JsValue,
) -> Thrown<Vec<String>> {
    out((|| Ok(table_of(&system, &of)?.0.allowed_next(status).into_iter().map(str::to_owned).collect()))())
}

/// The table of a system's runs, unless that of its stages is asked for, and its title.
fn table_of(system: &JsValue, of: &JsValue) -> Result<(&'static Lifecycle, String)> {
    let rules = rules(system)?;
    match of.as_string().as_deref() {
        Some("runs") => Ok((&rules.runs, format!("Runs of {}", rules.system))),
        None if of.is_undefined() => Ok((&rules.runs, format!("Runs of {}", rules.system))),
        Some("stages") => Ok((&rules.stages, format!("Stages of {}", rules.system))),
        _ => Err(argument("bad_option", "the table must be of runs or stages")),
    }
}

/// The table of a system's lifecycle: states and steps of its runs and of their stages, each with its evidence, and the
/// rules beside them.
#[wasm_bindgen(js_name = lifecycle, unchecked_return_type = "Lifecycle")]
pub fn table(#[wasm_bindgen(unchecked_param_type = "SystemName")] system: JsValue) -> Thrown<JsValue> {
    out((|| {
        let rules = rules(&system)?;
        let Rules { system, runs, stages, ends_hold, .. } = rules;
        let (moves, all) = (rules.legal_moves(), rules.all().collect());
        plain(&Table { system: *system, runs, stages, ends_hold: *ends_hold, moves, rules: all })
    })())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Table<'a> {
    system: SystemName,
    #[serde(flatten)]
    runs: &'a Lifecycle,
    stages: &'a Lifecycle,
    ends_hold: bool,
    moves: Vec<Legal>,
    rules: Vec<&'a Rule>,
}

/// A picture of the lifecycle of a system's runs, unless stages are asked for, as text in the format: `mermaid` when none is
/// named.
#[wasm_bindgen]
pub fn diagram(
    #[wasm_bindgen(unchecked_param_type = "SystemName")] system: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "\"mermaid\" | \"dot\" | \"svg\"")] format: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "\"runs\" | \"stages\"")] of: JsValue,
) -> Thrown<String> {
    out((|| {
        let wrong = || argument("bad_option", "the format must be mermaid, dot or svg");
        let name = if format.is_undefined() { Some("mermaid".into()) } else { format.as_string() };
        let format = name.as_deref().and_then(Format::parse).ok_or_else(wrong)?;
        let (table, title) = table_of(&system, &of)?;
        Ok(lifecycle::diagram(table, &title, format))
    })())
}

/// The verdicts on all pairs of codes, at `from * 16 + to`: a look there is cheaper than a call, so `pkg/tables.js` looks.
#[wasm_bindgen(js_name = __grid, skip_typescript)]
pub fn grid(system: JsValue, of: JsValue, within_attempt: bool) -> Thrown<Vec<u8>> {
    out(table_of(&system, &of).map(|(table, _)| table.grid(within_attempt)))
}

fn rules(name: &JsValue) -> Result<&'static Rules> {
    let found = name.as_string().as_deref().and_then(SystemName::parse).map(systems::rules);
    let known = || SystemName::ALL.map(SystemName::as_str).join(", ");
    found.ok_or_else(|| argument("unknown_system", format!("there is no such system; there are {}", known())))
}

/// One document, read.
struct Read {
    snapshot: Snapshot,
    text: String,
}

impl Read {
    fn of(system: &JsValue, document: &JsValue, place: &str) -> Result<Read> {
        let document = source(document)?;
        let options = Options { positions: document.is_text, ..Options::default() };
        let run = validate::parse_run(super::convert::system(system)?, &document.bytes, &options);
        let run = run.map_err(|error| Error { message: format!("{place}: {}", error.message), ..error })?;
        Ok(Read { snapshot: run.snapshot, text: text(&document.bytes).into_owned() })
    }
}

/// A run in the common shape, as it was handed out before.
pub(super) fn run_of(value: &JsValue) -> Result<Run> {
    let document = source(value)?;
    Run::decode(&text(&document.bytes)).map_err(|place| {
        let message = format!("this is no run as parseRun or a client gives it: look at {place}");
        Error::new(Kind::Argument, "invalid_run", message)
    })
}
