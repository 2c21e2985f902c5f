//! Validating and parsing whole documents of any system: the functions behind `validateRun`, `parseRun` and `parsePage`.
use crate::describe::{Column, Document, Raw};
use crate::error::{Error, Kind, Result, SystemName};
use crate::finding::{CATALOGUE, Code, Finding, Level, Report, Severity, What};
use crate::read::{self, Item, Limits, Padded, Place, Walked, Walker};
use crate::run::{Run, Snapshot};
use crate::system::Documents;
use crate::systems;
use std::cell::RefCell;
use std::ops::Range;

/// How to validate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// By the wire or by the published contract.
    pub level: Level,
    /// What the text must be; `None` to recognise it.
    pub what: Option<What>,
    /// Levels that may be open at once, at most 512.
    pub max_depth: u32,
    /// Bytes that the text may have.
    pub max_bytes: usize,
    /// Findings to report.
    pub max_findings: usize,
    /// Lines and columns too?
    pub positions: bool,
    /// May values follow each other without a line end between them?
    pub adjacent: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            level: Level::Wire,
            what: None,
            max_depth: 127,
            max_bytes: 8 << 20,
            max_findings: 1000,
            positions: false,
            adjacent: false,
        }
    }
}

impl Options {
    fn check(&self) -> Result<()> {
        let wrong = |message: &str| Err(Error::new(Kind::Argument, "bad_option", message));
        match self {
            Options { level: Level::Lifecycle, .. } => wrong("level must be wire or schema"),
            Options { max_depth: 0 | 513.., .. } => wrong("maxDepth must be 1 to 512"),
            Options { max_findings: 0, .. } => wrong("maxFindings must be at least 1"),
            Options { max_bytes, .. } if *max_bytes > u32::MAX as usize => wrong("maxBytes must be less than 4 GiB"),
            _ => Ok(()),
        }
    }
}

/// One run, read.
#[derive(Clone, PartialEq, Debug)]
pub struct Parsed {
    /// The common view; it was made of the whole text, of which `JSON.parse` is the wire object.
    pub snapshot: Snapshot,
    /// Warnings and readings.
    pub findings: Vec<Finding>,
}

/// A page, read.
#[derive(Clone, PartialEq, Debug)]
pub struct ParsedPage {
    /// The common views.
    pub runs: Vec<Run>,
    /// The documents they stand in, in the same order: one page, or a run each in a bare array or in lines.
    pub pieces: Vec<Piece>,
    /// Warnings and readings.
    pub findings: Vec<Finding>,
}

/// A document among those of a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Its bytes.
    pub bytes: Range<usize>,
    /// The JSON Pointer of the array whose items are the wire objects of its runs; `None` where it is one itself.
    pub rows: Option<&'static str>,
    /// How many runs it holds.
    pub runs: usize,
}

/// All that is wrong or odd with a text: a run, a page, a bare array, lines of JSON, a task or a list of events.
///
/// # Errors
/// `argument` when an option is out of its range or the system has no such document. What is wrong with the text is no
/// error but in the report.
pub fn validate_run(system: &dyn Documents, bytes: &[u8], options: &Options) -> Result<Report> {
    validate_each(system, &Padded::new(bytes), options, &mut |_| {})
}

/// A document of a text, walked to its end.
pub struct Found<'a> {
    /// Which one.
    pub document: &'static Document,
    /// The byte at which it starts.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// What was read of it.
    pub walker: &'a Walker,
}

/// The same, with every document handed out as soon as it was walked.
///
/// # Errors
/// As [`validate_run`].
pub fn validate_each(
    system: &dyn Documents,
    input: &Padded,
    options: &Options,
    each: &mut dyn FnMut(&Found),
) -> Result<Report> {
    options.check()?;
    let bytes = input.text();
    let documents: Vec<(usize, &Document)> = system.documents().iter().enumerate().collect();
    let documents: Vec<_> = documents
        .into_iter()
        .filter(|(_, document)| options.what.is_none_or(|what| fits(document.what, what)))
        .collect();
    if documents.is_empty() {
        let message = format!("{} has no document of that kind: leave out what, or take another", system.name());
        return Err(Error::new(Kind::Argument, "bad_option", message).of(system.name()));
    }
    if bytes.len() > options.max_bytes {
        let message = format!("the text has {} bytes, maxBytes allows {}", bytes.len(), options.max_bytes);
        return Ok(report(system, options, What::Run, 0, vec![finding(Code::TooLarge, message)]));
    }
    let mut reading = Reading {
        system,
        options,
        documents,
        input,
        each,
        findings: vec![],
        runs: 0,
        what: None,
        errors: 0,
        enough: false,
    };
    reading.read();
    Ok(reading.report())
}

