//! Any bytes, given to any system: a report within its limits, a run or a typed error, and never a panic.
use crate::mutate::Random;
use runward::finding::{Report, Severity, What};
use runward::systems;
use runward::validate::{Options, parse_page, parse_run, recognise, redacted, validate_run};

/// Makes bytes of what JSON is made of.
pub fn bytes(random: &mut Random) -> Vec<u8> {
    (0..random.below(60)).map(|_| b"{}[]:,\"\\0123eE+-tfnul \n\x00a\x80\xc3\xed"[random.below(26)]).collect()
}

/// Reads the text in every way, as a document of one system or another.
///
/// # Errors
/// Which promise was broken.
pub fn read(random: &mut Random, text: &[u8]) -> Result<(), String> {
    let system = systems::ALL[random.below(systems::ALL.len())];
    let options = Options { positions: true, max_findings: 1 + random.below(20), ..Options::default() };
    let report = validate_run(system, text, &options).map_err(|error| format!("{error:?}"))?;
    is_sound(&report, &options)?;
    recognise(text);
    if let Ok(text) = std::str::from_utf8(text) {
        let _any = redacted(system, text);
    }
    match (report.valid, report.what) {
        (true, What::Run) => parse_run(system, text, &options).map(drop),
        (true, What::Page) => parse_page(system, text, &options).map(drop),
        (true, _) => return Ok(()),
        (false, _) => {
            let read = parse_run(system, text, &options).is_ok() || parse_page(system, text, &options).is_ok();
            return if read { Err("what is invalid was parsed".into()) } else { Ok(()) };
        }
    }
    .map_err(|error| format!("valid, but not parsed: {error:?}"))
}

fn is_sound(report: &Report, options: &Options) -> Result<(), String> {
    if report.findings.len() > options.max_findings {
        return Err(format!("{} findings, {} are allowed", report.findings.len(), options.max_findings));
    }
    let errors = report.findings.iter().any(|finding| finding.severity == Severity::Error);
    if report.valid == errors { Err("the verdict is not that of the findings".into()) } else { Ok(()) }
}
