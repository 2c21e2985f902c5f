//! Onfido Studio: its forms, its flows, its files, its webhooks.

use runward_local::Options;
use serde_json::{Value, json};

use crate::receiver::{Receiver, hex_mac};
use crate::shape::Tree;
use crate::world::{Answer, World, agent, send};

const APPLICANT: &str = "d16cee46-82f5-4d66-95e2-13f3b544b5a3";

trait Studio {
    fn studio(&self, method: &str, path: &str, body: Option<&Value>) -> Answer;
    fn workflow_of(&self, name: &str) -> String;
    fn start_check(&self, workflow: &str, more: Value) -> Value;
    fn check(&self, id: &str) -> Value;
}

impl Studio for World {
    fn studio(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let access = &self.systems.onfido;
        let headers = [
            ("authorization".to_owned(), format!("Token token={}", access.token)),
            ("content-type".to_owned(), "application/json".to_owned()),
        ];
        self.send_to(&access.url, method, path, &headers, body.map(Value::to_string).as_deref())
    }

    fn workflow_of(&self, name: &str) -> String {
        let answer = send(&agent(), "GET", &format!("{}/onfido/workflows", self.control), &[], None).unwrap().json();
        let found = answer.as_array().unwrap().iter().find(|workflow| workflow["name"] == name).unwrap().clone();
        found["id"].as_str().unwrap().to_owned()
    }

    fn start_check(&self, workflow: &str, more: Value) -> Value {
        let mut body = json!({"applicant_id": APPLICANT, "workflow_id": self.workflow_of(workflow)});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = self.studio("POST", "/workflow_runs", Some(&body));
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()
    }

    fn check(&self, id: &str) -> Value {
        self.studio("GET", &format!("/workflow_runs/{id}"), None).json()
    }
}

fn id(run: &Value) -> String {
    run["id"].as_str().unwrap().to_owned()
}

fn keys(tree: &Tree) -> Vec<&str> {
    match tree {
        Tree::Object(entries) => entries.iter().map(|(key, _)| key.as_str()).collect(),
        _ => vec![],
    }
}

#[test]
fn a_fresh_run_has_the_published_keys_and_nulls() {
    let world = World::stepped(1);
    let body = json!({
        "applicant_id": APPLICANT, "workflow_id": world.workflow_of("identity-check"), "tags": ["signup", "eu"],
        "link": {"language": "de_DE"},
    });
    let answer = world.studio("POST", "/workflow_runs", Some(&body));
    assert_eq!(answer.status, 201);
    let wanted = "id applicant_id workflow_id workflow_version_id dashboard_url status output reasons error link \
                  created_at updated_at tags customer_user_id sdk_token";
    assert_eq!(keys(&Tree::parse(&answer.body)).join(" "), wanted);
    let run = answer.json();
    assert_eq!(run["status"], "awaiting_input");
    assert!(run["output"].is_null() && run["error"].is_null());
    assert_eq!((&run["tags"], &run["reasons"]), (&json!(["signup", "eu"]), &json!([])));
    assert_eq!(run["customer_user_id"], APPLICANT, "never null");
    assert_eq!(run["created_at"].as_str().unwrap().len(), "2026-11-22T16:00:00Z".len());
    assert_eq!(run["link"]["language"], "de_DE");
    assert!(run["link"]["url"].as_str().unwrap().ends_with(&id(&run)));
}

#[test]
fn each_scenario_passes_through_its_statuses() {
    for (workflow, wanted) in [
        ("identity-check", "awaiting_input processing awaiting_input processing approved"),
        ("instant-approval", "approved"),
        ("declined-document", "awaiting_input processing declined"),
        ("manual-review", "processing review approved"),
        ("applicant-gives-up", "awaiting_input abandoned"),
        ("broken-task", "processing error"),
        ("applicant-never-comes", "awaiting_input"),
        ("data-from-client", "awaiting_client_input"),
    ] {
        let world = World::stepped(1);
        let run = world.start_check(workflow, json!({}));
        let mut seen = vec![run["status"].as_str().unwrap().to_owned()];
        for _ in 0..180 {
            world.advance(400.0);
            let now = world.check(&id(&run));
            assert_eq!(now["error"].is_null(), now["status"] != "error");
            let status = now["status"].as_str().unwrap().to_owned();
            if seen.last() != Some(&status) {
                seen.push(status);
            }
        }
        assert_eq!(seen.join(" "), wanted, "{workflow}");
    }
}

