//! The only list of systems, one line each.

pub mod formance;
pub mod hatchet;
pub mod onfido;

use crate::error::SystemName;
use crate::system::System;

/// All systems.
pub static ALL: &[&dyn System] = &[&hatchet::Hatchet];

/// The system of that name.
pub fn system(name: SystemName) -> Option<&'static dyn System> {
    ALL.iter().copied().find(|system| system.name() == name)
}
