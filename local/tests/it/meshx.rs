//! meshX: its forms, its flows. Requests go out in the exact form of the vendor's client, which is Python.

use serde_json::{Value, json};

use crate::shape::Tree;
use crate::world::{Answer, World};

const RUNS: &str = "/api/data/orchestrator_workflow";

trait Mesh {
    fn mesh(&self, method: &str, path: &str, body: Option<&Value>) -> Answer;
    fn product(&self, name: &str) -> String;
    fn start_flow(&self, product: &str) -> Value;
    fn flow(&self, id: &str) -> Value;
}

impl Mesh for World {
    fn mesh(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let access = &self.systems.meshx;
        let mut headers = vec![
            ("x-org".to_owned(), access.org.clone()),
            ("Authorization".to_owned(), format!("Bearer {}", access.token)),
            ("Accept".to_owned(), "application/json".to_owned()),
        ];
        if body.is_some() {
            headers.push(("content-type".into(), "application/json".into()));
        }
        self.send_to(&access.url, method, path, &headers, body.map(Value::to_string).as_deref())
    }

    fn product(&self, name: &str) -> String {
        let listed = self.mesh("GET", "/api/data/data_product/list", None).json();
        let found = listed["entities"].as_array().unwrap().iter().find(|product| product["name"] == name).cloned();
        found.unwrap()["identifier"].as_str().unwrap().to_owned()
    }

