//! The only list of systems, one line each.
use crate::error::SystemName;
use crate::lifecycle::Rules;

pub mod formance;
pub mod hatchet;
pub mod meshx;
pub mod onfido;

/// The lifecycles of a system.
pub fn rules(system: SystemName) -> &'static Rules {
    match system {
        SystemName::Hatchet => &hatchet::lifecycle::RULES,
        SystemName::Formance => &formance::lifecycle::RULES,
        SystemName::Onfido => &onfido::lifecycle::RULES,
        SystemName::MeshX => &meshx::lifecycle::RULES,
    }
}
