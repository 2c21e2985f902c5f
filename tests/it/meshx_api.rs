//! meshX's requests and answers, from the published facts: no server of it can be run.
use runward::describe::Raw;
use runward::error::{Kind, SystemName};
use runward::http::{Request, Response};
use runward::run::Run;
use runward::system::{Answer, Api, Create, Filter, Grant, Operation, Scope};
use runward::systems::meshx::api::{MeshXApi, OPERATIONS};
use runward::systems::meshx::view;
use serde_json::{Value, json};

fn raw(value: &Value) -> Raw {
    serde_json::from_str(&value.to_string()).unwrap()
}

fn body(name: &str) -> Vec<u8> {
    crate::fixture(&format!("meshx/{name}.json"))
}

fn answer(status: u16, body: impl Into<Vec<u8>>) -> Response {
    Response { status, headers: vec![], body: body.into() }
}

fn scope() -> Scope {
    Scope { tenant: Some("acme".into()), ..Scope::default() }
}

fn operation(name: &str) -> &'static Operation {
    OPERATIONS.iter().find(|operation| operation.name == name).expect(name)
}

fn wanted(change: impl FnOnce(&mut Create)) -> Create {
    let mut create = Create { workflow: "c4a001fe-2144-4a7e-b1d5-16bb5454d805".into(), ..Create::default() };
    create.more.insert("name".into(), raw(&json!("nightly")));
    change(&mut create);
    create
}

#[test]
fn every_request_tells_whose_runs_are_meant() {
    let headers = MeshXApi.authorize(&scope(), "jwt");
    assert_eq!(headers, [("authorization", "Bearer jwt".to_owned()), ("x-org", "acme".into())]);
    assert!(MeshXApi.fits(&scope()).is_ok());
    for tenant in [None, Some(String::new())] {
        assert_eq!(MeshXApi.fits(&Scope { tenant, ..Scope::default() }).unwrap_err().code, "missing_org");
    }
}

#[test]
fn a_create_sends_all_four_keys_as_the_official_client_does() {
    let request = MeshXApi.create(&scope(), &wanted(|_| {})).unwrap();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/api/data/orchestrator_workflow"));
    let sent = r#"{"run_type":"single","data_product_identifier":"c4a001fe-2144-4a7e-b1d5-16bb5454d805","created_by":null,"name":"nightly"}"#;
    assert_eq!(request.body.as_deref(), Some(sent));
    assert_eq!(MeshXApi.created(&answer(200, body("run-created"))).unwrap(), "90ee677b-6e82-4ed7-9e05-3f71829b698e");
    let code = |change: fn(&mut Create)| MeshXApi.create(&scope(), &wanted(change)).unwrap_err().code;
    assert_eq!(code(|create| create.more.clear()), "missing_name");
    assert_eq!(code(|create| create.workflow.clear()), "missing_workflow");
    assert_eq!(code(|create| create.input = Some(Raw::empty_object())), "unsupported_field");
    assert_eq!(code(|create| drop(create.more.insert("runType".into(), raw(&json!(1))))), "not_a_text");
}

#[test]
fn an_id_stands_in_the_query_and_never_in_the_path() {
    for request in [MeshXApi.get(&scope(), "a/b"), MeshXApi.cancel(&scope(), "a/b")] {
        let request = request.unwrap();
        assert_eq!(request.path, "/api/data/orchestrator_workflow");
        assert_eq!(request.query, [("identifier", "a/b".to_owned())]);
        assert_eq!(request.body, None);
    }
    assert_eq!(MeshXApi.cancel(&scope(), "x").unwrap().method.as_str(), "DELETE");
    assert_eq!(MeshXApi.get(&scope(), "").unwrap_err().code, "invalid_id");
    let list = MeshXApi.list(&scope(), &Filter { page_size: Some(2), ..Filter::default() }, Some("1~x")).unwrap();
    assert_eq!((list.path.as_str(), list.query.len()), ("/api/data/orchestrator_workflow/list", 0));
}

#[test]
fn a_cancel_is_taken_when_it_answers_with_the_run() {
    let response = answer(200, body("run-cancelled"));
    assert!(MeshXApi.accepted(&response).unwrap());
    assert!(MeshXApi.cancelled(&response).unwrap().contains("CANCELLED"));
    assert_eq!(MeshXApi.accepted(&answer(200, "{}")).unwrap_err().kind, Kind::Decode);
}

