//! The only list of systems, one line each.
use crate::error::SystemName;
use crate::lifecycle::Rules;
use crate::system::{Documents, System};

pub mod formance;
pub mod hatchet;
pub mod meshx;
pub mod onfido;

/// All systems.
pub static ALL: &[&dyn Documents] = &[&hatchet::Hatchet, &formance::Formance, &onfido::Onfido, &meshx::MeshX];

/// Those of them that we can speak to.
static SPOKEN: &[&dyn System] = &[&hatchet::Hatchet];

/// The documents of the system of that name.
pub fn documents(name: SystemName) -> Option<&'static dyn Documents> {
    ALL.iter().copied().find(|system| system.name() == name)
}

/// The system of that name, if we can speak to it.
pub fn system(name: SystemName) -> Option<&'static dyn System> {
    SPOKEN.iter().copied().find(|system| system.name() == name)
}

/// The lifecycles of a system.
pub fn rules(system: SystemName) -> &'static Rules {
    match system {
        SystemName::Hatchet => &hatchet::lifecycle::RULES,
        SystemName::Formance => &formance::lifecycle::RULES,
        SystemName::Onfido => &onfido::lifecycle::RULES,
        SystemName::MeshX => &meshx::lifecycle::RULES,
    }
}
