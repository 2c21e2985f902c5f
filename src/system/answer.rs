//! What the systems share in reading answers and writing bodies.
use crate::describe::{Others, Raw, decode};
use crate::error::{Error, Kind, Result, SystemName};
use crate::http::Response;

/// What stands under these names of an answer, one inside the other.
pub fn member(system: SystemName, response: &Response, names: &[&str]) -> Result<Raw> {
    let missing = || {
        let place: String = names.iter().flat_map(|name| ["/", name]).collect();
        odd(system, &format!("the answer holds nothing at {place}"))
    };
    super::opened(response.text()?, names).ok_or_else(missing)
}

/// The error of an answer that is not what the system sends.
pub fn odd(system: SystemName, message: &str) -> Error {
    Error::new(Kind::Decode, "unexpected_answer", message).of(system)
}

/// The error of an argument that the system cannot take.
pub fn wrong(system: SystemName, code: &'static str, message: impl Into<String>) -> Error {
    Error::new(Kind::Argument, code, message).of(system)
}

/// The text that a JSON value is: a string's characters, a number's or switch's spelling; `None` for anything else.
pub(super) fn scalar(raw: &Raw) -> Option<String> {
    match raw.as_str().as_bytes().first()? {
        b'"' => decode(raw.as_str()).ok(),
        b'{' | b'[' | b'n' => None,
        _ => Some(raw.as_str().to_owned()),
    }
}

/// The members of an object, in their order.
pub(super) fn members(raw: &Raw) -> Option<Others> {
    Others::decode(raw.as_str()).ok()
}
