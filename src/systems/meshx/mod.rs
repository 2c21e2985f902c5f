//! meshX Foundation.

pub mod lifecycle;
pub mod model;
pub mod view;

use crate::describe::{Document, Wire};
use crate::error::{Result, SystemName};
use crate::finding::What;
use crate::run::{Run, Snapshot};
use crate::system::Documents;

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

impl Documents for MeshX {
    fn name(&self) -> SystemName {
        SystemName::MeshX
    }

    fn documents(&self) -> &'static [Document] {
        &DOCUMENTS
    }

    fn snapshot(&self, json: &str) -> Result<Snapshot> {
        view::snapshot(json)
    }

    fn page(&self, json: &str) -> Result<Vec<Run>> {
        view::page(json)
    }
}
