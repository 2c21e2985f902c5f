//! What Formance Flows sends and takes, field by field. Both versions of its API send the same objects in other envelopes.
//!
//! Its contract forbids no further members. What servers send and the contract does not know may be absent, so that what
//! keeps to the contract is right as well.
mod error;
mod event;
mod history;
mod run;
mod stage;
mod trigger;
mod workflow;

pub use error::*;
pub use event::*;
pub use history::*;
pub use run::*;
pub use stage::*;
pub use trigger::*;
pub use workflow::*;
