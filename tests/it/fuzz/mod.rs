//! Damaged texts, read by the walker, by serde and by an independent slow check. All must agree: on the verdict, on every
//! finding and its pointer, on the table, and on what decoding and encoding gives back. The wanted differences:
//! - a number beyond a double is a warning here, and refused by `serde_json`;
//! - what stands in a name that stands twice is not compared, because `serde_json` keeps the last only.
pub mod mutate;
pub mod oracle;

use crate::recorded::documents;
use mutate::{Random, mutate};
use oracle::Findings;
use runward::describe::{Column, Kind, Value, Wire};
use runward::finding::{CATALOGUE, Code, Level, Severity, What};
use runward::read::{Limits, NO_STATUS, Padded, Place, Walked, Walker, first_value};
use runward::systems::hatchet::{Hatchet, model};
use runward::validate::{Options, validate_run};
use serde_json::Value as Json;

/// One kind of text.
struct Target {
    name: &'static str,
    value: Value,
    /// Where its rows are, as a JSON Pointer; `None` if it fills no table.
    rows: Option<&'static str>,
    /// At level `wire` and at level `schema`.
    walkers: [Walker; 2],
    recode: fn(&[u8]) -> Result<Json, String>,
    seeds: Vec<Vec<u8>>,
}

fn target<T: Wire>(name: &'static str, rows: Option<&'static str>, mut seeds: Vec<Vec<u8>>) -> Target {
    assert!(!seeds.is_empty(), "{name} has no seeds");
    let pretty = |text: &Vec<u8>| serde_json::to_vec_pretty(&serde_json::from_slice::<Json>(text).ok()?).ok();
    let spaced: Vec<_> = seeds.iter().take(4).filter_map(pretty).collect();
    seeds.extend(spaced);
    let walkers = [Level::Wire, Level::Schema].map(|level| Walker::new(&T::VALUE, level));
    Target { name, value: T::VALUE, rows, walkers, recode: recode::<T>, seeds }
}

fn recode<T: Wire>(text: &[u8]) -> Result<Json, String> {
    let decoded: T = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let again = serde_json::to_string(&decoded).map_err(|error| error.to_string())?;
    serde_json::from_str(&again).map_err(|error| error.to_string())
}

fn seeds(wanted: What) -> Vec<Vec<u8>> {
    let of_size =
        |(_, what, body): (String, What, String)| (what == wanted && body.len() < 12_000).then(|| body.into_bytes());
    documents().into_iter().filter_map(of_size).collect()
}

runward::string_enum! {
    /// A word.
    pub enum Word { One = "one", AWordThatIsMuchLongerThanAnyTokenOf32Bytes = "a word that is much longer than 32 bytes" }
}

runward::choice! {
    /// A stage.
    pub enum Stage { Send(Vec<Word>) = "send", Noop(runward::describe::Nullable<runward::describe::AnyObject>) = "noop" }
}

runward::union! {
    /// An object or a string.
    pub enum Fields { Members(std::collections::BTreeMap<String, i64>), Text(runward::describe::Text<1, 3>) }
}

runward::object! {
    /// What the recorded objects do not have.
    #[snake_case]
    pub struct Ugly {
        pub a_name_that_is_much_longer_than_any_token_of_32_bytes: Option<i64>,
        pub stage: Option<Stage>,
        pub fields: Option<runward::describe::Nullable<Fields>>,
        #[contract(Option<runward::describe::DateTime>, Inferred)]
        pub naive: Option<runward::describe::NaiveDateTime>,
        pub words: Option<runward::describe::AtMost<2, Word>>,
        pub number: Option<runward::describe::Number>,
        pub text: Option<runward::describe::Text<1, 3>>,
        pub maybe: Option<runward::describe::Nullable<bool>>,
        #[contract(bool, Observed)]
        pub phantom: Option<bool>,
        pub nothing: Option<runward::describe::Null>,
        pub deep: Option<runward::describe::AnyObject>,
    }
}

