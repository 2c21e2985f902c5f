//! meshX Foundation.

pub mod api;
pub mod lifecycle;
pub mod model;
pub mod view;

use crate::describe::{Document, Value, Wire};
use crate::error::{Result, SystemName};
use crate::finding::What;
use crate::lifecycle::Rules;
use crate::run::{Run, Snapshot};
use crate::system::{Api, Documents, System};

/// meshX Foundation.
pub struct MeshX;

/// What its bodies hold.
pub static DOCUMENTS: [Document; 2] = [
    Document {
        what: What::Run,
        value: model::OrchestratorWorkflow::VALUE,
        run: Some(model::OrchestratorWorkflow::object),
        place: "",
    },
    Document {
        what: What::Page,
        value: model::OrchestratorWorkflows::VALUE,
        run: None,
        place: "/orchestrator_workflows",
    },
];

/// What else it sends and takes.
pub static OTHERS: [Value; 14] = [
    model::CreateOrchestratorWorkflow::VALUE,
    model::UpdateOrchestratorWorkflow::VALUE,
    model::HTTPValidationError::VALUE,
    model::Problem::VALUE,
    model::DataProducts::VALUE,
    model::ComputeResponse::VALUE,
    model::ComputeLog::VALUE,
    model::ComputeHistory::VALUE,
    model::ComputeRunHistory::VALUE,
    model::ErrorCodes::VALUE,
    model::Login::VALUE,
    model::RefreshToken::VALUE,
    model::Token::VALUE,
    model::User::VALUE,
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
    ("findByKey", true),
];

impl Documents for MeshX {
    fn name(&self) -> SystemName {
        SystemName::MeshX
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
}

impl System for MeshX {
    fn rules(&self) -> &'static Rules {
        &lifecycle::RULES
    }

    fn api(&self) -> &'static dyn Api {
        &api::MeshXApi
    }

    fn common(&self) -> &'static [(&'static str, bool)] {
        &COMMON
    }
}
