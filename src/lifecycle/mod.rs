//! Lifecycles as data: what may follow what, why, and how sure we are.
//!
//! A [`Lifecycle`] is a table of states and rows; a system has one for its runs and one for its stages. Beside them stand
//! [`Rule`]s: named functions that compare whole records. [`judge`] puts both together. Pointers of its findings point
//! into the common [`Run`](crate::run::Run); only those about [`Fixed`](crate::run::Fixed) values point into the document.
mod common;
mod judge;
mod table;

pub(crate) use common::time_rises;
pub use judge::{Check, Found, Judgement, Pair, Rule, Rules, Step, check_record, judge};
pub use table::{Lifecycle, Row, State, Verdict};