fn ugly() -> Vec<Vec<u8>> {
    let whole = r#"{"a_name_that_is_much_longer_than_any_token_of_32_bytes":1,"stage":{"noop":null},"fields":{"a":1},
        "naive":"2026-11-22T16:08:09.5","words":["one","a word that is much longer than 32 bytes"],"number":1.50,
        "text":"äöü","maybe":null,"phantom":true,"nothing":null,"deep":{"x":[1,{"y":"🚀\ud83d\ude80"}]},"new":{}}"#;
    let other =
        r#"{"stage":{"send":["one"]},"fields":"abc","naive":"2026-11-22T16:08:09+02:00","words":[],"number":-1e-5}"#;
    let nested = |depth: usize, open: &str, close: &str| {
        format!(r#"{{"deep":{{"x":{}0{}}}}}"#, open.repeat(depth), close.repeat(depth)).into_bytes()
    };
    let deep = (122..129).flat_map(|depth| [nested(depth, "[", "]"), nested(depth, "{\"k\":", "}")]);
    [whole, other].map(|text| text.as_bytes().to_vec()).into_iter().chain(deep).collect()
}

fn targets() -> Vec<Target> {
    vec![
        target::<model::V1TaskSummaryList>("page", Some("/rows"), seeds(What::Page)),
        target::<model::V1WorkflowRunDetails>("run", None, seeds(What::Run)),
        target::<model::V1TaskSummary>("task", None, seeds(What::Task)),
        target::<model::V1TaskEventList>("events", None, seeds(What::Event)),
        target::<model::V1WorkflowRunCreated>("created", None, seeds(What::Created)),
        target::<Ugly>("ugly", None, ugly()),
    ]
}

