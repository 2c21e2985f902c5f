//! Hatchet's requests and answers beside what a real client sent and a real server answered.
use crate::recordings::Recorded;
use runward::error::{Kind, SystemName};
use runward::http::{Request, Response};
use runward::system::{Answer, Api, Create, Filter, Operation, Scope};
use runward::systems::hatchet::api::{HatchetApi, OPERATIONS};
use serde_json::Value;
use std::collections::BTreeMap;

const TENANT: &str = "707d0855-80ab-4e1f-a156-f1c4546cbf52";

fn scope() -> Scope {
    Scope { tenant: Some(TENANT.into()), ..Scope::default() }
}

fn raw(value: &Value) -> runward::describe::Raw {
    serde_json::from_str(&value.to_string()).unwrap()
}

/// The request of ours for the same call, and whether the caller asked for the whole answer; `None` for calls that we
/// do not make, or refuse to make.
fn ours(recorded: &Recorded) -> Option<runward::error::Result<Request>> {
    let (path, query) = recorded.path();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let body = recorded.body();
    Some(match (recorded.method(), parts.as_slice()) {
        ("POST", [.., "workflow-runs", "trigger"]) => {
            let body = body?;
            HatchetApi.create(
                &scope(),
                &Create {
                    workflow: body["workflowName"].as_str().unwrap_or_default().into(),
                    input: body.get("input").map(raw),
                    metadata: body.get("additionalMetadata").map(raw),
                    priority: body["priority"].as_i64(),
                    full: body["return_only_id"].is_null(),
                    ..Create::default()
                },
            )
        }
        ("POST", [.., "tasks", "cancel"]) => HatchetApi.cancel(&scope(), only_id(&body?)?),
        ("POST", [.., "tasks", "replay"]) => HatchetApi.replay(&scope(), only_id(&body?)?),
        ("GET", ["api", "v1", "stable", "workflow-runs", id]) => HatchetApi.get(&scope(), id),
        ("GET", ["api", "v1", "stable", "tenants", _, "workflow-runs"]) if query.get("only_tasks")? == &["false"] => {
            list(&query)?
        }
        ("GET", parts) => operated(parts, &query)?,
        _ => return None,
    })
}

/// The request of whichever operation stands at this path.
fn operated(parts: &[&str], query: &BTreeMap<String, Vec<String>>) -> Option<runward::error::Result<Request>> {
    let at = |operation: &&Operation| -> Option<Option<String>> {
        let own: Vec<&str> = operation.path.trim_matches('/').split('/').collect();
        let mut id = None;
        let fits = own.len() == parts.len()
            && own.iter().zip(parts).all(|(own, part)| match *own {
                "{@tenant}" => true,
                "{id}" => {
                    id = Some((*part).to_owned());
                    true
                }
                own => own == *part,
            });
        fits.then_some(id)
    };
    let (operation, id) = OPERATIONS.iter().find_map(|operation| Some((operation, at(&operation)?)))?;
    let mut arguments = serde_json::Map::new();
    arguments.extend(id.map(|id| ("id".to_owned(), Value::String(id))));
    for (name, values) in query {
        let parameter = operation.query.iter().find(|parameter| parameter.wire == name)?;
        arguments.insert(parameter.argument.to_owned(), serde_json::json!(values));
        if values.len() == 1 {
            arguments.insert(parameter.argument.to_owned(), serde_json::json!(values[0]));
        }
    }
    arguments.remove("");
    Some(operation.request(SystemName::Hatchet, &scope(), &raw(&Value::Object(arguments))))
}

fn only_id(body: &Value) -> Option<&str> {
    let whole = body.as_object().is_some_and(|body| body.len() == 1);
    body["externalIds"].as_array().filter(|ids| whole && ids.len() == 1)?.first()?.as_str()
}

fn list(query: &BTreeMap<String, Vec<String>>) -> Option<runward::error::Result<Request>> {
    let known = ["since", "only_tasks", "limit", "offset", "statuses", "additional_metadata", "include_payloads"];
    if query.keys().any(|name| !known.contains(&name.as_str())) {
        return None;
    }
    let date = chrono::DateTime::parse_from_rfc3339(query.get("since")?.first()?).ok()?;
    let pairs = query.get("additional_metadata").cloned().unwrap_or_default();
    let filter = Filter {
        #[allow(clippy::cast_precision_loss)]
        since: Some(date.timestamp_millis() as f64),
        page_size: query.get("limit").and_then(|limit| limit.first()?.parse().ok()),
        metadata: pairs.iter().filter_map(|pair| pair.split_once(':')).map(|(k, v)| (k.into(), v.into())).collect(),
        statuses: query.get("statuses").cloned().unwrap_or_default(),
        payloads: query.contains_key("include_payloads"),
        ..Filter::default()
    };
    let cursor = query.get("offset").map(|offset| format!("{}~2026-11-22T16:30:00Z", offset[0]));
    Some(HatchetApi.list(&scope(), &filter, cursor.as_deref()))
}

