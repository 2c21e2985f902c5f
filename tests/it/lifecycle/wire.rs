//! Snapshots from the documents of the four systems: by the system's view, or as far as lifecycles look at them.
use super::make::{self, millis, rules};
use runward::error::SystemName;
use runward::finding::What;
use runward::run::{Fixed, Outcome, Phase, Snapshot, Stage};
use serde_json::Value;

/// The snapshot of a document that holds one run.
pub fn snapshot(system: SystemName, document: &Value) -> Snapshot {
    if let Some(system) = runward::systems::system(system) {
        return system.snapshot(&document.to_string()).unwrap();
    }
    match system {
        SystemName::Hatchet => unreachable!("it has a view"),
        SystemName::Formance => formance(&document["data"]),
        SystemName::Onfido => onfido(document),
        SystemName::MeshX => meshx(document),
    }
}

fn time(value: &Value) -> Option<f64> {
    value.as_str().and_then(millis)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn raw(value: &Value) -> Option<runward::describe::Raw> {
    (!value.is_null()).then(|| serde_json::from_value(value.clone()).unwrap())
}

fn fixed(document: &Value, pointers: &[&'static str]) -> Vec<Fixed> {
    let value = |pointer| document.pointer(pointer).filter(|value| !value.is_null()).map(Value::to_string);
    pointers.iter().filter_map(|&pointer| Some(Fixed { pointer, value: value(pointer)? })).collect()
}

fn formance(wire: &Value) -> Snapshot {
    let status = match (wire["terminated"].as_bool().unwrap(), wire["error"].as_str()) {
        (false, _) => "running",
        (true, None) => "succeeded",
        (true, Some(_)) => "failed",
    };
    let mut run = make::run(rules(SystemName::Formance), wire["id"].as_str().unwrap(), status);
    run.finished_at = time(&wire["terminatedAt"]);
    run.error = wire["error"].as_str().map(str::to_owned);
    let mut passes: Vec<&str> = vec![];
    let mut stages: Vec<&Value> = wire["status"].as_array().into_iter().flatten().collect();
    stages.sort_by_key(|stage| time(&stage["startedAt"]).map(|at| at.to_bits()));
    for stage in stages {
        let pass = stage["temporalRunID"].as_str().unwrap();
        if !passes.contains(&pass) {
            passes.push(pass);
        }
        let attempt = passes.iter().position(|other| *other == pass).unwrap() as u32 + 1;
        run.stages.push(formance_stage(stage, attempt));
    }
    run.attempt = passes.len().max(1) as u32;
    if run.phase == Phase::Finished && run.stages.iter().any(|stage| stage.error.is_some()) {
        run.outcome = Some(Outcome::Failed);
    }
    Snapshot { run, what: What::Run, fixed: fixed(wire, &["/id", "/workflowID", "/createdAt"]), changed_at: None }
}

fn formance_stage(wire: &Value, attempt: u32) -> Stage {
    let status = match (wire.get("terminatedAt"), wire.get("error")) {
        (None, _) => "running",
        (Some(_), None) => "succeeded",
        (Some(_), Some(_)) => "failed",
    };
    let mut stage = make::stage(rules(SystemName::Formance), &wire["stage"].to_string(), status, attempt);
    stage.started_at = time(&wire["startedAt"]);
    stage.finished_at = time(&wire["terminatedAt"]);
    stage.error = wire["error"].as_str().map(str::to_owned);
    stage
}

fn onfido(wire: &Value) -> Snapshot {
    let mut run = make::run(rules(SystemName::Onfido), wire["id"].as_str().unwrap(), wire["status"].as_str().unwrap());
    run.output = raw(&wire["output"]);
    run.error = (!wire["error"].is_null()).then(|| wire["error"].to_string());
    let fixed = fixed(wire, &["/id", "/applicant_id", "/workflow_id", "/created_at"]);
    Snapshot { run, what: What::Run, fixed, changed_at: time(&wire["updated_at"]) }
}

fn meshx(wire: &Value) -> Snapshot {
    let mut run =
        make::run(rules(SystemName::MeshX), wire["identifier"].as_str().unwrap(), wire["status"].as_str().unwrap());
    run.started_at = time(&wire["started_at"]);
    run.finished_at = time(&wire["completed_at"]);
    run.error = text(&wire["error_message"]);
    if run.phase == Phase::Unknown && run.finished_at.is_some() {
        run.phase = Phase::Finished;
    }
    let fixed = fixed(wire, &["/identifier", "/data_product_identifier", "/name", "/run_type", "/created_at"]);
    Snapshot { run, what: What::Run, fixed, changed_at: None }
}
