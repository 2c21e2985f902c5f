//! The systems' own operations through the gateway: who may ask for what, how, and what nobody gets to see.
use crate::support::{Got, Native, Reply, Server, TENANT, client_of, ends};
use runward::client::{Call, Client, Options, Order, Which};
use runward::error::SystemName;
use runward::gateway::{Answer, Config, Gateway, Incoming, Offer, Plan, Route, Served, serve};
use runward::system::{Body, Operation, Reads, Safety, System};
use runward::systems::formance::FORMANCE;
use runward::systems::hatchet::HATCHET;
use runward::systems::meshx::MESHX;
use runward::systems::onfido::ONFIDO;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;

const SECRET: &str = "s3cret-token";
const ALL: [&System; 4] = [&HATCHET, &FORMANCE, &ONFIDO, &MESHX];

fn all_offered() -> Config {
    Config { usual: Offer::All, ..Config::default() }
}

fn gateway(config: Config) -> Gateway {
    Gateway::new(Config { systems: SystemName::ALL.to_vec(), ..config }).unwrap()
}

fn request(method: &str, path: &str) -> Incoming {
    let headers = vec![("content-type".into(), "application/json".into())];
    Incoming { method: method.into(), url: format!("https://example.com/api{path}"), headers }
}

/// The plan of a request with this body, or the problem of one that may not be.
fn plan(config: Config, method: &str, path: &str, body: &str) -> Result<Plan, (u16, String)> {
    let problem = |answer: &Answer| {
        let code = serde_json::from_str::<Value>(&answer.body).unwrap()["code"].as_str().unwrap().to_owned();
        (answer.status, code)
    };
    let route: Route = gateway(config).admit(&request(method, path)).map_err(|answer| problem(&answer))?;
    route.plan(body.as_bytes()).map_err(|error| problem(&Answer::problem(&error)))
}

fn client(system: &'static System, server: &Server) -> Rc<Client<Native>> {
    let options = Options { base_url: Some(server.url.clone()), tenant: Some(TENANT.into()), ..Options::default() };
    client_of(system, SECRET, 20.0, options)
}

async fn served(system: &'static System, plan: Plan, server: &Server) -> Served<Native> {
    let clients: BTreeMap<SystemName, Rc<Client<Native>>> = [(system.name(), client(system, server))].into();
    ends(serve(plan, "/api", &Call::default(), &clients)).await
}

/// The path of an operation, what stands in its query when all of it is a GET, and else its body.
fn asking(system: &System, operation: &Operation) -> (&'static str, String, String) {
    let mut arguments: Vec<(String, Value)> =
        operation.places().into_iter().map(|name| (name.to_owned(), json!(format!("{name} 1")))).collect();
    match operation.body {
        Body::None => {}
        Body::Whole(names) => {
            let body: serde_json::Map<String, Value> = names.iter().map(|name| ((*name).into(), json!("x"))).collect();
            arguments.push(("body".into(), Value::Object(body)));
        }
        Body::Of(names) => arguments.extend(names.iter().map(|name| ((*name).into(), json!("x")))),
    }
    let path = format!("/{}/do/{}", system.name(), operation.name);
    if operation.is_plain_read() {
        let pairs: Vec<String> = arguments
            .iter()
            .map(|(name, value)| format!("{name}={}", value.as_str().unwrap().replace(' ', "%20")))
            .collect();
        return ("GET", format!("{path}?{}", pairs.join("&")), String::new());
    }
    let body: serde_json::Map<String, Value> = arguments.into_iter().collect();
    ("POST", path, Value::Object(body).to_string())
}

/// An answer that holds whatever any operation looks for in one.
fn anything(_: &Got) -> Reply {
    let list = json!([{ "id": "a" }]);
    Reply::json(200, json!({ "data": list, "cursor": { "data": list, "next": "n" }, "entities": list, "logs": ["a"], "errors": list, "rows": list, "pagination": {}, "results": list, "version": "v1" }).to_string())
}

#[tokio::test]
async fn every_operation_of_every_system_goes_through_the_gateway() {
    for system in ALL {
        for operation in system.api().operations() {
            let (method, path, body) = asking(system, operation);
            let plan = plan(all_offered(), method, &path, &body).unwrap_or_else(|no| panic!("{path}: {no:?}"));
            let file = operation.reads == Reads::File;
            let server =
                Server::new(
                    move |got| {
                        if file { Reply::with(200, "application/pdf", "", "%PDF") } else { anything(got) }
                    },
                )
                .await;
            match (served(system, plan, &server).await, operation.reads) {
                (Served::File(head, bytes), Reads::File) => assert_eq!((head.status, &bytes[..]), (200, &b"%PDF"[..])),
                (Served::Answer(answer), Reads::Nothing) => {
                    assert_eq!((answer.status, answer.body.as_str()), (204, ""))
                }
                (Served::Answer(answer), _) => {
                    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
                    assert!(serde_json::from_str::<Value>(&answer.body).is_ok());
                }
                _ => panic!("{path} is answered with something else"),
            }
            let got = server.got();
            let upstream = got[0].line();
            assert!(upstream.starts_with(operation.method.as_str()), "{path}: {upstream}");
            let first = operation.places().first().map(|name| (format!("{name}%201"), format!("{name}+1")));
            assert!(
                first.is_none_or(|(escaped, plus)| upstream.contains(&escaped) || upstream.contains(&plus)),
                "{path}: {upstream}"
            );
        }
    }
}

