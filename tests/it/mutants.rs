//! Valid bodies with one thing broken at a time, as their descriptions say: every mutant is found, and at its place.
use runward::describe::{Column, Document, Field, Kind, Members, Presence, Value};
use runward::error::SystemName;
use runward::finding::{CATALOGUE, Finding};
use runward::system::Documents;
use runward::systems;
use runward::validate::{Options, validate_run};
use runward_fuzz::fixtures;
use runward_fuzz::oracle::date_time;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// A broken body, and what must be found.
struct Mutant {
    body: String,
    code: &'static str,
    pointer: String,
}

/// A valid body, and what may be broken in it.
struct Body<'a> {
    whole: &'a Json,
    mutants: Vec<Mutant>,
}

impl Body<'_> {
    /// The body with another value at the place.
    fn with(&mut self, pointer: &str, value: Json, code: &'static str) {
        let mut broken = self.whole.clone();
        *broken.pointer_mut(pointer).unwrap() = value;
        self.mutants.push(Mutant { body: broken.to_string(), code, pointer: pointer.into() });
    }

    fn without(&mut self, object: &str, name: &str) {
        let mut broken = self.whole.clone();
        broken.pointer_mut(object).unwrap().as_object_mut().unwrap().remove(name);
        self.mutants.push(Mutant { body: broken.to_string(), code: "missing_field", pointer: join(object, name) });
    }

    /// The body in which a member stands twice: once more under a name that is then put right in the text.
    fn twice(&mut self, object: &str, name: &str) {
        let mut broken = self.whole.clone();
        let members = broken.pointer_mut(object).unwrap().as_object_mut().unwrap();
        members.insert("~twice~".into(), members[name].clone());
        let body = broken.to_string().replacen("\"~twice~\"", &Json::from(name).to_string(), 1);
        self.mutants.push(Mutant { body, code: "duplicate_key", pointer: join(object, name) });
    }

    fn value(&mut self, pointer: &str, value: &Value, column: Column) {
        let json = self.whole.pointer(pointer).unwrap().clone();
        if json.is_null() {
            return;
        }
        if !pointer.is_empty() && !value.nullable && !matches!(value.kind, Kind::Any | Kind::Null) {
            self.with(pointer, Json::Null, "null_not_allowed");
        }
        self.kind(pointer, value.kind, &json, column);
        match value.kind {
            Kind::Any => {}
            _ if pointer.is_empty() => self.with(pointer, json!(7), "unrecognised"),
            _ => {
                let others = [json!(7), json!("x"), json!([]), json!({}), json!(true)];
                let mut others = others.into_iter().filter(|other| !value.takes(other.to_string().as_bytes()[0]));
                others.next().into_iter().for_each(|other| self.with(pointer, other, "type_mismatch"));
            }
        }
    }

    fn kind(&mut self, pointer: &str, kind: Kind, json: &Json, column: Column) {
        let too_deep = (0..130).fold(json!(0), |inner, _| json!([inner]));
        match kind {
            Kind::Uuid => self.with(pointer, json!("a16ccbaf-84c7-4547-bdd9-6f0922c7634"), "bad_uuid"),
            Kind::Slug => {
                self.with(pointer, json!("Not a slug"), "bad_slug");
                self.with(pointer, json!(""), "bad_slug");
            }
            Kind::DateTime | Kind::NaiveDateTime => {
                self.with(pointer, json!("2026-02-30T10:00:00Z"), "bad_datetime");
                self.with(pointer, json!("2026-02-20 10:00"), "bad_datetime");
            }
            Kind::Integer => self.with(pointer, json!(1.5), "type_mismatch"),
            Kind::Enum(_) if column == Column::Status => self.with(pointer, json!("?"), "unknown_status"),
            Kind::Enum(_) => self.with(pointer, json!("?"), "unknown_value"),
            Kind::String { max, .. } if max < u32::MAX => {
                self.with(pointer, json!("x".repeat(max as usize + 1)), "bad_length");
            }
            Kind::AnyObject => self.with(pointer, json!({"deep": too_deep}), "too_deep"),
            Kind::Array { items, .. } | Kind::Rows(items) => {
                // items are alike: the first two of each array will do
                (0..json.as_array().unwrap().len().min(2)).for_each(|i| {
                    self.value(&format!("{pointer}/{i}"), items, Column::None);
                });
            }
            Kind::Map(items) => {
                json.as_object().unwrap().keys().for_each(|name| self.value(&join(pointer, name), items, Column::None));
            }
            Kind::Object(of) if of().members == Members::ExactlyOne => {
                self.with(pointer, json!({}), "not_one_member");
                of().fields.iter().for_each(|field| self.field(pointer, field));
            }
            Kind::Object(of) => of().fields.iter().for_each(|field| self.field(pointer, field)),
            Kind::Union(of) => {
                let first = json.to_string().as_bytes()[0];
                let kind = of.kinds.iter().find(|kind| kind.takes(first)).unwrap();
                self.kind(pointer, kind.kind, json, column);
            }
            _ => {}
        }
    }

    fn field(&mut self, object: &str, field: &Field) {
        let pointer = join(object, field.name);
        if self.whole.pointer(&pointer).is_none() {
            return;
        }
        if field.value.presence == Presence::Required {
            self.without(object, field.name);
        }
        self.twice(object, field.name);
        self.value(&pointer, &field.value, field.column);
    }
}

