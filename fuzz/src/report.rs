//! What must be reported of a whole text: the slow check of the document that it was taken for, and what is said of a text that
//! is none of the system's. Only the choice of the document is Runward's own.
use crate::oracle::{self, Findings};
use crate::slow::{Node, Slow, Text};
use runward::describe::{Column, Document, Field, Kind, Presence, Value};
use runward::finding::{Code, Level, Severity, What};
use runward::read::{Padded, recognise};
use runward::system::Documents;
use runward::systems;

/// What must be found; `None` where the text holds several documents, each of which is one more text.
pub fn expected(system: &Documents, text: &[u8], read: &Text, level: Level) -> Option<Findings> {
    let documents: Vec<&Document> = system.documents().iter().collect();
    let first = *text.iter().find(|byte| !b" \n\r\t".contains(byte)).unwrap_or(&0);
    let takes_arrays = documents.iter().any(|document| document.value.takes(b'['));
    if text.starts_with(b"\xEF\xBB\xBF") || read.more == Some(true) || first == b'[' && !takes_arrays {
        return None;
    }
    if text.iter().all(|byte| b" \n\r\t".contains(byte)) {
        return Some(one(Code::EmptyInput));
    }
    let document = documents[recognise(&Padded::new(text), 0, &documents)?];
    let mut findings = oracle::check(read, &document.value, level, document.run.map(|run| run()));
    let errors = findings.iter().any(|(code, ..)| code.severity() == Severity::Error);
    if errors
        && read.whole
        && let Some(stranger) = stranger(system, document, read, first)
    {
        findings = one(stranger);
    } else if document.what == What::Created && !errors {
        findings.extend(one(Code::OnlyId));
    }
    if document.what == What::Task || has_several_parts(&document.value, read.root.as_ref()) {
        let at_run = |pointer: &str| pointer.rsplit_once('/').is_some_and(|(at, _)| at == document.place);
        findings.retain(|(code, _, pointer)| *code != Code::WrappedInput || !at_run(pointer));
    }
    if read.more.is_some() {
        findings.extend(one(Code::BadJson));
    }
    Some(findings)
}

fn one(code: Code) -> Findings {
    Findings::from([(code, code.severity(), String::new())])
}

/// What is said of a text that is no document of this system.
fn stranger(system: &Documents, document: &Document, read: &Text, first: u8) -> Option<Code> {
    let takes = document.value.takes(first);
    let (present, missing) = likeness(&document.value, read);
    if missing == 0 && takes {
        return None;
    }
    let others = systems::ALL.iter().filter(|other| other.name() != system.name());
    let is_like = |theirs: &Document| {
        let (theirs, missing) = likeness(&theirs.value, read);
        missing == 0 && theirs >= present.max(1)
    };
    match others.flat_map(|other| other.documents()).any(is_like) {
        true => Some(Code::OtherSystem),
        false => (present == 0 || !takes).then_some(Code::Unrecognised),
    }
}

/// How many of the members that a document requires are there, and how many are not.
fn likeness(value: &Value, read: &Text) -> (usize, usize) {
    let names: Vec<&str> = match read.root.as_ref().map(|root| &root.value) {
        Some(Slow::Object(members)) => members.iter().map(|member| member.name.as_str()).collect(),
        _ => vec![],
    };
    let Kind::Object(of) = value.kind else { return (0, 0) };
    let required = of().fields.iter().filter(|field| field.value.presence == Presence::Required);
    let (present, missing): (Vec<&Field>, Vec<&Field>) = required.partition(|field| names.contains(&field.name));
    (present.len(), missing.len())
}

/// Has the one run in the document several parts?
fn has_several_parts(value: &Value, root: Option<&Node>) -> bool {
    let (Kind::Object(of), Some(Slow::Object(members))) = (value.kind, root.map(|root| &root.value)) else {
        return false;
    };
    let is_parts = |name: &str| of().fields.iter().any(|field| field.name == name && field.column == Column::Parts);
    let parts = members.iter().filter(|member| is_parts(&member.name)).filter_map(|member| member.value.as_ref());
    let count = |node: &Node| match &node.value {
        Slow::Array(items) if node.whole => Some(items.len()),
        _ => None,
    };
    parts.filter_map(count).next_back().is_some_and(|count| count > 1)
}
