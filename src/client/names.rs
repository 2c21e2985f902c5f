//! Is there a workflow of that name? A server that does not look starts nothing, and answers with an id that nobody will ever
//! know.
use super::send::Clock;
use super::turn::{GONE, Turn};
use super::{Call, Client, Host, Memory};
use crate::describe::{Raw, decode};
use crate::error::{Error, Kind, Result};
use crate::http::quote;
use crate::order::map;
use crate::system::{Answer, Catalogue, opened};
use std::rc::Rc;

/// Milliseconds for which a workflow that was found counts as there.
const KNOWN: f64 = 300_000.0;

/// Milliseconds for which one that was not counts as missing: it may be registered any moment.
const MISSING: f64 = 10_000.0;

/// How many pages of a list of workflows are read at the most.
const PAGES: usize = 20;

/// How many other names an error tells.
const TOLD: usize = 5;

/// What the list of workflows said of some names.
#[derive(Default)]
pub(super) struct Names {
    known: Memory<Rc<Said>>,
    turn: Turn,
}

struct Said {
    /// A memory does not mind upper and lower case, and servers do.
    name: String,
    /// Until when that holds.
    until: f64,
    /// The error of a name that is missing.
    missing: Option<Error>,
}

impl<H: Host> Client<H> {
    /// Refuses a workflow that the system does not list, where the caller wants that looked up. One request finds the answer for
    /// all creates of some minutes.
    pub(super) async fn check_workflow(&self, name: &str, clock: &Clock, call: &Call) -> Result<()> {
        let catalogue = self.system.api().catalogue().filter(|_| self.options.check_workflow);
        let Some(catalogue) = catalogue else { return Ok(()) };
        loop {
            let said = self.names.known.recall(name);
            if let Some(said) = said.filter(|said| said.name == name && self.host.now() < said.until) {
                return said.missing.clone().map_or(Ok(()), Err);
            }
            let Some(_lead) = self.names.turn.take(&self.host, GONE) else {
                self.pause(clock, Turn::LOOK).await?;
                continue;
            };
            let is_there = self.workflows(&catalogue, Some(name), clock, call).await?.iter().any(|known| known == name);
            let (lasts, missing) = match is_there {
                true => (KNOWN, None),
                false => (MISSING, Some(self.missing(name, self.workflows(&catalogue, None, clock, call).await?))),
            };
            let said = Said { name: name.to_owned(), until: self.host.now() + lasts, missing };
            self.names.known.keep(name, Rc::new(said));
        }
    }

    /// The names of all workflows, or of those in whose names this stands.
    async fn workflows(
        &self,
        catalogue: &Catalogue,
        part: Option<&str>,
        clock: &Clock,
        call: &Call,
    ) -> Result<Vec<String>> {
        let (mut names, mut cursor) = (vec![], None);
        for _ in 0..PAGES {
            let part = part.map(|part| (catalogue.part, part.to_owned()));
            let arguments = map(part.into_iter().chain(cursor.map(|at| ("cursor", at))).map(Ok))?;
            let arguments = Raw::of(&arguments);
            let call = self.rest(clock, call.clone())?;
            let Answer::Json(page) = Box::pin(self.operate(catalogue.operation, &arguments, &call)).await? else {
                break;
            };
            let string = |json: &str, name| decode::<String>(opened(json, &[name])?.as_str()).ok();
            let items: Option<Vec<Raw>> = opened(&page, &["items"]).and_then(|items| decode(items.as_str()).ok());
            names.extend(items.iter().flatten().filter_map(|item| string(item.as_str(), catalogue.name)));
            cursor = string(&page, "next");
            if cursor.is_none() {
                break;
            }
        }
        Ok(names)
    }

    fn missing(&self, name: &str, mut others: Vec<String>) -> Error {
        let nearest = others.iter().min_by_key(|other| distance(name, other));
        let told = match nearest.filter(|other| distance(name, other) <= 1 + name.len() / 4) {
            Some(near) => format!("is {:?} meant?", quote(near)),
            None if others.is_empty() => "there are none: is a worker connected?".to_owned(),
            None => {
                others.truncate(TOLD);
                format!("there are {}", quote(&others.join(", ")))
            }
        };
        let system = self.system.name();
        let message = format!("{system} has no workflow called {:?}: {told}", quote(name));
        Error::new(Kind::Argument, "unknown_workflow", message).of(system)
    }
}

/// How many letters must be added, taken away or changed to make one name of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let (mut left, mut across) = (at + 1, at);
        for (above, same) in row.iter_mut().zip(std::iter::once(None).chain(other.iter().map(Some))) {
            let Some(same) = same else {
                *above = at + 1;
                continue;
            };
            left = (across + usize::from(*same != letter)).min(*above + 1).min(left + 1);
            across = std::mem::replace(above, left);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn a_distance_counts_letters() {
        for (one, other, letters) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("charge-card", "charge-card", 0),
            ("chrge-card", "charge-card", 1),
            ("kitten", "sitting", 3),
            ("flaw", "lawn", 2),
        ] {
            assert_eq!((distance(one, other), distance(other, one)), (letters, letters), "{one} {other}");
        }
    }
}