    fn start_flow(&self, product: &str) -> Value {
        let body = json!({
            "run_type": "single", "data_product_identifier": self.product(product), "created_by": null, "name": "nightly",
        });
        let answer = self.mesh("POST", RUNS, Some(&body));
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    fn flow(&self, id: &str) -> Value {
        self.mesh("GET", &format!("{RUNS}?identifier={id}"), None).json()
    }
}

fn id(run: &Value) -> String {
    run["identifier"].as_str().unwrap().to_owned()
}

#[test]
fn a_run_has_all_twelve_keys_from_its_creation_to_its_end() {
    let wanted = "identifier data_product_identifier name run_type config status created_by created_at updated_at \
                  started_at completed_at error_message";
    for (product, end) in [("orders", "COMPLETED"), ("orders-failing", "FAILED"), ("orders-waiting", "COMPLETED")] {
        let world = World::stepped(1);
        let run = world.start_flow(product);
        assert!(run["started_at"].is_null() && run["completed_at"].is_null());
        for _ in 0..15 {
            let answer = world.mesh("GET", &format!("{RUNS}?identifier={}", id(&run)), None);
            let Tree::Object(entries) = Tree::parse(&answer.body) else { panic!("{}", answer.body) };
            assert_eq!(entries.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(" "), wanted);
            world.advance(1_000.0);
        }
        let run = world.flow(&id(&run));
        assert_eq!(run["status"], end);
        assert!(run["completed_at"].is_string());
        assert_eq!(run["error_message"].is_null(), end == "COMPLETED");
    }
}

#[test]
fn a_product_can_spell_its_dates_without_a_zone_beside_one_with_an_offset_and_use_unknown_words() {
    let world = World::stepped(1);
    let run = world.start_flow("orders-quality");
    world.advance(3_000.0);
    let run = world.flow(&id(&run));
    assert_eq!(run["status"], "QUALITY_CHECK");
    assert_eq!(run["config"], json!({}));
    let created = run["created_at"].as_str().unwrap();
    assert!(!created.contains('Z') && !created.contains('+'), "{created}");
    assert!(run["started_at"].as_str().unwrap().ends_with("+07:00"));
}

#[test]
fn cancel_answers_with_the_run_and_a_second_one_changes_nothing() {
    let world = World::stepped(1);
    let run = id(&world.start_flow("orders-stuck"));
    world.advance(5_000.0);
    let cancel = || world.mesh("DELETE", &format!("{RUNS}?identifier={run}"), None);
    let first = cancel();
    assert_eq!(first.status, 200);
    assert_eq!(first.json()["status"], "CANCELLED");
    world.advance(60_000.0);
    assert_eq!(cancel().json(), first.json());
}

#[test]
fn an_update_replaces_five_keys_and_ends_the_scenario() {
    let world = World::stepped(1);
    let run = id(&world.start_flow("orders"));
    let path = format!("{RUNS}?identifier={run}");
    let body = json!({
        "status": "FAILED", "config": {"a": 1}, "error_message": null, "updated_at": "2023-01-14T19:36:15.248000Z",
        "completed_at": null,
    });
    let answer = world.mesh("PUT", &path, Some(&body));
    assert_eq!(answer.status, 200);
    world.advance(60_000.0);
    let run = world.flow(&run);
    assert_eq!(answer.json(), run);
    for (key, value) in body.as_object().unwrap() {
        assert_eq!(&run[key], value, "{key}");
    }
    for (key, wrong) in [("completed_at", json!("yesterday")), ("config", json!([1])), ("status", json!(null))] {
        let mut wish = body.clone();
        wish[key] = wrong;
        let answer = world.mesh("PUT", &path, Some(&wish));
        assert_eq!((answer.status, &answer.json()["detail"][0]["loc"]), (422, &json!(["body", key])));
    }
    let answer = world.mesh("PUT", &path, Some(&json!({"status": "FAILED"})));
    assert_eq!(answer.status, 422);
    assert_eq!(answer.json()["detail"][0]["loc"], json!(["body", "config"]));
}

#[test]
fn the_list_holds_everything_and_the_graph_is_there() {
    let world = World::stepped(1);
    let ids: Vec<String> = (0..30).map(|_| id(&world.start_flow("orders"))).collect();
    let listed = world.mesh("GET", &format!("{RUNS}/list?limit=2"), None).json();
    let listed = listed["orchestrator_workflows"].as_array().unwrap().iter().map(id).collect::<Vec<_>>();
    assert_eq!(listed, ids);
    let graph = world.mesh("GET", &format!("{RUNS}/graph?identifier={}", ids[0]), None).json();
    assert_eq!(graph["response"].as_object().unwrap().len(), 1);
}

#[test]
fn refusals_come_in_both_known_forms() {
    let world = World::stepped(1);
    let unknown = format!("{RUNS}?identifier=00000000-0000-4000-8000-000000000000");
    let bodies = || {
        let create = world.mesh("POST", RUNS, Some(&json!({"run_type": "single"})));
        (create, world.mesh("GET", &unknown, None), world.mesh("GET", RUNS, None))
    };
    let (create, missing, bare) = bodies();
    assert_eq!((create.status, missing.status, bare.status), (422, 404, 422));
    let wanted = json!([{"loc": ["body", "data_product_identifier"], "msg": "Field required", "type": "missing"}]);
    assert_eq!(create.json()["detail"], wanted);
    assert!(missing.json()["detail"].is_string());
    let body = json!({"run_type": "single", "data_product_identifier": "00000000-0000-4000-8000-000000000000",
        "created_by": null, "name": "n"});
    let unknown_product = world.mesh("POST", RUNS, Some(&body));
    assert_eq!(unknown_product.status, 422);
    assert_eq!(unknown_product.json()["detail"][0]["loc"], json!(["body", "data_product_identifier"]));
    assert_eq!(bare.json()["detail"][0]["loc"], json!(["query", "identifier"]));
    world.control("/meshx/errors", &json!("title"));
    let (create, missing, _) = bodies();
    assert_eq!(create.json()["errors"][0]["loc"], json!(["body", "data_product_identifier"]));
    assert_eq!(missing.json()["status"], 404);
}

#[test]
fn calls_need_a_token_and_an_organisation() {
    let world = World::stepped(1);
    let access = world.systems.meshx.clone();
    let status = |token: &str, org: &str| {
        let mut headers = vec![("authorization".to_owned(), format!("Bearer {token}"))];
        headers.extend((!org.is_empty()).then(|| ("x-org".to_owned(), org.to_owned())));
        world.send_to(&access.url, "GET", &format!("{RUNS}/list"), &headers, None)
    };
    assert_eq!(status("x", &access.org).status, 401);
    assert_eq!(status(&access.token, "").json()["detail"][0]["loc"], json!(["header", "x-org"]));
    assert_eq!(status(&access.token, "other").status, 403);
    assert_eq!(status(&access.token, &access.org).status, 200);
    let login = |password: &str| {
        let body = json!({"user": access.user, "password": password, "remember_me": false});
        world.mesh("POST", "/api/iam/login", Some(&body))
    };
    assert_eq!(login("wrong").status, 401);
    let tokens = login(&access.password).json();
    assert_eq!(status(tokens["access_token"].as_str().unwrap(), &access.org).status, 200);
    assert_eq!(status(tokens["refresh_token"].as_str().unwrap(), &access.org).status, 401);
    world.advance(18_001_000.0);
    assert_eq!(status(tokens["access_token"].as_str().unwrap(), &access.org).status, 401);
    let other = login(&access.password).json()["refresh_token"].clone();
    let ended = json!({"refresh_token": other});
    assert_eq!(world.mesh("POST", "/api/iam/logout", Some(&ended)).status, 200);
    assert_eq!(world.mesh("POST", "/api/iam/refresh", Some(&ended)).status, 401, "its session was ended");
    let refreshed =
        world.mesh("POST", "/api/iam/refresh", Some(&json!({"refresh_token": tokens["refresh_token"]}))).json();
    assert_eq!(status(refreshed["access_token"].as_str().unwrap(), &access.org).status, 200);
}

#[test]
fn compute_of_a_product_tells_how_its_newest_run_stands() {
    let world = World::stepped(1);
    let product = world.product("orders");
    let ask = |path: &str| world.mesh("GET", &format!("/api/data/{path}?identifier={product}&suffix=latest"), None);
    assert_eq!(ask("compute").json()["status"]["status"], "UNSCHEDULED");
    world.start_flow("orders");
    let compute = ask("compute").json();
    assert_eq!([&compute["status"]["run_type"], &compute["status"]["status"]], ["single", "STARTING_UP"]);
    assert_eq!(ask("compute/log").json()["logs"].as_array().unwrap().len(), 1);
    let unknown = "/api/data/compute?identifier=11111111-2222-4333-8444-555555555555";
    assert_eq!(world.mesh("GET", unknown, None).status, 404);
    let errors = world.mesh("GET", "/api/.well-known/error_codes", None).json();
    assert_eq!(errors["errors"][0]["type"], "authorization-required");
}

#[test]
fn a_schedule_of_compute_starts_runs_by_the_clock_until_it_is_removed() {
    let world = World::stepped(1);
    let product = world.product("orders");
    let state = |body: Value| {
        let path = format!("/api/data/data_product/compute/state?identifier={product}");
        world.mesh("PUT", &path, Some(&json!({"state": body})))
    };
    let compute =
        || world.mesh("GET", &format!("/api/data/compute?identifier={product}"), None).json()["status"].clone();
    let wrong = state(json!({"state": "schedule", "cron_expression": "every day"}));
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.json()["detail"][0]["loc"], json!(["body", "state", "cron_expression"]));
    assert_eq!(state(json!({"state": "schedule"})).json()["detail"][0]["type"], "missing");
    assert_eq!(state(json!({"state": "sleep"})).status, 422);
    assert_eq!(state(json!({"state": "schedule", "cron_expression": "*/10 * * * *"})).status, 200);
    // It is four o'clock sharp.
    let fresh = compute();
    assert_eq!([&fresh["run_type"], &fresh["next_run"]], ["schedule", "2026-11-22T16:10:00.000000Z"]);
    assert!(fresh["last_run"].is_null());
    world.advance(25.0 * 60_000.0);
    let runs = world.mesh("GET", &format!("{RUNS}/list"), None).json()["orchestrator_workflows"].clone();
    let runs = runs.as_array().unwrap().clone();
    assert_eq!(runs.iter().map(|run| run["run_type"].as_str().unwrap()).collect::<Vec<_>>(), ["schedule", "schedule"]);
    let after = compute();
    assert_eq!(after["last_run_name"], runs[1]["name"]);
    assert_eq!(after["past_successful_run_names"], json!([runs[1]["name"], runs[0]["name"]]));
    assert_eq!(after["next_run"], "2026-11-22T16:30:00.000000Z");
    assert_eq!(state(json!({"state": "reschedule", "cron_expression": "0 * * * *"})).status, 200);
    assert_eq!(compute()["next_run"], "2026-11-22T17:00:00.000000Z");
    world.advance(20.0 * 60_000.0);
    assert_eq!(state(json!({"state": "remove_schedule"})).status, 200);
    assert_eq!(compute()["run_type"], "single");
    world.advance(7_200_000.0);
    let runs = world.mesh("GET", &format!("{RUNS}/list"), None).json();
    assert_eq!(
        runs["orchestrator_workflows"].as_array().unwrap().len(),
        2,
        "what was replaced or removed starts nothing"
    );
}

