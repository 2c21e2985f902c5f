//! A history: snapshots in the order in which they were read.
use super::judge::{Judgement, Rules, check_record, judge};
use crate::finding::Finding;
use crate::run::{Run, Snapshot};
use serde::Serialize;

/// What a sequence of snapshots turned out to be.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct History {
    /// `steps[i]` judges snapshot `i + 1` against the newest accepted one before it.
    pub steps: Vec<Judgement>,
    /// All findings; a pointer begins with the index of its snapshot.
    pub findings: Vec<Finding>,
    /// The run as the newest accepted snapshot shows it; `None` if there was no snapshot.
    #[serde(rename = "final", skip_serializing_if = "Option::is_none")]
    pub last: Option<Run>,
}

/// Judges each snapshot against the newest accepted one: a stale or impossible one does not take its place.
pub fn history(rules: &'static Rules, snapshots: &[Snapshot]) -> History {
    let mut steps = vec![];
    let mut newest = snapshots.first();
    let mut findings = newest.map_or(vec![], |first| at(0, check_record(rules, first)));
    for (index, snapshot) in snapshots.iter().enumerate().skip(1) {
        let Some(before) = newest else { break };
        let judgement = judge(rules, before, snapshot);
        if judgement.verdict.is_accepted() {
            newest = Some(snapshot);
        }
        findings.extend(at(index, judgement.findings.clone()));
        steps.push(judgement);
    }
    History { steps, findings, last: newest.map(|snapshot| snapshot.run.clone()) }
}

fn at(index: usize, findings: Vec<Finding>) -> Vec<Finding> {
    let place = |finding: Finding| Finding { pointer: format!("/{index}{}", finding.pointer), ..finding };
    findings.into_iter().map(place).collect()
}
