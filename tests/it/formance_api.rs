//! Formance's requests and answers beside what a real client sent and a real server answered.
use crate::recordings::Recorded;
use runward::describe::Raw;
use runward::error::{Error, Kind, Result, SystemName};
use runward::http::{Base, Request, Response};
use runward::system::{Answer, Api, Create, Filter, Grant, Operation, Scope, Way};
use runward::systems::formance::api::{FormanceApi, OPERATIONS};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

fn raw(value: &Value) -> Raw {
    serde_json::from_str(&value.to_string()).unwrap()
}

fn operation(name: &str) -> &'static Operation {
    OPERATIONS.iter().find(|operation| operation.name == name).expect(name)
}

fn asked(name: &str, arguments: Value) -> Result<Request> {
    operation(name).request(SystemName::Formance, &Scope::default(), &raw(&arguments))
}

/// The operation, or the call of `runs`, whose request a recorded one is; none where we make no such request.
fn ours(recorded: &Recorded) -> Option<(&'static str, Result<Request>)> {
    let (path, query) = recorded.path();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let body = || recorded.body().unwrap_or(Value::Null);
    let scope = Scope::default();
    Some(match (recorded.method(), parts.as_slice()) {
        ("POST", ["v2", "workflows", id, "instances"]) if query.is_empty() => {
            let input = recorded.body().as_ref().map(raw);
            ("create", FormanceApi.create(&scope, &Create { workflow: (*id).into(), input, ..Create::default() }))
        }
        ("GET", ["v2", "instances", id]) => ("get", FormanceApi.get(&scope, id)),
        ("GET", ["v2", "instances"]) => ("list", list(&query)),
        ("PUT", ["v2", "instances", id, "abort"]) => {
            assert_eq!(asked("instances.abort", json!({ "id": id })), FormanceApi.cancel(&scope, id));
            ("cancel", FormanceApi.cancel(&scope, id))
        }
        ("POST", ["v2", "instances", id, "events"]) => {
            ("instances.sendEvent", asked("instances.sendEvent", json!({ "id": id, "name": body()["name"] })))
        }
        ("GET", ["v2", "instances", id, "history"]) => {
            ("instances.history", asked("instances.history", json!({ "id": id })))
        }
        ("GET", ["v2", "instances", id, "stages", stage, "history"]) => {
            let stage = stage.parse::<u32>().map_or_else(|_| json!(stage), |stage| json!(stage));
            ("instances.stageHistory", asked("instances.stageHistory", json!({ "id": id, "stage": stage })))
        }
        ("POST", ["v2", "workflows"]) if recorded.body().is_some() => {
            ("workflows.create", asked("workflows.create", json!({ "body": body() })))
        }
        ("GET", ["v2", "workflows", id]) => ("workflows.get", asked("workflows.get", json!({ "id": id }))),
        ("DELETE", ["v2", "workflows", id]) => ("workflows.delete", asked("workflows.delete", json!({ "id": id }))),
        ("POST", ["v2", "triggers"]) => ("triggers.create", asked("triggers.create", json!({ "body": body() }))),
        ("POST", ["v2", "triggers", id, "test"]) => {
            ("triggers.test", asked("triggers.test", json!({ "id": id, "body": body() })))
        }
        ("GET", ["v2", "triggers", id, "occurrences"]) => {
            ("triggers.occurrences", asked("triggers.occurrences", json!({ "id": id })))
        }
        ("GET", ["_info"]) => ("info", asked("info", json!({}))),
        _ => return None,
    })
}

fn list(query: &BTreeMap<String, Vec<String>>) -> Result<Request> {
    let first = |name: &str| query.get(name).and_then(|values| values.first());
    let filter = Filter {
        workflow_ids: first("workflowID").into_iter().cloned().collect(),
        statuses: first("running").map(|_| "running".into()).into_iter().collect(),
        page_size: first("pageSize").map(|size| size.parse().unwrap_or(0)),
        ..Filter::default()
    };
    FormanceApi.list(&Scope::default(), &filter, first("cursor").map(String::as_str))
}

