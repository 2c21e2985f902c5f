//! Bodies of the controls: read as JSON whatever they are labelled, and refused with the place of what is wrong, as a
//! JSON Pointer, and with what would be right there.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use crate::control::Failure;

/// What is wrong, and where.
#[derive(Debug, PartialEq)]
pub struct Wrong {
    /// A JSON Pointer; empty: the whole body.
    pub place: String,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl Wrong {
    /// Something wrong at a place.
    pub fn at(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }

    /// The same, inside of something else.
    pub fn within(mut self, outer: &str) -> Self {
        self.place = format!("{outer}{}", self.place);
        self
    }
}

/// What a type cannot say of itself.
pub trait Check {
    /// What is wrong with the value, if anything is.
    fn check(&self) -> Result<(), Wrong> {
        Ok(())
    }
}

/// A number between two others.
pub fn between(place: &str, number: f64, low: f64, high: f64) -> Result<(), Wrong> {
    match number.is_finite() && (low..=high).contains(&number) {
        true => Ok(()),
        false => Err(Wrong::at(place, format!("{number} is not between {low} and {high}"))),
    }
}

/// A text that is there.
pub fn filled(place: &str, text: &str) -> Result<(), Wrong> {
    if text.is_empty() { Err(Wrong::at(place, "must not be empty")) } else { Ok(()) }
}

/// No two of the names are the same.
pub fn different<'a>(names: impl Iterator<Item = &'a str>, place: impl Fn(usize) -> String) -> Result<(), Wrong> {
    let mut seen = std::collections::HashSet::new();
    for (at, name) in names.enumerate() {
        filled(&place(at), name)?;
        if !seen.insert(name) {
            return Err(Wrong::at(place(at), format!("{name:?} is there already; give another name")));
        }
    }
    Ok(())
}

/// A JSON value as a type.
fn typed<T: DeserializeOwned + Check>(value: Value) -> Result<T, Wrong> {
    let read: T = serde_path_to_error::deserialize(value).map_err(|error| {
        let place = error.path().iter().map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => "/?".into(),
        });
        Wrong::at(place.collect::<String>(), error.inner().to_string())
    })?;
    read.check()?;
    Ok(read)
}

async fn json<S: Send + Sync>(request: Request, state: &S) -> Result<Value, Failure> {
    let wrong = |what: String| Failure::Wrong(Wrong::at("", what));
    let body = Bytes::from_request(request, state).await.map_err(|error| wrong(error.to_string()))?;
    serde_json::from_slice(&body).map_err(|error| wrong(format!("the body must be JSON: {error}")))
}

/// A body of one thing.
pub struct Wish<T>(pub T);

impl<T: DeserializeOwned + Check, S: Send + Sync> FromRequest<S> for Wish<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let value = json(request, state).await?;
        if value.is_array() {
            return Err(Failure::Wrong(Wrong::at("", "must be one thing, not a list")));
        }
        Ok(Self(typed(value).map_err(Failure::Wrong)?))
    }
}

/// A body of one thing or a list of them.
pub struct Wishes<T>(pub Vec<T>);

impl<T: DeserializeOwned + Check, S: Send + Sync> FromRequest<S> for Wishes<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let all = match json(request, state).await? {
            Value::Array(items) => {
                let inside = |(at, item)| typed(item).map_err(|wrong: Wrong| wrong.within(&format!("/{at}")));
                items.into_iter().enumerate().map(inside).collect::<Result<_, _>>()
            }
            one => typed(one).map(|one| vec![one]),
        };
        Ok(Self(all.map_err(Failure::Wrong)?))
    }
}
