//! What Hatchet sends and takes, field by field. Nothing in its contract is `nullable`; every object is open.
mod error;
mod request;
mod run;
mod task;
mod workflow;

pub use error::*;
pub use request::*;
pub use run::*;
pub use task::*;
pub use workflow::*;
