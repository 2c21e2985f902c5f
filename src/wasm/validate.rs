//! `validateRun`, `parseRun`, `parsePage`.
use super::convert::{argument, json, out, parsed, source, system, text, whole_text};
use super::given::Given;
use crate::client::{push_with_wire, with_wire};
use crate::error::Result;
use crate::finding::{Level, What};
use crate::validate::{self, Options};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The options of whoever validates, each checked under its name. `is_text`: are lines and columns of use?
pub(super) fn options(given: &JsValue, is_text: bool) -> Result<Options> {
    let given = Given::of(given, &["level", "what", "maxDepth", "maxBytes", "maxFindings"])?;
    let usual = Options { positions: is_text, ..Options::default() };
    Ok(Options {
        level: level(given.text("level")?.as_deref())?,
        what: what(given.text("what")?.as_deref())?,
        max_depth: given.whole("maxDepth", 1..=512)?.unwrap_or(usual.max_depth),
        max_bytes: given.whole("maxBytes", 1..=u32::MAX)?.map_or(usual.max_bytes, |most| most as usize),
        max_findings: given.whole("maxFindings", 1..=u32::MAX)?.map_or(usual.max_findings, |most| most as usize),
        ..usual
    })
}

fn level(name: Option<&str>) -> Result<Level> {
    match name {
        None | Some("wire") => Ok(Level::Wire),
        Some("schema") => Ok(Level::Schema),
        Some(_) => Err(argument("invalid_options", "`level` must be wire or schema")),
    }
}

fn what(name: Option<&str>) -> Result<Option<What>> {
    Ok(Some(match name {
        None | Some("auto") => return Ok(None),
        Some("run") => What::Run,
        Some("page") => What::Page,
        Some("created") => What::Created,
        Some("history") => What::History,
        Some("event") => What::Event,
        Some("task") => What::Task,
        Some(_) => {
            let message = "`what` must be auto, run, page, created, history, event or task";
            return Err(argument("invalid_options", message));
        }
    }))
}

/// All that is wrong or odd with a document of a system: a run, a page, a history, an event. Pure, and offline.
///
/// Throws `ArgumentError` for an unknown system or a wrong option; what is wrong with the document stands in the report.
#[wasm_bindgen(js_name = validateRun, unchecked_return_type = "Report")]
pub fn validate_run(
    #[wasm_bindgen(js_name = system, unchecked_param_type = "SystemName")] name: JsValue,
    #[wasm_bindgen(js_name = source, unchecked_param_type = "Source")] document: JsValue,
    #[wasm_bindgen(js_name = options, unchecked_optional_param_type = "ValidateOptions")] plain_options: JsValue,
) -> std::result::Result<JsValue, JsValue> {
    out((|| {
        let document = source(&document)?;
        let options = options(&plain_options, document.is_text)?;
        // a report crosses as one text: member by member it would cost more than the walk
        parsed(&json(&validate::validate_run(system(&name)?, &document.bytes, &options)?))
    })())
}

#[wasm_bindgen(js_name = parseRun, skip_typescript)]
pub fn parse_run(name: JsValue, document: JsValue, plain_options: JsValue) -> std::result::Result<JsValue, JsValue> {
    out((|| {
        let document = source(&document)?;
        let options = options(&plain_options, document.is_text)?;
        let run = validate::parse_run(system(&name)?, &document.bytes, &options)?.snapshot.run;
        parsed(&with_wire(&run, &text(&document.bytes))?)
    })())
}

#[wasm_bindgen(js_name = parsePage, skip_typescript)]
pub fn parse_page(name: JsValue, document: JsValue, plain_options: JsValue) -> std::result::Result<JsValue, JsValue> {
    out((|| {
        let document = source(&document)?;
        let options = options(&plain_options, document.is_text)?;
        let page = validate::parse_page(system(&name)?, &document.bytes, &options)?;
        // one text to parse: row by row it would cost more than all before
        let all = whole_text(&document.bytes);
        let mut whole = String::with_capacity(all.len() * 2);
        for (run, wire) in page.runs.iter().zip(page.wires) {
            whole.push_str(if whole.is_empty() { "{\"runs\":[" } else { "," });
            push_with_wire(&mut whole, &json(run), all.get(wire).unwrap_or_default());
        }
        whole.push_str(if whole.is_empty() { "{\"runs\":[]}" } else { "]}" });
        parsed(&whole)
    })())
}

/// The system whose documents this is, or the first value of it; `undefined` when it looks like none, or like several.
#[wasm_bindgen(js_name = recognise, unchecked_return_type = "SystemName | undefined")]
pub fn recognise(
    #[wasm_bindgen(js_name = source, unchecked_param_type = "Source")] document: JsValue,
) -> std::result::Result<JsValue, JsValue> {
    out(source(&document).map(|document| {
        validate::recognise(&document.bytes).map_or(JsValue::UNDEFINED, |system| system.name().as_str().into())
    }))
}
