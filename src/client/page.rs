//! Reading a page of runs.
use super::read::{public, text, with_wire};
use super::{Call, Client, Host};
use crate::describe::Raw;
use crate::error::{Error, Kind, Result};
use crate::finding::{Finding, Severity};
use crate::http::{self, Response};
use crate::order::sort_by;
use crate::run::{Millis, Run};
use crate::system::{Documents, Filter, opened};
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
    /// The rows that are no runs as far as can be told. One of them spoils no other.
    pub unreadable: Vec<Unreadable>,
    /// Where the next page begins; `None` when this was the last.
    pub next: Option<String>,
}

/// A row of a page that cannot be read as a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Unreadable {
    /// Which row of the page, from 0.
    pub index: usize,
    /// What is wrong with it; pointers begin at the row.
    pub findings: Vec<Finding>,
    /// The row as the server sent it; `None` for those who may not see everything, because nobody knows what is in it.
    pub wire: Option<String>,
}

impl Unreadable {
    fn json(&self) -> Result<String> {
        let wire = self.wire.as_ref().map_or_else(String::new, |wire| format!(",\"wire\":{wire}"));
        Ok(format!("{{\"index\":{},\"findings\":{}{wire}}}", self.index, text(&self.findings)?))
    }
}

impl Page {
    /// The same page, for those who may look at its runs but not act with them.
    pub fn public(self, system: &Documents) -> Result<Page> {
        let runs = self.runs.into_iter().map(|(run, wire)| Ok((run, public(system, wire)?)));
        let unreadable = self.unreadable.into_iter().map(|row| Unreadable { wire: None, ..row });
        Ok(Page { runs: runs.collect::<Result<_>>()?, unreadable: unreadable.collect(), ..self })
    }

    /// `{"runs": [...], "unreadable": [...], "next"?: "..."}`, each run with its row under `wire`.
    pub fn json(&self) -> Result<String> {
        let runs: Result<Vec<String>> = self.runs.iter().map(|(run, wire)| with_wire(run, wire)).collect();
        let unreadable: Result<Vec<String>> = self.unreadable.iter().map(Unreadable::json).collect();
        let next = match &self.next {
            Some(next) => format!(",\"next\":{}", text(next)?),
            None => String::new(),
        };
        Ok(format!("{{\"runs\":[{}],\"unreadable\":[{}]{next}}}", runs?.join(","), unreadable?.join(",")))
    }
}

impl<H: Host> Client<H> {
    /// Reads a page of runs; `cursor` is the [`Page::next`] of the page before.
    pub async fn list(&self, filter: &Filter, cursor: Option<&str>, call: &Call) -> Result<Page> {
        self.known_statuses(filter)?;
        let keyed = self.keyed(filter)?;
        let filter = keyed.as_ref().unwrap_or(filter);
        let clock = self.clock(call)?;
        let session = self.begin(&clock).await?;
        let api = self.system.api();
        let mut response = self.safe(&session, &clock, call, &api.list(&session.scope, filter, cursor)?).await?;
        // A link to somewhere else is none.
        let foreign = |link: &str| http::link(link, "next").is_some_and(|url| session.base.redirect(url).is_none());
        response.headers.retain(|(name, value)| name != "link" || !foreign(value));
        let rows = api.listed(filter, cursor, &response)?;
        let mut page = Page { runs: vec![], unreadable: vec![], next: rows.next };
        let mut seen = BTreeSet::new();
        for (index, (read, row)) in self.each(&response, &rows.rows)?.into_iter().zip(&rows.rows).enumerate() {
            let wire = row.as_str().to_owned();
            match read {
                Ok(run) if filter.takes(&run) && api.keeps(filter, &run, &wire) && seen.insert(run.id.clone()) => {
                    page.runs.push((run, wire))
                }
                Ok(_) => {}
                Err(findings) => page.unreadable.push(Unreadable { index, findings, wire: Some(wire) }),
            }
        }
        if api.lists_all() {
            return cut(page, filter, cursor).map_err(|error| error.of(self.system.name()));
        }
        Ok(page)
    }

