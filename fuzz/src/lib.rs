//! Damaged documents of all four systems, read by Runward and by readers that share nothing with it: `serde_json`, and a slow
//! check of our own. All must agree, on the verdict, on every finding and its pointer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test may fail so

pub mod compare;
pub mod fixtures;
pub mod mutate;
pub mod native;
pub mod oracle;
pub mod slow;
pub mod target;
