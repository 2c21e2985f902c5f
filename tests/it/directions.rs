//! The import directions of the house: who may name whom.
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the ground up; a room names rooms of its own floor and of those below.
const FLOORS: [&[&str]; 8] = [
    &["finding", "error", "lex", "order"],
    &["describe"],
    &["read"],
    &["run", "http", "policy", "webhook"],
    &["lifecycle", "system"],
    &["systems"],
    &["validate", "table", "client", "gateway", "write"],
    &["wasm"],
];

const BINDINGS: [&str; 6] =
    ["wasm_bindgen", "js_sys", "web_sys", "gloo_net", "serde_wasm_bindgen", "wasm_bindgen_futures"];

struct Source {
    /// The path below `src`.
    path: PathBuf,
    text: String,
}

impl Source {
    /// The first part of the path: the room the file stands in.
    fn room(&self) -> String {
        let first = self.path.iter().next().unwrap().to_str().unwrap();
        first.trim_end_matches(".rs").to_owned()
    }

    /// The lines that are no comments, with their numbers from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let code = |line: &&str| !line.trim_start().starts_with("//");
        self.text.lines().enumerate().map(|(i, line)| (i + 1, line)).filter(move |(_, line)| code(line))
    }

    /// The modules of this crate that a line names: `crate::a`, and each of `crate::{a, b::c}`.
    fn named(line: &str) -> Vec<String> {
        line.split("crate::").skip(1).flat_map(heads).collect()
    }
}

fn heads(rest: &str) -> Vec<String> {
    let word = |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    match rest.strip_prefix('{') {
        Some(group) => group.split('}').next().unwrap_or("").split(',').map(word).filter(|w| !w.is_empty()).collect(),
        None => vec![word(rest)],
    }
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = vec![];
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { path: path.strip_prefix(&root).unwrap().to_owned(), text });
            }
        }
    }
    found.retain(|source| source.path != Path::new("lib.rs"));
    found
}

#[test]
fn every_room_stands_on_a_floor() {
    let rooms: BTreeMap<String, ()> = sources().iter().map(|source| (source.room(), ())).collect();
    assert!(rooms.len() > 10, "only {} rooms were read", rooms.len());
    let homeless: Vec<&String> = rooms.keys().filter(|room| floor(room).is_none()).collect();
    assert!(homeless.is_empty(), "give these rooms a floor: {homeless:?}");
}

#[test]
fn rooms_name_only_rooms_below_them() {
    let mut wrong = vec![];
    for source in sources() {
        let own = floor(&source.room());
        for (number, line) in source.lines() {
            for named in Source::named(line) {
                if floor(&named).is_some_and(|there| Some(there) > own) {
                    wrong.push(format!("{}:{number} names {named}", source.path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports that point up:\n{}", wrong.join("\n"));
}

#[test]
fn no_system_names_another() {
    let mut wrong = vec![];
    for source in sources().iter().filter(|source| source.room() == "systems") {
        let Some(own) = source.path.iter().nth(1).and_then(|part| part.to_str()).filter(|part| *part != "mod.rs")
        else {
            continue;
        };
        for (number, line) in source.lines() {
            for other in ["hatchet", "formance", "onfido", "meshx"].iter().filter(|other| **other != own) {
                if line.contains(&format!("systems::{other}")) || line.contains(&format!("super::super::{other}")) {
                    wrong.push(format!("{}:{number} names {other}", source.path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "systems that know each other:\n{}", wrong.join("\n"));
}

#[test]
fn the_bindings_are_named_in_the_boundary_alone() {
    let mut wrong = vec![];
    for source in sources().iter().filter(|source| source.room() != "wasm") {
        for (number, line) in source.lines() {
            if BINDINGS.iter().any(|binding| line.contains(&format!("{binding}::"))) {
                wrong.push(format!("{}:{number}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "bindings outside src/wasm:\n{}", wrong.join("\n"));
}

#[test]
fn a_grouped_import_is_read_whole() {
    assert_eq!(Source::named("use crate::{client::Client, wasm};"), ["client", "wasm"]);
    assert_eq!(Source::named("let x = crate::run::Run::new(); crate::http::y()"), ["run", "http"]);
}