/// Where our request differs from the recorded one on purpose: recording or `*`, field, reason.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    ("*", "query limit", "always sent, so that the end of a page can be told"),
    ("*", "query statuses", "always sent, because without them a server leaves out evicted runs"),
    ("*", "query additional_metadata_operator", "always sent, so that several pairs must all match in whatever tenant"),
    ("*", "query until", "every page but the first ends where the first began"),
];

/// What we refuse to send: recording, code.
const REFUSED: &[(&str, &str)] = &[
    ("list-limit-0", "invalid_page_size"),
    ("trigger-empty-object", "missing_workflow"),
    ("trigger-input-array", "not_an_object"),
    ("trigger-input-null", "not_an_object"),
    ("trigger-priority-7", "invalid_priority"),
];

#[test]
fn every_recorded_request_that_we_build_is_the_one_we_build() {
    let (mut compared, mut refused, mut used) = (0, vec![], vec![]);
    for recorded in Recorded::all("hatchet") {
        let Some(request) = ours(&recorded) else { continue };
        let request = match request {
            Ok(request) => request,
            Err(error) => {
                refused.push((recorded.name.clone(), error.code));
                continue;
            }
        };
        compared += 1;
        for field in differing(&recorded, &request) {
            let listed =
                DIFFERENCES.iter().position(|(name, what, _)| ["*", &recorded.name].contains(name) && *what == field);
            used.push(listed.unwrap_or_else(|| panic!("{}: {field} differs: {request:?}", recorded.name)));
        }
    }
    assert!(compared >= 70, "{compared}");
    assert_eq!(refused, REFUSED.iter().map(|(name, code)| ((*name).to_owned(), *code)).collect::<Vec<_>>());
    for (index, (name, field, _)) in DIFFERENCES.iter().enumerate() {
        assert!(used.contains(&index), "{name} {field} differs no more");
    }
}

fn differing(recorded: &Recorded, request: &Request) -> Vec<String> {
    let mut fields = vec![];
    let (path, query) = recorded.path();
    let mut note = |differs: bool, field: String| {
        if differs {
            fields.push(field)
        }
    };
    note(recorded.method() != request.method.as_str(), "method".into());
    note(path != request.path, "path".into());
    let mut ours = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in &request.query {
        ours.entry((*name).into()).or_default().push(value.clone());
    }
    for name in query.keys().chain(ours.keys()).collect::<std::collections::BTreeSet<_>>() {
        note(query.get(name) != ours.get(name), format!("query {name}"));
    }
    let body = request.body.as_deref().map(|body| serde_json::from_str::<Value>(body).unwrap());
    let extra = ["idempotencyKey", "colour"];
    let theirs = recorded.body().map(|mut body| {
        body.as_object_mut().unwrap().retain(|name, _| !extra.contains(&name.as_str()));
        body
    });
    note(body != theirs, "body".into());
    let content_type =
        |recorded: &Recorded| recorded.header("content-type").filter(|_| recorded.name != "trigger-no-content-type");
    let ours = request.headers.iter().find(|(name, _)| *name == "content-type").map(|(_, value)| value.clone());
    note(content_type(recorded).is_some_and(|theirs| Some(theirs) != ours), "content-type".into());
    fields
}

