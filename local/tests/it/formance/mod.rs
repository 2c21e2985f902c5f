//! Formance Flows.

mod recorded;
mod runs;
mod traps;
mod webhooks;

use serde_json::{Value, json};

use crate::world::{Answer, World};

/// What tests ask of the system.
pub trait Flows {
    /// A call with the token.
    fn flows(&self, method: &str, path: &str, body: Option<&Value>) -> Answer;
    fn manners(&self, manners: Value);
    fn workflow(&self, config: &Value) -> String;
    fn start_run(&self, workflow: &str, variables: Value) -> String;
    fn instance(&self, id: &str) -> Value;
    fn event(&self, id: &str, name: &str) -> Answer;
    fn operate(&self, id: &str, operation: &str);
    /// Steps until the instance is as wished.
    fn until_instance(&self, id: &str, what: &str, is_so: impl Fn(&Value) -> bool);
}

impl Flows for World {
    fn flows(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let access = &self.systems.formance;
        let mut headers = vec![("authorization".to_owned(), format!("Bearer {}", access.token))];
        let body = body.map(Value::to_string);
        if body.is_some() {
            headers.push(("content-type".into(), "application/json".into()));
        }
        self.send_to(&access.url, method, path, &headers, body.as_deref())
    }

    fn manners(&self, manners: Value) {
        self.control("/formance", &manners);
    }

    fn workflow(&self, config: &Value) -> String {
        let answer = self.flows("POST", "/v2/workflows", Some(config));
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()["data"]["id"].as_str().unwrap().to_owned()
    }

    fn start_run(&self, workflow: &str, variables: Value) -> String {
        let answer = self.flows("POST", &format!("/v2/workflows/{workflow}/instances"), Some(&variables));
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()["data"]["id"].as_str().unwrap().to_owned()
    }

    fn instance(&self, id: &str) -> Value {
        self.flows("GET", &format!("/v2/instances/{id}"), None).json()["data"].clone()
    }

    fn event(&self, id: &str, name: &str) -> Answer {
        self.flows("POST", &format!("/v2/instances/{id}/events"), Some(&json!({"name": name})))
    }

    fn operate(&self, id: &str, operation: &str) {
        self.control("/formance/operator", &json!({"instance": id, "do": operation}));
    }

    fn until_instance(&self, id: &str, what: &str, is_so: impl Fn(&Value) -> bool) {
        for _ in 0..4_000 {
            if is_so(&self.instance(id)) {
                return;
            }
            self.advance(5.0);
        }
        panic!("{id} never was {what}: {}", self.instance(id));
    }
}

/// How many stage rows there are.
pub fn rows(instance: &Value) -> usize {
    instance["status"].as_array().map_or(0, Vec::len)
}

pub fn is_over(instance: &Value) -> bool {
    instance["terminated"] == true
}

/// A send between two accounts.
pub fn send(source: &str) -> Value {
    json!({"send": {
        "source": {"account": {"id": source, "ledger": "shop"}},
        "destination": {"account": {"id": "merchants:acme", "ledger": "shop"}},
        "amount": {"amount": "12500", "asset": "EUR/2"},
    }})
}
