//! API tokens: signed JWTs whose key is kept in the database, so that a token outlives a restart.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use rusqlite::Connection;
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use crate::Error;
use crate::clock::Micros;
use crate::database::fact_or;

/// A token is valid for 90 days.
const VALID_SECONDS: i64 = 90 * 24 * 3600;

/// The key that signs and checks tokens.
#[derive(Clone)]
pub struct Keys(Vec<u8>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Keys(…)")
    }
}

impl Keys {
    /// The key kept under that name, made when there is none.
    pub fn open(db: &Connection, name: &str) -> Result<Self, Error> {
        let text = fact_or(db, name, || format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()))?;
        Ok(Self(text.into_bytes()))
    }

    /// A token for a tenant of the server at that address.
    pub fn issue(&self, tenant: &str, server_url: &str, now: Micros) -> String {
        let issued = now / 1_000_000;
        let claims = json!({
            "aud": server_url, "exp": issued + VALID_SECONDS, "grpc_broadcast_address": "127.0.0.1:7070",
            "iat": issued, "iss": server_url, "server_url": server_url, "sub": tenant,
            "token_id": Uuid::new_v4().to_string(),
        });
        self.sign(&claims)
    }

    /// A token that says this.
    pub fn sign(&self, claims: &Value) -> String {
        let signed = format!("{}.{}", encoded(&json!({"alg": "HS256", "typ": "JWT"})), encoded(claims));
        let signature = self.mac(&signed).map(|mac| BASE64.encode(mac.finalize().into_bytes())).unwrap_or_default();
        format!("{signed}.{signature}")
    }

    /// Whether the token was signed with this key for that tenant and has not expired.
    pub fn admits(&self, token: &str, tenant: &str, now: Micros) -> bool {
        self.claims(token).is_some_and(|claims| {
            let expires = claims.get("exp").and_then(Value::as_i64).unwrap_or(0);
            claims.get("sub").and_then(Value::as_str) == Some(tenant) && expires > now / 1_000_000
        })
    }

    /// What a token says, when it was signed with this key.
    pub fn claims(&self, token: &str) -> Option<Value> {
        let (signed, signature) = token.rsplit_once('.')?;
        self.mac(signed)?.verify_slice(&BASE64.decode(signature).ok()?).ok()?;
        let (_, payload) = signed.split_once('.')?;
        serde_json::from_slice(&BASE64.decode(payload).ok()?).ok()
    }

    fn mac(&self, text: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(text.as_bytes());
        Some(mac)
    }
}

fn encoded(value: &Value) -> String {
    BASE64.encode(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unaltered_token_of_the_tenant_is_admitted_until_it_expires() {
        let keys = Keys(b"key".to_vec());
        let token = keys.issue("one", "http://127.0.0.1:1/hatchet", 0);
        assert!(keys.admits(&token, "one", 0));
        assert!(!keys.admits(&token, "two", 0));
        assert!(!keys.admits(&token, "one", (VALID_SECONDS + 1) * 1_000_000));
        assert!(!Keys(b"other".to_vec()).admits(&token, "one", 0));
        assert!(!keys.admits(&token.replace('.', ".e"), "one", 0));
        assert!(!keys.admits("", "one", 0));
    }
}
