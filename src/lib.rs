//! Runward: workflow runs of four systems, created, read, watched, cancelled and **checked**, in browsers and at the edge.
//!
//! | word | meaning here |
//! |---|---|
//! | system | one of Hatchet, Formance, Onfido, meshX |
//! | run | one execution of a workflow |
//! | stage | a part of a run: Hatchet task, Formance stage, Onfido task |
//! | status | the system's own word, kept as it came |
//! | phase | Runward's common word: `queued`, `running`, `waiting`, `finished`, `unknown` |
//! | outcome | of a finished run: `succeeded`, `declined`, `review`, `expired`, `cancelled`, `failed` |
//! | attempt | one try of a run; a replay or retry opens a new attempt |
//! | snapshot | what one read of a run returned |
//! | transition | a step from one snapshot to a later one of the same run |
//! | finding | one thing wrong or odd: code, JSON Pointer, message, severity, evidence |
//! | evidence | why we believe a rule: `documented`, `observed`, `source`, `inferred`, `policy` |
//! | provisional | a status read once; a terminal one is believed only when a later read confirms it |
//!
//! Import directions, held by a test: `finding error lex order` ← `describe` ← `read` ← `run http policy webhook` ←
//! `lifecycle system` ← `systems/<x>` ← `validate table client gateway write` ← `wasm`. A system never imports another system.

pub mod client;
pub mod describe;
pub mod error;
pub mod finding;
pub mod gateway;
pub mod http;
mod lex;
pub mod lifecycle;
mod order;
pub mod policy;
pub mod read;
pub mod run;
pub mod system;
pub mod systems;
pub mod table;
pub mod validate;
#[cfg(target_arch = "wasm32")]
mod wasm;
pub mod webhook;
#[cfg(not(target_arch = "wasm32"))]
pub mod write;