#[test]
fn a_client_completes_the_task_that_waits_for_it_once() {
    let world = World::stepped(1);
    let run = id(&world.start_check("data-from-client", json!({})));
    let path = format!("/workflow_runs/{run}/tasks/receive_data_77c");
    let data = json!({"data": {"first_name": "Jane"}});
    assert!(world.studio("GET", &path, None).json()["output"].is_null());
    assert_eq!(world.studio("POST", &format!("{path}/complete"), Some(&json!({"data": 7}))).status, 422);
    let answer = world.studio("POST", &format!("{path}/complete"), Some(&data));
    assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
    assert_eq!(world.studio("GET", &path, None).json()["output"], data["data"]);
    assert_eq!(world.studio("POST", &format!("{path}/complete"), Some(&data)).status, 422);
    let listed = world.studio("GET", &format!("/workflow_runs/{run}/tasks"), None).json();
    let listed = listed.as_array().unwrap();
    assert!(listed.len() >= 2 && listed.iter().all(|task| task.get("input").is_none() && task.get("output").is_none()));
    world.advance(2_000.0);
    assert_eq!(world.check(&run)["status"], "approved");
}

#[test]
fn files_come_late_and_from_another_origin_that_takes_no_token() {
    let world = World::stepped(1);
    let run = id(&world.start_check("identity-check", json!({})));
    let path = |rest: &str| format!("/workflow_runs/{run}/{rest}");
    let download = |path: &str| world.studio("GET", path, None);
    assert_eq!(download(&path("signed_evidence_file")).status, 404);
    world.advance(1_500.0);
    assert_eq!(world.check(&run)["status"], "awaiting_input");
    let answer = download(&path("signed_evidence_file"));
    assert_eq!(answer.status, 302, "the PDF is there while the run awaits input");
    let place = answer.header("location").unwrap().to_owned();
    let origin = |url: &str| url.split('/').take(3).collect::<Vec<_>>().join("/");
    assert_ne!(origin(&place), origin(&world.systems.onfido.url));
    let token = [("authorization".to_owned(), "Token token=x".to_owned())];
    assert_eq!(send(&agent(), "GET", &place, &token, None).unwrap().status, 400);
    assert_eq!(send(&agent(), "GET", place.split('?').next().unwrap(), &[], None).unwrap().status, 403);
    let fetched = |place: &str| send(&agent(), "GET", place, &[], None).unwrap().bytes;
    let bytes = fetched(&place);
    assert!(bytes.starts_with(b"%PDF-") && String::from_utf8(bytes).is_err());

    let timeline = world.studio("POST", &path("timeline_file"), None);
    assert_eq!(timeline.status, 202);
    let file = timeline.json()["workflow_timeline_file_id"].as_str().unwrap().to_owned();
    assert_eq!(download(&path(&format!("timeline_file/{file}"))).status, 404);
    assert_eq!(download(&path("evidence_folder")).status, 404);
    world.advance(60_000.0);
    assert_eq!(download(&path(&format!("timeline_file/{file}"))).status, 302);
    let place = download(&path("evidence_folder")).header("location").unwrap().to_owned();
    let bytes = fetched(&place);
    assert!(bytes.starts_with(b"PK\x03\x04"));
    world.advance(2.0 * 3_600_000.0);
    assert_eq!(send(&agent(), "GET", &place, &[], None).unwrap().status, 403, "it has expired");
}

