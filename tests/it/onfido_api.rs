//! Onfido's requests and answers, from the published facts: no server of it can be run.
use runward::describe::Raw;
use runward::error::{Kind, SystemName};
use runward::http::{Base, Request, Response, Wants};
use runward::system::{Answer, Api, Create, Filter, Grant, Operation, Scope, Way};
use runward::systems::onfido::api::{OPERATIONS, OnfidoApi, region};
use serde_json::{Value, json};

fn raw(value: &Value) -> Raw {
    serde_json::from_str(&value.to_string()).unwrap()
}

fn body(name: &str) -> Vec<u8> {
    crate::fixture(&format!("onfido/{name}.json"))
}

fn answer(status: u16, body: impl Into<Vec<u8>>) -> Response {
    Response { status, headers: vec![], body: body.into() }
}

fn operation(name: &str) -> &'static Operation {
    OPERATIONS.iter().find(|operation| operation.name == name).expect(name)
}

fn wanted(change: impl FnOnce(&mut Create)) -> Create {
    let mut create = Create { workflow: "w-1".into(), ..Create::default() };
    create.more.insert("applicantId".into(), raw(&json!("a-1")));
    change(&mut create);
    create
}

#[test]
fn a_token_is_shown_in_onfidos_own_way_and_a_granted_one_as_a_bearer() {
    let given = OnfidoApi.authorize(&Scope::default(), "t");
    assert_eq!(given, [("authorization", "Token token=t".to_owned())]);
    let granted = OnfidoApi.authorize(&Scope { granted: true, ..Scope::default() }, "t");
    assert_eq!(granted, [("authorization", "Bearer t".to_owned())]);
    let request = OnfidoApi.grant(&Grant::Client { id: "i d", secret: "s&" }).unwrap();
    assert_eq!(request.path, "/oauth/token");
    assert_eq!(request.body.as_deref(), Some("client_id=i%20d&client_secret=s%26"), "no grant_type");
}

#[test]
fn a_region_is_part_of_the_host_and_the_version_of_the_path() {
    assert_eq!(region("ca").unwrap(), "https://api.ca.onfido.com/v3.6");
    assert_eq!(region("US").unwrap_err().code, "unknown_region");
    let api = |url: &str| OnfidoApi.places(&Base::parse(url).unwrap(), Way::Token).api.join("/x");
    assert_eq!(api("http://localhost:1"), "http://localhost:1/v3.6/x");
    assert_eq!(api("https://api.eu.onfido.com/v3.6/"), "https://api.eu.onfido.com/v3.6/x");
    assert_eq!(api("http://proxy/onfido"), "http://proxy/onfido/x");
}

