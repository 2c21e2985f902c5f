//! The boundary: conversions between Rust and JavaScript, and nothing else.
