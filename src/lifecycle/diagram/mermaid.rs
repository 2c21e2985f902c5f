//! Mermaid's state diagram. It has one kind of line, and cannot draw an arrow from a group into itself: the group's title
//! says it.
use super::arrows::{Arrow, Group, groups};
use crate::lifecycle::table::Lifecycle;
use std::fmt::Write;

pub(super) fn draw(table: &Lifecycle, arrows: &[Arrow]) -> String {
    let mut text = String::from("stateDiagram-v2\n    direction LR\n");
    let is_used = |group: &Group| arrows.iter().any(|arrow| uses(arrow, group));
    let used: Vec<Group> = groups(table).into_iter().filter(is_used).collect();
    for state in table.states.iter().map(|state| state.status) {
        let around: Vec<&Group> = used.iter().filter(|group| group.states.contains(&state)).collect();
        if around.is_empty() {
            let _ = writeln!(text, "    {state}");
        }
    }
    for group in &used {
        let within = |inner: &&Group| inner.name != group.name && inner.states.iter().all(|s| group.states.contains(s));
        let inner: Vec<&Group> = used.iter().filter(within).collect();
        let outer = used.iter().any(|other| {
            other.states.len() > group.states.len() && group.states.iter().all(|s| other.states.contains(s))
        });
        if !outer {
            write_group(&mut text, group, &inner, arrows);
        }
    }
    for arrow in arrows {
        let line = match &arrow.from {
            None => format!("[*] --> {}: {}", arrow.to.name, arrow.label()),
            Some(_) if arrow.is_within() => continue,
            Some(from) => format!("{} --> {}: {}", from.name, arrow.to.name, arrow.label()),
        };
        let _ = writeln!(text, "    {line}");
    }
    text
}

fn uses(arrow: &Arrow, group: &Group) -> bool {
    let is = |other: &Group| other.is_many() && other.name == group.name;
    is(&arrow.to) || arrow.from.as_ref().is_some_and(is)
}

/// A group's name, and what its states do among themselves.
fn title(group: &Group, arrows: &[Arrow]) -> String {
    let within = arrows.iter().filter(|arrow| arrow.is_within() && arrow.to.name == group.name).map(Arrow::label);
    let within: Vec<String> = within.collect();
    if within.is_empty() {
        group.name.to_owned()
    } else {
        format!("\"{} (among themselves: {})\" as {}", group.name, within.join(", "), group.name)
    }
}

fn write_group(text: &mut String, group: &Group, inner: &[&Group], arrows: &[Arrow]) {
    let _ = writeln!(text, "    state {} {{", title(group, arrows));
    for state in &group.states {
        if !inner.iter().any(|inner| inner.states.contains(state)) {
            let _ = writeln!(text, "        {state}");
        }
    }
    for inner in inner {
        let _ = writeln!(text, "        state {} {{", title(inner, arrows));
        for state in &inner.states {
            let _ = writeln!(text, "            {state}");
        }
        text.push_str("        }\n");
    }
    text.push_str("    }\n");
}