#[test]
fn a_create_is_the_documented_body() {
    let create = wanted(|create| {
        create.input = Some(raw(&json!({ "plan": "gold" })));
        create.tags = vec!["signup".into(), "eu".into()];
        create.key = Some("F-1".into());
        create.more.insert("customerUserId".into(), raw(&json!("cust-1")));
        create.more.insert("link".into(), raw(&json!({ "language": "de_DE" })));
    });
    let request = OnfidoApi.create(&Scope::default(), &create).unwrap();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/workflow_runs"));
    let sent: Value = serde_json::from_str(request.body.as_deref().unwrap()).unwrap();
    let expected = json!({
        "applicant_id": "a-1", "workflow_id": "w-1", "tags": ["signup", "eu", "F-1"], "customer_user_id": "cust-1",
        "link": { "language": "de_DE" }, "custom_data": { "plan": "gold" },
    });
    assert_eq!(sent, expected);
    let least = OnfidoApi.create(&Scope::default(), &wanted(|_| {})).unwrap();
    assert_eq!(least.body.as_deref(), Some(r#"{"applicant_id":"a-1","workflow_id":"w-1"}"#));
    assert_eq!(OnfidoApi.created(&answer(201, body("run-created"))).unwrap().len(), 36);
    assert_eq!(OnfidoApi.created(&answer(201, "{}")).unwrap_err().kind, Kind::Decode);
}

#[test]
fn a_create_that_onfido_cannot_take_is_refused() {
    let code = |change: fn(&mut Create)| OnfidoApi.create(&Scope::default(), &wanted(change)).unwrap_err().code;
    assert_eq!(code(|create| drop(create.more.remove("applicantId"))), "missing_applicant");
    assert_eq!(code(|create| drop(create.more.insert("applicantId".into(), raw(&json!(1))))), "not_a_text");
    assert_eq!(code(|create| create.workflow.clear()), "missing_workflow");
    assert_eq!(code(|create| create.metadata = Some(Raw::empty_object())), "unsupported_field");
    assert_eq!(code(|create| create.input = Some(raw(&json!([])))), "not_an_object");
    assert_eq!(code(|create| create.tags = vec!["x".into(); 31]), "invalid_tag");
    assert_eq!(code(|create| create.tags = vec!["x".repeat(129)]), "invalid_tag");
    assert_eq!(code(|create| create.key = Some("a,b".into())), "invalid_key");
}

#[test]
fn a_list_joins_with_commas_and_asks_for_whole_days_and_one_more() {
    let filter = Filter {
        statuses: vec!["approved".into(), "declined".into()],
        since: Some(1_767_312_000_000.0), // 2026-01-02
        until: Some(1_767_398_399_999.0), // the end of that day
        tags: vec!["a b".into(), "c".into()],
        metadata: vec![("applicant_id".into(), "x".into())],
        ..Filter::default()
    };
    let request = OnfidoApi.list(&Scope::default(), &filter, Some("2")).unwrap();
    let expected = [
        ("page", "2"),
        ("status", "approved,declined"),
        ("created_at_gt", "2026-01-01"),
        ("created_at_lt", "2026-01-03"),
        ("applicant_id", "x"),
        ("tags", "a b,c"),
    ];
    assert_eq!(request.query, expected.map(|(name, value)| (name, value.to_owned())));
    assert!(OnfidoApi.list(&Scope::default(), &Filter::default(), None).unwrap().query.is_empty());
    for odd in ["", "0", "-1", "x", "1~2"] {
        let error = OnfidoApi.list(&Scope::default(), &Filter::default(), Some(odd)).unwrap_err();
        assert_eq!(error.code, "invalid_cursor", "{odd}");
    }
    let comma = Filter { tags: vec!["a,b".into()], ..Filter::default() };
    assert_eq!(OnfidoApi.list(&Scope::default(), &comma, None).unwrap_err().code, "invalid_tag");
}

#[test]
fn pages_follow_their_link_or_go_on_until_one_is_empty() {
    let listed = |cursor: Option<&str>, link: Option<&str>, body: Vec<u8>| {
        let headers = link.map(|link| ("link".to_owned(), link.to_owned())).into_iter().collect();
        OnfidoApi.listed(&Filter::default(), cursor, &Response { status: 200, headers, body }).unwrap()
    };
    let page = listed(None, None, body("page"));
    assert!(page.rows.len() > 1);
    assert_eq!(page.next.as_deref(), Some("2"));
    assert_eq!(listed(Some("7"), None, body("page")).next.as_deref(), Some("8"));
    assert_eq!(listed(Some("7"), None, body("page-empty")).next, None);
    let link = r#"<https://api.eu.onfido.com/v3.6/workflow_runs?page=1>; rel="first", <https://api.eu.onfido.com/v3.6/workflow_runs?tags=a&page=3>; rel="next""#;
    assert_eq!(listed(None, Some(link), body("page")).next.as_deref(), Some("3"));
    let last = r#"<https://api.eu.onfido.com/v3.6/workflow_runs?page=1>; rel="prev""#;
    assert_eq!(listed(Some("2"), Some(last), body("page")).next, None, "a link without a next page is the last");
    let back = r#"<https://api.eu.onfido.com/v3.6/workflow_runs?page=2>; rel="next""#;
    assert_eq!(listed(Some("2"), Some(back), body("page")).next, None, "no page leads in a circle");
    assert_eq!(OnfidoApi.listed(&Filter::default(), None, &answer(200, "{}")).unwrap_err().kind, Kind::Decode);
}

#[test]
fn a_key_is_a_tag_and_finds_the_runs_that_have_it() {
    let filter = Filter { since: Some(1_767_312_000_000.0), tags: vec!["x".into()], ..Filter::default() };
    let request = OnfidoApi.list(&Scope::default(), &OnfidoApi.by_key(&filter, "k").unwrap(), None).unwrap();
    assert_eq!(request.query, [("created_at_gt", "2026-01-01".to_owned()), ("tags", "x,k".into())]);
}

#[test]
fn every_form_of_a_failure_is_a_typed_error() {
    let failure = |status, body: &[u8]| OnfidoApi.failure(&answer(status, body));
    for (name, status, kind, code, word) in [
        ("error-not-found", 404, Kind::NotFound, "not_found", "resource_not_found"),
        ("error-fields-as-text", 422, Kind::Http, "unprocessable", "validation_error"),
        ("error-fields-by-name", 422, Kind::Http, "unprocessable", "validation_error"),
        ("error-with-id-and-messages", 422, Kind::Http, "unprocessable", "email"),
        ("error-without-error", 400, Kind::Http, "bad_request", "without a word"),
    ] {
        let error = failure(status, &body(name));
        assert_eq!((error.kind, error.code, error.status), (kind, code, Some(status)), "{name}");
        assert!(error.message.contains(word), "{name}: {}", error.message);
        assert_eq!(error.system, Some(SystemName::Onfido));
    }
    assert_eq!(failure(400, &body("error-not-found")).kind, Kind::NotFound, "an id that is malformed");
    let timeout = failure(504, b"");
    assert_eq!((timeout.kind, timeout.retryable), (Kind::Http, true));
    assert_eq!(failure(404, b"Not Found").message, "the system answered 404: Not Found");
    assert_eq!(failure(429, b"").kind, Kind::RateLimit);
    assert_eq!(failure(401, b"{\"error\":{\"type\":\"authorization_error\"}}").kind, Kind::Auth);
    assert!(
        failure(422, format!("{{\"error\":{{\"message\":\"{}\"}}}}", "x".repeat(9_000)).as_bytes()).message.len() < 400
    );
}

#[test]
fn tasks_and_files_have_their_own_operations() {
    let asked =
        |name: &str, arguments: Value| operation(name).request(SystemName::Onfido, &Scope::default(), &raw(&arguments));
    let complete = json!({ "id": "r", "task": "profile_1", "data": { "a": 9007199254740993_i64 } });
    let complete = asked("tasks.complete", complete).unwrap();
    assert_eq!(
        (complete.method.as_str(), complete.path.as_str()),
        ("POST", "/workflow_runs/r/tasks/profile_1/complete")
    );
    assert_eq!(complete.body.as_deref(), Some(r#"{"data":{"a":9007199254740993}}"#));
    let file = asked("evidence", json!({ "id": "r" })).unwrap();
    assert_eq!((file.path.as_str(), file.wants), ("/workflow_runs/r/signed_evidence_file", Wants::File));
    assert_eq!(file.headers, [("accept", "*/*".to_owned())]);
    let document = asked("documents.qualified", json!({ "id": "r", "file": "f" })).unwrap();
    assert_eq!(document.query, [("workflow_run_id", "r".to_owned()), ("file_id", "f".into())]);
    let document = asked("documents.simple", json!({ "id": "r", "file": "f" })).unwrap();
    assert_eq!(document.query, [("workflow_run_id", "r".to_owned()), ("id", "f".into())]);
    let reference = operation("timelineFile.create").answer(
        SystemName::Onfido,
        &Request::get("/"),
        answer(202, body("timeline-file")),
        None::<()>,
    );
    let Ok(Answer::Json(reference)) = reference else { panic!("no reference") };
    assert!(serde_json::from_str::<Value>(&reference).unwrap()["workflow_timeline_file_id"].is_string());
    assert_eq!(OnfidoApi.cancel(&Scope::default(), "r").unwrap_err().kind, Kind::Unsupported);
}
