//! What else follows from a description: TypeScript, JSON Schema. Host only.
mod operations;
mod schema;
mod types;
mod typescript;

pub use operations::operations_module;
pub use schema::json_schema;
pub use typescript::{package_types, types_of};
