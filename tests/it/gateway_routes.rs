//! Where requests lead, who may make them, and what bodies ask for.
use runward::error::{Kind, SystemName};
use runward::gateway::{Act, Answer, Config, Gateway, Incoming, Plan, Route, create_from};
use runward::system::{Create, Filter};
use serde_json::{Value, json};

const TOKEN: &str = "an-access-token-of-24-ch";

fn gateway(config: Config) -> Gateway {
    Gateway::new(Config { systems: vec![SystemName::Hatchet], ..config }).unwrap()
}

fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Incoming {
    Incoming {
        method: method.into(),
        url: format!("https://example.com{path}"),
        headers: headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
    }
}

fn plan(method: &str, path: &str) -> Result<Plan, (u16, Value)> {
    match gateway(Config::default()).admit(&request(method, path, &[])) {
        Ok(Route::Ready(plan)) => Ok(plan),
        Ok(route) => panic!("{route:?}"),
        Err(answer) => Err(problem(&answer)),
    }
}

fn problem(answer: &Answer) -> (u16, Value) {
    let kind = answer.headers.iter().find(|(name, _)| *name == "content-type");
    assert_eq!(kind.map(|(_, value)| value.as_str()), Some("application/problem+json"));
    (answer.status, serde_json::from_str(&answer.body).unwrap())
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
}

#[test]
fn every_route_leads_to_its_plan() {
    let hatchet = SystemName::Hatchet;
    let id = || "a b/c+d".to_owned();
    // What changes something is offered by name only.
    let changes = ["schedules.create", "schedules.delete", "crons.create", "crons.delete"];
    let withheld = || Plan::Systems(changes.map(|name| (hatchet, name)).to_vec());
    assert_eq!(plan("GET", "/api"), Ok(withheld()));
    assert_eq!(plan("GET", "/api/"), Ok(withheld()));
    assert_eq!(plan("GET", "/api/hatchet/runs"), Ok(Plan::List(hatchet, Filter::default(), None)));
    assert_eq!(plan("GET", "/api/hatchet/runs/a%20b%2Fc+d"), Ok(Plan::Get(hatchet, id())));
    assert_eq!(plan("GET", "/api/hatchet/runs/a%20b%2Fc+d/events"), Ok(Plan::Watch(hatchet, id())));
    assert_eq!(plan("POST", "/api/hatchet/runs/x/cancel"), Ok(Plan::Cancel(hatchet, "x".into(), Act::default())));
    assert_eq!(
        plan("POST", "/api/hatchet/runs/x/cancel?confirm=true"),
        Ok(Plan::Cancel(hatchet, "x".into(), Act { confirm: true, force: false }))
    );
    let forced = Act { confirm: false, force: true };
    assert_eq!(plan("POST", "/api/hatchet/runs/x/cancel?force=1"), Ok(Plan::Cancel(hatchet, "x".into(), forced)));
    assert_eq!(plan("POST", "/api/hatchet/runs/x/replay"), Ok(Plan::Replay(hatchet, "x".into(), Act::default())));
    assert_eq!(
        plan("POST", "/api/hatchet/runs/x/replay?force=true&confirm=false"),
        Ok(Plan::Replay(hatchet, "x".into(), forced))
    );
    let query = "status=RUNNING&status=FAILED&since=1000&until=1970-01-01T00:00:02Z&workflow=w&metadata=a:b:c&limit=7&payloads=true&key=k&idempotencyKeys=i&idempotencyKeys=j";
    let filter = Filter {
        since: Some(1_000.0),
        until: Some(2_000.0),
        statuses: vec!["RUNNING".into(), "FAILED".into()],
        workflow_ids: vec!["w".into()],
        metadata: vec![("a".into(), "b:c".into())],
        key: Some("k".into()),
        idempotency_keys: vec!["i".into(), "j".into()],
        page_size: Some(7),
        payloads: true,
        ..Filter::default()
    };
    assert_eq!(
        plan("GET", &format!("/api/hatchet/runs?{query}&cursor=3~x")),
        Ok(Plan::List(hatchet, filter.clone(), Some("3~x".into())))
    );
    assert_eq!(plan("GET", &format!("/api/hatchet/events?{query}")), Ok(Plan::Moves(hatchet, filter)));
}

