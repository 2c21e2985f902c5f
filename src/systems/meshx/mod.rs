//! meshX Foundation.

pub mod api;
pub mod lifecycle;
pub mod model;
pub mod view;

use crate::describe::{Document, Value, Wire};
use crate::error::SystemName;
use crate::finding::What;
use crate::system::{Documents, System};

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

/// What it sends of runs.
pub static READ: Documents = Documents {
    system: SystemName::MeshX,
    all: &DOCUMENTS,
    snapshot: view::snapshot,
    page: view::page,
    has_secrets: false,
};

/// meshX Foundation.
pub static MESHX: System =
    System { documents: &READ, others: &OTHERS, rules: &lifecycle::RULES, api: &api::MeshXApi, common: &COMMON };