fn join(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn mutants_of(document: &Document, body: &str) -> Vec<Mutant> {
    let whole: Json = serde_json::from_str(body).unwrap();
    let mut body = Body { whole: &whole, mutants: vec![] };
    body.value("", &document.value, Column::None);
    body.mutants
}

/// Is the mutant found, and is it found at its place? What is too deep is found where it is too deep.
fn found(mutant: &Mutant, findings: &[Finding]) -> (bool, bool) {
    let rule = CATALOGUE.iter().find(|rule| rule.code == mutant.code).unwrap();
    let is_it = |finding: &&Finding| finding.code == mutant.code && finding.severity == rule.severity;
    let at = |finding: &Finding| {
        finding.pointer == mutant.pointer || mutant.code == "too_deep" && finding.pointer.starts_with(&mutant.pointer)
    };
    let any = |finding: &Finding| finding.severity == rule.severity;
    (findings.iter().any(any), findings.iter().filter(is_it).any(at))
}

/// The bodies that a system's mutants are made of: a few of each document.
fn bodies_of(system: &Documents) -> Vec<(usize, String)> {
    let hatchet = [
        ("run-dag-completed", 0),
        ("run-standalone-failed", 0),
        ("list-mixed", 1),
        ("list-dag-row", 1),
        ("trigger-only-id", 2),
        ("task-of-dag", 3),
        ("task-events-task", 5),
    ];
    let formance = [
        ("instance-succeeded", 0),
        ("instance-failed", 0),
        ("instances-page-2", 1),
        ("instances-v1", 2),
        ("history-succeeded", 4),
        ("stage-history-retrying", 5),
        ("stage-history-update", 5),
        ("broker-messages-1", 6),
    ];
    let onfido = [
        ("run-error", 0),
        ("run-approved", 0),
        ("page", 1),
        ("task-list-output", 2),
        ("tasks", 3),
        ("webhook_workflow_run_completed.body", 5),
        ("webhook_workflow_task_started.body", 6),
        ("event-timeline-file", 4),
    ];
    let meshx = [("run-failed", 0), ("run-completed", 0), ("list", 1)];
    let chosen: &[(&str, usize)] = match system.name() {
        SystemName::Hatchet => &hatchet,
        SystemName::Formance => &formance,
        SystemName::Onfido => &onfido,
        SystemName::MeshX => &meshx,
    };
    let all = fixtures::of(system.name());
    let of = |(wanted, document): &(&str, usize)| {
        let body = all.iter().find(|body| body.name == *wanted).unwrap_or_else(|| panic!("no {wanted}"));
        (*document, body.text.clone())
    };
    chosen.iter().map(of).collect()
}

/// Without what it is about, a delivery of a run or task is one of something else, and that is valid.
fn is_another_document(system: &Documents, mutant: &Mutant) -> bool {
    system.name() == SystemName::Onfido && mutant.pointer == "/payload/resource"
}

#[test]
fn every_mutant_of_a_valid_body_is_found_at_its_place() {
    let mut total = 0;
    for system in systems::ALL {
        let (mut count, mut missed, mut elsewhere) = (0, vec![], vec![]);
        let mut by_code: BTreeMap<&str, u32> = BTreeMap::new();
        for (number, body) in bodies_of(system) {
            let document = &system.documents()[number];
            let mutants = mutants_of(document, &body).into_iter();
            for mutant in mutants.filter(|mutant| !is_another_document(system, mutant)) {
                let report = validate_run(system, mutant.body.as_bytes(), &Options::default()).unwrap();
                let (found, exact) = found(&mutant, &report.findings);
                count += 1;
                *by_code.entry(mutant.code).or_default() += 1;
                let tell =
                    || format!("{:?} {} {}: {:?}", document.what, mutant.code, mutant.pointer, report.findings.first());
                missed.extend((!found).then(tell));
                elsewhere.extend((found && !exact).then(tell));
            }
        }
        let name = system.name();
        println!("{name}: {count} mutants, {} missed, {} elsewhere, {by_code:?}", missed.len(), elsewhere.len());
        assert!(count >= 150, "only {count} mutants of {name}");
        assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
        assert!(elsewhere.len() * 100 <= count, "{} of {count} elsewhere:\n{}", elsewhere.len(), elsewhere.join("\n"));
        total += count;
    }
    assert!(total >= 2000, "only {total} mutants");
}

#[test]
fn date_times_are_those_of_chrono_and_of_a_slow_reader() {
    let texts = [
        "2026-11-22T16:08:09Z",
        "2026-11-22t16:08:09z",
        "2026-11-22T16:08:09.753019987Z",
        "2026-11-22T16:08:09.5+02:00",
        "0001-01-01T00:00:00Z",
        "0000-02-29T00:00:00Z",
        "9999-12-31T23:59:59.999999999-23:59",
        "2024-02-29T00:00:00Z",
        "2016-12-31T23:59:60Z",
        "2017-01-01T00:59:60+01:00",
        "2026-11-22T24:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-10T00:00:00Z",
        "2026-11-22T16:60:00Z",
        "2026-11-22T16:08:61Z",
        "2026-11-22 16:08:09Z",
        "2026-11-22T16:08:09",
        "2026-11-22T16:08:09.Z",
        "2026-11-22T16:08:09+24:00",
        "2026-11-22T16:08:09+02",
        "2026-11-22T16:08:09+0200",
        "2026-11-22T16:08Z",
        "",
        "26-11-22T16:08:09Z",
        "+2026-11-22T16:08:09Z",
        "1900-02-29T00:00:00Z",
        "2000-02-29T23:59:59.000000001Z",
        "2026-11-22T16:08:60Z",
        "1969-12-31T23:59:59.999Z",
        "2026-11-22T16:08:09.7530199871234567Z",
    ];
    // chrono lets leap seconds stand in any minute, a space for the T, and refuses 24:00 as we do
    let ours_alone = ["2026-11-22T16:08:60Z", "2026-11-22 16:08:09Z"];
    for text in texts {
        let is_right = runward::read::is_date_time(text);
        assert_eq!(is_right, date_time(text).is_some(), "{text}");
        let chrono = chrono::DateTime::parse_from_rfc3339(text);
        assert_eq!(is_right, chrono.is_ok() && !ours_alone.contains(&text), "{text}: {chrono:?}");
        if is_right {
            let ours = runward::describe::DateTime(text.into()).millis().unwrap();
            assert!((ours - date_time(text).unwrap()).abs() < 1e-2, "{text}");
        }
    }
}

#[test]
fn every_day_of_four_centuries_is_one_of_chronos() {
    for year in 1899..2301 {
        for month in 0..14 {
            for day in [0, 1, 28, 29, 30, 31, 32] {
                let text = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
                let exists = chrono::NaiveDate::from_ymd_opt(year, month, day).is_some();
                assert_eq!(runward::read::is_date_time(&text), exists, "{text}");
            }
        }
    }
}

#[test]
fn uuids_are_those_of_the_uuid_crate_in_their_one_form() {
    let right = "a16ccbaf-84c7-4547-bdd9-6f0922c76346";
    let mut texts = vec![right.to_owned(), right.to_uppercase(), String::new(), right.replace('-', "")];
    for i in 0..right.len() {
        for byte in ["g", "-", "0", "é", "", "00"] {
            texts.push(format!("{}{byte}{}", &right[..i], &right[i + 1..]));
        }
    }
    for text in texts {
        let theirs = text.len() == 36 && uuid::Uuid::try_parse(&text).is_ok();
        assert_eq!(runward::read::is_uuid(&text), theirs, "{text}");
    }
}
