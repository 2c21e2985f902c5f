//! Every row of the table of shapes is answered: by a recorded server, or in this tour of what none was recorded for.

use std::collections::BTreeSet;

use runward_local::Options;
use serde_json::{Value, json};

use crate::wire;
use crate::world::{Answer, World, agent, send};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// What has been answered so far.
struct Tour {
    world: World,
    seen: BTreeSet<usize>,
}

impl Tour {
    fn go(&mut self, base: &str, headers: &[(&str, &str)], call: &str, body: Option<Value>, status: u16) -> Answer {
        let (method, path) = call.split_once(' ').unwrap();
        let mut headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        if body.is_some() && !headers.iter().any(|(name, _): &(String, String)| name == "content-type") {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let body = body.map(|body| body.as_str().map_or_else(|| body.to_string(), str::to_owned));
        let answer = send(&agent(), method, &format!("{base}{path}"), &headers, body.as_deref()).unwrap();
        assert_eq!(answer.status, status, "{call}: {}", answer.body);
        self.seen.extend(answer.row);
        answer
    }

    fn hatchet(&mut self, call: &str, body: Option<Value>, status: u16) -> Answer {
        let (url, token) = (self.world.url.clone(), format!("Bearer {}", self.world.token));
        let call = call.replace("TENANT", &self.world.tenant);
        self.go(&url, &[("authorization", &token)], &call, body, status)
    }

    fn flows(&mut self, call: &str, body: Option<Value>, status: u16) -> Answer {
        let access = self.world.systems.formance.clone();
        self.go(&access.url, &[("authorization", &format!("Bearer {}", access.token))], call, body, status)
    }

    fn studio(&mut self, call: &str, body: Option<Value>, status: u16) -> Answer {
        let access = self.world.systems.onfido.clone();
        self.go(&access.url, &[("authorization", &format!("Token token={}", access.token))], call, body, status)
    }

    fn mesh(&mut self, call: &str, body: Option<Value>, status: u16) -> Answer {
        let access = self.world.systems.meshx.clone();
        let token = format!("Bearer {}", access.token);
        self.go(&access.url, &[("authorization", &token), ("x-org", &access.org)], call, body, status)
    }
}

fn text(answer: &Answer, place: &str) -> String {
    answer.json().pointer(place).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn every_row_of_the_table_has_been_answered() {
    let world = World::start(Options { speed: 50.0, ..Options::default() });
    let mut tour = Tour { world, seen: BTreeSet::new() };
    hatchet(&mut tour);
    plans(&mut tour);
    events(&mut tour);
    flows(&mut tour);
    studio(&mut tour);
    mesh(&mut tour);
    tour.seen.extend(wire::recorded());
    let unused: Vec<_> = (0..wire::rows()).filter(|row| !tour.seen.contains(row)).map(wire::named).collect();
    assert!(unused.is_empty(), "no answer is:\n{}", unused.join("\n"));
}

fn hatchet(tour: &mut Tour) {
    const STABLE: &str = "/api/v1/stable";
    let input = json!({"log": 2});
    let id = tour.world.trigger("charge-card", input, json!({"n": "1"}));
    tour.world.until_real(&id, "COMPLETED");
    for (call, status) in [
        (format!("GET {STABLE}/workflow-runs/{id}/task-timings?depth=11"), 400),
        (format!("GET {STABLE}/tasks/{id}?attempt=0"), 400),
        (format!("GET {STABLE}/tenants/TENANT/workflow-runs/external-ids?since=2020-01-01T00:00:00Z"), 200),
        (format!("GET {STABLE}/tenants/TENANT/task-point-metrics"), 200),
        (format!("GET {STABLE}/tenants/TENANT/logs"), 200),
        (format!("GET {STABLE}/tenants/TENANT/log-point-metrics"), 200),
        (format!("GET {STABLE}/tenants/TENANT/traces?run_external_id={id}"), 200),
        (format!("GET {STABLE}/tenants/TENANT/durable-tasks/{id}"), 200),
        (format!("POST {STABLE}/tasks/{id}/restore"), 200),
        (format!("GET {STABLE}/dags/tasks"), 403),
        (format!("GET {STABLE}/tenants/TENANT/workflow-runs/display-names"), 400),
        ("GET /api/v1/tenants/TENANT/step-run-queue-metrics".into(), 200),
        (format!("GET /api/v1/tenants/TENANT/workflow-runs/{id}"), 400),
        ("POST /api/v1/tenants/TENANT/events".into(), 400),
        ("POST /api/v1/users/login".into(), 400),
    ] {
        tour.hatchet(&call, None, status);
    }
    let durable = tour.world.trigger("wait-approval", json!({}), json!({}));
    tour.world.until_real(&durable, "COMPLETED");
    let log = tour.hatchet(&format!("GET {STABLE}/tenants/TENANT/durable-tasks/{durable}"), None, 200).json();
    let branch = json!({"taskExternalId": durable, "nodeId": 1, "branchId": 1});
    assert_eq!((&log[0]["nodeId"], &log[0]["isSatisfied"]), (&json!(1), &json!(true)));
    let to_branch = format!("POST {STABLE}/tenants/TENANT/durable-tasks/branch");
    tour.hatchet(&to_branch, Some(json!({"taskExternalId": durable, "nodeId": 2, "branchId": 1})), 404);
    tour.hatchet(&to_branch, Some(branch), 200);
    let priority = json!({"workflowName": "charge-card", "priority": 9});
    tour.hatchet(&format!("POST {STABLE}/tenants/TENANT/workflow-runs/trigger"), Some(priority), 400);
    let listed = tour.hatchet("GET /api/v1/tenants/TENANT/workflows?name=two-steps", None, 200);
    let workflow = text(&listed, "/rows/0/metadata/id");
    let pause = json!({"pause": {"action": "pause"}});
    tour.hatchet(&format!("GET /api/v1/workflows/{workflow}"), None, 200);
    tour.hatchet(&format!("GET /api/v1/workflows/{workflow}/versions"), None, 200);
    tour.hatchet(&format!("GET /api/v1/workflows/{workflow}/metrics"), None, 500);
    tour.hatchet(&format!("PATCH /api/v1/workflows/{workflow}"), Some(pause), 200);
    tour.hatchet(&format!("DELETE /api/v1/workflows/{workflow}"), None, 204);
}

fn plans(tour: &mut Tour) {
    const OF: &str = "/api/v1/tenants/TENANT/workflows";
    let schedule = json!({"input": {}, "additionalMetadata": {"a": "b"}, "triggerAt": "2099-01-01T00:00:00Z"});
    let made = tour.hatchet(&format!("POST {OF}/on-order/scheduled"), Some(schedule.clone()), 200);
    let id = text(&made, "/metadata/id");
    let at = format!("{OF}/scheduled/{id}");
    tour.hatchet(&format!("GET {at}"), None, 200);
    tour.hatchet(&format!("PATCH {at}"), Some(json!({"triggerAt": "2098-01-01T00:00:00Z"})), 200);
    tour.hatchet(&format!("POST {at}"), None, 200);
    for (query, count) in [
        ("", 1),
        ("?statuses=SCHEDULED", 1),
        ("?statuses=SUCCEEDED", 0),
        ("?additionalMetadata=a:b", 1),
        ("?additionalMetadata=a:c", 0),
        ("?parentWorkflowRunId=x", 0),
    ] {
        let listed = tour.hatchet(&format!("GET {OF}/scheduled{query}"), None, 200).json();
        assert_eq!(listed["rows"].as_array().unwrap().len(), count, "{query}");
    }
    let updates = json!({"updates": [{"id": id, "triggerAt": "2097-01-01T00:00:00Z"}]});
    tour.hatchet(&format!("POST {OF}/scheduled/bulk-update"), Some(updates), 200);
    tour.hatchet(&format!("DELETE {at}"), None, 204);
    let deletes = json!({"scheduledWorkflowRunIds": [id]});
    tour.hatchet(&format!("POST {OF}/scheduled/bulk-delete"), Some(deletes), 200);
    tour.hatchet(&format!("POST {OF}/nothing/scheduled"), Some(schedule), 400);
    let cron = json!({"input": {}, "additionalMetadata": {}, "cronName": "n", "cronExpression": "nope"});
    let made = tour.hatchet(&format!("POST {OF}/on-order/crons"), Some(cron), 200);
    let at = format!("{OF}/crons/{}", text(&made, "/metadata/id"));
    tour.hatchet(&format!("GET {at}"), None, 200);
    tour.hatchet(&format!("PATCH {at}"), Some(json!({"enabled": false})), 204);
    tour.hatchet(&format!("POST {at}"), None, 200);
    tour.hatchet(&format!("GET {OF}/crons"), None, 200);
    tour.hatchet(&format!("DELETE {at}"), None, 204);
    tour.hatchet(&format!("GET {at}"), None, 404);
}

fn events(tour: &mut Tour) {
    const OF: &str = "/api/v1/stable/tenants/TENANT";
    let auth = json!({"type": "API_KEY", "header": "x-key", "key": "k"});
    let hooks = json!([
        {"name": "loud", "auth": auth, "eventKey": "order:{{kind}}"},
        {"name": "slack", "source": "SLACK", "auth": {"type": "HMAC", "secret": "k"}, "eventKey": "x"},
        {"name": "still", "auth": auth, "eventKey": "order:{{kind}}", "returnsEvent": false},
    ]);
    tour.world.control("/inbound", &hooks);
    let url = tour.world.url.clone();
    for (name, key, body, status) in [
        ("loud", "k", json!({"kind": "created"}), 200),
        ("still", "k", json!({"kind": "created"}), 204),
        ("loud", "wrong", json!({"kind": "created"}), 403),
        ("loud", "k", json!({"other": 1}), 400),
        ("loud", "k", json!([1]), 400),
        ("nobody", "k", json!({}), 404),
        ("slack", "", json!({"type": "url_verification", "challenge": "c"}), 200),
    ] {
        let call = format!("POST {OF}/webhooks/{name}").replace("TENANT", &tour.world.tenant);
        tour.go(&url, &[("x-key", key)], &call, Some(body), status);
    }
    let call = format!("POST {OF}/webhooks/loud").replace("TENANT", &tour.world.tenant);
    let flood = std::iter::repeat_with(|| {
        let body = json!({"kind": "many"}).to_string();
        let headers = [("x-key", "k"), ("content-type", "application/json")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        send(&agent(), "POST", &format!("{url}{}", call.split_once(' ').unwrap().1), &headers, Some(&body)).unwrap()
    });
    let refused = flood.take(1_000).find(|answer| answer.status == 429).unwrap();
    tour.seen.extend(refused.row);
    let listed = tour.hatchet(&format!("GET {OF}/events?keys=order:created"), None, 200);
    assert_eq!(listed.json()["rows"].as_array().unwrap().len(), 2);
    let event = text(&listed, "/rows/0/metadata/id");
    tour.hatchet(&format!("GET {OF}/events/{event}"), None, 200);
    tour.hatchet(&format!("GET {OF}/events/keys"), None, 200);
}

fn flows(tour: &mut Tour) {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let access = tour.world.systems.formance.clone();
    let login = |secret: &str, kind: &str| {
        let id = &access.client_id;
        Value::from(format!("grant_type={kind}&client_id={id}&client_secret={secret}&scope=openid"))
    };
    let secret = access.client_secret.clone();
    for (secret, kind, status) in
        [(secret.as_str(), "client_credentials", 200), (&secret, "password", 400), ("x", "client_credentials", 401)]
    {
        tour.go(&access.url, &form, "POST /api/auth/oauth/token", Some(login(secret, kind)), status);
    }
    let made = tour.flows("POST /v2/workflows", Some(json!({"name": "w", "stages": [{"noop": {}}]})), 201);
    let workflow = text(&made, "/data/id");
    tour.flows("GET /_healthcheck", None, 200);
    tour.flows("GET /workflows", None, 200);
    tour.flows("GET /v2/workflows", None, 200);
    let wish = json!({"event": "PAID", "workflowID": workflow});
    let trigger = text(&tour.flows("POST /v2/triggers", Some(wish), 201), "/data/id");
    tour.flows("GET /v2/triggers", None, 200);
    tour.flows(&format!("GET /v2/triggers/{trigger}"), None, 200);
    tour.flows(&format!("DELETE /v2/triggers/{trigger}"), None, 204);
    let wish = json!({"endpoint": "http://127.0.0.1:9/x", "eventTypes": ["orchestration.succeeded_workflow"]});
    let hook = text(&tour.flows("POST /api/webhooks/configs", Some(wish), 200), "/data/id");
    tour.flows("GET /api/webhooks/configs", None, 200);
    tour.flows(&format!("DELETE /api/webhooks/configs/{hook}"), None, 204);
    tour.flows(&format!("DELETE /api/webhooks/configs/{hook}"), None, 404);
    let found = tour.flows("GET /api/auth/.well-known/openid-configuration", None, 200);
    assert!(text(&found, "/token_endpoint").starts_with(&access.url), "{}", found.body);
    tour.flows("GET /api/nothing/here", None, 404);
}

fn studio(tour: &mut Tour) {
    let all = send(&agent(), "GET", &format!("{}/onfido/workflows", tour.world.control), &[], None).unwrap().json();
    let workflow = |name: &str| all.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()["id"].clone();
    let wish = |name: &str| json!({"applicant_id": NOBODY, "workflow_id": workflow(name)});
    let run = text(&tour.studio("POST /workflow_runs", Some(wish("data-from-client")), 201), "/id");
    tour.studio("GET /workflow_runs", None, 200);
    tour.studio(&format!("GET /workflow_runs/{run}"), None, 200);
    tour.studio(&format!("GET /workflow_runs/{run}/tasks"), None, 200);
    let task = format!("/workflow_runs/{run}/tasks/receive_data_77c");
    tour.studio(&format!("GET {task}"), None, 200);
    tour.studio(&format!("POST {task}/complete"), Some(json!({"data": {"a": 1}})), 200);
    tour.studio("POST /workflow_runs", Some("{".into()), 400);
    tour.studio("POST /workflow_runs", Some(json!({})), 422);
    tour.studio(&format!("GET /workflow_runs/{NOBODY}"), None, 404);
    tour.studio("GET /nothing", None, 404);
    tour.studio("PATCH /workflow_runs", None, 405);
    let url = tour.world.systems.onfido.url.clone();
    tour.go(&url, &[], "GET /workflow_runs", None, 401);
    let secret = tour.world.systems.onfido.token.clone();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    tour.go(&url, &form, "POST /oauth/token", Some(format!("client_id=me&client_secret={secret}").into()), 200);
    let hook = tour.studio("POST /webhooks", Some(json!({"url": "http://127.0.0.1:9/x"})), 201);
    let hook = format!("/webhooks/{}", text(&hook, "/id"));
    tour.studio("GET /webhooks", None, 200);
    tour.studio(&format!("GET {hook}"), None, 200);
    tour.studio(&format!("PUT {hook}"), Some(json!({"enabled": false})), 200);
    tour.studio(
        "POST /webhooks/resend",
        Some(json!({"data": [{"resource_id": run, "event": "workflow_run.completed"}]})),
        204,
    );
    tour.studio(&format!("DELETE {hook}"), None, 204);
    let signed = text(&tour.studio("POST /workflow_runs", Some(wish("signed-contract")), 201), "/id");
    files(tour, &run, &signed);
}

fn files(tour: &mut Tour, run: &str, signed: &str) {
    let timeline = tour.studio(&format!("POST /workflow_runs/{run}/timeline_file"), None, 202);
    let timeline = format!("timeline_file/{}", text(&timeline, "/workflow_timeline_file_id"));
    tour.world.advance(600_000.0);
    for file in [timeline.as_str(), "signed_evidence_file", "evidence_folder"] {
        let answer = tour.studio(&format!("GET /workflow_runs/{run}/{file}"), None, 302);
        let place = answer.header("location").unwrap().to_owned();
        let (base, rest) = place.split_at(place.match_indices('/').nth(2).unwrap().0);
        tour.go(base, &[], &format!("GET {rest}"), None, 200);
        tour.go(base, &[("authorization", "x")], &format!("GET {rest}"), None, 400);
        tour.go(base, &[], &format!("GET {}", rest.split('?').next().unwrap()), None, 403);
    }
    for (kind, task, name) in [
        ("qualified", "sign_qualified_5f1", "file_id"),
        ("advanced", "sign_advanced_5f2", "id"),
        ("simple", "sign_simple_5f3", "id"),
    ] {
        let task = tour.studio(&format!("GET /workflow_runs/{signed}/tasks/{task}"), None, 200);
        let id = text(&task, "/output/document/id");
        let call = format!("GET /{kind}_electronic_signature/documents?workflow_run_id={signed}&{name}={id}");
        tour.studio(&call, None, 302);
    }
}

fn mesh(tour: &mut Tour) {
    const RUNS: &str = "/api/data/orchestrator_workflow";
    let products = tour.mesh("GET /api/data/data_product/list", None, 200);
    let product = text(&products, "/entities/0/identifier");
    let wish = json!({"run_type": "single", "data_product_identifier": product, "created_by": null, "name": "n"});
    let run = text(&tour.mesh(&format!("POST {RUNS}"), Some(wish), 200), "/identifier");
    let update = json!({
        "status": "FAILED", "config": {}, "error_message": null, "updated_at": null, "completed_at": null,
    });
    tour.mesh(&format!("GET {RUNS}?identifier={run}"), None, 200);
    tour.mesh(&format!("GET {RUNS}/graph?identifier={run}"), None, 200);
    tour.mesh(&format!("GET {RUNS}/list"), None, 200);
    tour.mesh(&format!("DELETE {RUNS}?identifier={run}"), None, 200);
    tour.mesh(&format!("PUT {RUNS}?identifier={run}"), Some(update), 200);
    for call in [
        "GET /api/iam/principal/user".to_owned(),
        "GET /api/iam/principal/user/me".to_owned(),
        "GET /api/.well-known/status".to_owned(),
        "GET /api/.well-known/error_codes".to_owned(),
        "GET /api/.well-known/permissions".to_owned(),
        format!("POST /api/iam/principal/user/key_pair?identifier={product}"),
        format!("GET /api/data/compute?identifier={product}"),
        format!("GET /api/data/compute/log?identifier={product}"),
        format!("GET /api/data/compute/history?identifier={product}"),
        format!("GET /api/data/compute/history/run?identifier={product}"),
    ] {
        tour.mesh(&call, None, 200);
    }
    for kind in ["builder", "quality", "profiling"] {
        let call = format!("POST /api/data/data_product/compute/{kind}/run?identifier={product}");
        tour.mesh(&call, Some(json!({"config": {}})), 200);
    }
    let state = json!({"state": {"state": "kill_job"}});
    tour.mesh(&format!("PUT /api/data/data_product/compute/state?identifier={product}"), Some(state), 200);
    let access = tour.world.systems.meshx.clone();
    let login = json!({"user": access.user, "password": access.password, "remember_me": false});
    let tokens = tour.mesh("POST /api/iam/login", Some(login), 200);
    let refresh = json!({"refresh_token": text(&tokens, "/refresh_token")});
    tour.mesh("POST /api/iam/refresh", Some(refresh.clone()), 200);
    tour.mesh("POST /api/iam/logout", Some(refresh), 200);
    for form in ["detail", "title"] {
        tour.world.control("/meshx/errors", &json!(form));
        tour.go(&access.url, &[("x-org", &access.org)], &format!("GET {RUNS}/list"), None, 401);
        let token = format!("Bearer {}", access.token);
        let other = [("authorization", token.as_str()), ("x-org", "other")];
        tour.go(&access.url, &other, &format!("GET {RUNS}/list"), None, 403);
        tour.mesh(&format!("GET {RUNS}?identifier={NOBODY}"), None, 404);
        tour.mesh(&format!("GET {RUNS}"), None, 422);
        tour.mesh("GET /api/nothing", None, 404);
        tour.mesh(&format!("PATCH {RUNS}"), None, 405);
        tour.mesh(&format!("GET {RUNS}?identifier=a&identifier=b"), None, 400);
    }
}
