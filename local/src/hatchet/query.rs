//! Query strings: repeated keys are lists, as `statuses=RUNNING&statuses=FAILED`.

use chrono::{DateTime, NaiveDate, NaiveTime};

use super::answer::Refusal;
use super::list::Filter;
use crate::clock::Micros;

/// The pairs of a query string.
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the pairs; `+` is a space.
    pub fn parse(text: Option<&str>) -> Self {
        Self(form_urlencoded::parse(text.unwrap_or_default().as_bytes()).into_owned().collect())
    }

    /// The first value of a key.
    pub fn first(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// All values of a key.
    pub fn all(&self, key: &str) -> Vec<String> {
        self.0.iter().filter(|(name, _)| name == key).map(|(_, value)| value.clone()).collect()
    }

    /// An integer.
    pub fn integer(&self, key: &str) -> Result<Option<i64>, Refusal> {
        let parsed = self.first(key).map(|text| {
            text.parse().map_err(|_| {
                let reason =
                    format!("error binding string parameter: strconv.ParseInt: parsing \"{text}\": invalid syntax");
                invalid(key, &reason)
            })
        });
        parsed.transpose()
    }

    /// A truth value.
    pub fn flag(&self, key: &str) -> Result<Option<bool>, Refusal> {
        let parsed = self.first(key).map(|text| match text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
            _ => Err(invalid(
                key,
                &format!("error binding string parameter: strconv.ParseBool: parsing \"{text}\": invalid syntax"),
            )),
        });
        parsed.transpose()
    }

    /// A date, or a date and a time.
    pub fn time(&self, key: &str) -> Result<Option<Micros>, Refusal> {
        self.first(key).map(|text| date(text).ok_or_else(|| invalid(key, &date_error(text)))).transpose()
    }

    /// What the list endpoints select by.
    pub fn filter(&self, workflows: impl Fn(&str) -> String) -> Result<Filter, Refusal> {
        let chosen = self.all("workflow_ids");
        Ok(Filter {
            since: self.time("since")?,
            since_is_exclusive: false,
            until: self.time("until")?,
            statuses: self.all("statuses"),
            workflows: (!chosen.is_empty()).then(|| chosen.iter().map(|id| workflows(id)).collect()),
            metadata: self.all("additional_metadata"),
            all_metadata: self.first("additional_metadata_operator") == Some("AND"),
            parent: self.first("parent_task_external_id").map(str::to_owned),
            event: self.first("triggering_event_external_id").map(str::to_owned),
            running: self.first("running_filter").map(str::to_owned),
            idempotency_keys: self.all("idempotency_keys"),
        })
    }
}

fn invalid(key: &str, reason: &str) -> Refusal {
    Refusal::bad_request(format!("Invalid format for parameter {key}: {reason}"))
}

/// The time zero selects nothing, as if it were not there.
pub fn date(text: &str) -> Option<Micros> {
    if let Ok(date) = DateTime::parse_from_rfc3339(text) {
        return Some(if text.starts_with("0001-01-01T00:00:00") { i64::MIN } else { date.timestamp_micros() });
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(day.and_time(NaiveTime::MIN).and_utc().timestamp_micros())
}

fn date_error(text: &str) -> String {
    let reason = if NaiveDate::parse_from_str(text.get(..10).unwrap_or_default(), "%Y-%m-%d").is_ok() {
        format!("extra text: {:?}", text.get(10..).unwrap_or_default())
    } else {
        format!("cannot parse {text:?} as \"2006\"")
    };
    format!("error parsing '{text}' as RFC3339 or 2006-01-02 time: parsing time {text:?}: {reason}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unescaped_plus_is_refused_in_the_words_of_go() {
        let query = Query::parse(Some("since=2026-11-22T00:00:00+00:00"));
        let Err(Refusal::Message(400, message)) = query.time("since") else { panic!("it is refused") };
        assert_eq!(
            message,
            "Invalid format for parameter since: error parsing '2026-11-22T00:00:00 00:00' as RFC3339 or 2006-01-02 \
             time: parsing time \"2026-11-22T00:00:00 00:00\": extra text: \"T00:00:00 00:00\""
        );
        let query = Query::parse(Some("since=2026-11-22T00%3A00%3A00%2B00:00&statuses=A&statuses=B"));
        assert_eq!(query.time("since").ok().flatten(), Some(1_795_305_600_000_000));
        assert_eq!(query.all("statuses"), ["A", "B"]);
    }
}