#[test]
fn without_a_word_a_gateway_offers_what_changes_nothing_and_gives_no_file() {
    for system in ALL {
        for operation in system.api().operations() {
            let (method, path, body) = asking(system, operation);
            let offered = operation.safety == Safety::Read && operation.reads != Reads::File;
            let refused = Err((403, "operation_not_offered".to_owned()));
            let plan = plan(Config::default(), method, &path, &body);
            assert!(if offered { plan.is_ok() } else { plan == refused }, "{path}: {plan:?}");
        }
    }
}

#[test]
fn whoever_runs_a_gateway_says_which_operations_it_offers() {
    let onfido = |offer| Config { operations: [(SystemName::Onfido, offer)].into(), ..Config::default() };
    let file = "/onfido/do/evidence?id=r";
    let denied = |status, code: &str| Err((status, code.to_owned()));
    assert!(plan(onfido(Offer::Named(vec!["evidence".into()])), "GET", file, "").is_ok());
    let other = plan(onfido(Offer::Named(vec!["evidence".into()])), "GET", "/onfido/do/tasks.list?id=r", "");
    assert_eq!(other, denied(403, "operation_not_offered"));
    assert_eq!(
        plan(onfido(Offer::None), "GET", "/onfido/do/tasks.list?id=r", ""),
        denied(403, "operation_not_offered")
    );
    assert!(plan(onfido(Offer::None), "GET", "/formance/do/info", "").is_ok());
    let unknown = Gateway::new(onfido(Offer::Named(vec!["evidense".into()]))).unwrap_err();
    assert_eq!(unknown.code, "unknown_operation");
    assert!(unknown.message.contains("evidenceFolder"), "{}", unknown.message);
}

