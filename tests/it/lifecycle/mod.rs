//! What may follow what.
mod make;
mod recorded;