#[test]
fn every_recorded_failure_is_the_right_error() {
    let mut seen = BTreeMap::new();
    for recorded in Recorded::all("hatchet") {
        let response = recorded.response();
        if response.ok() {
            continue;
        }
        let error = HatchetApi.failure(&response);
        assert_eq!((error.status, error.system), (Some(response.status), Some(SystemName::Hatchet)));
        let said: Option<Value> = serde_json::from_slice(&response.body).ok();
        let said =
            said.as_ref().and_then(|body| body["message"].as_str().or(body["errors"][0]["description"].as_str()));
        assert!(said.is_none_or(|said| error.message.contains(said)), "{}: {}", recorded.name, error.message);
        let expected = match response.status {
            400 => (Kind::Http, "bad_request", false),
            403 if said.is_some() => (Kind::Auth, "forbidden", false),
            403 => (Kind::Auth, "forbidden_or_unknown_path", false),
            404 => (Kind::NotFound, "not_found", false),
            415 => (Kind::Http, "unsupported_media_type", false),
            429 => (Kind::RateLimit, "rate_limited", true),
            500 => (Kind::Http, "server_error", true),
            other => panic!("{}: {other} is new", recorded.name),
        };
        assert_eq!((error.kind, error.code, error.retryable), expected, "{}", recorded.name);
        *seen.entry(response.status).or_insert(0) += 1;
    }
    assert_eq!(seen.keys().copied().collect::<Vec<_>>(), [400, 403, 404, 415, 429, 500]);
}