/// What we refuse to send: recording, code.
const REFUSED: &[(&str, &str)] = &[
    ("instances-page-size-101", "invalid_page_size"),
    ("instances-page-size-negative", "invalid_page_size"),
    ("run-number-var", "not_a_text"),
    ("trigger-create-no-event", "missing_argument"),
    ("workflow-create-no-stages-key", "missing_argument"),
];

#[test]
fn every_recorded_request_that_we_build_is_the_one_we_build() {
    let (mut compared, mut refused, mut made) = (0, vec![], BTreeSet::new());
    for recorded in Recorded::all("formance") {
        // Flows reads a run's body as variables only when its length is told, so ours is never sent in chunks.
        let Some((name, request)) = ours(&recorded).filter(|_| recorded.name != "run-chunked-body") else { continue };
        match request {
            Ok(request) => {
                compared += 1;
                made.insert(name);
                let differing = recorded.differing(&request);
                assert!(differing.is_empty(), "{}: {differing:?}: {request:?}", recorded.name);
            }
            Err(error) => refused.push((recorded.name.clone(), error.code)),
        }
    }
    assert!(compared >= 55, "{compared}");
    assert_eq!(refused, REFUSED.iter().map(|(name, code)| ((*name).to_owned(), *code)).collect::<Vec<_>>());
    assert_eq!(made.len(), 14, "{made:?}");
}

#[test]
fn every_recorded_failure_is_the_right_error() {
    let (mut seen, mut count) = (BTreeSet::new(), 0);
    for recorded in Recorded::all("formance") {
        let response = recorded.response();
        if response.ok() {
            continue;
        }
        let error = FormanceApi.failure(&response);
        let expected = match recorded.name.as_str() {
            "auth-missing" | "auth-preflight" | "auth-scope-missing" => (Kind::Auth, "unauthorized", false),
            "event-in-the-gap" => (Kind::Http, "not_ready", true),
            "event-after-end" => (Kind::Http, "stage_is_over", false),
            "instances-cursor-bad"
            | "instances-page-size-negative"
            | "run-number-var"
            | "trigger-create-no-event"
            | "workflow-create-invalid-json" => (Kind::Http, "bad_request", false),
            "abort-after-retention"
            | "abort-unknown"
            | "history-unknown"
            | "instance-unknown"
            | "run-unknown-workflow"
            | "workflow-get-unknown" => (Kind::NotFound, "not_found", false),
            "stage-history-not-a-number"
            | "stage-history-out-of-range"
            | "stage-history-refused-at-start"
            | "trigger-create-unknown-workflow" => (Kind::NotFound, "not_found", false),
            "info-v2-not-routed" | "route-unknown" => (Kind::NotFound, "unknown_path", false),
            "method-not-allowed" | "preflight" => (Kind::Http, "unexpected_status", false),
            "triggers-list-by-name" => (Kind::Http, "server_error", true),
            "workflow-create-bad-duration" | "workflow-create-bad-kind" => (Kind::Http, "unprocessable", false),
            other => panic!("{other} is a failure that nothing here speaks of"),
        };
        assert_eq!((error.kind, error.code, error.retryable), expected, "{}", recorded.name);
        assert_eq!(
            (error.status, error.system),
            (Some(response.status), Some(SystemName::Formance)),
            "{}",
            recorded.name
        );
        let said: Option<Value> = serde_json::from_slice(&response.body).ok();
        let said = said.as_ref().and_then(|body| body["errorMessage"].as_str());
        assert!(said.is_none_or(|said| error.message.contains(said)), "{}: {}", recorded.name, error.message);
        seen.insert(response.status);
        count += 1;
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [400, 401, 404, 405, 500]);
    assert!(count >= 24, "{count}");
}

