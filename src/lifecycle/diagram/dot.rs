//! Graphviz. An arrow of a group is cut off at the frame of its cluster.
use super::arrows::{Arrow, Group};
use crate::lifecycle::table::Lifecycle;
use std::fmt::Write;

pub(super) fn draw(table: &Lifecycle, title: &str, arrows: &[Arrow]) -> String {
    let mut text = format!("digraph {title:?} {{\n  rankdir=LR; compound=true; node [shape=box, style=rounded];\n");
    text.push_str("  \"\" [shape=point];\n");
    for (name, ended) in [("open", false), ("ended", true)] {
        let states = table.states.iter().filter(|state| state.is_end() == ended);
        let states: Vec<String> = states.map(|state| format!("{:?};", state.status)).collect();
        let _ = writeln!(text, "  subgraph cluster_{name} {{ label={name}; {} }}", states.join(" "));
    }
    for arrow in arrows {
        let _ = writeln!(text, "  {}", line(arrow));
    }
    text.push_str("}\n");
    text
}

fn line(arrow: &Arrow) -> String {
    let style = ["solid", "dashed", "dotted"].get(arrow.line).copied().unwrap_or("solid");
    let first = |group: &Group| group.states.first().copied().unwrap_or_default();
    let last = |group: &Group| group.states.last().copied().unwrap_or_default();
    let from = arrow.from.as_ref().map_or("", first);
    let to = if arrow.is_within() { last(&arrow.to) } else { first(&arrow.to) };
    let mut label = arrow.label();
    if arrow.is_within() {
        label.push_str(" (among themselves)");
    }
    let frame = |group: &Group| group.is_many() && ["open", "ended"].contains(&group.name) && !arrow.is_within();
    let tail = arrow.from.as_ref().filter(|group| frame(group));
    let tail = tail.map(|group| format!(", ltail=cluster_{}", group.name)).unwrap_or_default();
    let head = if frame(&arrow.to) { format!(", lhead=cluster_{}", arrow.to.name) } else { String::new() };
    format!("{from:?} -> {to:?} [label={label:?}, style={style}{tail}{head}];")
}
