//! Tokens: signed ones of this engine, whose scopes count only when they are checked. The real service's are RS256;
//! these are HS256, which no client can tell without the key.

use axum::http::{HeaderMap, Method, header};
use serde_json::{Value, json};

use super::Formance;
use crate::Error;
use crate::database::fact_or;

/// How long a token from the token endpoint is valid, in seconds.
pub const TOKEN_SECONDS: i64 = 3600;

/// How long the token printed at the start is valid: 90 days.
const STARTING_SECONDS: i64 = 90 * 24 * 3600;

/// All that a client may be granted.
pub const SCOPES: [&str; 2] = ["orchestration:read", "orchestration:write"];

impl Formance {
    /// A token that lasts, for the line printed at the start; it is the same after a restart.
    pub fn starting_token(&self) -> Result<String, Error> {
        self.house
            .database
            .write(|db| fact_or(db, "formance.token", || self.token(&SCOPES.join(" "), STARTING_SECONDS)))
    }

    /// A token with these scopes.
    pub fn token(&self, scope: &str, seconds: i64) -> String {
        let now = self.house.clock.now() / 1_000_000;
        self.keys.sign(&json!({"exp": now + seconds, "iat": now, "scope": scope, "sub": self.client_id}))
    }

    /// Whether the request may pass.
    pub fn admits(&self, headers: &HeaderMap, method: &Method) -> bool {
        let manners = self.manners();
        if !manners.auth {
            return true;
        }
        let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let Some((scheme, token)) = value.split_once(' ') else { return false };
        let Some(claims) = self.keys.claims(token).filter(|_| scheme.eq_ignore_ascii_case("bearer")) else {
            return false;
        };
        let expires = claims.get("exp").and_then(Value::as_i64).unwrap_or(0);
        if expires <= self.house.clock.now() / 1_000_000 {
            return false;
        }
        let mut scopes = claims.get("scope").and_then(Value::as_str).unwrap_or_default().split(' ');
        let [read, write] = SCOPES;
        !manners.check_scopes || scopes.any(|scope| scope == write || (scope == read && method == Method::GET))
    }
}