#[test]
fn a_fixed_server_says_not_found_and_that_is_understood() {
    let body = br#"{"errorCode":"NOT_FOUND","errorMessage":"Instance not found"}"#.to_vec();
    let error = FormanceApi.failure(&Response { status: 404, headers: vec![], body });
    assert_eq!((error.kind, error.code), (Kind::NotFound, "not_found"));
    for (body, retryable) in [("", true), ("{}", true), (r#"{"errorMessage":"pq: no connection"}"#, true)] {
        let error = FormanceApi.failure(&Response { status: 500, headers: vec![], body: body.into() });
        assert_eq!((error.kind, error.code, error.retryable), (Kind::Http, "server_error", retryable), "{body}");
    }
}

#[test]
fn every_recorded_answer_is_read() {
    let mut read = BTreeMap::new();
    for recorded in Recorded::all("formance") {
        let (Some((name, Ok(_))), response) = (ours(&recorded), recorded.response()) else { continue };
        if !response.ok() || ["get", "cancel"].contains(&name) {
            continue;
        }
        let held = match name {
            "create" => FormanceApi.created(&response).map(|id| id.len()),
            "list" => FormanceApi.listed(&Filter::default(), None, &response).map(|rows| rows.rows.len()),
            _ => operation(name).answer(SystemName::Formance, &Request::get("/"), response, None::<()>).map(|answer| {
                match answer {
                    Answer::Nothing => 0,
                    Answer::Json(text) => serde_json::from_str::<Value>(&text).map(|_| 1).unwrap(),
                    Answer::File(_) => panic!("{name} gives no file"),
                }
            }),
        };
        read.insert(recorded.name.clone(), held.unwrap_or_else(|error| panic!("{}: {error}", recorded.name)));
    }
    assert_eq!((read["run-plain"], read["instances-page-1"], read["list-empty"], read["event-match"]), (36, 2, 0, 0));
    assert!(read.len() > 25, "{}", read.len());
}

#[test]
fn pages_go_on_by_the_servers_cursor_alone() {
    let filter = Filter { workflow_ids: vec!["w".into()], page_size: Some(2), ..Filter::default() };
    let first = FormanceApi.listed(&filter, None, &Recorded::get("formance", "instances-page-1").response()).unwrap();
    let request = FormanceApi.list(&Scope::default(), &filter, first.next.as_deref()).unwrap();
    assert!(Recorded::get("formance", "instances-page-2").differing(&request).is_empty(), "{request:?}");
    let last =
        FormanceApi.listed(&filter, first.next.as_deref(), &Recorded::get("formance", "instances-page-3").response());
    assert_eq!(last.unwrap().next, None);
    for odd in ["", "a b", "x\n"] {
        assert_eq!(
            FormanceApi.list(&Scope::default(), &filter, Some(odd)).unwrap_err().code,
            "invalid_cursor",
            "{odd:?}"
        );
    }
}

#[test]
fn what_cannot_be_filtered_by_is_refused_and_not_ignored() {
    let refused = |filter: Filter| FormanceApi.list(&Scope::default(), &filter, None).unwrap_err();
    let metadata = refused(Filter { metadata: vec![("a".into(), "b".into())], ..Filter::default() });
    assert_eq!((metadata.kind, metadata.code), (Kind::Unsupported, "unsupported_filter"));
    assert_eq!(refused(Filter { tags: vec!["a".into()], ..Filter::default() }).code, "unsupported_filter");
    let two =
        Filter { workflow_ids: vec!["a".into(), "b".into()], statuses: vec!["failed".into()], ..Filter::default() };
    let request = FormanceApi.list(&Scope::default(), &two, None).unwrap();
    assert!(request.query.is_empty(), "what the server cannot tell apart is left to us: {request:?}");
}

#[test]
fn variables_are_texts() {
    let create = |input: &str| {
        let input = Some(serde_json::from_str(input).unwrap());
        FormanceApi.create(&Scope::default(), &Create { workflow: "w/x".into(), input, ..Create::default() })
    };
    for (input, code) in [
        ("[]", "not_an_object"),
        (r#"{"a":1}"#, "not_a_text"),
        (r#"{"a":null}"#, "not_a_text"),
        (r#"{"a":{}}"#, "not_a_text"),
    ] {
        assert_eq!(create(input).unwrap_err().code, code, "{input}");
    }
    let request = create(r#"{ "amount": "123456789012345678901234567890" }"#).unwrap();
    assert_eq!(request.path, "/v2/workflows/w%2Fx/instances");
    assert_eq!(request.body.as_deref(), Some(r#"{ "amount": "123456789012345678901234567890" }"#));
    let metadata = Create { workflow: "w".into(), metadata: Some(Raw::empty_object()), ..Create::default() };
    assert_eq!(FormanceApi.create(&Scope::default(), &metadata).unwrap_err().code, "unsupported_field");
    assert_eq!(FormanceApi.create(&Scope::default(), &Create::default()).unwrap_err().code, "missing_workflow");
}

#[test]
fn a_stack_keeps_flows_and_its_tokens_in_places_of_their_own() {
    let places = |url: &str, way| {
        let places = FormanceApi.places(&Base::parse(url).unwrap(), way);
        (places.api.join("/v2"), places.tokens.join("/t"))
    };
    let own = ("http://a/api/orchestration/v2".to_owned(), "http://a/t".to_owned());
    assert_eq!(places("http://a", Way::Client), own);
    assert_eq!(places("http://a/api/orchestration/", Way::Client), own);
    assert_eq!(places("http://a/api/orchestration", Way::Token), own);
    assert_eq!(places("http://a:8080", Way::Nobody).0, "http://a:8080/v2");
    assert_eq!(places("http://a/x", Way::Client), ("http://a/x/api/orchestration/v2".into(), "http://a/x/t".into()));
}

#[test]
fn a_token_is_asked_for_as_oauth_says_with_a_scope() {
    let request = FormanceApi.grant(&Grant::Client { id: "a&b", secret: "s+=" }).unwrap();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/api/auth/oauth/token"));
    assert!(request.headers.contains(&("content-type", "application/x-www-form-urlencoded".into())));
    let body = "grant_type=client_credentials&client_id=a%26b&client_secret=s%2B%3D&scope=orchestration%3Aread%20orchestration%3Awrite";
    assert_eq!(request.body.as_deref(), Some(body));
    let login = Grant::Login { user: "u", password: "p", remember: false };
    assert_eq!(FormanceApi.grant(&login).unwrap_err().kind, Kind::Unsupported);
}

#[test]
fn operations_refuse_wrong_arguments_by_name() {
    let code = |name, arguments| -> Error { asked(name, arguments).unwrap_err() };
    for (name, arguments, expected, word) in [
        ("instances.history", json!({}), "missing_argument", "`id`"),
        ("instances.history", json!({ "id": null }), "missing_argument", "`id`"),
        ("instances.history", json!({ "id": [] }), "wrong_argument", "`id`"),
        ("instances.history", json!({ "id": ".." }), "invalid_id", "id"),
        ("instances.history", json!({ "id": "a", "stage": 1 }), "unknown_argument", "`stage`"),
        ("instances.sendEvent", json!({ "id": "a" }), "missing_argument", "`name`"),
        ("workflows.create", json!({ "body": [] }), "not_an_object", "`body`"),
        ("workflows.create", json!({ "body": { "name": "x" } }), "missing_argument", "`stages`"),
        ("info", json!([]), "not_an_object", "arguments"),
    ] {
        let error = code(name, arguments.clone());
        assert_eq!((error.kind, error.code), (Kind::Argument, expected), "{name} {arguments}");
        assert!(error.message.contains(word), "{}", error.message);
    }
    assert_eq!(asked("instances.history", json!({ "id": "a/b?c" })).unwrap().path, "/v2/instances/a%2Fb%3Fc/history");
}
