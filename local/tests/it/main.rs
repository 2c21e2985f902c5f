//! The tests of the local engine, in one binary.

mod exchange;
mod recorded;
mod shape;
mod world;
