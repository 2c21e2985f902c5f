//! Validating and parsing whole documents of any system: the functions behind `validateRun`, `parseRun` and `parsePage`.
mod parse;
mod reading;
mod recognise;

use crate::describe::Document;
use crate::error::{Error, Kind, Result};
use crate::finding::{CATALOGUE, Code, Evidence, Finding, Level, Report, Severity, What};
use crate::read::{Padded, Walker};
use crate::system::Documents;
pub use parse::{Parsed, ParsedPage, parse_page, parse_run};
use reading::Reading;
pub(crate) use recognise::rows;
pub use recognise::{recognise, redacted};
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

/// All that is wrong or odd with a text: a run, a page, a bare array, lines of JSON, a task or a list of events.
///
/// # Errors
/// `argument` when an option is out of its range or the system has no such document. What is wrong with the text is no
/// error but in the report.
pub fn validate_run(system: &Documents, bytes: &[u8], options: &Options) -> Result<Report> {
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

impl Found<'_> {
    /// The bytes of the wire objects of its runs: of a page its rows, otherwise itself.
    fn wires(&self) -> Vec<Range<usize>> {
        if self.document.what != What::Page {
            return std::iter::once(self.start..self.end).collect();
        }
        let table = self.walker.table();
        let ends = table.ends().iter().map(|end| *end as usize);
        table.starts().iter().map(|start| *start as usize).zip(ends).map(|(start, end)| start..end).collect()
    }
}

/// The same, with every document handed out as soon as it was walked.
///
/// # Errors
/// As [`validate_run`].
pub fn validate_each(
    system: &Documents,
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
    let mut reading = Reading::new(system, options, documents, input, each);
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

const MARK: &[u8] = b"\xEF\xBB\xBF";

fn finding(code: Code, message: impl Into<String>) -> Finding {
    let rule = CATALOGUE.iter().find(|rule| rule.kind == code);
    Finding {
        code: code.as_str(),
        severity: code.severity(),
        pointer: String::new(),
        message: message.into(),
        level: rule.map_or(Level::Wire, |rule| rule.level),
        evidence: rule.map_or(Evidence::Policy, |rule| rule.evidence),
        line: None,
        column: None,
    }
}

fn report(system: &Documents, options: &Options, what: What, runs: u32, findings: Vec<Finding>) -> Report {
    Report {
        valid: findings.iter().all(|finding| finding.severity != Severity::Error),
        system: system.name(),
        what: options.what.unwrap_or(what),
        runs,
        findings,
    }
}
