//! One text, read by all: do they agree?
use crate::oracle::{self, Findings};
use crate::report;
use crate::slow::{self, Text};
use crate::target::Target;
use runward::describe::{Column, Kind, Value};
use runward::finding::{CATALOGUE, Code, Finding, Level, Report, Severity};
use runward::read::{Limits, NO_STATUS, Padded, Place, Walked, first_value};
use runward::system::Documents;
use runward::validate::{Options, validate_run};
use serde_json::Value as Json;

/// In what readers may differ, and why. Everything else must be the same.
pub const DIFFERENCES: [Difference; 2] = [
    Difference {
        code: Code::DuplicateKey,
        theirs: Theirs::Read,
        why: "serde_json keeps the last of two members of one name",
    },
    Difference {
        code: Code::NumberBeyondDouble,
        theirs: Theirs::Refused,
        why: "JavaScript reads such a number as infinity",
    },
];

/// A wanted difference between our verdict and that of `serde_json`.
pub struct Difference {
    /// What we find where it differs.
    pub code: Code,
    /// What it does.
    pub theirs: Theirs,
    /// Why that is wanted.
    pub why: &'static str,
}

/// What `serde_json` makes of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Theirs {
    /// A value.
    Read,
    /// An error.
    Refused,
}

/// What a comparison came to.
pub struct Compared {
    /// Was no error found?
    pub right: bool,
    /// The number of the wanted difference that was met.
    pub difference: Option<usize>,
}

/// Reads the text with all readers.
///
/// # Errors
/// How they differ, in a sentence.
pub fn compare(target: &mut Target, text: &[u8], level: Level) -> Result<Compared, String> {
    let input = Padded::new(text);
    let walker = &mut target.walkers[usize::from(level == Level::Schema)];
    let walked = walker.walk(&input, 0, Limits { depth: DEPTH, findings: usize::MAX });
    let place = Place { input: &input, start: 0, prefix: "", positions: false };
    let of = |finding: Finding| (code_of(finding.code), finding.severity, finding.pointer);
    let mut ours: Findings = walker.findings(&place, None).into_iter().map(of).collect();
    let more = matches!(walked, Walked::To(end) if first_value(&input, end).is_some());
    let read = slow::read(text, DEPTH as usize);
    let slow = oracle::check(&read, &target.value, level, None);
    same("the walker", &ours, &slow)?;
    if more != read.more.is_some() {
        return Err("they do not agree on where the value ends".into());
    }
    if more {
        ours.insert((Code::BadJson, Severity::Error, String::new()));
    }
    if let Some(system) = target.system {
        compare_report(system, text, &read, level)?;
    }
    let right = oracle::is_right(&ours);
    let json = serde_json::from_slice::<Json>(text);
    let difference = difference(&ours, &json)?;
    if let (true, Level::Wire, Ok(json)) = (right, level, &json) {
        compare_value(target, text, &read)?;
        compare_table(target, text, json)?;
    }
    Ok(Compared { right, difference })
}

fn same(who: &str, ours: &Findings, slow: &Findings) -> Result<(), String> {
    if ours == slow {
        return Ok(());
    }
    let ours_alone: Vec<_> = ours.difference(slow).collect();
    let slow_alone: Vec<_> = slow.difference(ours).collect();
    Err(format!("{who} alone found {ours_alone:?}, the slow check alone {slow_alone:?}"))
}

/// What is reported of the whole text, whatever it turns out to be.
fn compare_report(system: &Documents, text: &[u8], read: &Text, level: Level) -> Result<(), String> {
    let options = Options { level, max_findings: usize::MAX, ..Options::default() };
    let report = validate_run(system, text, &options).map_err(|error| format!("{error:?}"))?;
    let Some(slow) = report::expected(system, text, read, level) else { return Ok(()) };
    same("the report", &findings_of(&report), &slow)?;
    if report.valid != oracle::is_right(&slow) {
        return Err(format!("the report says valid: {}", report.valid));
    }
    Ok(())
}

/// The findings of a report.
pub fn findings_of(report: &Report) -> Findings {
    let findings = report.findings.iter();
    findings.map(|finding| (code_of(finding.code), finding.severity, finding.pointer.clone())).collect()
}

/// As deep as the usual options allow, and as deep as serde_json reads.
pub const DEPTH: u32 = 127;

/// The verdicts on the text as JSON, whatever it describes, are the same, or differ in a way that is wanted.
fn difference(ours: &Findings, theirs: &serde_json::Result<Json>) -> Result<Option<usize>, String> {
    let has = |wanted: Code| ours.iter().any(|(code, ..)| *code == wanted);
    let refused = [Code::BadJson, Code::BadUtf8, Code::TooDeep, Code::LoneSurrogate, Code::DuplicateKey];
    let ours_refused = refused.into_iter().any(has);
    if ours_refused == theirs.is_err() {
        return Ok(None);
    }
    let theirs = if theirs.is_ok() { Theirs::Read } else { Theirs::Refused };
    let wanted = DIFFERENCES.iter().position(|difference| difference.theirs == theirs && has(difference.code));
    wanted.map(Some).ok_or_else(|| format!("serde_json {theirs:?} it, the walker found {ours:?}"))
}

/// Decoding and encoding gives the same value back.
fn compare_value(target: &Target, text: &[u8], read: &Text) -> Result<(), String> {
    let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
    let again = (target.again)(text).map_err(|error| format!("right, but does not decode: {error}"))?;
    let again = slow::read(again.as_bytes(), DEPTH as usize);
    let same = read.root.as_ref().zip(again.root.as_ref()).is_some_and(|(before, after)| slow::is_same(before, after));
    if same { Ok(()) } else { Err("decoding and encoding changed the value".into()) }
}

fn code_of(printed: &str) -> Code {
    CATALOGUE
        .iter()
        .find(|rule| rule.code == printed)
        .unwrap_or_else(|| panic!("{printed} is not in the catalogue"))
        .kind
}

/// The rows of a right page, read from the parsed value, are those of the table.
fn compare_table(target: &Target, text: &[u8], json: &Json) -> Result<(), String> {
    let table = target.walkers[0].table();
    let Some(rows) = target.rows.as_ref().and_then(|rows| json.pointer(rows)).and_then(Json::as_array) else {
        return Ok(());
    };
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
        Kind::NaiveDateTime => {
            json.as_str().and_then(|text| oracle::date_time(text).or_else(|| oracle::date_time(&format!("{text}Z"))))
        }
        Kind::Enum(of) => of.place(json.as_str()?.as_bytes()).map(|i| i as f64),
        _ => json.as_f64(),
    })
}
