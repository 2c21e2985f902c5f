//! The gateway: routes, access tokens, event streams. A request in, a response out, no IO of its own.
