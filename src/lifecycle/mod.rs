//! Lifecycles as data: what may follow what, why, and how sure we are.
//!
//! A [`Lifecycle`] is a table of states and rows; a system has one for its runs and one for its stages. Beside them stand
//! [`Rule`]s: named functions that compare whole records. [`judge`] puts both together, [`history`] follows a sequence of
//! snapshots, [`apply_event`] merges what a delivery tells, [`expectation`] looks ahead, [`diagram`] draws. [`Move`]s say
//! what may be asked of a run in which state; [`check_move`] refuses the others.
//!
//! Pointers of findings point into the common [`Run`](crate::run::Run); only those about [`Fixed`](crate::run::Fixed) values
//! point into the document.
mod common;
mod diagram;
mod event;
mod expectation;
mod history;
mod judge;
mod moves;
mod table;

pub(crate) use common::time_rises;
pub use diagram::{Format, diagram, page};
pub use event::{Applied, Event, Events, Part, apply, apply_event};
pub(crate) use event::{instant, no_event};
pub use expectation::{Expectation, expectation};
pub use history::{History, history};
pub use judge::{Check, Found, Judgement, Pair, Rule, Rules, Step, check_record, judge};
pub use moves::{Known, Legal, Move, Moved, check_move};
pub use table::{Lifecycle, Row, State, Steps, Verdict, rows};