#[test]
fn each_kind_of_compute_has_its_own_jobs() {
    let world = World::stepped(1);
    let product = world.product("orders");
    let ask = |path: &str, job: &str| world.mesh("GET", &format!("/api/data/{path}?identifier={product}{job}"), None);
    let start = |kind: &str| {
        let path = format!("/api/data/data_product/compute/{kind}/run?identifier={product}");
        assert_eq!(world.mesh("POST", &path, Some(&json!({"config": {}}))).status, 200);
    };
    let jobs = |job: &str| ask("compute/history", job).json()["jobs"].as_array().unwrap().len();
    start("quality");
    assert_eq!([jobs(""), jobs("&job_type=dq"), jobs("&job_type=prof")], [0, 1, 0]);
    start("builder");
    start("profiling");
    assert_eq!([jobs(""), jobs("&job_type=dq"), jobs("&job_type=prof")], [1, 1, 1]);
    let wrong = ask("compute", "&job_type=other");
    assert_eq!((wrong.status, &wrong.json()["detail"][0]["loc"]), (422, &json!(["query", "job_type"])));
    let kill = json!({"state": {"state": "kill_job"}});
    let path = format!("/api/data/data_product/compute/state?identifier={product}&job_type=dq");
    assert_eq!(world.mesh("PUT", &path, Some(&kill)).status, 200);
    assert_eq!(ask("compute", "&job_type=dq").json()["status"]["status"], "CANCELLED");
    assert_eq!(ask("compute", "").json()["status"]["status"], "STARTING_UP");
}

