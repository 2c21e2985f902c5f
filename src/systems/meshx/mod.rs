//! meshX Foundation.

pub mod lifecycle;
