//! The tables of what every system can do as a JavaScript module: clients and what speaks to a gateway make their methods of
//! them, without WebAssembly.
use crate::error::SystemName;
use crate::system::{Body, Form, Operation, Reads, Safety, System};
use crate::systems;
use serde_json::{Map, Value, json};

/// The module's text: `capabilities` and `operations`, by the names of systems.
pub fn operations_module() -> String {
    let of = |one: &dyn Fn(&'static System) -> Value| -> Value {
        let all = SystemName::ALL.into_iter().filter_map(systems::system);
        all.map(|system| (system.name().as_str().to_owned(), one(system))).collect::<Map<_, _>>().into()
    };
    let capabilities = of(&|system| {
        system.capabilities().into_iter().map(|(name, can)| (name.to_owned(), json!(can))).collect::<Map<_, _>>().into()
    });
    let operations = of(&|system| system.api().operations().iter().map(signature).collect());
    format!("export const capabilities = {capabilities};\n\nexport const operations = {operations};\n")
}

/// An operation as JavaScript calls it: the names of its arguments in order; whether an object with a body follows, whole or
/// as members; whether one with more of a query does; how a gateway takes it; what becomes of it when it is sent again;
/// whether it gives a file.
fn signature(operation: &Operation) -> Value {
    json!({
        "name": operation.name,
        "places": operation.places(),
        "body": match operation.body {
            Body::None => "",
            Body::Whole(_) => "whole",
            Body::Of(_) => "of",
        },
        "asks": operation.query.iter().any(|parameter| !parameter.required && parameter.form != Form::Fixed),
        "get": operation.is_plain_read(),
        "safety": match operation.safety {
            Safety::Read => "read",
            Safety::Again => "again",
            Safety::Once => "once",
        },
        "file": operation.reads == Reads::File,
    })
}