/// The rounds of a run of the tests; `FUZZ_ROUNDS` and `FUZZ_SEED` ask for more, or for others.
fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn walker_serde_and_a_slow_check_agree_on_damaged_texts() {
    let mut random = Random::new(number("FUZZ_SEED", 1));
    let mut targets = targets();
    let (mut right, mut wrong, mut problems) = (0, 0, vec![]);
    for round in 0..number("FUZZ_ROUNDS", 20_000) as usize {
        let n = round % targets.len();
        let target = &mut targets[n];
        let seed = &target.seeds[random.below(target.seeds.len())];
        let text = if round % 50 < 2 { seed.clone() } else { mutate(&mut random, seed) };
        for level in [Level::Wire, Level::Schema] {
            match compare(target, &text, level) {
                Ok(true) => right += 1,
                Ok(false) => wrong += 1,
                Err(problem) => {
                    problems.push(format!("{} {level:?}: {problem}\n{}", target.name, String::from_utf8_lossy(&text)));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{} problems, the first:\n{}", problems.len(), problems[0]);
    assert!(right > 1000 && wrong > 1000, "{right} right, {wrong} wrong");
}

/// Is the text right, if all readers agree, and otherwise how they differ.
fn compare(target: &mut Target, text: &[u8], level: Level) -> Result<bool, String> {
    let input = Padded::new(text);
    let walker = &mut target.walkers[usize::from(level == Level::Schema)];
    let walked = walker.walk(&input, 0, Limits { depth: 127, findings: usize::MAX });
    let place = Place { input: &input, start: 0, prefix: "", positions: false };
    let found: Vec<(Code, String)> =
        walker.findings(&place, None).into_iter().map(|finding| (code(finding.code), finding.pointer)).collect();
    let whole = matches!(walked, Walked::To(end) if first_value(&input, end).is_none());
    let has = |wanted: &[Code]| found.iter().any(|(code, _)| wanted.contains(code));
    let json: Json = match serde_json::from_slice(text) {
        Ok(json) if whole && !has(&[Code::BadJson, Code::BadUtf8, Code::TooDeep, Code::LoneSurrogate]) => json,
        Ok(_) => return Err(format!("serde_json reads it, the walker found {found:?}")),
        Err(_) if !whole || has(&[Code::LoneSurrogate]) => return Ok(false),
        Err(error) if has(&[Code::NumberBeyondDouble]) && error.to_string().contains("out of range") => {
            return Ok(false);
        }
        Err(error) => return Err(format!("serde_json says {error}, the walker found {found:?}")),
    };
    if has(&[Code::DuplicateKey]) {
        return Ok(false);
    }
    let mut wanted = Findings::new();
    oracle::check(&json, &target.value, level, "", &mut wanted);
    let ours: Findings = found.iter().filter(|(code, _)| code.severity() != Severity::Info).cloned().collect();
    if ours != wanted {
        return Err(format!("found {ours:?}, wanted {wanted:?}"));
    }
    let errors = ours.iter().any(|(code, _)| code.severity() == Severity::Error);
    if level == Level::Wire && !errors {
        match (target.recode)(text) {
            Ok(recoded) if recoded != json => return Err("decoding and encoding changed the value".into()),
            Err(error) => return Err(format!("right, but does not decode: {error}")),
            Ok(_) => compare_table(target, text, &json)?,
        }
    }
    Ok(!errors)
}

fn code(printed: &str) -> Code {
    CATALOGUE
        .iter()
        .find(|rule| rule.code == printed)
        .unwrap_or_else(|| panic!("{printed} is not in the catalogue"))
        .kind
}

/// The rows of a right page, read from the parsed value, are those of the table.
fn compare_table(target: &Target, text: &[u8], json: &Json) -> Result<(), String> {
    let table = target.walkers[0].table();
    let Some(rows) = target.rows.and_then(|rows| json.pointer(rows)).and_then(Json::as_array) else { return Ok(()) };
    if rows.len() != table.rows() {
        return Err(format!("{} rows, {} in the table", rows.len(), table.rows()));
    }
    for (i, row) in rows.iter().enumerate() {
        let bytes = &text[table.starts()[i] as usize..table.ends()[i] as usize];
        if serde_json::from_slice::<Json>(bytes).ok().as_ref() != Some(row) {
            return Err(format!("row {i} stands elsewhere"));
        }
        for column in COMPARED {
            let absent = if column == Column::Status { f64::from(NO_STATUS) } else { f64::NAN };
            let wanted = expected(rows_of(target.value).unwrap(), row, column).unwrap_or(absent);
            let got = if column == Column::Status { f64::from(table.statuses()[i]) } else { table.column(column)[i] };
            if !(got.is_nan() && wanted.is_nan() || (got - wanted).abs() < 1e-3) {
                return Err(format!("row {i}, {column:?}: {got}, wanted {wanted}"));
            }
        }
    }
    Ok(())
}

const COMPARED: [Column; 6] =
    [Column::Status, Column::Created, Column::Started, Column::Finished, Column::Updated, Column::Duration];

fn rows_of(value: Value) -> Option<Value> {
    match value.kind {
        Kind::Rows(items) => Some(*items),
        Kind::Object(of) => of().fields.iter().find_map(|field| rows_of(field.value)),
        _ => None,
    }
}

/// What a row's own members put into a column.
fn expected(value: Value, json: &Json, column: Column) -> Option<f64> {
    let Kind::Object(of) = value.kind else { return None };
    let mut fields = of().fields.iter().filter_map(|field| Some((field, json.get(field.name)?)));
    fields.find_map(|(field, json)| match field.value.kind {
        Kind::Object(_) => expected(field.value, json, column),
        _ if field.column != column => None,
        Kind::DateTime => oracle::date_time(json.as_str()?),
        Kind::Enum(of) => of.place(json.as_str()?.as_bytes()).map(|i| i as f64),
        _ => json.as_f64(),
    })
}

#[test]
fn arbitrary_bytes_are_a_report_and_never_a_panic() {
    let mut random = Random::new(number("FUZZ_SEED", 7));
    let seeds = [seeds(What::Page), seeds(What::Run), seeds(What::Created), ugly()].concat();
    let options = Options { positions: true, max_findings: 20, ..Options::default() };
    for round in 0..number("FUZZ_ROUNDS", 20_000) as usize / 4 {
        let text: Vec<u8> = if round % 2 == 0 {
            (0..random.below(60)).map(|_| b"{}[]:,\"\\0123eE+-tfnul \n\x00a\x80\xc3\xed"[random.below(26)]).collect()
        } else {
            let seed = &seeds[random.below(seeds.len())];
            mutate(&mut random, seed)
        };
        let report = validate_run(&Hatchet, &text, &options).unwrap();
        assert!(report.findings.len() <= 20);
        assert_eq!(report.valid, report.findings.iter().all(|finding| finding.severity != Severity::Error));
        if report.valid && report.what == What::Run {
            runward::validate::parse_run(&Hatchet, &text, &options).unwrap();
        }
    }
}
