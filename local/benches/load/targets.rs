//! Where requests go: each system's create, read and list.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

/// One system of a server.
#[derive(Clone)]
pub struct Target {
    pub name: &'static str,
    url: String,
    headers: Vec<(&'static str, String)>,
    create: (String, String),
    /// Where the id stands in the answer to a create.
    place: &'static str,
    read: fn(&str) -> String,
    list: Option<String>,
    /// A run may be unknown for a moment after its creation.
    pub is_late: bool,
}

impl Target {
    fn request(&self, method: &str, path: &str, body: Option<&str>) -> Request<Body> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_owned()))).unwrap()
    }

    pub fn create(&self) -> Request<Body> {
        self.request("POST", &self.create.0, Some(&self.create.1))
    }

    pub fn read(&self, id: &str) -> Request<Body> {
        self.request("GET", &(self.read)(id), None)
    }

    /// The first page; `None` where a list has no pages.
    pub fn list(&self) -> Option<Request<Body>> {
        self.list.as_ref().map(|path| self.request("GET", path, None))
    }

    pub fn id(&self, body: &[u8]) -> Option<String> {
        let body: Value = serde_json::from_slice(body).ok()?;
        body.pointer(self.place)?.as_str().map(str::to_owned)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The systems of the engine that said this, or the bare handler.
pub fn targets(ready: &Value, wanted: Option<&str>) -> Vec<Target> {
    if let Some(url) = ready["bare"].as_str() {
        return vec![Target {
            name: "bare",
            url: url.to_owned(),
            headers: vec![],
            create: ("/runs".into(), json!({"input": {"orderId": "A-1"}}).to_string()),
            place: "/id",
            read: |id| format!("/runs/{id}"),
            list: Some("/runs".into()),
            is_late: false,
        }];
    }
    let all = [hatchet(ready), formance(ready), onfido(ready), meshx(ready)];
    all.into_iter().filter(|target| wanted.is_none_or(|wanted| wanted == target.name)).collect()
}

fn bearer(value: &Value) -> (&'static str, String) {
    ("authorization", format!("Bearer {}", text(value)))
}

fn hatchet(ready: &Value) -> Target {
    let runs = format!("/api/v1/stable/tenants/{}/workflow-runs", text(&ready["tenant"]));
    let body = json!({"workflowName": "charge-card", "input": {"orderId": "A-1"}, "return_only_id": true});
    Target {
        name: "hatchet",
        url: text(&ready["url"]),
        headers: vec![bearer(&ready["token"])],
        create: (format!("{runs}/trigger"), body.to_string()),
        place: "/run/metadata/id",
        read: |id| format!("/api/v1/stable/workflow-runs/{id}"),
        list: Some(format!("{runs}?since=2020-01-01T00:00:00Z&only_tasks=false")),
        is_late: true,
    }
}

fn formance(ready: &Value) -> Target {
    let system = &ready["systems"]["formance"];
    Target {
        name: "formance",
        url: text(&system["url"]),
        headers: vec![bearer(&system["token"])],
        create: (format!("/v2/workflows/{}/instances", text(&ready["flow"])), json!({"order": "1"}).to_string()),
        place: "/data/id",
        read: |id| format!("/v2/instances/{id}"),
        list: Some("/v2/instances".into()),
        is_late: false,
    }
}

fn onfido(ready: &Value) -> Target {
    let system = &ready["systems"]["onfido"];
    let workflow = text(&ready["check"]);
    Target {
        name: "onfido",
        url: text(&system["url"]),
        headers: vec![("authorization", format!("Token token={}", text(&system["token"])))],
        create: ("/workflow_runs".into(), json!({"applicant_id": workflow, "workflow_id": workflow}).to_string()),
        place: "/id",
        read: |id| format!("/workflow_runs/{id}"),
        list: Some("/workflow_runs".into()),
        is_late: false,
    }
}

/// Its list has no pages: it is the whole table, and no part of the load.
fn meshx(ready: &Value) -> Target {
    let system = &ready["systems"]["meshx"];
    let body = json!({
        "run_type": "single", "data_product_identifier": text(&ready["product"]), "created_by": null, "name": "nightly",
    });
    Target {
        name: "meshx",
        url: text(&system["url"]),
        headers: vec![bearer(&system["token"]), ("x-org", text(&system["org"]))],
        create: ("/api/data/orchestrator_workflow".into(), body.to_string()),
        place: "/identifier",
        read: |id| format!("/api/data/orchestrator_workflow?identifier={id}"),
        list: None,
        is_late: false,
    }
}
