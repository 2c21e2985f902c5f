//! Onfido Studio.

pub mod api;
pub mod event;
pub mod lifecycle;
pub mod model;
pub mod view;
pub mod webhook;

use crate::describe::{Document, Value, Wire};
use crate::error::{Result, SystemName};
use crate::finding::What;
use crate::lifecycle::Rules;
use crate::run::{Run, Snapshot};
use crate::system::{Api, Documents, System};

/// Onfido Studio.
pub struct Onfido;

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

impl Documents for Onfido {
    fn name(&self) -> SystemName {
        SystemName::Onfido
    }

    fn documents(&self) -> &'static [Document] {
        &DOCUMENTS
    }

    fn others(&self) -> &'static [Value] {
        &OTHERS
    }

    fn snapshot(&self, json: &str) -> Result<Snapshot> {
        view::snapshot(json)
    }

    fn page(&self, json: &str) -> Result<Vec<Run>> {
        view::page(json)
    }

    /// The `sdk_token`.
    fn has_secrets(&self) -> bool {
        true
    }
}

impl System for Onfido {
    fn rules(&self) -> &'static Rules {
        &lifecycle::RULES
    }

    fn api(&self) -> &'static dyn Api {
        &api::OnfidoApi
    }

    fn common(&self) -> &'static [(&'static str, bool)] {
        &COMMON
    }
}