#[test]
fn the_list_is_a_bare_array_whose_pages_are_in_its_headers() {
    let world = World::stepped(1);
    for number in 0..25 {
        let tags = if number % 2 == 0 { json!(["even", "all"]) } else { json!(["all"]) };
        world.start_check("instant-approval", json!({"tags": tags}));
        world.advance(1_000.0);
    }
    let first = world.studio("GET", "/workflow_runs?tags=all&status=approved%2Cdeclined", None);
    assert_eq!(first.json().as_array().unwrap().len(), 20);
    assert_eq!(first.header("x-total-count"), Some("25"));
    let links = first.header("link").unwrap().to_owned();
    let next = links.split(", ").find(|link| link.ends_with("rel=\"next\"")).unwrap();
    let next = next.split(['<', '>']).nth(1).unwrap().strip_prefix(&world.systems.onfido.url).unwrap().to_owned();
    let second = world.studio("GET", &next, None);
    assert_eq!(second.json().as_array().unwrap().len(), 5);
    assert!(!second.header("link").unwrap().contains("next"));
    assert_eq!(world.studio("GET", "/workflow_runs?page=9", None).json(), json!([]));
    let count = |query: &str| {
        world.studio("GET", &format!("/workflow_runs?{query}"), None).header("x-total-count").unwrap().to_owned()
    };
    assert_eq!(count("tags=even%2Call"), "13");
    assert_eq!(count("tags=even&tags=all"), "13");
    assert_eq!(count("created_at_gt=2026-11-23"), "0");
    assert_eq!(count("created_at_gt=2026-11-22&created_at_lt=2026-11-23"), "25");
    let sorted =
        |sort: &str| world.studio("GET", &format!("/workflow_runs?sort={sort}"), None).json()[0]["created_at"].clone();
    assert!(sorted("asc").as_str() < sorted("desc").as_str());
}

#[test]
fn refusals_have_the_published_forms() {
    let world = World::stepped(1);
    let workflow = world.workflow_of("identity-check");
    let refused = |body: Value, field: &str| {
        let answer = world.studio("POST", "/workflow_runs", Some(&body));
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert_eq!(answer.json()["error"]["type"], "validation_error");
        assert!(answer.json()["error"]["fields"][field].is_array(), "{}", answer.body);
    };
    refused(json!({"workflow_id": workflow}), "applicant_id");
    refused(json!({"applicant_id": APPLICANT}), "workflow_id");
    refused(json!({"applicant_id": APPLICANT, "workflow_id": APPLICANT}), "workflow_id");
    refused(json!({"applicant_id": APPLICANT, "workflow_id": workflow, "tags": vec!["t"; 31]}), "tags");
    refused(json!({"applicant_id": APPLICANT, "workflow_id": workflow, "tags": ["t".repeat(129)]}), "tags");
    for unknown in ["00000000-0000-4000-8000-000000000000", "not-a-uuid"] {
        let answer = world.studio("GET", &format!("/workflow_runs/{unknown}"), None);
        assert_eq!(answer.status, 404);
        assert_eq!(answer.json()["error"]["type"], "resource_not_found");
    }
    assert_eq!(world.studio("GET", "/workflow_runs?sort=up", None).status, 422);
}

