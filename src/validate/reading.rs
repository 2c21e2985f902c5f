//! One text, read document by document.
use super::{Found, MARK, Options, finding, report};
use crate::describe::{Column, Document};
use crate::error::SystemName;
use crate::finding::{Code, Finding, Level, Report, Severity, What};
use crate::read::{self, Item, Limits, Padded, Place, Walked, Walker};
use crate::system::Documents;
use crate::systems;
use std::cell::RefCell;

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
pub(super) struct Reading<'a> {
    system: &'a Documents,
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

impl<'a> Reading<'a> {
    /// Nothing read yet.
    pub(super) fn new(
        system: &'a Documents,
        options: &'a Options,
        documents: Vec<(usize, &'static Document)>,
        input: &'a Padded,
        each: &'a mut dyn FnMut(&Found),
    ) -> Reading<'a> {
        let (findings, runs, what, errors, enough) = (vec![], 0, None, 0, false);
        Reading { system, options, documents, input, each, findings, runs, what, errors, enough }
    }

    pub(super) fn read(&mut self) {
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

    pub(super) fn report(mut self) -> Report {
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
