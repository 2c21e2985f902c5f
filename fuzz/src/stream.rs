//! Damaged documents and what must be reported of them, for a reader elsewhere: WebAssembly in Node.
use crate::compare::{DEPTH, findings_of};
use crate::oracle::Findings;
use crate::target::Texts;
use crate::{report, slow};
use runward::finding::Level;
use runward::validate::{Options, validate_run};
use serde_json::json;
use std::io::{self, Write};

/// Writes so many documents: of each the length of its head and of its text (32 bits each, low byte first), the head, the
/// text. The head is JSON: the system, the level, whether the text is to be read as a string, the report of the native
/// reader, and the findings of the slow check, `null` where the text holds several documents.
///
/// # Errors
/// When nobody reads.
pub fn write(rounds: u64, seed: u64, out: &mut impl Write) -> io::Result<()> {
    let mut texts = Texts::new(seed);
    let mut left = rounds;
    while left > 0 {
        let (number, text) = texts.next();
        let Some(system) = texts.targets[number].system else { continue };
        left -= 1;
        let level = if left.is_multiple_of(2) { Level::Wire } else { Level::Schema };
        let is_string = left.is_multiple_of(3) && std::str::from_utf8(&text).is_ok();
        let options = Options { level, max_findings: MOST, positions: true, ..Options::default() };
        let report = validate_run(system, &text, &options).map_err(|error| io::Error::other(format!("{error:?}")))?;
        let slow = report::expected(system, &text, &slow::read(&text, DEPTH as usize), level);
        if slow.as_ref().is_some_and(|slow| *slow != findings_of(&report)) {
            return Err(io::Error::other("the native reader and the slow check differ: see the native fuzzing"));
        }
        let head = json!({
            "system": system.name(), "level": level, "string": is_string, "report": report,
            "slow": slow.as_ref().map(spelled),
        });
        let head = serde_json::to_vec(&head)?;
        out.write_all(&(head.len() as u32).to_le_bytes())?;
        out.write_all(&(text.len() as u32).to_le_bytes())?;
        out.write_all(&head)?;
        out.write_all(&text)?;
    }
    out.flush()
}

/// So many findings that no text has more.
const MOST: usize = 1_000_000;

fn spelled(findings: &Findings) -> Vec<(&'static str, runward::finding::Severity, &str)> {
    findings.iter().map(|(code, severity, pointer)| (code.as_str(), *severity, pointer.as_str())).collect()
}
