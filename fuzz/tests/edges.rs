//! Texts that end where a careless reader would read on: each is the whole of its allocation but for the padding, so that Miri
//! (`cargo xtask soak memory`) sees every byte that is read beyond it. Each `unsafe` block of the lexer is reached.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may fail so

use runward::finding::Level;
use runward::read::{Limits, Padded, Walked, first_value, is_date_time, is_uuid};
use runward_fuzz::target::{SEEDS, Target, ugly};
use runward_fuzz::{oracle, slow};

/// Miri takes a second where a processor takes a millisecond: every so many of the texts.
const STEP: usize = if cfg!(miri) { 41 } else { 1 };

fn within_its_allocation(text: &[u8]) -> Padded {
    let mut bytes = Vec::with_capacity(text.len() + Padded::PAD);
    bytes.extend_from_slice(text);
    Padded::of(bytes)
}

/// Is it a right document, as the walker says and as the slow check says?
fn is_right(target: &mut Target, text: &[u8]) -> bool {
    let input = within_its_allocation(text);
    let walked = target.walkers[0].walk(&input, 0, Limits { depth: 127, findings: usize::MAX });
    let ours = target.walkers[0].errors().is_empty()
        && matches!(walked, Walked::To(end) if first_value(&input, end).is_none());
    let read = slow::read(text, 127);
    let theirs = oracle::is_right(&oracle::check(&read, &target.value, Level::Wire, None)) && read.more.is_none();
    assert_eq!(ours, theirs, "{}", String::from_utf8_lossy(text));
    ours
}

#[test]
fn a_text_cut_off_at_any_byte_is_wrong_and_read_no_further() {
    let mut target = ugly();
    for text in [SEEDS[0], SEEDS[1]] {
        assert!(is_right(&mut target, text.as_bytes()));
        for end in (0..text.len()).step_by(STEP) {
            assert!(!is_right(&mut target, &text.as_bytes()[..end]));
        }
    }
}

#[test]
fn every_kind_of_value_may_be_the_last_thing_there_is() {
    let mut target = ugly();
    let values = [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1.5e+10",
        "12345678901234567890",
        "1e400",
        "\"\"",
        "\"\\u00e4\"",
        "\"\\ud83d\\ude80\"",
        "\"\\ud83d\"",
        "\"ä🚀\"",
        "[]",
        "{}",
        "[[[]]]",
        "{\"a\":{}}",
        "\"2026-11-22T16:08:09.123456789Z\"",
        "\"2026-11-22T16:08:09+02:00\"",
        "\"018f3c5e-7d1a-7000-8000-2b9a4c0d6e11\"",
        "\"a string of more than thirty-two bytes, twice a vector\"",
    ];
    let names = ["number", "text", "naive", "words", "deep", "new", "fields", "stage", "nothing", "maybe"];
    for (number, value) in values.into_iter().enumerate() {
        for end in (0..=value.len()).step_by(STEP.min(7)) {
            is_right(&mut target, &value.as_bytes()[..end]);
        }
        for name in names.into_iter().skip(if cfg!(miri) { number % 8 } else { 0 }).step_by(STEP.min(8)) {
            is_right(&mut target, format!("{{\"{name}\":{value}}}").as_bytes());
            is_right(&mut target, format!("{{\"{name}\":{value}").as_bytes());
        }
    }
}

#[test]
fn formats_cut_off_at_any_byte_are_none() {
    let (uuid, time) = ("018f3c5e-7d1a-7000-8000-2b9a4c0d6e11", "2026-11-22T16:08:09.123456789+02:00");
    assert!(is_uuid(uuid) && is_date_time(time));
    assert!((0..uuid.len()).step_by(STEP.min(5)).all(|end| !is_uuid(&uuid[..end])));
    // behind the seconds, and behind each digit of the fraction, only the offset is lacking
    assert!((0..time.len()).step_by(STEP.min(5)).all(|end| !is_date_time(&time[..end])));
}

#[test]
fn bytes_of_every_value_are_read_or_refused_anywhere() {
    let mut target = ugly();
    for byte in (0..=u8::MAX).step_by(STEP.min(17)) {
        for text in [&b"{\"text\":\"a@\"}"[..], b"{\"deep\":@}", b"{\"deep\":{\"a@", b"{\"number\":1@", b"@"] {
            let text: Vec<u8> = text.iter().map(|known| if *known == b'@' { byte } else { *known }).collect();
            is_right(&mut target, &text);
        }
    }
}