#[test]
fn a_failure_quotes_little_and_nothing_of_a_page() {
    let failure = |status: u16, body: &str| {
        HatchetApi.failure(&Response { status, headers: vec![], body: body.as_bytes().to_vec() }).message
    };
    assert_eq!(failure(502, "<html>secret</html>"), "the system answered 502 without a word");
    assert_eq!(failure(502, "bad gateway\n"), "the system answered 502: bad gateway");
    assert_eq!(
        failure(400, r#"{"errors":[{"description":"a"},{"description":"b"}]}"#),
        "the system answered 400: a; b"
    );
    for empty in ["", "null", "{}", "[]", "{\"errors\":[]}"] {
        assert_eq!(failure(404, empty), "the system answered 404 without a word", "{empty}");
    }
    assert!(failure(500, &"x".repeat(100_000)).len() < 400);
    assert_eq!(
        HatchetApi.failure(&Response { status: 500, headers: vec![], body: vec![0xff] }).message,
        "the system answered 500 without a word"
    );
}

#[test]
fn every_recorded_trigger_answer_names_its_run() {
    let mut ids = vec![];
    for recorded in Recorded::all("hatchet").iter().filter(|recorded| recorded.path().0.ends_with("/trigger")) {
        let response = recorded.response();
        if response.ok() && recorded.method() == "POST" {
            let id = HatchetApi.created(&response).unwrap();
            assert_eq!(id.len(), 36, "{}", recorded.name);
            ids.push(id);
        }
    }
    assert!(ids.len() >= 8, "{}", ids.len());
    for body in ["{}", "null", "[]", r#"{"run":{}}"#, r#"{"run":{"metadata":{"id":""}}}"#, "x"] {
        let response = Response { status: 200, headers: vec![], body: body.as_bytes().to_vec() };
        assert_eq!(HatchetApi.created(&response).unwrap_err().kind, Kind::Decode, "{body}");
    }
}

#[test]
fn a_page_goes_on_where_the_first_began() {
    let filter = Filter { page_size: Some(3), ..Filter::default() };
    let first = HatchetApi.listed(&filter, None, &Recorded::get("hatchet", "list-limit-3").response()).unwrap();
    assert_eq!(first.rows.len(), 3);
    let row: Value = serde_json::from_str(first.rows[0].as_str()).unwrap();
    let cursor = first.next.unwrap();
    let request = HatchetApi.list(&scope(), &filter, Some(&cursor)).unwrap();
    let value = |name: &str| request.query.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
    assert_eq!(value("offset").as_deref(), Some("3"));
    assert_eq!(value("until").as_deref(), row["taskInsertedAt"].as_str(), "the server's clock, to the microsecond");
    let second =
        HatchetApi.listed(&filter, Some(&cursor), &Recorded::get("hatchet", "list-limit-3-page-2").response()).unwrap();
    assert_eq!(second.next.unwrap().split_once('~').unwrap(), ("6", cursor.split_once('~').unwrap().1));
    let last = HatchetApi
        .listed(&Filter::default(), None, &Recorded::get("hatchet", "list-offset-beyond").response())
        .unwrap();
    assert_eq!(last.next, None);
    for odd in ["", "3", "x~2026-11-22T16:30:00Z", "3~", "3~2026&limit=0", "-1~2026-11-22T16:30:00Z"] {
        assert_eq!(HatchetApi.list(&scope(), &filter, Some(odd)).unwrap_err().code, "invalid_cursor", "{odd}");
    }
}

#[test]
fn a_key_stands_in_the_metadata_and_finds_its_run() {
    let create = |metadata: Option<Value>, key: &str| {
        let create = Create {
            workflow: "charge-card".into(),
            metadata: metadata.as_ref().map(raw),
            key: Some(key.into()),
            ..Create::default()
        };
        HatchetApi
            .create(&scope(), &create)
            .map(|request| serde_json::from_str::<Value>(&request.body.unwrap()).unwrap())
    };
    let body = create(Some(serde_json::json!({ "order": "A" })), "k:\"1\"").unwrap();
    assert_eq!(body["additionalMetadata"], serde_json::json!({ "order": "A", "runwardKey": "k:\"1\"" }));
    assert_eq!(create(None, "k").unwrap()["additionalMetadata"], serde_json::json!({ "runwardKey": "k" }));
    assert_eq!(create(Some(serde_json::json!({ "runwardKey": "x" })), "k").unwrap_err().code, "reserved_metadata");
    assert_eq!(create(None, "").unwrap_err().code, "invalid_key");
    let filter = HatchetApi.by_key(&Filter::default(), "k:1").unwrap();
    let request = HatchetApi.list(&scope(), &filter, None).unwrap();
    assert!(request.query.contains(&("additional_metadata", "runwardKey:k:1".into())), "{request:?}");
}

#[test]
fn runs_are_listed_by_the_keys_that_their_workflows_claimed() {
    let filter = Filter { idempotency_keys: vec!["I-77".into(), "b".into()], ..Filter::default() };
    let request = HatchetApi.list(&scope(), &filter, None).unwrap();
    let keys: Vec<_> =
        request.query.iter().filter(|(name, _)| *name == "idempotency_keys").map(|(_, key)| key).collect();
    assert_eq!(keys, ["I-77", "b"]);
    let recorded: Value =
        serde_json::from_slice(&Recorded::get("hatchet", "list-idempotent-row").response().body).unwrap();
    let row = recorded["rows"][0].to_string();
    let run = runward::systems::hatchet::view::page(&recorded.to_string()).unwrap().remove(0);
    let keeps =
        |key: &str| HatchetApi.keeps(&Filter { idempotency_keys: vec![key.into()], ..Filter::default() }, &run, &row);
    assert!(keeps("I-77") && !keeps("I-7"), "a server that does not know the parameter lists everything");
    assert!(HatchetApi.keeps(&Filter::default(), &run, &row));
    assert!(HatchetApi.is_of("send-invoice", &row) && !HatchetApi.is_of("charge-card", &row));
    assert!(HatchetApi.is_of("send-invoice", "{}"), "an older server does not say");
}

#[test]
fn what_hatchet_takes_and_loses_is_not_sent() {
    let create = |input: &str| {
        let input = Some(serde_json::from_str(input).unwrap());
        HatchetApi.create(&scope(), &Create { workflow: "w".into(), input, ..Create::default() })
    };
    assert_eq!(create(r#"{"a":"x\u0000y"}"#).unwrap_err().code, "null_character");
    assert_eq!(create(r#"{"a":"x\\\u0000y"}"#).unwrap_err().code, "null_character");
    assert!(create(r#"{"a":"x\\u0000y"}"#).is_ok(), "a backslash before u0000 is text");
    let body = create(r#"{ "n": 9007199254740993, "d": 12.50 }"#).unwrap().body.unwrap();
    assert!(body.contains(r#"{ "n": 9007199254740993, "d": 12.50 }"#), "{body}");
}

#[test]
fn a_list_without_statuses_asks_for_all_so_that_evicted_runs_are_not_left_out() {
    let request = HatchetApi.list(&scope(), &Filter::default(), None).unwrap();
    let mut asked: Vec<&str> =
        request.query.iter().filter(|(key, _)| *key == "statuses").map(|(_, value)| value.as_str()).collect();
    asked.sort_unstable();
    assert_eq!(asked, ["CANCELLED", "COMPLETED", "FAILED", "QUEUED", "RUNNING"]);
}

#[test]
fn several_metadata_pairs_must_all_match() {
    let filter = Filter {
        metadata: vec![("a".into(), "1".into()), ("b".into(), "2:3".into())],
        statuses: vec!["RUNNING".into(), "FAILED".into()],
        ..Filter::default()
    };
    let request = HatchetApi.list(&scope(), &filter, None).unwrap();
    let values =
        |name: &str| request.query.iter().filter(|(key, _)| *key == name).map(|(_, v)| v.as_str()).collect::<Vec<_>>();
    assert_eq!(values("additional_metadata"), ["a:1", "b:2:3"]);
    assert_eq!(values("additional_metadata_operator"), ["AND"]);
    assert_eq!(values("statuses"), ["RUNNING", "FAILED"]);
    let odd = Filter { metadata: vec![("a:b".into(), "1".into())], ..Filter::default() };
    assert_eq!(HatchetApi.list(&scope(), &odd, None).unwrap_err().code, "invalid_metadata_filter");
}

#[test]
fn a_token_tells_its_tenant_and_server() {
    // {"sub":"707d…","server_url":"http://localhost:8080"} between a header and a signature that nobody here checks.
    use base64ct::Encoding;
    let payload = format!(r#"{{"sub":"{TENANT}","server_url":"http://localhost:8080","exp":1}}"#);
    let payload = base64ct::Base64UrlUnpadded::encode_string(payload.as_bytes());
    let claims = HatchetApi.claims(&format!("e30.{payload}.sig"));
    assert_eq!((claims.tenant.as_deref(), claims.base.as_deref()), (Some(TENANT), Some("http://localhost:8080")));
    for odd in ["", "a", "a.b", "a.!!.c", "..", "e30.e30.e30"] {
        assert_eq!(HatchetApi.claims(odd), runward::system::Claims::default(), "{odd}");
    }
}

#[test]
fn a_failed_run_with_retries_left_deserves_a_longer_look() {
    let doubt =
        |name: &str| HatchetApi.doubt(std::str::from_utf8(&Recorded::get("hatchet", name).response().body).unwrap());
    assert_eq!(doubt("run-false-failed"), 2_000.0);
    assert_eq!(doubt("run-standalone-failed"), 500.0);
    assert_eq!(doubt("run-standalone-completed"), 500.0);
    assert_eq!(HatchetApi.doubt("nonsense"), 500.0);
}

#[test]
fn a_tenant_is_needed_and_cannot_leave_its_path() {
    let create = Create { workflow: "w".into(), ..Create::default() };
    assert_eq!(HatchetApi.create(&Scope::default(), &create).unwrap_err().code, "missing_tenant");
    let odd = Scope { tenant: Some("..".into()), ..Scope::default() };
    assert_eq!(HatchetApi.create(&odd, &create).unwrap_err().code, "invalid_id");
    let path = HatchetApi.create(&Scope { tenant: Some("a/b".into()), ..Scope::default() }, &create).unwrap().path;
    assert_eq!(path, "/api/v1/stable/tenants/a%2Fb/workflow-runs/trigger");
}

fn operation(name: &str) -> &'static Operation {
    OPERATIONS.iter().find(|operation| operation.name == name).unwrap()
}

fn asked(name: &str, arguments: Value) -> runward::error::Result<Request> {
    operation(name).request(SystemName::Hatchet, &scope(), &raw(&arguments))
}

fn answered(name: &str, arguments: Value, recording: &str) -> Value {
    let request = asked(name, arguments).unwrap();
    let response = Recorded::get("hatchet", recording).response();
    let Answer::Json(json) = operation(name).answer(SystemName::Hatchet, &request, response, None::<()>).unwrap()
    else {
        panic!("{name} gives no JSON")
    };
    serde_json::from_str(&json).unwrap()
}

#[test]
fn what_a_server_answered_to_an_operation_is_opened_once() {
    let id = || serde_json::json!({ "id": "x" });
    let count = |value: Value| value["items"].as_array().unwrap().len();
    assert_eq!(count(answered("tasks.events", id(), "task-events-task")), 23);
    assert_eq!(answered("tasks.events", id(), "task-events-task")["next"], Value::Null);
    assert_eq!(count(answered("runs.events", id(), "task-events-run-standalone")), 0);
    assert!(count(answered("runs.events", id(), "task-events-run-dag")) > 10);
    assert!(count(answered("runs.timings", id(), "timings-dag")) > 3);
    assert_eq!(answered("tasks.logs", id(), "logs")["items"][0]["message"], "line 1 of attempt 1");
    assert_eq!(count(answered("workflows.list", serde_json::json!({ "name": "charge-card" }), "workflows-name")), 2);
    assert_eq!(answered("metrics", serde_json::json!({}), "task-metrics")[1]["count"], 74);
    assert_eq!(answered("runs.status", id(), "status-running"), "RUNNING");
    assert_eq!(answered("version", serde_json::json!({}), "version"), "v0.104.7");
    assert_eq!(answered("tasks.get", id(), "task-standalone-failed")["status"], "FAILED");
}

#[test]
fn an_offset_leads_behind_a_full_page_and_no_further() {
    let page = |limit: u32, cursor: Option<&str>, rows: &str| {
        let request = asked("workflows.list", serde_json::json!({ "limit": limit, "cursor": cursor })).unwrap();
        let body = format!("{{\"rows\":{rows},\"pagination\":{{}}}}").into_bytes();
        let response = Response { status: 200, headers: vec![], body };
        let answer = operation("workflows.list").answer(SystemName::Hatchet, &request, response, None::<()>).unwrap();
        let Answer::Json(json) = answer else { panic!("no JSON") };
        serde_json::from_str::<Value>(&json).unwrap()
    };
    assert_eq!(page(2, None, "[1,2]"), serde_json::json!({ "items": [1, 2], "next": "2" }));
    assert_eq!(page(2, Some("2"), "[3,4]")["next"], "4");
    assert_eq!(page(2, Some("4"), "[5]"), serde_json::json!({ "items": [5] }));
    assert_eq!(page(2, None, "null"), serde_json::json!({ "items": [] }));
    for odd in ["{}", r#"{"rows":7}"#, "[]", "null"] {
        let response = Response { status: 200, headers: vec![], body: odd.into() };
        let error =
            operation("version").answer(SystemName::Hatchet, &Request::get("/"), response, None::<()>).err().unwrap();
        assert_eq!(error.kind, Kind::Decode, "{odd}");
        let response = Response { status: 200, headers: vec![], body: odd.into() };
        let error =
            operation("logs").answer(SystemName::Hatchet, &Request::get("/"), response, None::<()>).err().unwrap();
        assert_eq!(error.kind, Kind::Decode, "{odd}");
    }
}

#[test]
fn arguments_are_written_as_hatchet_reads_them() {
    let query = |name: &str, arguments: Value| -> Vec<(&'static str, String)> { asked(name, arguments).unwrap().query };
    let tasks = query(
        "tasks.list",
        serde_json::json!({ "since": 1_000, "until": "2026-11-22T17:00:00.5+01:00", "status": ["RUNNING", "QUEUED"], "metadata": { "a": "b:c" }, "payloads": true }),
    );
    for pair in [
        ("since", "1970-01-01T00:00:01Z"),
        ("until", "2026-11-22T16:00:00.500Z"),
        ("only_tasks", "true"),
        ("limit", "50"),
        ("statuses", "RUNNING"),
        ("statuses", "QUEUED"),
        ("additional_metadata", "a:b:c"),
        ("include_payloads", "true"),
    ] {
        assert!(tasks.contains(&(pair.0, pair.1.to_owned())), "{pair:?} {tasks:?}");
    }
    // As they come out of a gateway's query.
    let again =
        query("tasks.list", serde_json::json!({ "since": "1000", "metadata": ["a:1", "b:2"], "status": "FAILED" }));
    assert!(again.contains(&("since", "1970-01-01T00:00:01Z".into())), "{again:?}");
    assert_eq!(again.iter().filter(|(name, _)| *name == "additional_metadata").count(), 2);
    assert_eq!(again.iter().filter(|(name, _)| *name == "statuses").count(), 1);
    assert_eq!(query("logs", serde_json::json!({ "task": ["a", "b"] }))[1], ("taskExternalIds", "a".to_owned()));
    assert_eq!(asked("logs", serde_json::json!({})).unwrap().path, format!("/api/v1/stable/tenants/{TENANT}/logs"));
    for (name, arguments) in [
        ("tasks.list", serde_json::json!({ "since": "yesterday" })),
        ("tasks.list", serde_json::json!({ "since": 1e300 })),
        ("tasks.list", serde_json::json!({ "metadata": { "a:b": "c" } })),
        ("tasks.list", serde_json::json!({ "metadata": "a" })),
        ("tasks.list", serde_json::json!({ "metadata": { "a": {} } })),
        ("tasks.list", serde_json::json!({ "status": [{}] })),
        ("tasks.get", serde_json::json!({ "id": "a", "attempt": [1] })),
    ] {
        assert_eq!(asked(name, arguments.clone()).unwrap_err().code, "wrong_argument", "{arguments}");
    }
    assert_eq!(asked("tasks.list", serde_json::json!({ "only_tasks": false })).unwrap_err().code, "unknown_argument");
    let nobody = operation("logs").request(SystemName::Hatchet, &Scope::default(), &raw(&serde_json::json!({})));
    assert_eq!(nobody.unwrap_err().code, "missing_tenant");
}
