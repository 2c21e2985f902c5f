//! The local engine.
fn main() {}
