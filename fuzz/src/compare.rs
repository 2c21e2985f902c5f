//! One text, read by all: do they agree?
use crate::oracle::{self, Findings};
use crate::target::Target;
use runward::describe::{Column, Kind, Value};
use runward::finding::{CATALOGUE, Code, Level, Severity};
use runward::read::{Limits, NO_STATUS, Padded, Place, Walked, first_value};
use serde_json::Value as Json;

/// Is the text right, if all readers agree, and otherwise how they differ.
pub fn compare(target: &mut Target, text: &[u8], level: Level) -> Result<bool, String> {
    let input = Padded::new(text);
    let walker = &mut target.walkers[usize::from(level == Level::Schema)];
    let walked = walker.walk(&input, 0, Limits { depth: 127, findings: usize::MAX });
    let place = Place { input: &input, start: 0, prefix: "", positions: false };
    let found: Vec<(Code, String)> =
        walker.findings(&place, None).into_iter().map(|finding| (code_of(finding.code), finding.pointer)).collect();
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
        let again = |text: &[u8]| -> Result<Json, String> {
            let again = (target.again)(std::str::from_utf8(text).unwrap())?;
            serde_json::from_str(&again).map_err(|error| error.to_string())
        };
        match again(text) {
            Ok(again) if again != json => return Err("decoding and encoding changed the value".into()),
            Err(error) => return Err(format!("right, but does not decode: {error}")),
            Ok(_) => compare_table(target, text, &json)?,
        }
    }
    Ok(!errors)
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
