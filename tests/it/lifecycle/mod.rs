//! What may follow what.
mod make;
mod recorded;
mod vectors;
mod wire;