#[test]
fn only_the_api_token_and_tokens_of_the_token_endpoint_are_admitted() {
    let world = World::stepped(1);
    let access = world.systems.onfido.clone();
    let status = |value: &str| {
        let headers = [("authorization".to_owned(), value.to_owned())];
        world.send_to(&access.url, "GET", "/workflow_runs", &headers, None).status
    };
    assert_eq!(status(""), 401);
    assert_eq!(status(&format!("Bearer {}", access.token)), 401);
    assert_eq!(status(&format!("Token token={}", access.token)), 200);
    let form = [("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    let login = |secret: &str| {
        world.send_to(&access.url, "POST", "/oauth/token", &form, Some(&format!("client_id=me&client_secret={secret}")))
    };
    assert_eq!(login("wrong").status, 401);
    let token = login(&access.token).json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(status(&format!("Bearer {token}")), 200);
    let session = world.start_check("identity-check", json!({}))["sdk_token"].as_str().unwrap().to_owned();
    assert_eq!(status(&format!("Bearer {session}")), 401, "an applicant's session is no API token");
    world.advance(3_601_000.0);
    assert_eq!(status(&format!("Bearer {token}")), 401, "it has expired");
}

#[test]
fn a_run_tells_of_its_tasks_and_its_end_in_signed_webhooks() {
    let world = World::start(Options { speed: 20.0, ..Default::default() });
    let receiver = Receiver::start(1);
    let answer = world.studio("POST", "/webhooks", Some(&json!({"url": receiver.url})));
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json()["token"], world.systems.onfido.webhook_token);
    assert!(answer.json()["oauth_server_url"].is_null());
    assert_eq!(world.studio("POST", "/webhooks", Some(&json!({"url": "http://example.com/x"}))).status, 422);
    let run = id(&world.start_check("instant-approval", json!({})));
    let mut actions = Vec::new();
    for letter in receiver.wait_for(5) {
        assert_eq!(letter.headers["x-sha2-signature"], hex_mac(&world.systems.onfido.webhook_token, &letter.body));
        let payload = serde_json::from_str::<Value>(&letter.body).unwrap()["payload"].clone();
        let action = payload["action"].as_str().unwrap().to_owned();
        crate::wire::delivered(&format!("onfido {action}"), &letter.body);
        if action == "workflow_run.completed" {
            assert_eq!(payload["object"]["status"], "approved");
            assert!(payload["resource"]["sdk_token"].is_null());
            let href = format!("{}/workflow_runs/{run}", world.systems.onfido.url);
            assert_eq!(payload["object"]["href"], href);
        }
        if action.starts_with("workflow_task") {
            assert!(payload["resource"].get("status").is_none());
            assert_eq!(payload["object"]["workflow_run_id"], run);
        }
        actions.push(action);
    }
    actions.sort();
    actions.dedup();
    let wanted = [
        "workflow_run.completed",
        "workflow_run_evidence_folder.created",
        "workflow_task.completed",
        "workflow_task.started",
    ];
    assert_eq!(actions, wanted);
}

#[test]
fn signed_documents_are_found_by_run_and_file() {
    let world = World::stepped(1);
    let run = id(&world.start_check("signed-contract", json!({})));
    let task = |task: &str| world.studio("GET", &format!("/workflow_runs/{run}/tasks/{task}"), None).json();
    world.advance(2_000.0);
    for (kind, task_id, name) in [
        ("qualified", "sign_qualified_5f1", "file_id"),
        ("advanced", "sign_advanced_5f2", "id"),
        ("simple", "sign_simple_5f3", "id"),
    ] {
        let file = task(task_id)["output"]["document"]["id"].as_str().unwrap().to_owned();
        let path = format!("/{kind}_electronic_signature/documents?workflow_run_id={run}");
        assert_eq!(world.studio("GET", &format!("{path}&{name}={file}"), None).status, 302);
        assert_eq!(world.studio("GET", &format!("{path}&{name}={run}"), None).status, 404);
        assert_eq!(world.studio("GET", &path, None).status, 422);
    }
}

/// What tells one webhook from another: there is no id.
fn told(letter: &crate::receiver::Letter) -> (String, String) {
    let payload = serde_json::from_str::<Value>(&letter.body).unwrap()["payload"].clone();
    let run = payload["object"].get("workflow_run_id").unwrap_or(&payload["object"]["id"]);
    let of = format!("{} {}", run.as_str().unwrap(), payload["object"]["id"]);
    (payload["action"].as_str().unwrap().to_owned(), of)
}

