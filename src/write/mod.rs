//! What else follows from a description: TypeScript, JSON Schema, documentation. Host only.
