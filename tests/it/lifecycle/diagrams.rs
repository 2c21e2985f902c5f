//! The pictures of the tables, and the pages that are kept of them.
use super::make::rules;
use super::vectors::kept;
use runward::error::SystemName;
use runward::lifecycle::{Format, Lifecycle, diagram, page};

const NAMES: [(SystemName, &str); 4] = [
    (SystemName::Hatchet, "Hatchet"),
    (SystemName::Formance, "Formance Flows"),
    (SystemName::Onfido, "Onfido Studio"),
    (SystemName::MeshX, "meshX"),
];

fn tables(system: SystemName) -> [(&'static str, &'static Lifecycle); 2] {
    [("runs", &rules(system).runs), ("stages", &rules(system).stages)]
}

#[test]
fn the_pages_and_pictures_of_the_docs_are_those_of_the_tables() {
    for (system, name) in NAMES {
        kept(&format!("docs/lifecycles/{system}.md"), &page(rules(system), name));
        for (of, table) in tables(system) {
            let title = format!("{}{} of {name}", of[..1].to_uppercase(), &of[1..]);
            for (format, end) in [(Format::Svg, "svg"), (Format::Dot, "dot")] {
                kept(&format!("docs/lifecycles/{system}-{of}.{end}"), &diagram(table, &title, format));
            }
        }
    }
}

#[test]
fn every_state_and_every_cause_is_in_every_picture() {
    for (system, _) in NAMES {
        for (_, table) in tables(system) {
            for format in ["mermaid", "dot", "svg"] {
                let picture = diagram(table, "title", Format::parse(format).unwrap());
                let words = table.states.iter().map(|state| state.status).chain(table.rows.iter().map(|row| row.cause));
                for word in words {
                    assert!(picture.contains(word), "{system}: {format} does not show {word}");
                }
            }
        }
    }
    assert_eq!(Format::parse("png"), None);
}

#[test]
fn a_picture_is_drawn_in_the_colour_around_it() {
    for (system, _) in NAMES {
        for (_, table) in tables(system) {
            let picture = diagram(table, "title", Format::Svg);
            let colours: Vec<&str> = picture.lines().filter(|line| line.contains('#')).collect();
            assert!(picture.contains("stroke=\"currentColor\""));
            assert!(colours.iter().all(|line| line.starts_with("<style>svg:root{")), "{colours:?}");
        }
    }
}
