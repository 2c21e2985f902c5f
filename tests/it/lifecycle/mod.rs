//! What may follow what.
mod diagrams;
mod events;
mod golden;
mod make;
mod model;
mod recorded;
mod vectors;
mod wire;
