//! The tests of the local engine, in one binary. Helpers may panic as tests do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod controls;
mod crash;
mod durable;
mod exchange;
mod faults;
mod formance;
mod hardship;
mod inbound;
mod lifecycle;
mod lists;
mod meshx;
mod migrated;
mod onfido;
mod plans;
mod receiver;
mod recorded;
mod scenarios;
mod shape;
mod tour;
mod wire;
mod world;