#[test]
fn a_gateway_that_is_there_to_read_changes_nothing() {
    let reading = || Config { read_only: true, ..all_offered() };
    let denied = Err((403, "read_only".to_owned()));
    for path in ["/formance/runs", "/formance/runs/x/cancel", "/hatchet/runs/x/replay", "/formance/do/workflows.create"]
    {
        assert_eq!(plan(reading(), "POST", path, "{}"), denied, "{path}");
    }
    assert!(plan(reading(), "GET", "/onfido/do/evidence?id=r", "").is_ok());
    assert!(plan(reading(), "POST", "/formance/do/triggers.test", r#"{"id":"x","body":{}}"#).is_ok());
    let Ok(Plan::Systems(withheld)) = plan(reading(), "GET", "", "") else { panic!("no plan") };
    assert!(withheld.contains(&(SystemName::Formance, "cancel")) && withheld.contains(&(SystemName::MeshX, "update")));
    assert!(!withheld.contains(&(SystemName::Onfido, "evidence")));
}

#[test]
fn what_is_asked_for_wrongly_is_told_so() {
    let problem = |method: &str, path: &str, body: &str| plan(all_offered(), method, path, body).unwrap_err();
    let is = |status, code: &str| (status, code.to_owned());
    assert_eq!(problem("GET", "/onfido/do/workflows.list", ""), is(404, "unsupported_operation"));
    assert_eq!(problem("POST", "/onfido/do/tasks.list", "{}"), is(405, "method_not_allowed"));
    assert_eq!(problem("GET", "/onfido/do/tasks.complete?id=r", ""), is(405, "method_not_allowed"));
    assert_eq!(problem("POST", "/onfido/do/tasks.complete", "[1]"), is(400, "invalid_request"));
    assert_eq!(problem("POST", "/onfido/do/tasks.complete", "{"), is(400, "invalid_request"));
    assert_eq!(problem("GET", "/onfido/do/tasks.list?id=%zz", ""), is(400, "invalid_request"));
    assert_eq!(problem("GET", "/onfido/do", ""), is(404, "no_route"));
    let form = Incoming {
        headers: vec![("content-type".into(), "application/x-www-form-urlencoded".into())],
        ..request("POST", "/onfido/do/tasks.complete")
    };
    let route = gateway(all_offered()).admit(&form).unwrap();
    assert_eq!(route.plan(b"id=r").unwrap_err().code, "unsupported_media_type");
    let foreign = Incoming {
        headers: vec![("origin".into(), "https://evil.example".into())],
        ..request("POST", "/onfido/do/tasks.complete")
    };
    assert_eq!(gateway(all_offered()).admit(&foreign).unwrap_err().status, 403);
}

#[tokio::test]
async fn a_missing_argument_is_the_visitors_mistake_and_is_never_sent() {
    let server = Server::replies([Reply::Reset]).await;
    let plan = plan(all_offered(), "GET", "/onfido/do/tasks.list?ids=r", "").unwrap();
    let Served::Answer(answer) = served(&ONFIDO, plan, &server).await else { panic!("no answer") };
    assert_eq!((answer.status, server.got().len()), (400, 0), "{}", answer.body);
}

#[tokio::test]
async fn secrets_and_addresses_that_let_in_never_reach_a_page() {
    let task = json!({
        "id": "t", "amount": 9_007_199_254_740_993_u64, "output": {
            "sdk_token": SECRET, "deeper": [{ "oauth_server_client_secret": SECRET, "sdk_token": null }],
            "timeline_file_download_url": "https://files.example/f?X-Amz-Signature=s3cret-token",
            "other": "https://files.example/f?a=1&sig=s3cret-token", "plain": "https://example.com/?q=1",
        },
    });
    let server = Server::replies([Reply::json(200, task.to_string())]).await;
    let plan = plan(Config::default(), "GET", "/onfido/do/tasks.get?id=r&task=t", "").unwrap();
    let Served::Answer(answer) = served(&ONFIDO, plan, &server).await else { panic!("no answer") };
    assert!(!answer.body.contains(SECRET), "{}", answer.body);
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let hidden = json!("[redacted]");
    assert_eq!([&body["output"]["sdk_token"], &body["output"]["other"]], [&hidden, &hidden]);
    assert_eq!(body["output"]["deeper"][0], json!({ "oauth_server_client_secret": hidden, "sdk_token": null }));
    assert_eq!((&body["output"]["plain"], &body["amount"]), (&json!("https://example.com/?q=1"), &task["amount"]));
}

#[tokio::test]
async fn a_file_comes_as_what_it_is_and_to_be_saved() {
    let file = |kind: &'static str| async move {
        let server = Server::replies([Reply::with(200, kind, "", "%PDF")]).await;
        let plan = plan(all_offered(), "GET", "/onfido/do/evidence?id=r", "").unwrap();
        let Served::File(head, bytes) = served(&ONFIDO, plan, &server).await else { panic!("no file") };
        let header = |name: &str| head.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
        (header("content-type").unwrap(), header("content-disposition").unwrap(), bytes)
    };
    let pdf = ("application/pdf".into(), "attachment; filename=\"evidence.pdf\"".into(), b"%PDF".to_vec());
    assert_eq!(file("application/pdf; x=y").await, pdf);
    let plain = ("application/octet-stream".into(), "attachment; filename=\"evidence\"".into(), b"%PDF".to_vec());
    assert_eq!(file("odd").await, plain);
}

#[tokio::test]
async fn many_runs_are_moved_through_the_gateway_each_with_its_result() {
    let problem = |body: &str| plan(Config::default(), "POST", "/hatchet/runs/cancel", body).unwrap_err();
    for body in
        ["{}", r#"{"runs":["a"],"filter":"since=0"}"#, r#"{"runs":[7]}"#, r#"{"runs":["a"],"most":-1}"#, r#"{"all":1}"#]
    {
        assert_eq!(problem(body), (400, "invalid_request".into()), "{body}");
    }
    let Ok(Plan::Many(_, many, true)) = plan(
        Config::default(),
        "POST",
        "/hatchet/runs/replay?force=true&confirm=true",
        r#"{"filter":"status=FAILED&since=7","most":3}"#,
    ) else {
        panic!("no plan")
    };
    let Which::Listed(filter) = &many.which else { panic!("no filter") };
    assert_eq!((many.order, many.confirm, many.most, filter.since), (Order::Replay, true, 3, Some(7.0)));
    let server = Server::replies([Reply::json(200, r#"{"ids":["a"]}"#)]).await;
    let plan = plan(Config::default(), "POST", "/hatchet/runs/cancel", r#"{"runs":["a","b"]}"#).unwrap();
    let Served::Answer(answer) = served(&HATCHET, plan, &server).await else { panic!("no answer") };
    let all: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(all[0], json!({ "id": "a", "accepted": true, "effect": "unknown" }));
    assert_eq!(all[1], json!({ "id": "b", "accepted": false, "effect": "unknown" }));
    let refused = Server::replies([Reply::json(403, "null")]).await;
    let plan = super::gateway_operations::plan(Config::default(), "POST", "/hatchet/runs/cancel", r#"{"runs":["a"]}"#)
        .unwrap();
    let Served::Answer(answer) = served(&HATCHET, plan, &refused).await else { panic!("no answer") };
    assert!(answer.body.contains("gateway_credentials_refused"), "{}", answer.body);
}

#[test]
fn the_trace_of_a_request_goes_on_upstream() {
    let traced = |value: &str| Incoming { headers: vec![("traceparent".into(), value.into())], ..request("GET", "") };
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    assert_eq!(traced(trace).call().traceparent.as_deref(), Some(trace));
    assert_eq!(traced("a b").call().traceparent, None);
}