/// Does a document serve, when this was asked for? A history is one of the system's, or a list of runs in any form.
fn fits(document: What, asked: What) -> bool {
    match asked {
        What::History => !matches!(document, What::Event),
        What::Page => matches!(document, What::Page | What::Run | What::Task),
        asked => document == asked,
    }
}

/// One run, in the common view: of a document that holds one, or of the event that carries it.
///
/// # Errors
/// `decode` with all findings when the text is not one valid run; `argument` as in [`validate_run`].
pub fn parse_run(system: &dyn Documents, bytes: &[u8], options: &Options) -> Result<Parsed> {
    let report = valid(validate_run(system, bytes, options)?)?;
    let one = matches!(report.what, What::Run | What::Created | What::Task);
    if !one && (report.what, report.runs) != (What::Event, 1) {
        return Err(unfit(&report, "one run", "parsePage"));
    }
    Ok(Parsed { snapshot: system.snapshot(text(bytes)?)?, findings: report.findings })
}

/// A page of runs, in the common view: one page, a bare array of runs, or a document on each line.
///
/// # Errors
/// `decode` with all findings when the text is not a valid page; `argument` as in [`validate_run`].
pub fn parse_page(system: &dyn Documents, bytes: &[u8], options: &Options) -> Result<ParsedPage> {
    let mut found = vec![];
    let mut keep = |piece: &Found| found.push((piece.document, piece.start..piece.end));
    let report = valid(validate_each(system, &Padded::new(bytes), options, &mut keep)?)?;
    if report.what != What::Page {
        return Err(unfit(&report, "a page of runs", "parseRun"));
    }
    let mut page = ParsedPage { runs: vec![], pieces: vec![], findings: report.findings };
    for (document, range) in found {
        let json = text(bytes.get(range.clone()).unwrap_or_default())?;
        let runs = match document.what {
            What::Page => system.page(json)?,
            What::Event => vec![system.snapshot(json)?.run],
            // what stands in an array is read as the row of a list, even alone on its line
            _ => system.page(&format!("[{json}]"))?,
        };
        let rows = (document.what == What::Page).then_some(document.place);
        page.pieces.push(Piece { bytes: range, rows, runs: runs.len() });
        page.runs.extend(runs);
    }
    Ok(page)
}

/// The system whose documents a text holds: the one whose description the first value fits best, if there is one.
pub fn recognise(bytes: &[u8]) -> Option<&'static dyn Documents> {
    let input = Padded::new(bytes);
    let start = if bytes.starts_with(MARK) { MARK.len() } else { 0 };
    let (first, value) = read::first_value(&input, start)?;
    let item = match read::next_item(&input, value, true) {
        Item::At(item) if first == b'[' => item,
        _ => value,
    };
    let likeness = |system: &&'static dyn Documents| {
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
pub(crate) fn rows(system: &dyn Documents, page: &str) -> &'static str {
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
pub fn redacted(system: &dyn Documents, json: &str) -> Result<String> {
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
    let items: Vec<Raw> = serde_json::from_str(raw.as_str()).map_err(|_| bad())?;
    serde_json::to_string(&items.iter().map(of).collect::<Vec<_>>()).map_err(|_| bad())
}

fn valid(report: Report) -> Result<Report> {
    if report.valid {
        return Ok(report);
    }
    let first = report.findings.iter().find(|finding| finding.severity == Severity::Error);
    let first = first.map_or(String::new(), |finding| format!(": at \"{}\" {}", finding.pointer, finding.message));
    let error =
        Error::new(Kind::Decode, "invalid_document", format!("this is no valid document of {}{first}", report.system));
    Err(Error { findings: report.findings, ..error.of(report.system) })
}

fn unfit(report: &Report, wanted: &str, other: &str) -> Error {
    let message = format!("this is valid, but not {wanted}: use {other} or validateRun");
    Error::new(Kind::Decode, "other_document", message).of(report.system)
}

/// The text without its byte order mark.
fn text(bytes: &[u8]) -> Result<&str> {
    let text = std::str::from_utf8(bytes.strip_prefix(MARK).unwrap_or(bytes));
    text.map_err(|_| Error::new(Kind::Decode, "bad_utf8", "the text is not UTF-8"))
}

const MARK: &[u8] = b"\xEF\xBB\xBF";

