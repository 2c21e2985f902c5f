//! Reading a page of runs.
use super::read::{public, text, with_wire};
use super::{Call, Client, Host};
use crate::error::{Error, Kind, Result};
use crate::http;
use crate::run::{Millis, Run};
use crate::system::{Documents, Filter};
use crate::validate;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// How many runs a page of a list holds that the server sends whole.
const PAGE: u32 = 50;

/// A page of a list.
#[derive(Clone, PartialEq, Debug)]
pub struct Page {
    /// The runs, each with its row as the server sent it.
    pub runs: Vec<(Run, String)>,
    /// Where the next page begins; `None` when this was the last.
    pub next: Option<String>,
}

impl Page {
    /// The same page, for those who may look at its runs but not act with them.
    pub fn public(self, system: &dyn Documents) -> Result<Page> {
        let runs = self.runs.into_iter().map(|(run, wire)| Ok((run, public(system, wire)?)));
        Ok(Page { runs: runs.collect::<Result<_>>()?, ..self })
    }

    /// `{"runs": [...], "next"?: "..."}`, each run with its row under `wire`.
    pub fn json(&self) -> Result<String> {
        let runs: Result<Vec<String>> = self.runs.iter().map(|(run, wire)| with_wire(run, wire)).collect();
        let next = match &self.next {
            Some(next) => format!(",\"next\":{}", text(next)?),
            None => String::new(),
        };
        Ok(format!("{{\"runs\":[{}]{next}}}", runs?.join(",")))
    }
}

impl<H: Host> Client<H> {
    /// Reads a page of runs; `cursor` is the [`Page::next`] of the page before.
    pub async fn list(&self, filter: &Filter, cursor: Option<&str>, call: &Call) -> Result<Page> {
        self.known_statuses(filter)?;
        let clock = self.clock(call)?;
        let session = self.begin(&clock).await?;
        let api = self.system.api();
        let mut response = self.safe(&session, &clock, call, &api.list(&session.scope, filter, cursor)?).await?;
        // A link to somewhere else is none.
        let foreign = |link: &str| http::link(link, "next").is_some_and(|url| session.base.redirect(url).is_none());
        response.headers.retain(|(name, value)| name != "link" || !foreign(value));
        let rows = api.listed(filter, cursor, &response)?;
        let runs = validate::parse_page(self.system, &response.body, &self.reading())?.runs;
        if runs.len() != rows.rows.len() {
            let message = format!("the page has {} rows, of which {} are runs", rows.rows.len(), runs.len());
            return Err(Error::new(Kind::Decode, "unexpected_answer", message).of(self.system.name()));
        }
        let wires = rows.rows.iter().map(|row| row.as_str().to_owned());
        let mut seen = BTreeSet::new();
        let all = runs.into_iter().zip(wires);
        let runs: Vec<(Run, String)> =
            all.filter(|(run, _)| filter.takes(run) && seen.insert(run.id.clone())).collect();
        if api.lists_all() {
            return cut(runs, filter, cursor).map_err(|error| error.of(self.system.name()));
        }
        Ok(Page { runs, next: rows.next })
    }

    /// A server drops a status that it does not know, and lists everything then.
    fn known_statuses(&self, filter: &Filter) -> Result<()> {
        let known = self.system.api().statuses();
        if known.is_empty() {
            return Ok(());
        }
        let Some(odd) = filter.statuses.iter().find(|status| !known.contains(&status.as_str())) else { return Ok(()) };
        let message = format!("no status is called {:?}; there are {}", crate::http::quote(odd), known.join(", "));
        Err(Error::new(Kind::Argument, "unknown_status", message).of(self.system.name()))
    }
}

/// A page of all runs, newest first. It goes on behind the last run of the page before, wherever that stands by now, so no
/// page skips or repeats one.
fn cut(mut runs: Vec<(Run, String)>, filter: &Filter, cursor: Option<&str>) -> Result<Page> {
    runs.sort_by(|(a, _), (b, _)| order(place(a), place(b)));
    if let Some(cursor) = cursor {
        let wrong = || Error::new(Kind::Argument, "invalid_cursor", "the cursor is none of this list");
        let (at, id) = cursor.split_once('~').ok_or_else(wrong)?;
        let at = at.parse::<Millis>().map_err(|_| wrong())?;
        runs.retain(|(run, _)| order(place(run), (at, id)) == Ordering::Greater);
    }
    let size = filter.page_size.unwrap_or(PAGE).max(1) as usize;
    let more = runs.len() > size;
    runs.truncate(size);
    let last = runs.last().filter(|_| more).map(|(run, _)| place(run));
    let next = last.map(|(at, id)| format!("{at}~{id}"));
    Ok(Page { runs, next })
}

fn place(run: &Run) -> (Millis, &str) {
    (run.created_at.unwrap_or(0.0), &run.id)
}

fn order(a: (Millis, &str), b: (Millis, &str)) -> Ordering {
    b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1))
}