#[test]
fn what_leads_nowhere_is_told_so() {
    for path in [
        "/",
        "/apix",
        "/api/onfido/runs",
        "/api/nope/runs",
        "/api/hatchet",
        "/api/hatchet/runs/a/b",
        "/api/hatchet/runs/%ff",
    ] {
        let (status, body) = plan("GET", path).unwrap_err();
        assert_eq!((status, &body["code"]), (404, &json!("no_route")), "{path}");
    }
    for (method, path) in [
        ("DELETE", "/api/hatchet/runs/x"),
        ("GET", "/api/hatchet/runs/x/cancel"),
        ("HEAD", "/api"),
        ("PUT", "/api/hatchet/runs"),
    ] {
        assert_eq!(plan(method, path).unwrap_err().0, 405, "{method} {path}");
    }
    for query in ["limit=x", "since=soon", "metadata=a", "colour=red", "status=%zz", "limit=-1"] {
        let (status, body) = plan("GET", &format!("/api/hatchet/runs?{query}")).unwrap_err();
        assert_eq!((status, &body["code"]), (400, &json!("invalid_request")), "{query}");
        assert_eq!(body["findings"].as_array().unwrap().len(), 1, "{query}");
    }
    assert_eq!(plan("POST", "/api/hatchet/runs/x/cancel?confirm=maybe").unwrap_err().0, 400);
}

#[test]
fn a_page_of_another_origin_may_not_write() {
    let path = "/api/hatchet/runs";
    let answer = |origin: &str, config: Config| {
        gateway(config).admit(&request("POST", path, &[("origin", origin), ("host", "example.com")]))
    };
    for origin in ["https://evil.example", "null", "https://example.com.evil.example", "https://example.com:8443", ""] {
        let refused = answer(origin, Config::default()).unwrap_err();
        assert_eq!(problem(&refused).1["code"], json!("cross_origin"), "{origin}");
        assert_eq!(header(&refused, "access-control-allow-origin"), None);
    }
    assert!(answer("https://example.com", Config::default()).is_ok());
    assert!(answer("http://example.com", Config::default()).is_ok(), "TLS may end in front of the gateway");
    let open = Config { origins: vec!["https://friend.example".into()], ..Config::default() };
    assert!(answer("https://friend.example", open.clone()).is_ok());
    assert!(answer("https://evil.example", open.clone()).is_err());
    let preflight =
        gateway(open.clone()).admit(&request("OPTIONS", path, &[("origin", "https://friend.example")])).unwrap_err();
    assert_eq!(
        (preflight.status, header(&preflight, "access-control-allow-origin")),
        (204, Some("https://friend.example"))
    );
    let other = gateway(open).admit(&request("OPTIONS", path, &[("origin", "https://evil.example")])).unwrap_err();
    assert_eq!((other.status, header(&other, "access-control-allow-origin")), (405, None));
    let read = gateway(Config::default()).admit(&request("GET", path, &[("origin", "https://evil.example")]));
    assert!(read.is_ok(), "a browser keeps the answer from a page that may not read it");
}

#[test]
fn an_access_token_is_asked_for_where_there_is_one() {
    let guarded =
        || gateway(Config { tokens: vec!["another-token-of-some-length".into(), TOKEN.into()], ..Config::default() });
    let ask = |value: Option<&str>| {
        let headers: Vec<(&str, &str)> = value.map(|value| ("authorization", value)).into_iter().collect();
        guarded().admit(&request("GET", "/api", &headers))
    };
    assert!(ask(Some(&format!("Bearer {TOKEN}"))).is_ok());
    for wrong in [
        None,
        Some("Bearer "),
        Some("Bearer wrong"),
        Some(TOKEN),
        Some("Basic x"),
        Some("Bearer an-access-token-of-24-cg"),
    ] {
        let refused = ask(wrong).unwrap_err();
        assert_eq!(problem(&refused).0, 401, "{wrong:?}");
        assert_eq!(header(&refused, "www-authenticate"), Some("Bearer"));
        assert!(!refused.body.contains(TOKEN));
    }
    assert!(!format!("{:?}", guarded()).contains(TOKEN));
    let weak = Gateway::new(Config { tokens: vec!["short".into()], ..Config::default() });
    assert_eq!(weak.unwrap_err().code, "weak_access_token");
}

