//! The only list of systems, one line each.

pub mod formance;
pub mod hatchet;
pub mod onfido;

use crate::error::SystemName;
use crate::system::Documents;

/// All systems.
pub static ALL: &[&dyn Documents] = &[&hatchet::Hatchet];

/// The system of that name.
pub fn system(name: SystemName) -> Option<&'static dyn Documents> {
    ALL.iter().copied().find(|system| system.name() == name)
}