fn finding(code: Code, message: impl Into<String>) -> Finding {
    let rule = CATALOGUE.iter().find(|rule| rule.kind == code);
    Finding {
        code: code.as_str(),
        severity: code.severity(),
        pointer: String::new(),
        message: message.into(),
        level: rule.map_or(Level::Wire, |rule| rule.level),
        evidence: rule.map_or(crate::finding::Evidence::Policy, |rule| rule.evidence),
        line: None,
        column: None,
    }
}

fn report(system: &dyn Documents, options: &Options, what: What, runs: u32, findings: Vec<Finding>) -> Report {
    Report {
        valid: findings.iter().all(|finding| finding.severity != Severity::Error),
        system: system.name(),
        what: options.what.unwrap_or(what),
        runs,
        findings,
    }
}

thread_local! {
    /// Walkers, kept because they are made of the description and because they learn.
    static WALKERS: RefCell<Vec<(Key, Walker)>> = const { RefCell::new(vec![]) };
}

/// Which walker: of which system's which document at which level.
type Key = (SystemName, usize, Level);

fn with_walker<T>(key: Key, document: &Document, work: impl FnOnce(&mut Walker) -> T) -> T {
    let known = WALKERS.with_borrow_mut(|walkers| {
        let place = walkers.iter().position(|(known, _)| *known == key);
        place.map(|place| walkers.swap_remove(place).1)
    });
    let mut walker = known.unwrap_or_else(|| Walker::new(&document.value, key.2));
    let result = work(&mut walker);
    WALKERS.with_borrow_mut(|walkers| walkers.push((key, walker)));
    result
}

/// A text that is being read.
struct Reading<'a> {
    system: &'a dyn Documents,
    options: &'a Options,
    /// Those that may stand here, with their numbers.
    documents: Vec<(usize, &'static Document)>,
    input: &'a Padded,
    each: &'a mut dyn FnMut(&Found),
    findings: Vec<Finding>,
    runs: u32,
    what: Option<What>,
    /// How many errors were recorded.
    errors: usize,
    /// Are there as many errors as may be?
    enough: bool,
}

