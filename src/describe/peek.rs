//! A few members of an object of which the rest does not matter.
use super::codec::Others;
use super::decode::{Misfit, decode};
use super::kinds::{Nullable, Raw, Wire};

/// The members of an object, each read when it is asked for. What fails answers the place that does not fit: a JSON Pointer,
/// or line and column of what is no object at all.
pub struct Peek {
    pointer: String,
    all: Others,
}

impl Peek {
    /// The members of the object that this text spells.
    ///
    /// # Errors
    /// Line and column, where it spells none.
    pub fn of(json: &str) -> Result<Peek, String> {
        let all =
            Others::decode(json).map_err(|Misfit { line, column, .. }| format!("line {line}, column {column}"))?;
        Ok(Peek { pointer: String::new(), all })
    }

    /// A member's value; `None` where it is absent or `null`.
    ///
    /// # Errors
    /// The member's place, where it is of another type.
    pub fn may<T: Wire>(&self, name: &str) -> Result<Option<T>, String> {
        let value = self.all.get(name).map(Raw::as_str).unwrap_or("null");
        decode::<Nullable<T>>(value).map(Nullable::into_option).map_err(|_| self.place(name))
    }

    /// A member's value, which must be there.
    ///
    /// # Errors
    /// The member's place, where it is absent or of another type.
    pub fn need<T: Wire>(&self, name: &str) -> Result<T, String> {
        self.may(name)?.ok_or_else(|| self.place(name))
    }

    /// The members of a member; `None` where it is absent or `null`.
    ///
    /// # Errors
    /// The member's place, where it is no object.
    pub fn inside(&self, name: &str) -> Result<Option<Peek>, String> {
        let value = self.all.get(name).map(Raw::as_str).filter(|value| *value != "null");
        let all = value.map(Others::decode).transpose().map_err(|_| self.place(name))?;
        Ok(all.map(|all| Peek { pointer: self.place(name), all }))
    }

    /// The members of a member, which must be there.
    ///
    /// # Errors
    /// The member's place, where it is absent or no object.
    pub fn within(&self, name: &str) -> Result<Peek, String> {
        self.inside(name)?.ok_or_else(|| self.place(name))
    }

    fn place(&self, name: &str) -> String {
        format!("{}/{name}", self.pointer)
    }
}