#[test]
fn a_long_list_is_whole_although_it_is_sent_piece_by_piece() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("engine.sqlite");
    let place = || runward_local::database::Place::File(path.clone());
    drop(World::start(runward_local::Options { place: place(), ..Default::default() }));
    let fill = |from: i64, to: i64| {
        let db = rusqlite::Connection::open(&path).unwrap();
        db.execute(
            "WITH RECURSIVE c (i) AS (VALUES (?1) UNION ALL SELECT i + 1 FROM c WHERE i < ?2) INSERT INTO meshx_run (ordinal, id, \
             product, name, run_type, config, status, created_at, is_taken) SELECT i, printf('%08x-0000-4000-8000-000000000000', \
             i), '00000000-0000-4000-8000-000000000000', 'n', 'single', 'null', 'COMPLETED', '2026-11-22T16:00:00Z', 1 FROM c",
            [from, to],
        )
        .unwrap();
    };
    // A whole number of pieces, and some more.
    for (from, to) in [(1, 2_000), (2_001, 2_500)] {
        fill(from, to);
        let world = World::start(runward_local::Options { place: place(), ..Default::default() });
        let listed = world.mesh("GET", &format!("{RUNS}/list"), None).json();
        let ids: Vec<String> = listed["orchestrator_workflows"].as_array().unwrap().iter().map(id).collect();
        let wanted: Vec<String> = (1..=to).map(|i| format!("{i:08x}-0000-4000-8000-000000000000")).collect();
        assert_eq!(ids, wanted);
    }
}
