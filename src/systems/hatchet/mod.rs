//! Hatchet, v1 REST API.

pub mod api;
pub mod event;
pub mod lifecycle;
pub mod model;
pub mod view;
pub mod webhook;

use crate::describe::{Document, Value, Wire};
use crate::error::SystemName;
use crate::finding::What;
use crate::system::{Documents, System};

/// What its bodies hold; of two that look alike the first is meant.
pub static DOCUMENTS: [Document; 6] = [
    Document {
        what: What::Run,
        value: model::V1WorkflowRunDetails::VALUE,
        run: Some(model::V1WorkflowRun::object),
        place: "/run",
    },
    Document { what: What::Page, value: model::V1TaskSummaryList::VALUE, run: None, place: "/rows" },
    Document {
        what: What::Created,
        value: model::V1WorkflowRunCreated::VALUE,
        run: Some(model::V1WorkflowRunOnlyId::object),
        place: "/run",
    },
    Document {
        what: What::Task,
        value: model::V1TaskSummary::VALUE,
        run: Some(model::V1TaskSummary::object),
        place: "",
    },
    Document {
        what: What::Run,
        value: model::V1WorkflowRun::VALUE,
        run: Some(model::V1WorkflowRun::object),
        place: "",
    },
    Document { what: What::Event, value: model::V1TaskEventList::VALUE, run: None, place: "" },
];

/// What else it sends and takes.
pub static OTHERS: [Value; 13] = [
    model::V1TriggerWorkflowRunRequest::VALUE,
    model::V1CancelTaskRequest::VALUE,
    model::V1ReplayTaskRequest::VALUE,
    model::V1CancelledTasks::VALUE,
    model::V1ReplayedTasks::VALUE,
    model::APIErrors::VALUE,
    model::ErrorMessage::VALUE,
    model::WorkflowList::VALUE,
    model::V1TaskTimingList::VALUE,
    model::ServerVersion::VALUE,
    model::V1LogLineList::VALUE,
    model::V1TaskRunMetric::VALUE,
    model::V1TaskPointMetric::VALUE,
];

/// Which of the operations that runs have everywhere it knows.
pub static COMMON: [(&str, bool); 8] = [
    ("create", true),
    ("get", true),
    ("list", true),
    ("watch", true),
    ("wait", true),
    ("cancel", true),
    ("replay", true),
    ("findByKey", true),
];

/// What it sends of runs.
pub static READ: Documents = Documents {
    system: SystemName::Hatchet,
    all: &DOCUMENTS,
    snapshot: view::snapshot,
    page: view::page,
    has_secrets: false,
};

/// Hatchet.
pub static HATCHET: System =
    System { documents: &READ, others: &OTHERS, rules: &lifecycle::RULES, api: &api::HatchetApi, common: &COMMON };
