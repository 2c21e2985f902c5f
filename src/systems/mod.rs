//! The only list of systems, one line each.
use crate::error::SystemName;
use crate::lifecycle::Rules;
use crate::system::{Documents, System};
use crate::webhook::Webhook;

pub mod formance;
pub mod hatchet;
pub mod meshx;
pub mod onfido;

/// All systems.
pub static ALL: &[&Documents] = &[&hatchet::READ, &formance::READ, &onfido::READ, &meshx::READ];

/// The same, with how to speak to them: whoever only reads documents does without.
static SPOKEN: &[&System] = &[&hatchet::HATCHET, &formance::FORMANCE, &onfido::ONFIDO, &meshx::MESHX];

/// The documents of the system of that name.
pub fn documents(name: SystemName) -> Option<&'static Documents> {
    ALL.iter().copied().find(|system| system.name() == name)
}

/// The system of that name.
pub fn system(name: SystemName) -> Option<&'static System> {
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

/// How a system delivers webhooks; `None` for one that has none.
pub fn webhook(system: SystemName) -> Option<&'static Webhook> {
    match system {
        SystemName::Hatchet => Some(&hatchet::webhook::WEBHOOK),
        SystemName::Formance => Some(&formance::webhook::WEBHOOK),
        SystemName::Onfido => Some(&onfido::webhook::WEBHOOK),
        SystemName::MeshX => None,
    }
}
