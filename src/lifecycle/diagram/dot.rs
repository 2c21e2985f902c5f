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
        write_lines(&mut text, arrow);
    }
    text.push_str("}\n");
    text
}

/// Is it drawn as a cluster, so that an arrow can be cut off at its frame?
fn is_frame(group: &Group) -> bool {
    group.is_many() && ["open", "ended"].contains(&group.name)
}

/// The nodes of a side: one stands for a frame, and a group without a frame is all of its states.
fn nodes(group: Option<&Group>) -> Vec<&'static str> {
    match group {
        None => vec![""],
        Some(group) if is_frame(group) => group.states.first().copied().into_iter().collect(),
        Some(group) => group.states.clone(),
    }
}

fn write_lines(text: &mut String, arrow: &Arrow) {
    let style = ["solid", "dashed", "dotted"].get(arrow.line).copied().unwrap_or("solid");
    let label = arrow.label();
    if arrow.is_within() {
        let (first, last) = (arrow.to.states.first(), arrow.to.states.last());
        let (first, last) = (first.copied().unwrap_or_default(), last.copied().unwrap_or_default());
        let _ =
            writeln!(text, "  {first:?} -> {last:?} [label=\"{label} (among themselves)\", style={style}, dir=both];");
        return;
    }
    let tail = arrow.from.as_ref().filter(|group| is_frame(group));
    let tail = tail.map(|group| format!(", ltail=cluster_{}", group.name)).unwrap_or_default();
    let head = if is_frame(&arrow.to) { format!(", lhead=cluster_{}", arrow.to.name) } else { String::new() };
    for from in nodes(arrow.from.as_ref()) {
        for to in nodes(Some(&arrow.to)) {
            let _ = writeln!(text, "  {from:?} -> {to:?} [label={label:?}, style={style}{tail}{head}];");
        }
    }
}