#[test]
fn webhooks_of_onfido_come_twice_out_of_order_and_late_on_demand() {
    let world = World::start(Options { speed: 20.0, ..Default::default() });
    let receiver = Receiver::start(0);
    world.control("/webhooks", &json!({"duplicates": 1, "shuffleMs": 300, "lost": 1}));
    let wish = json!({"url": receiver.url, "events": ["workflow_run.completed", "workflow_task.completed"]});
    assert_eq!(world.studio("POST", "/webhooks", Some(&wish)).status, 201);
    let runs: Vec<String> = (0..6).map(|_| id(&world.start_check("instant-approval", json!({})))).collect();
    let waiting = || {
        let url = format!("{}/webhooks", world.control);
        send(&agent(), "GET", &url, &[], None).unwrap().json()["waiting"].as_i64().unwrap()
    };
    assert!(waiting() > 0, "the first try of each was lost");
    // A task and an end of each run, each twice.
    let letters = receiver.wait_for(24);
    let mut order = Vec::new();
    for letter in &letters {
        assert_eq!(letter.headers["x-sha2-signature"], hex_mac(&world.systems.onfido.webhook_token, &letter.body));
        crate::wire::delivered(&format!("onfido {}", told(letter).0), &letter.body);
        order.push(told(letter));
    }
    for run in &runs {
        for action in ["workflow_run.completed", "workflow_task.completed"] {
            let of_run = letters.iter().filter(|letter| {
                let (found, of) = told(letter);
                found == action && of.starts_with(run)
            });
            let bodies: Vec<&String> = of_run.map(|letter| &letter.body).collect();
            assert_eq!(bodies.len(), 2, "{action} of {run}");
            assert_eq!(bodies[0], bodies[1], "a duplicate is the same, byte by byte");
        }
    }
    let sent: Vec<_> = runs
        .iter()
        .flat_map(|run| ["workflow_task.completed", "workflow_run.completed"].map(|action| (action, run.as_str())))
        .collect();
    let mut came: Vec<(&str, &str)> = Vec::new();
    for (action, of) in &order {
        let one = (action.as_str(), of.split(' ').next().unwrap());
        if !came.contains(&one) {
            came.push(one);
        }
    }
    assert_ne!(came, sent, "they overtake one another");
    let begun = std::time::Instant::now();
    while waiting() > 0 {
        assert!(begun.elapsed().as_secs() < 20, "what was taken is not sent again");
    }
}

#[test]
fn a_list_that_is_too_long_to_be_counted_does_not_say_how_long_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("engine.sqlite");
    let place = || runward_local::database::Place::File(path.clone());
    drop(World::start(Options { place: place(), ..Default::default() }));
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(
        "CREATE TEMP TABLE n AS WITH RECURSIVE c (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < 10050) SELECT i, \
         printf('%08x-0000-4000-8000-000000000000', i) AS id FROM c;
         INSERT INTO onfido_run (ordinal, id, applicant, workflow, status, customer, tags, link, custom, output, reasons, error, \
         step, created, updated) SELECT i, id, id, id, iif(i % 100, 'approved', 'declined'), id, '[]', '{}', 'null', 'null', '[]', \
         'null', 1000000, i, i FROM n;
         INSERT INTO onfido_tag SELECT 'a', i FROM n; INSERT INTO onfido_tag SELECT 'b', i FROM n;",
    )
    .unwrap();
    drop(db);
    let world = World::start(Options { place: place(), ..Default::default() });
    let list = |query: &str| world.studio("GET", &format!("/workflow_runs?{query}"), None);
    let many = list("tags=a,b");
    assert_eq!(many.json().as_array().unwrap().len(), 20);
    assert_eq!(many.header("x-total-count"), None);
    let links = many.header("link").unwrap();
    assert!(links.contains("rel=\"next\"") && !links.contains("rel=\"last\""), "{links}");
    let last = list("tags=a,b&page=503");
    assert_eq!(last.json().as_array().unwrap().len(), 10);
    assert!(!last.header("link").unwrap().contains("next"));
    for (query, total) in
        [("", "10050"), ("tags=a", "10050"), ("tags=a&status=declined", "100"), ("status=declined", "100")]
    {
        assert_eq!(list(query).header("x-total-count"), Some(total), "{query}");
    }
    assert_eq!(list("tags=a,b&status=declined").header("x-total-count"), Some("100"));
    let newest = list("tags=b,a&status=declined").json();
    assert_eq!(newest[0]["id"], "00002710-0000-4000-8000-000000000000", "10,000 is the newest of them");
}
