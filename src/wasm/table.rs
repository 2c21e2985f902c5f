//! The class `RunTable`.
use super::convert::{argument, bytes, out, parsed, plain, set, system};
use super::given::Given;
use super::validate::options;
use crate::error::Result;
use crate::table::{By, PHASES, Query, Sort, Table};
use js_sys::{Object, Uint32Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

type Thrown<T> = std::result::Result<T, JsValue>;

/// Many runs of one system, held compactly.
#[wasm_bindgen(skip_typescript)]
pub struct RunTable {
    table: Table,
}

#[wasm_bindgen]
impl RunTable {
    /// An empty table of a system's runs.
    #[wasm_bindgen(constructor)]
    pub fn new(name: JsValue, plain_options: JsValue) -> Thrown<RunTable> {
        out((|| {
            let options = options(&plain_options, false)?;
            Ok(RunTable { table: Table::new(system(&name)?, options) })
        })())
    }

    /// Takes the next bytes.
    pub fn push(&mut self, piece: JsValue) -> Thrown<()> {
        let wrong = || argument("invalid_source", "a table takes bytes: a Uint8Array or an ArrayBuffer");
        out(bytes(&piece).ok_or_else(wrong).map(|view| view.copy_to(self.table.room(view.length() as usize))))
    }

    /// Reads what was pushed.
    pub fn end(&mut self) -> Thrown<JsValue> {
        out(self.table.end().and_then(|report| plain(&report)))
    }

    /// How many runs there are.
    #[wasm_bindgen(getter)]
    pub fn length(&self) -> u32 {
        u32::try_from(self.table.len()).unwrap_or(u32::MAX)
    }

    /// The numbers of the rows that a query finds.
    pub fn query(&self, query: JsValue) -> Thrown<Vec<u32>> {
        out(self::query(&query).map(|query| self.table.query(&query)))
    }

    /// How many there are of each status or phase.
    pub fn counts(&self, by: JsValue, view: JsValue) -> Thrown<JsValue> {
        out((|| {
            let wrong = || argument("invalid_options", "runs are counted by `status` or `phase`");
            let by = by.as_string().as_deref().and_then(By::parse).ok_or_else(wrong)?;
            let rows = if view.is_undefined() { None } else { Some(rows(&view)?) };
            let counts = Object::new().into();
            for (name, count) in self.table.counts(by, rows.as_deref()) {
                set(&counts, &name, &count.into());
            }
            Ok(counts)
        })())
    }

    /// The runs from one place of a view to before another.
    pub fn rows(&self, view: JsValue, start: Option<u32>, end: Option<u32>) -> Thrown<JsValue> {
        out((|| {
            let view: Vec<u32> = rows(&view)?;
            let end = end.map_or(view.len(), |end| view.len().min(end as usize));
            let wanted = view.get(start.unwrap_or(0) as usize..end).unwrap_or_default();
            let runs = wanted.iter().map(|row| self.table.json(*row)).collect::<Result<Vec<String>>>()?;
            parsed(&format!("[{}]", runs.join(",")))
        })())
    }
}

fn rows(view: &JsValue) -> Result<Vec<u32>> {
    let rows = view.dyn_ref::<Uint32Array>().map(Uint32Array::to_vec);
    rows.ok_or_else(|| argument("invalid_view", "a view is what `query` gives"))
}

fn query(given: &JsValue) -> Result<Query> {
    let given = Given::of(given, &KEYS)?;
    let wrong = |message: &str| argument("invalid_options", message);
    let phase = |name: String| {
        let known = PHASES.iter().find(|(_, known)| *known == name);
        known
            .map(|(phase, _)| *phase)
            .ok_or_else(|| wrong("`phase` must be queued, running, waiting, finished or unknown"))
    };
    let sort =
        |name: String| Sort::parse(&name).ok_or_else(|| wrong("`sort` must be created, started, finished or duration"));
    let descending = match given.text("order")?.as_deref() {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => return Err(wrong("`order` must be asc or desc")),
    };
    Ok(Query {
        statuses: given.texts("status")?,
        phases: given.texts("phase")?.into_iter().map(phase).collect::<Result<_>>()?,
        since: given.number("since")?,
        until: given.number("until")?,
        text: given.text("text")?,
        sort: given.text("sort")?.map(sort).transpose()?,
        descending,
    })
}

const KEYS: [&str; 7] = ["status", "phase", "since", "until", "text", "sort", "order"];
