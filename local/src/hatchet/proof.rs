//! How deliveries from outside prove themselves: each source signs in its own way.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD as BASE64URL};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::clock::Micros;

/// How old a signature of Stripe, and one of Slack or Svix, may be, in seconds; the last also how far ahead.
const STRIPE_SECONDS: i64 = 600;
const OTHER_SECONDS: i64 = 300;

/// Who delivers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Source {
    /// Anybody.
    #[default]
    Generic,
    /// GitHub: the body, `sha256=` before the digits.
    Github,
    /// Stripe: `t.body`, in a header that says `t=…,v1=…`.
    Stripe,
    /// Slack: `v0:time:body`, the time in a header of its own.
    Slack,
    /// Linear: the body.
    Linear,
    /// Svix: `id.time.body`, both in headers of their own, with a key that is base64 behind `whsec_`.
    Svix,
}

impl Source {
    /// The header of its signature; anybody's is not known.
    pub fn header(self) -> Option<&'static str> {
        match self {
            Self::Generic => None,
            Self::Github => Some("x-hub-signature-256"),
            Self::Stripe => Some("stripe-signature"),
            Self::Slack => Some("x-slack-signature"),
            Self::Linear => Some("linear-signature"),
            Self::Svix => Some("svix-signature"),
        }
    }
}

/// How deliveries prove themselves.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum Auth {
    /// The MAC of what the source signs.
    Hmac {
        /// The header; the source's own when absent.
        #[serde(default)]
        header: Option<String>,
        /// The key.
        secret: String,
        /// Which hash. Stripe, Slack and Svix know SHA-256 alone.
        #[serde(default)]
        algorithm: Algorithm,
        /// How it is spelled. Stripe and Slack use digits, Svix base64.
        #[serde(default)]
        encoding: Encoding,
    },
    /// A key in a header.
    ApiKey {
        /// The header.
        header: String,
        /// The key.
        key: String,
    },
    /// A name and a password.
    Basic {
        /// Who.
        username: String,
        /// With what.
        password: String,
    },
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Hmac { .. } => "Hmac(…)",
            Self::ApiKey { .. } => "ApiKey(…)",
            Self::Basic { .. } => "Basic(…)",
        })
    }
}

/// A hash.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Algorithm {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    #[default]
    Sha256,
    /// SHA-512.
    Sha512,
    /// MD5.
    Md5,
}

/// A spelling of bytes.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Encoding {
    /// Lower-case hexadecimal.
    #[default]
    Hex,
    /// With padding.
    Base64,
    /// For addresses, without padding.
    Base64Url,
}

impl Algorithm {
    fn mac(self, key: &[u8], body: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => mac::<Hmac<Sha1>>(key, body),
            Self::Sha256 => mac::<Hmac<Sha256>>(key, body),
            Self::Sha512 => mac::<Hmac<Sha512>>(key, body),
            Self::Md5 => mac::<Hmac<Md5>>(key, body),
        }
    }
}

impl Encoding {
    fn spelled(self, bytes: &[u8]) -> String {
        match self {
            Self::Hex => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            Self::Base64 => BASE64.encode(bytes),
            Self::Base64Url => BASE64URL.encode(bytes),
        }
    }
}

fn mac<M: Mac + KeyInit>(key: &[u8], body: &[u8]) -> Vec<u8> {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else { return Vec::new() };
    mac.update(body);
    mac.finalize().into_bytes().to_vec()
}

/// A delivery: how its headers are found, what it says, when it came.
pub struct Delivery<'a> {
    /// A header by its name in lower case.
    pub header: &'a dyn Fn(&str) -> Option<String>,
    /// The body as it came.
    pub body: &'a [u8],
    /// The engine's time.
    pub now: Micros,
}

impl Delivery<'_> {
    /// A header, or nothing.
    fn text(&self, name: &str) -> String {
        (self.header)(name).unwrap_or_default()
    }

    /// Whether a time in seconds is no older than that; `ahead`: nor that far in the future.
    fn is_fresh(&self, time: &str, seconds: i64, ahead: bool) -> bool {
        let age = time.parse::<i64>().map(|time| (self.now / 1_000_000).saturating_sub(time));
        age.is_ok_and(|age| age <= seconds && (!ahead || age >= -seconds))
    }

    /// The digits over some text and the body.
    fn digits(&self, secret: &str, before: &str) -> String {
        Encoding::Hex.spelled(&Algorithm::Sha256.mac(secret.as_bytes(), &[before.as_bytes(), self.body].concat()))
    }

    fn is_of_stripe(&self, given: &str, secret: &str) -> bool {
        let parts: Vec<(&str, &str)> = given.split(',').filter_map(|part| part.trim().split_once('=')).collect();
        let time = parts.iter().find(|(name, _)| *name == "t").map_or("", |(_, time)| *time);
        let wanted = self.digits(secret, &format!("{time}."));
        self.is_fresh(time, STRIPE_SECONDS, false) && parts.contains(&("v1", wanted.as_str()))
    }

    fn is_of_slack(&self, given: &str, secret: &str) -> bool {
        let time = self.text("x-slack-request-timestamp");
        let wanted = format!("v0={}", self.digits(secret, &format!("v0:{time}:")));
        self.is_fresh(&time, OTHER_SECONDS, true) && given == wanted
    }

    fn is_of_svix(&self, given: &str, secret: &str) -> bool {
        let (id, time) = (self.text("svix-id"), self.text("svix-timestamp"));
        let Ok(key) = BASE64.decode(secret.strip_prefix("whsec_").unwrap_or(secret)) else { return false };
        let signed = [format!("{id}.{time}.").as_bytes(), self.body].concat();
        let wanted = format!("v1,{}", BASE64.encode(Algorithm::Sha256.mac(&key, &signed)));
        self.is_fresh(&time, OTHER_SECONDS, true) && given.split(' ').any(|given| given == wanted)
    }
}

impl Auth {
    /// Why a delivery is refused, if it is.
    pub fn refusal(&self, source: Source, delivery: &Delivery<'_>) -> Option<&'static str> {
        let is = |name: &str, wanted: &str| (delivery.header)(name).as_deref() == Some(wanted);
        match self {
            Self::Hmac { header, secret, algorithm, encoding } => {
                let name = header.as_deref().or(source.header()).unwrap_or_default();
                let given = delivery.text(name);
                let is_good = match source {
                    Source::Stripe => delivery.is_of_stripe(&given, secret),
                    Source::Slack => delivery.is_of_slack(&given, secret),
                    Source::Svix => delivery.is_of_svix(&given, secret),
                    Source::Generic | Source::Github | Source::Linear => {
                        let wanted = encoding.spelled(&algorithm.mac(secret.as_bytes(), delivery.body));
                        bare(&given) == wanted
                    }
                };
                (!is_good).then_some("invalid HMAC signature")
            }
            Self::ApiKey { header, key } => (!is(header, key)).then_some("invalid API key"),
            Self::Basic { username, password } => {
                let wanted = format!("Basic {}", BASE64.encode(format!("{username}:{password}")));
                (!is("authorization", &wanted)).then_some("invalid basic auth credentials")
            }
        }
    }
}

/// A signature without the name of its hash.
fn bare(given: &str) -> &str {
    ["sha1=", "sha256=", "sha512=", "md5="].iter().find_map(|name| given.strip_prefix(name)).unwrap_or(given)
}
