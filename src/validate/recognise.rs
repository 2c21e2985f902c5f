//! What a text is, before it is read; and the same text without its secrets.
use super::MARK;
use crate::describe::{Document, Raw, decode};
use crate::error::{Error, Kind, Result};
use crate::finding::What;
use crate::read::{self, Item, Padded};
use crate::system::Documents;
use crate::systems;

/// The system whose documents a text holds: the one whose description the first value fits best, if there is one.
pub fn recognise(bytes: &[u8]) -> Option<&'static Documents> {
    let input = Padded::new(bytes);
    let start = if bytes.starts_with(MARK) { MARK.len() } else { 0 };
    let (first, value) = read::first_value(&input, start)?;
    let item = match read::next_item(&input, value, true) {
        Item::At(item) if first == b'[' => item,
        _ => value,
    };
    let likeness = |system: &&'static Documents| {
        let whole = system.documents().iter().filter_map(|document| fit(read::likeness(&input, value, document.value)));
        let items = system.documents().iter().filter_map(|document| fit(read::likeness(&input, item, document.value)));
        whole.chain(items).max().map(|present| (present, *system))
    };
    let all: Vec<_> = systems::ALL.iter().filter_map(likeness).collect();
    let (most, system) = *all.iter().max_by_key(|(present, _)| *present)?;
    (all.iter().filter(|(present, _)| *present == most).count() == 1).then_some(system)
}

/// How many of its required members are there, if all are.
fn fit(likeness: read::Likeness) -> Option<usize> {
    (likeness.missing == 0 && likeness.present > 0).then_some(likeness.present)
}

/// Where in a page the array of its rows stands: a JSON Pointer.
pub(crate) fn rows(system: &Documents, page: &str) -> &'static str {
    let input = Padded::new(page.as_bytes());
    if read::first_value(&input, 0).is_none_or(|(first, _)| first == b'[') {
        return "";
    }
    let pages: Vec<_> = system.documents().iter().filter(|document| document.what == What::Page).collect();
    let found = read::recognise(&input, 0, &pages).and_then(|number| pages.get(number));
    found.map_or("", |document| document.place)
}

/// The same document without its secrets, for those who may look at a run but not act with it: `sdk_token`, tokens, signed
/// addresses, as the descriptions note them. Number spelling and order stay, white space does not.
///
/// # Errors
/// `decode` when the text is not JSON.
pub fn redacted(system: &Documents, json: &str) -> Result<String> {
    let bad = || Error::new(Kind::Decode, "bad_json", "this is not JSON").of(system.name());
    let raw = Raw::parse(json).ok_or_else(bad)?;
    let documents: Vec<&Document> = system.documents().iter().collect();
    let of = |raw: &Raw| {
        let found = read::recognise(&Padded::new(raw.as_str().as_bytes()), 0, &documents);
        found.and_then(|number| documents.get(number)).map_or_else(|| raw.clone(), |found| found.value.redact(raw))
    };
    let is_list = raw.as_str().starts_with('[') && !documents.iter().any(|document| document.value.takes(b'['));
    if !is_list {
        return Ok(of(&raw).as_str().into());
    }
    let items: Vec<Raw> = decode(raw.as_str()).map_err(|_| bad())?;
    Ok(Raw::of(&items.iter().map(of).collect::<Vec<_>>()).as_str().into())
}
