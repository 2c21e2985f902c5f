//! All that is said of a system's lifecycles, as a page of Markdown.
use super::{Format, diagram};
use crate::finding::Evidence;
use crate::lifecycle::judge::Rules;
use crate::lifecycle::table::{Lifecycle, Row};
use std::fmt::Write;

/// The page of a system. `name` is how people call it.
pub fn page(rules: &'static Rules, name: &str) -> String {
    let mut text =
        format!("# Lifecycles of {name}\n\nGenerated from the tables in the code; a test fails when they differ.\n");
    for (of, table) in [("Runs", &rules.runs), ("Stages", &rules.stages)] {
        let picture = diagram(table, &format!("{of} of {name}"), Format::Mermaid);
        let file = format!("{}-{}.svg", rules.system, of.to_lowercase());
        let _ = write!(
            text,
            "\n## {of}\n\n![{of} of {name}]({file})\n\n```mermaid\n{picture}```\n\n{}\n{}",
            states(table),
            rows(table)
        );
    }
    let _ = write!(text, "\n## Moves\n\n| operation | legal where | otherwise | evidence |\n|---|---|---|---|\n");
    for asked in rules.moves {
        let from: Vec<String> = asked.from(rules).iter().map(|status| format!("`{status}`")).collect();
        let (part, otherwise) = (if asked.is_of_runs() { "run" } else { "stage" }, asked.otherwise);
        let evidence = word(asked.evidence);
        let _ =
            writeln!(text, "| `{}` | the {part} is {} | {otherwise} | {evidence} |", asked.operation, from.join(", "));
    }
    let _ = write!(text, "\n## Rules\n\n| finding | what holds | evidence |\n|---|---|---|\n");
    for rule in rules.all() {
        let _ = writeln!(text, "| `{}` | {} | {} |", rule.name, rule.doc, word(rule.evidence));
    }
    text
}

fn states(table: &Lifecycle) -> String {
    let mut text = String::from("| code | status | phase | outcome | evidence |\n|---|---|---|---|---|\n");
    for (index, state) in table.states.iter().enumerate() {
        let outcome = state.outcome.map_or(String::new(), |outcome| format!("{outcome:?}").to_lowercase());
        let shown = state.wire.map_or(String::new(), |wire| format!(", shown as `{wire}`"));
        let phase = format!("{:?}", state.phase).to_lowercase();
        let evidence = word(state.evidence);
        let _ = writeln!(text, "| {} | `{}`{shown} | {phase} | {outcome} | {evidence} |", index + 1, state.status);
    }
    text
}

/// The rows; those that differ in nothing but the status after are one line.
fn rows(table: &Lifecycle) -> String {
    let mut text = String::from("| from | to | cause | new attempt | evidence |\n|---|---|---|---|---|\n");
    let alike =
        |a: &Row, b: &Row| (a.from, a.cause, a.new_attempt, a.evidence) == (b.from, b.cause, b.new_attempt, b.evidence);
    let mut lines: Vec<(&Row, Vec<String>)> = vec![];
    for row in table.rows {
        let to = format!("`{}`", row.to);
        match lines.iter_mut().find(|(first, _)| alike(first, row)) {
            Some((_, words)) => words.push(to),
            None => lines.push((row, vec![to])),
        }
    }
    for (row, to) in lines {
        let from = if row.from.is_empty() { "(new)".to_owned() } else { format!("`{}`", row.from) };
        let again = if row.new_attempt { "yes" } else { "" };
        let _ = writeln!(text, "| {from} | {} | {} | {again} | {} |", to.join(", "), row.cause, word(row.evidence));
    }
    text
}

fn word(evidence: Evidence) -> String {
    format!("{evidence:?}").to_lowercase()
}
