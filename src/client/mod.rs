//! The client: policy and transport together; the only async code.