impl Reading<'_> {
    fn read(&mut self) {
        let marked = self.input.text().starts_with(MARK);
        if marked {
            self.findings.push(finding(Code::ByteOrderMark, Code::ByteOrderMark.doc()));
        }
        let start = if marked { MARK.len() } else { 0 };
        let Some((first, start)) = read::first_value(self.input, start) else {
            self.findings.push(finding(Code::EmptyInput, "the text is empty: it must hold a run"));
            return;
        };
        let takes_arrays = self.documents.iter().any(|(_, document)| document.value.takes(b'['));
        if first == b'[' && (!takes_arrays || self.options.what == Some(What::History)) {
            self.array(start);
        } else {
            self.values(start);
        }
    }

    /// A bare array of documents.
    fn array(&mut self, start: usize) {
        self.what = Some(What::Page);
        let mut item = read::next_item(self.input, start, true);
        let mut index = 0;
        loop {
            let end = match item {
                Item::At(at) => self.value(at, &format!("/{index}")),
                Item::End(end) => return self.end(end),
                Item::Broken(at) => return self.broken(at, ""),
            };
            let Some(end) = end else { return };
            item = read::next_item(self.input, end, false);
            index += 1;
        }
    }

    /// One value, or several with line ends between them.
    fn values(&mut self, start: usize) {
        let Some(mut end) = self.value(start, "") else { return };
        let mut index = 0;
        while let Some((_, next)) = read::first_value(self.input, end) {
            if !self.options.adjacent && !self.input.text().get(end..next).unwrap_or_default().contains(&b'\n') {
                return self.broken(next, "");
            }
            if index == 0 {
                self.what = Some(What::Page);
                self.findings.iter_mut().for_each(|finding| finding.pointer.insert_str(0, "/0"));
            }
            index += 1;
            let Some(behind) = self.value(next, &format!("/{index}")) else { return };
            end = behind;
        }
    }

    fn end(&mut self, end: usize) {
        if let Some((_, next)) = read::first_value(self.input, end) {
            self.broken(next, "");
        }
    }

    fn broken(&mut self, at: usize, pointer: &str) {
        let message = format!("this is not JSON: what stands at byte {at} cannot stand there");
        let position = self.options.positions.then(|| read::position(self.input, at));
        let (line, column) = (position.map(|(line, _)| line), position.map(|(_, column)| column));
        self.findings.push(Finding { pointer: pointer.into(), line, column, ..finding(Code::BadJson, message) });
    }

    /// One document; answers where it ends, or `None` when there is nothing more to read.
    fn value(&mut self, start: usize, prefix: &str) -> Option<usize> {
        let documents: Vec<&Document> = self.documents.iter().map(|(_, document)| *document).collect();
        let (number, document) = *self.documents.get(read::recognise(self.input, start, &documents)?)?;
        let key = (self.system.name(), number, self.options.level);
        let limits = Limits { depth: self.options.max_depth, findings: self.options.max_findings };
        let place = Place { input: self.input, start, prefix, positions: self.options.positions };
        let run = document.run.map(|run| run());
        let run_place = format!("{prefix}{}", document.place);
        let each = &mut self.each;
        let (walked, errors, rows, several, mut findings) = with_walker(key, document, |walker| {
            let walked = walker.walk(self.input, start, limits);
            if let Walked::To(end) = walked {
                each(&Found { document, start, end, walker });
            }
            let several = walker.column(Column::Parts) > 1.0;
            (walked, walker.errors().len(), walker.table().rows(), several, walker.findings(&place, run))
        });
        if errors > 0
            && walked != Walked::Broken
            && let Some(stranger) = self.stranger(start, document)
        {
            findings = vec![Finding { pointer: prefix.into(), ..stranger }];
        } else if document.what == What::Created && errors == 0 {
            let message = "only the id and the time of creation are real here: read the run to see how it stands";
            findings.push(Finding { pointer: prefix.into(), ..finding(Code::OnlyId, message) });
        }
        let one = match document.what {
            What::Run | What::Created => 1,
            What::Task if !prefix.is_empty() && document.run.is_some() => 1,
            What::Event if !document.place.is_empty() => 1,
            _ => rows as u32,
        };
        if several || document.what == What::Task {
            // what a run of several parts is given stands in no envelope, even if it looks like one; and out of a task
            // of its own the server has taken it
            let at_run = |finding: &Finding| finding.pointer.rsplit_once('/').is_some_and(|(at, _)| at == run_place);
            findings.retain(|finding| finding.code != Code::WrappedInput.as_str() || !at_run(finding));
        }
        self.runs += one;
        self.what = self.what.or(Some(document.what));
        self.findings.extend(findings);
        self.errors += errors;
        self.enough |= walked == Walked::Enough || self.errors >= self.options.max_findings;
        match walked {
            Walked::To(end) if !self.enough => Some(end),
            _ => None,
        }
    }

    /// One finding in place of many, when the value is no document of this system at all.
    fn stranger(&self, start: usize, document: &Document) -> Option<Finding> {
        let own = read::likeness(self.input, start, document.value);
        let takes = read::first_value(self.input, start).is_some_and(|(first, _)| document.value.takes(first));
        if own.missing == 0 && takes {
            return None;
        }
        let others = systems::ALL.iter().filter(|other| other.name() != self.system.name());
        for other in others {
            for theirs in other.documents() {
                let likeness = read::likeness(self.input, start, theirs.value);
                if likeness.missing == 0 && likeness.present >= own.present.max(1) {
                    let message =
                        format!("this is no document of {}: it looks like one of {}", self.system.name(), other.name());
                    return Some(finding(Code::OtherSystem, message));
                }
            }
        }
        (own.present == 0 || !takes).then(|| finding(Code::Unrecognised, self.unrecognised()))
    }

    fn unrecognised(&self) -> String {
        let names = self.documents.iter().map(|(_, document)| read::noun_of(document.value));
        format!("this is no document of {}: it must be {}", self.system.name(), names.collect::<Vec<_>>().join(", "))
    }

    fn report(mut self) -> Report {
        let max = self.options.max_findings;
        if self.findings.len() > max || self.enough {
            let is_error = |finding: &Finding| finding.severity == Severity::Error;
            let errors = self.findings.iter().filter(|finding| is_error(finding)).count();
            let mut room = max.saturating_sub(1).saturating_sub(errors.min(max));
            self.findings.retain(|finding| {
                let kept = is_error(finding) || room > 0;
                room -= usize::from(kept && !is_error(finding));
                kept
            });
            self.findings.truncate(max.saturating_sub(1));
            let severity = if self.enough || errors >= max { Severity::Error } else { Severity::Info };
            let message = format!("there is more than the {max} findings that maxFindings allows");
            self.findings.push(Finding { severity, ..finding(Code::TooManyFindings, message) });
        }
        report(self.system, self.options, self.what.unwrap_or(What::Run), self.runs, self.findings)
    }
}
