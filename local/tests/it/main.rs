//! The tests of the local engine, in one binary.
