//! Whole texts in the common view.
use super::{Found, MARK, Options, validate_each, validate_run};
use crate::error::{Error, Kind, Result};
use crate::finding::{Finding, Report, Severity, What};
use crate::read::Padded;
use crate::run::{Run, Snapshot};
use crate::system::Documents;
use std::ops::Range;

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
    /// The bytes of the wire object of each, in the same order.
    pub wires: Vec<Range<usize>>,
    /// Warnings and readings.
    pub findings: Vec<Finding>,
}

/// One run, in the common view: of a document that holds one, or of the event that carries it.
///
/// # Errors
/// `decode` with all findings when the text is not one valid run; `argument` as in [`validate_run`].
pub fn parse_run(system: &Documents, bytes: &[u8], options: &Options) -> Result<Parsed> {
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
pub fn parse_page(system: &Documents, bytes: &[u8], options: &Options) -> Result<ParsedPage> {
    let mut found = vec![];
    let mut keep = |piece: &Found| found.push((piece.document, piece.start..piece.end, piece.wires()));
    let report = valid(validate_each(system, &Padded::new(bytes), options, &mut keep)?)?;
    if report.what != What::Page {
        return Err(unfit(&report, "a page of runs", "parseRun"));
    }
    let mut page = ParsedPage { runs: vec![], wires: vec![], findings: report.findings };
    for (document, range, wires) in found {
        let json = text(bytes.get(range.clone()).unwrap_or_default())?;
        let runs = match document.what {
            What::Page => system.page(json)?,
            What::Event => vec![system.snapshot(json)?.run],
            // what stands in an array is read as the row of a list, even alone on its line
            _ => system.page(&format!("[{json}]"))?,
        };
        if runs.len() != wires.len() {
            return Err(Error::new(Kind::Internal, "lost_rows", "a page was read as more or fewer runs than it holds"));
        }
        page.wires.extend(wires);
        page.runs.extend(runs);
    }
    Ok(page)
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
