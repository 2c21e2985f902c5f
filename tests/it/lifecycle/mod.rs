//! What may follow what.
mod ahead;
mod changes;
mod damage;
mod diagrams;
mod documents;
mod engine;
mod events;
mod golden;
mod make;
mod model;
mod recorded;
mod told;
mod vectors;
mod wire;
mod world;

/// A figure for whoever reads the tests' output; what `println!` says of a test that passes is kept from them.
fn figure(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{text}");
}
