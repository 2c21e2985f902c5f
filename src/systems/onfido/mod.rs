//! Onfido Studio.

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

/// What its bodies hold; of two that look alike the first is meant, so that an empty list is one of runs, and a
/// delivery that shows nothing of a run or task is one of something else.
pub static DOCUMENTS: [Document; 7] = [
    Document { what: What::Run, value: model::WorkflowRun::VALUE, run: Some(model::WorkflowRun::object), place: "" },
    Document { what: What::Page, value: model::WorkflowRuns::VALUE, run: None, place: "" },
    Document { what: What::Task, value: model::Task::VALUE, run: None, place: "" },
    Document { what: What::Task, value: model::Tasks::VALUE, run: None, place: "" },
    Document { what: What::Event, value: model::WebhookEvent::VALUE, run: None, place: "" },
    Document { what: What::Event, value: model::WorkflowRunEvent::VALUE, run: None, place: "/payload/resource" },
    Document { what: What::Event, value: model::WorkflowTaskEvent::VALUE, run: None, place: "" },
];

/// What else it sends and takes.
pub static OTHERS: [Value; 9] = [
    model::WorkflowRunBuilder::VALUE,
    model::CompleteTaskBuilder::VALUE,
    model::TimelineFileReference::VALUE,
    model::Error::VALUE,
    model::Webhook::VALUE,
    model::WebhookBuilder::VALUE,
    model::WebhooksList::VALUE,
    model::WebhookResend::VALUE,
    model::AccessToken::VALUE,
];

/// Which of the operations that runs have everywhere it knows.
pub static COMMON: [(&str, bool); 8] = [
    ("create", true),
    ("get", true),
    ("list", true),
    ("watch", true),
    ("wait", true),
    ("cancel", false),
    ("replay", false),
    ("findByKey", true),
];

/// What it sends of runs.
pub static READ: Documents = Documents {
    system: SystemName::Onfido,
    all: &DOCUMENTS,
    snapshot: view::snapshot,
    page: view::page,
    has_secrets: true, // the `sdk_token`
};

/// Onfido Studio.
pub static ONFIDO: System =
    System { documents: &READ, others: &OTHERS, rules: &lifecycle::RULES, api: &api::OnfidoApi, common: &COMMON };
