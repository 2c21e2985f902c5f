//! Recorded exchanges of a real server.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

/// One recorded request and its answer.
#[derive(Debug, Clone, Deserialize)]
pub struct Exchange {
    pub request: Request,
    pub response: Response,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: std::collections::BTreeMap<String, String>,
    pub body: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Response {
    pub status: u16,
    pub headers: std::collections::BTreeMap<String, String>,
    pub body: Option<String>,
}

/// The tenant of all recordings.
pub const TENANT: &str = "707d0855-80ab-4e1f-a156-f1c4546cbf52";

pub fn folder(system: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(system).join("recorded")
}

/// The names of all recorded exchanges with a system.
pub fn names(system: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder(system)).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let names = files.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned());
    let mut names: Vec<String> =
        names.filter(|name| !["lifecycles", "broker-messages"].contains(&name.as_str())).collect();
    names.sort();
    names
}

pub fn load(system: &str, name: &str) -> Exchange {
    let text = std::fs::read_to_string(folder(system).join(format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

impl Exchange {
    pub fn answer(&self) -> Value {
        serde_json::from_str(self.response.body.as_deref().unwrap_or("null")).unwrap_or_default()
    }

    /// The id after a part of the path.
    pub fn id_after(&self, part: &str) -> Option<String> {
        let rest = self.request.path.split_once(part)?.1;
        let id: String = rest.chars().take_while(|c| c.is_ascii_hexdigit() || *c == '-').collect();
        (id.len() == 36).then_some(id)
    }
}