fn asked(workflow: Option<&str>, kind: &str, body: &str) -> Result<Create, Vec<(String, String)>> {
    create_from(SystemName::Hatchet, workflow, Some(kind), body.as_bytes()).map_err(|error| {
        assert_eq!(error.kind, Kind::Argument);
        error.findings.iter().map(|finding| (finding.pointer.clone(), finding.code.to_owned())).collect()
    })
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json; charset=utf-8";

fn text(raw: Option<&runward::describe::Raw>) -> Value {
    raw.map_or(Value::Null, |raw| serde_json::from_str(raw.as_str()).unwrap())
}

#[test]
fn a_json_body_becomes_a_run() {
    let body = r#"{"workflow":"w","input":{"n":12.50,"big":9007199254740993},"metadata":{"a":"b"},"key":"k","idempotencyKey":"i","priority":2}"#;
    let create = asked(None, JSON, body).unwrap();
    assert_eq!(create.idempotency_key.as_deref(), Some("i"));
    assert_eq!((create.workflow.as_str(), create.key.as_deref(), create.priority), ("w", Some("k"), Some(2)));
    assert_eq!(
        create.input.as_ref().unwrap().as_str(),
        r#"{"n":12.50,"big":9007199254740993}"#,
        "no number is rounded"
    );
    assert_eq!(text(create.metadata.as_ref()), json!({ "a": "b" }));
    assert!(asked(None, JSON, r#"{"workflow":"w","input":null}"#).unwrap().input.is_none());
    let fixed = asked(Some("w"), JSON, r#"{"workflow":"other","idempotencyKey":"i"}"#).unwrap();
    assert_eq!(
        (fixed.workflow.as_str(), text(fixed.input.as_ref())),
        ("w", json!({ "workflow": "other", "idempotencyKey": "i" })),
        "all is input"
    );
}

#[test]
fn a_form_becomes_a_run() {
    let create = asked(
        None,
        FORM,
        "workflow=w&idempotencyKey=i&name=Ada+L%C3%B8v&tag=a&tag=b&priority=3&metadata=%7B%22a%22%3A1%7D",
    )
    .unwrap();
    assert_eq!((create.workflow.as_str(), create.priority), ("w", Some(3)));
    assert_eq!(create.idempotency_key.as_deref(), Some("i"));
    assert_eq!(text(create.input.as_ref()), json!({ "name": "Ada Løv", "tag": ["a", "b"] }));
    assert_eq!(text(create.metadata.as_ref()), json!({ "a": 1 }));
    let create = asked(None, FORM, "workflow=w&input=%7B%22a%22%3A12.50%7D").unwrap();
    assert_eq!(create.input.unwrap().as_str(), r#"{"a":12.50}"#);
    let fixed = asked(Some("w"), FORM, "workflow=x&key=y").unwrap();
    assert_eq!((text(fixed.input.as_ref()), fixed.key), (json!({ "workflow": "x", "key": "y" }), None));
}

#[test]
fn all_that_is_wrong_with_a_body_is_told_at_its_place() {
    let all =
        asked(None, JSON, r#"{"workflow":1,"input":[],"metadata":"x","key":{},"priority":"high","colour":1,"a/b":2}"#);
    let all: Vec<String> = all.unwrap_err().into_iter().map(|(pointer, code)| format!("{pointer} {code}")).collect();
    let expected = [
        "/workflow wrong_type",
        "/key wrong_type",
        "/priority wrong_type",
        "/input wrong_type",
        "/metadata wrong_type",
        "/a~1b unknown_field",
        "/colour unknown_field",
    ];
    assert_eq!(all, expected);
    let one = |kind: &str, body: &str| {
        let findings = asked(None, kind, body).unwrap_err();
        assert_eq!(findings.len(), 1, "{body}: {findings:?}");
        findings[0].clone()
    };
    assert_eq!(one(JSON, "{}"), ("/workflow".into(), "missing_field".into()));
    for body in ["", "[]", "null", "{", "{}{}", "\"x\""] {
        assert_eq!(one(JSON, body), (String::new(), "not_an_object".into()), "{body}");
    }
    assert_eq!(one(FORM, "workflow=w&input=x"), ("/input".into(), "invalid_json".into()));
    assert_eq!(one(FORM, "workflow=w&input={}&a=b"), ("/input".into(), "ambiguous_input".into()));
    assert_eq!(one(FORM, "workflow=%zz"), (String::new(), "invalid_encoding".into()));
    let odd = create_from(SystemName::Hatchet, None, Some("text/plain"), b"{}").unwrap_err();
    assert_eq!((odd.status, odd.code), (Some(415), "unsupported_media_type"));
    assert_eq!(create_from(SystemName::Hatchet, None, None, b"{}").unwrap_err().status, Some(415));
    assert_eq!(
        create_from(SystemName::Hatchet, None, Some(JSON), b"\xff").unwrap_err().findings[0].code,
        "invalid_utf8"
    );
}
