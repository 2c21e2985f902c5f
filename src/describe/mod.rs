//! One declaration of a wire object, and what it becomes: a Rust type, its encoding, a constant description.

mod kinds;

pub use kinds::*;
