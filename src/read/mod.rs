//! Bytes to columns and findings, in one pass directed by a description.
//!
//! What is checked where:
//!
//! | | grammar, UTF-8, depth, surrogates, numbers | duplicate names | types, presence, formats |
//! |---|---|---|---|
//! | described objects | yes | known and unknown names | yes |
//! | maps | yes | yes | of the values |
//! | members that no field names, payloads | yes | no: they are handed on as they came | – |
mod find;
mod findings;
mod plan;
mod recognise;
mod table;
mod walk;

pub use crate::lex::{MAX_DEPTH, Padded, is_date_time, is_uuid};
pub use findings::{Place, noun, noun_of, position};
pub use recognise::{Item, Likeness, first_value, likeness, next_item, recognise};
pub use table::{NO_STATUS, Table};
pub use walk::{Limits, Record, SENTINEL, Walked, Walker};
