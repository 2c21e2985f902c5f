//! Bytes to columns and findings, in one pass directed by a description.
