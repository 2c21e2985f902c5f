//! Signed deliveries: the schemes as data, checked in constant time, before anything is parsed.
use crate::describe::Peek;
use crate::error::{Error, Kind, Result, SystemName};
use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;

/// How a system signs what it delivers. All known schemes are HMAC-SHA256.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scheme {
    /// Who signs so.
    pub system: SystemName,
    /// The header that carries the signature, in lower case.
    pub header: &'static str,
    /// What is signed, and how the signature is spelled.
    pub form: Form,
}

/// What is signed, and how the signature is spelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// The raw body; hexadecimal. No time is signed, so a replay cannot be told.
    HexOfBody,
    /// `{id}.{timestamp}.{body}`; one or several `v1,` + base64, separated by spaces. Other versions are skipped.
    StampedBase64 {
        /// The header with the delivery's id.
        id: &'static str,
        /// The header with the time of sending, in seconds since 1970.
        timestamp: &'static str,
    },
}

/// What arrived.
pub struct Delivery<'a> {
    /// The body, byte for byte as it came: a parsed and printed one has another signature.
    pub body: &'a [u8],
    /// Names in any case.
    pub headers: &'a [(String, String)],
}

/// How far a signed time may be from ours, in seconds, when the caller does not say: the systems leave it to the receiver.
pub const TOLERANCE_SECONDS: f64 = 300.0;

/// A genuine delivery, read.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookEvent {
    /// Who sent it.
    pub system: SystemName,
    /// What happened, in the system's own word.
    #[serde(rename = "type")]
    pub kind: String,
    /// The run it happened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// The stage it happened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage_id: Option<String>,
    /// The status that the delivery tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Equal in two deliveries of the same event: remember it to handle each event once.
    pub key: String,
    /// A delivery somebody asked for to test the receiver.
    pub test: bool,
}

impl Scheme {
    /// Checks that one of `secrets` signed the delivery, and, where a time is signed, that it is near `now`.
    ///
    /// `now` is in milliseconds since 1970. Several secrets let one be replaced without a gap.
    ///
    /// # Errors
    /// [`Kind::Signature`] with code `missing_header`, `malformed_signature`, `signature_mismatch`, `stale_timestamp`;
    /// [`Kind::Argument`] with code `no_secret`.
    pub fn verify(&self, delivery: &Delivery, secrets: &[&str], now: f64, tolerance_seconds: f64) -> Result<()> {
        if secrets.is_empty() || secrets.iter().any(|secret| secret.is_empty()) {
            return Err(
                Error::new(Kind::Argument, "no_secret", "give at least one secret, and no empty one").of(self.system)
            );
        }
        let header = self.required(delivery, self.header)?;
        let (prefix, candidates) = match self.form {
            Form::HexOfBody => (vec![], hex_signature(header)),
            Form::StampedBase64 { id, timestamp } => {
                let (id, stamp) = (self.required(delivery, id)?, self.required(delivery, timestamp)?);
                self.near(stamp, now, tolerance_seconds)?;
                (format!("{id}.{stamp}.").into_bytes(), versioned_signatures(header))
            }
        };
        if candidates.is_empty() {
            let message = format!("the header {} holds no signature that can be read", self.header);
            return Err(self.refuse("malformed_signature", message));
        }
        let genuine =
            secrets.iter().any(|secret| candidates.iter().any(|it| signed(secret, &prefix, delivery.body, it)));
        let message = "no secret given signs this body so; verify the raw bytes, before any parser touches them";
        if genuine { Ok(()) } else { Err(self.refuse("signature_mismatch", message.into())) }
    }

    fn required<'a>(&self, delivery: &Delivery<'a>, name: &str) -> Result<&'a str> {
        delivery.header(name).ok_or_else(|| self.refuse("missing_header", format!("the header {name} is missing")))
    }

    fn near(&self, stamp: &str, now: f64, tolerance_seconds: f64) -> Result<()> {
        match stamp.parse::<u64>() {
            Ok(seconds) if (now / 1000.0 - seconds as f64).abs() <= tolerance_seconds => Ok(()),
            Ok(_) => {
                let message = format!(
                    "the signed time is more than {tolerance_seconds} s away from now: a replay, or a wrong clock"
                );
                Err(self.refuse("stale_timestamp", message))
            }
            Err(_) => Err(self.refuse("malformed_signature", "the signed time is no number of seconds".into())),
        }
    }

    fn refuse(&self, code: &'static str, message: String) -> Error {
        Error::new(Kind::Signature, code, message).of(self.system)
    }
}

impl<'a> Delivery<'a> {
    /// The first header of that name, in whatever case, if it is not empty.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let found = self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }
}

fn hex_signature(header: &str) -> Vec<Vec<u8>> {
    // either case: what is compared are bytes
    base16ct::mixed::decode_vec(header).into_iter().collect()
}

fn versioned_signatures(header: &str) -> Vec<Vec<u8>> {
    let read = |part: &str| part.strip_prefix("v1,").and_then(|text| Base64::decode_vec(text).ok());
    header.split_ascii_whitespace().filter_map(read).collect()
}

fn signed(secret: &str, prefix: &[u8], body: &[u8], signature: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
    mac.update(prefix);
    mac.update(body);
    mac.verify_slice(signature).is_ok() // in constant time, and false for a wrong length
}

/// All that a system says of its deliveries.
pub struct Webhook {
    /// How it signs.
    pub scheme: Scheme,
    /// Reads a delivery that was verified.
    pub read: fn(&Delivery) -> Result<WebhookEvent>,
}

impl Webhook {
    /// Verifies a delivery, then reads it.
    ///
    /// # Errors
    /// Those of [`Scheme::verify`]; then [`Kind::Decode`] with code `bad_webhook_body` when what was signed is not what
    /// the system is known to send.
    pub fn receive(&self, delivery: &Delivery, secrets: &[&str], now: f64, tolerance: f64) -> Result<WebhookEvent> {
        self.scheme.verify(delivery, secrets, now, tolerance)?;
        (self.read)(delivery)
    }
}

/// Reads a body that was verified: `read` answers what it needs, or the place that does not fit.
pub fn read_body<T>(
    system: SystemName,
    body: &[u8],
    read: impl FnOnce(&Peek) -> std::result::Result<T, String>,
) -> Result<T> {
    let text = std::str::from_utf8(body).map_err(|_| "what is no UTF-8".to_owned());
    let members = text.and_then(Peek::of);
    members.and_then(|members| read(&members)).map_err(|place| {
        let message = format!("signed, but not a body that {system} is known to send: look at {place}");
        Error::new(Kind::Decode, "bad_webhook_body", message).of(system)
    })
}
