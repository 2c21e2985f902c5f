//! Formance Flows.

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

/// What its bodies hold; of two that look alike the first is meant, so that an empty list is one of runs.
pub static DOCUMENTS: [Document; 8] = [
    Document {
        what: What::Run,
        value: model::RunWorkflowResponse::VALUE,
        run: Some(model::WorkflowInstance::object),
        place: "/data",
    },
    Document { what: What::Page, value: model::ListRunsResponse::VALUE, run: None, place: "/cursor/data" },
    Document { what: What::Page, value: model::ListRunsResponseV1::VALUE, run: None, place: "/data" },
    Document {
        what: What::Run,
        value: model::WorkflowInstance::VALUE,
        run: Some(model::WorkflowInstance::object),
        place: "",
    },
    Document { what: What::History, value: model::GetWorkflowInstanceHistoryResponse::VALUE, run: None, place: "" },
    Document {
        what: What::History,
        value: model::GetWorkflowInstanceHistoryStageResponse::VALUE,
        run: None,
        place: "",
    },
    Document { what: What::Event, value: model::PublishedEvent::VALUE, run: None, place: "" },
    Document { what: What::Event, value: model::TestDelivery::VALUE, run: None, place: "" },
];

/// What else it sends and takes.
pub static OTHERS: [Value; 13] = [
    model::GetWorkflowResponse::VALUE,
    model::ListWorkflowsResponse::VALUE,
    model::ListWorkflowsResponseV1::VALUE,
    model::WorkflowConfig::VALUE,
    model::ReadTriggerResponse::VALUE,
    model::ListTriggersResponse::VALUE,
    model::TriggerData::VALUE,
    model::ListTriggersOccurrencesResponse::VALUE,
    model::TestTriggerResponse::VALUE,
    model::SendEventRequest::VALUE,
    model::ErrorResponse::VALUE,
    model::ServerInfo::VALUE,
    model::AccessToken::VALUE,
];

/// Which of the operations that runs have everywhere it knows.
pub static COMMON: [(&str, bool); 8] = [
    ("create", true),
    ("get", true),
    ("list", true),
    ("watch", true),
    ("wait", true),
    ("cancel", true),
    ("replay", false),
    ("findByKey", false),
];

/// What it sends of runs.
pub static READ: Documents = Documents {
    system: SystemName::Formance,
    all: &DOCUMENTS,
    snapshot: view::snapshot,
    page: view::page,
    has_secrets: false,
};

/// Formance Flows.
pub static FORMANCE: System =
    System { documents: &READ, others: &OTHERS, rules: &lifecycle::RULES, api: &api::FormanceApi, common: &COMMON };