    /// Each row of a page: its run, or all that is wrong with it. Rows are read one by one only where the page as a whole
    /// cannot be.
    fn each(&self, response: &Response, rows: &[Raw]) -> Result<Vec<std::result::Result<Run, Vec<Finding>>>> {
        let body = response.text()?;
        let whole = match self.runs_of(body, rows.len()) {
            Ok(runs) => return Ok(runs.into_iter().map(Ok).collect()),
            Err(error) => error,
        };
        let place = validate::rows(self.system, body);
        let names: Vec<&str> = place.split('/').skip(1).collect();
        let array = opened(body, &names);
        let around = array.as_ref().and_then(|array| body.split_once(array.as_str()));
        let Some((head, tail)) = around else { return Err(whole) };
        let page = |row: &str| format!("{head}[{row}]{tail}");
        if self.runs_of(&page(""), 0).is_err() {
            return Err(whole);
        }
        let each = rows.iter().map(|row| match self.runs_of(&page(row.as_str()), 1) {
            Ok(mut runs) => Ok(runs.pop().ok_or_else(Vec::new)),
            Err(error) if error.kind == Kind::Decode => Ok(Err(within(error.findings, &format!("{place}/0")))),
            Err(error) => Err(error),
        });
        each.collect()
    }

    fn runs_of(&self, page: &str, rows: usize) -> Result<Vec<Run>> {
        let runs = validate::parse_page(self.system, page.as_bytes(), &self.reading())?.runs;
        if runs.len() == rows {
            return Ok(runs);
        }
        let message = format!("the page has {rows} rows, of which {} are runs", runs.len());
        Err(Error::new(Kind::Decode, "unexpected_answer", message).of(self.system.name()))
    }

    /// The filter of one that names a key, in the system's own terms.
    fn keyed(&self, filter: &Filter) -> Result<Option<Filter>> {
        let (name, api) = (self.system.name(), self.system.api());
        let cannot = |what| {
            let message = format!("{name} keeps no {what} with a run: there is nothing to filter by");
            Error::new(Kind::Unsupported, "unsupported_filter", message).of(name)
        };
        if !filter.idempotency_keys.is_empty() && !api.has_claims() {
            return Err(cannot("idempotency key"));
        }
        let Some(key) = &filter.key else { return Ok(None) };
        if key.is_empty() {
            return Err(Error::new(Kind::Argument, "invalid_key", "a key must not be empty").of(name));
        }
        api.by_key(filter, key).map(Some).ok_or_else(|| cannot("key"))
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

/// Findings as seen from a place: the errors that lie within it.
fn within(findings: Vec<Finding>, place: &str) -> Vec<Finding> {
    let errors = findings.into_iter().filter(|finding| finding.severity == Severity::Error);
    let inside = |finding: Finding| match finding.pointer.strip_prefix(place) {
        Some(pointer) => Finding { pointer: pointer.to_owned(), ..finding },
        None => finding,
    };
    errors.map(inside).collect()
}

/// A page of all runs, newest first. It goes on behind the last run of the page before, wherever that stands by now, so no
/// page skips or repeats one. What cannot be read has no place in that order, and comes with the first page.
fn cut(mut page: Page, filter: &Filter, cursor: Option<&str>) -> Result<Page> {
    sort_by(&mut page.runs, |(a, _), (b, _)| order(place(a), place(b)));
    if let Some(cursor) = cursor {
        let wrong = || Error::new(Kind::Argument, "invalid_cursor", "the cursor is none of this list");
        let (at, id) = cursor.split_once('~').ok_or_else(wrong)?;
        let at = at.parse::<Millis>().map_err(|_| wrong())?;
        page.runs.retain(|(run, _)| order(place(run), (at, id)) == Ordering::Greater);
        page.unreadable.clear();
    }
    let size = filter.page_size.unwrap_or(PAGE).max(1) as usize;
    let more = page.runs.len() > size;
    page.runs.truncate(size);
    let last = page.runs.last().filter(|_| more).map(|(run, _)| place(run));
    let next = last.map(|(at, id)| format!("{at}~{id}"));
    Ok(Page { next, ..page })
}

fn place(run: &Run) -> (Millis, &str) {
    (run.created_at.unwrap_or(0.0), &run.id)
}

fn order(a: (Millis, &str), b: (Millis, &str)) -> Ordering {
    b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1))
}
