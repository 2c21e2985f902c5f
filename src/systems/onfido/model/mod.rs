//! What Onfido Studio sends and takes, field by field.
//!
//! Its contract declares hardly any `null`, and rejects every real body. So whatever it does not require may be absent or
//! `null` here: seen in official tests and signed bodies for some members, our policy for the others.
mod error;
mod event;
mod run;
mod task;
mod webhook;

pub use error::*;
pub use event::*;
pub use run::*;
pub use task::*;
pub use webhook::*;