#[test]
fn a_key_ends_the_name_and_finds_the_runs_that_have_it() {
    let request = MeshXApi.create(&scope(), &wanted(|create| create.key = Some("k".into()))).unwrap();
    let sent: Value = serde_json::from_str(request.body.as_deref().unwrap()).unwrap();
    assert_eq!(sent["name"], "nightly [k]");
    let one = view::page(std::str::from_utf8(&body("list")).unwrap()).unwrap().remove(0);
    let run = |name: &str| Run { name: Some(name.into()), ..one.clone() };
    let filter = MeshXApi.by_key(&Filter { key: Some("k".into()), ..Filter::default() }, "k").unwrap();
    let keeps = |name: &str| MeshXApi.keeps(&filter, &run(name), "{}");
    assert!(keeps("nightly [k]") && !keeps("nightly [kk]") && !keeps("nightly"));
    assert!(MeshXApi.keeps(&Filter::default(), &run("nightly"), "{}"));
}

#[test]
fn an_update_replaces_everything_so_nothing_may_be_left_out() {
    let asked = |arguments: Value| operation("update").request(SystemName::MeshX, &Scope::default(), &raw(&arguments));
    let whole: Value = serde_json::from_slice(&body("update")).unwrap();
    let request = asked(json!({ "id": "x", "body": whole })).unwrap();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("PUT", "/api/data/orchestrator_workflow"));
    assert_eq!(request.query, [("identifier", "x".to_owned())]);
    assert_eq!(serde_json::from_str::<Value>(request.body.as_deref().unwrap()).unwrap(), whole);
    for name in ["status", "config", "error_message", "updated_at", "completed_at"] {
        let mut less = whole.clone();
        less.as_object_mut().unwrap().remove(name);
        let error = asked(json!({ "id": "x", "body": less })).unwrap_err();
        assert!(error.code == "missing_argument" && error.message.contains(name), "{name}: {error}");
    }
}

#[test]
fn the_neighbours_have_operations_too() {
    let asked = |name: &str, arguments: Value| {
        operation(name).request(SystemName::MeshX, &Scope::default(), &raw(&arguments)).unwrap()
    };
    assert_eq!(asked("graph", json!({ "id": "x" })).query, [("identifier", "x".to_owned())]);
    let logs = asked("compute.logs", json!({ "id": "x", "jobType": "dq" }));
    assert_eq!(logs.path, "/api/data/compute/log");
    assert_eq!(logs.query, [("identifier", "x".to_owned()), ("job_type", "dq".into())]);
    let logs = operation("compute.logs")
        .answer(SystemName::MeshX, &Request::get("/"), answer(200, r#"{"logs":["a"]}"#), None::<()>)
        .unwrap();
    assert!(logs == Answer::Json(r#"["a"]"#.into()));
    let products = operation("products")
        .answer(SystemName::MeshX, &Request::get("/"), answer(200, body("data-products")), None::<()>)
        .unwrap();
    assert!(matches!(products, Answer::Json(text) if text.starts_with('[')));
}

#[test]
fn a_login_and_its_refresh_are_json() {
    let login = MeshXApi.grant(&Grant::Login { user: "a\"b", password: "p", remember: true }).unwrap();
    assert_eq!(login.path, "/api/iam/login");
    assert_eq!(login.body.as_deref(), Some(r#"{"user":"a\"b","password":"p","remember_me":true}"#));
    let refresh = MeshXApi.grant(&Grant::Refresh("r")).unwrap();
    assert_eq!(
        (refresh.path.as_str(), refresh.body.as_deref()),
        ("/api/iam/refresh", Some(r#"{"refresh_token":"r"}"#))
    );
}

#[test]
fn every_form_of_a_failure_is_a_typed_error() {
    let failure = |status, body: &[u8]| MeshXApi.failure(&answer(status, body));
    for (name, status, kind, message) in [
        ("error-validation", 422, Kind::Http, "the system answered 422: /body/name Field required"),
        (
            "error-problem",
            422,
            Kind::Http,
            "the system answered 422: Request validation error.; /body/name Field required",
        ),
        ("error-authorization", 401, Kind::Auth, "the system answered 401: Authorization token required."),
        ("error-empty", 404, Kind::NotFound, "the system answered 404 without a word"),
    ] {
        let error = failure(status, &body(name));
        assert_eq!((error.kind, error.message.as_str()), (kind, message), "{name}");
        assert_eq!(error.system, Some(SystemName::MeshX));
    }
    assert!(failure(404, &body("error-detail-text")).message.starts_with("the system answered 404: "));
    assert_eq!(failure(502, b"<html>").message, "the system answered 502 without a word");
    assert_eq!(failure(500, b"\xff").kind, Kind::Http);
}
