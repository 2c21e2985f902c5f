//! What may follow what.
mod ahead;
mod damage;
mod diagrams;
mod engine;
mod events;
mod golden;
mod make;
mod model;
mod recorded;
mod vectors;
mod wire;
