//! Hatchet, v1 REST API.
