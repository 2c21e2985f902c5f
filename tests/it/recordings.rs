//! Recorded exchanges, to hold requests and answers of ours beside those of real clients and servers.
use runward::http::{Request, Response, unescape};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub struct Recorded {
    pub name: String,
    pub exchange: Value,
}

impl Recorded {
    pub fn all(system: &str) -> Vec<Recorded> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/{system}/recorded"));
        let mut all: Vec<Recorded> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .map(|path| Recorded {
                name: path.file_stem().unwrap().to_string_lossy().into_owned(),
                exchange: serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap(),
            })
            .filter(|recorded| recorded.exchange.get("request").is_some())
            .collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    pub fn get(system: &str, name: &str) -> Recorded {
        Recorded::all(system).into_iter().find(|recorded| recorded.name == name).expect(name)
    }

    pub fn response(&self) -> Response {
        let response = &self.exchange["response"];
        let headers = response["headers"].as_object().unwrap();
        Response {
            status: u16::try_from(response["status"].as_u64().unwrap()).unwrap(),
            headers: headers.iter().map(|(k, v)| (k.to_lowercase(), v.as_str().unwrap().to_owned())).collect(),
            body: response["body"].as_str().unwrap_or_default().as_bytes().to_vec(),
        }
    }

    pub fn method(&self) -> &str {
        self.exchange["request"]["method"].as_str().unwrap()
    }

    pub fn path(&self) -> (String, BTreeMap<String, Vec<String>>) {
        let path = self.exchange["request"]["path"].as_str().unwrap();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut pairs = BTreeMap::<String, Vec<String>>::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap();
            pairs.entry(name.into()).or_default().push(unescape(value).unwrap());
        }
        (path.to_owned(), pairs)
    }

    pub fn body(&self) -> Option<Value> {
        self.exchange["request"]["body"].as_str().and_then(|body| serde_json::from_str(body).ok())
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let headers = self.exchange["request"]["headers"].as_object().unwrap();
        headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str().unwrap().to_owned())
    }

    /// The fields in which this request is not the recorded one.
    pub fn differing(&self, request: &Request) -> Vec<String> {
        let (path, query) = self.path();
        let mut ours = BTreeMap::<String, Vec<String>>::new();
        for (name, value) in &request.query {
            ours.entry((*name).into()).or_default().push(value.clone());
        }
        let kind = request.headers.iter().find(|(name, _)| *name == "content-type").map(|(_, value)| value.clone());
        let mut fields = vec![
            (self.method() != request.method.as_str(), "method".to_owned()),
            (path != request.path, "path".into()),
            (self.body() != request.body.as_deref().map(|body| serde_json::from_str(body).unwrap()), "body".into()),
            (self.header("content-type") != kind, "content-type".into()),
        ];
        for name in query.keys().chain(ours.keys()).collect::<BTreeSet<_>>() {
            fields.push((query.get(name) != ours.get(name), format!("query {name}")));
        }
        fields.into_iter().filter_map(|(differs, field)| differs.then_some(field)).collect()
    }
}
