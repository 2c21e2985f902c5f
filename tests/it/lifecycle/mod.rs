//! What may follow what.
mod events;
mod golden;
mod make;
mod model;
mod recorded;
mod vectors;
mod wire;
