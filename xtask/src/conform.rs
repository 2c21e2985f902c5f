//! `cargo xtask conform`: does a server still behave as the client relies on?
use crate::build;
use crate::process::{command, not_started};
use crate::test::chromium;
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::process::Stdio;

/// Which server to ask, and with what.
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// A server; without it the local engine is started and all four of its systems are asked.
    #[arg(long, value_name = "NAME=URL")]
    system: Option<String>,
    /// The token of the server.
    #[arg(long, env = "RUNWARD_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Hatchet's tenant, where the token does not name it.
    #[arg(long)]
    tenant: Option<String>,
    /// meshX's organisation.
    #[arg(long)]
    org: Option<String>,
    /// An OAuth client instead of a token: Formance, Onfido.
    #[arg(long, requires = "client_secret")]
    client_id: Option<String>,
    /// The secret of the OAuth client.
    #[arg(long, env = "RUNWARD_CLIENT_SECRET", hide_env_values = true)]
    client_secret: Option<String>,
    /// A user of meshX, whose login is tried.
    #[arg(long, requires = "password")]
    user: Option<String>,
    /// The password of the user.
    #[arg(long, env = "RUNWARD_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// A workflow, and the input that makes it do so, as `ok=charge-card` or `'fails=charge-card {"behaviour":"fail"}'`.
    #[arg(long, value_name = "WHAT=WORKFLOW [INPUT]")]
    workflow: Vec<String>,
    /// An event that was pushed to Hatchet.
    #[arg(long, value_name = "ID")]
    event: Option<String>,
    /// The applicant of Onfido's runs.
    #[arg(long, value_name = "ID")]
    applicant: Option<String>,
    /// A document that was signed electronically at Onfido: `qualified=`, `advanced=` or `simple=RUN/FILE`.
    #[arg(long, value_name = "KIND=RUN/FILE")]
    document: Vec<String>,
    /// How many runs a page of Onfido's list holds: one more is created to see two.
    #[arg(long, value_name = "RUNS")]
    page_size: Option<u32>,
    /// From where to ask; Node and Chromium when absent.
    #[arg(long, value_enum)]
    runtime: Vec<Runtime>,
    /// Only the cases whose names hold this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Seconds to wait for what a server does by itself, such as finishing a run.
    #[arg(long, default_value_t = 60)]
    patience: u32,
    /// Ask mutated servers instead, and print by which case each was found: one that is not is a hole in the suite.
    #[arg(long)]
    mutants: bool,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Runtime {
    /// The system's own client, in Node.
    Node,
    /// The gateway's client, in a page of Chromium, through a gateway of the page's own origin.
    Chromium,
}

const HELP: &str = "\
What the cases need to be named, on a server of yours; a case that lacks it is reported as not asked:
  Hatchet   --workflow ok=NAME (ends well), fails=NAME (ends FAILED), slow=NAME (runs for minutes), dag=NAME (several steps),
            'claims=NAME {\"FIELD\":\"\"}' (its idempotency expression is this field of the input), --event ID
  Formance  nothing: the suite makes its workflows and takes them away again
  Onfido    --applicant ID, --workflow ok=ID (ends by itself), waits=ID (waits for data of the client's), --page-size 20,
            --document qualified=RUN/FILE …; runs are billed and cannot be removed
  meshX     --org NAME, --workflow ok=PRODUCT (ends well), slow=PRODUCT (runs for minutes), --user NAME

Differences are listed with what was expected and what came; it exits with 1 if there are any. --json prints
{counts, differences: [{system, runtime, case, of, use, stands, what, expected, got}], notAsked, left}, or with --mutants
[{system, name, operation, found?}].";

/// Builds what is needed and asks the cases.
pub fn conform(options: &Options) -> Result<()> {
    let question = question(options)?;
    build::package()?;
    if options.system.is_none() {
        build::engine()?;
    }
    ask(options, &question)
}

fn ask(options: &Options, question: &Value) -> Result<()> {
    let mut node = command("node");
    node.arg("tests/conform/main.mjs").stdin(Stdio::piped());
    if !options.mutants && asks(options, Runtime::Chromium) {
        node.env("CHROMIUM", chromium::find()?);
    }
    // Secrets go through a pipe: a command line is everybody's to read.
    let mut child = match node.spawn() {
        Ok(child) => child,
        Err(error) => bail!("{}", not_started(&node, &error)),
    };
    child.stdin.take().context("The suite takes no input")?.write_all(question.to_string().as_bytes())?;
    if !child.wait()?.success() {
        bail!(
            "{}",
            if options.mutants { "A mutated server was not found out." } else { "There are differences: see above." }
        );
    }
    Ok(())
}

fn asks(options: &Options, runtime: Runtime) -> bool {
    options.runtime.is_empty() || options.runtime.contains(&runtime)
}

fn question(options: &Options) -> Result<Value> {
    let runtimes = [(Runtime::Node, "node"), (Runtime::Chromium, "chromium")];
    let runtimes: Vec<&str> =
        runtimes.into_iter().filter(|(one, _)| asks(options, *one)).map(|(_, name)| name).collect();
    let patience = u64::from(options.patience) * 1_000;
    Ok(with(
        json!({ "runtimes": runtimes, "mutants": options.mutants, "json": options.json, "patience": patience }),
        [("only", options.only.clone().map(Value::from)), ("target", target(options)?)],
    ))
}

/// The server that is named, how to open it, and what its cases are given.
fn target(options: &Options) -> Result<Option<Value>> {
    let Some(system) = &options.system else { return Ok(None) };
    let named = system.split_once('=').filter(|(name, _)| ["hatchet", "formance", "onfido", "meshx"].contains(name));
    let (name, url) = named.context("--system takes hatchet=URL, formance=URL, onfido=URL or meshx=URL.")?;
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let access = with(
        json!({ "baseUrl": url }),
        [
            ("token", text(&options.token).filter(|_| options.client_id.is_none())),
            ("tenant", text(&options.tenant)),
            ("org", text(&options.org)),
            ("clientId", text(&options.client_id)),
            ("clientSecret", text(&options.client_secret)),
        ],
    );
    let given = with(
        json!({ "workflow": pairs(&options.workflow, workflow)?, "document": pairs(&options.document, |place| Ok(place.into()))? }),
        [
            ("event", text(&options.event)),
            ("applicant", text(&options.applicant)),
            ("page-size", options.page_size.map(|size| size.to_string().into())),
            ("user", text(&options.user)),
            ("password", text(&options.password)),
        ],
    );
    Ok(Some(json!({ "system": name, "access": access, "given": given })))
}

/// The name of a workflow, and perhaps an input behind it.
fn workflow(text: &str) -> Result<Value> {
    let Some((name, input)) = text.split_once(' ') else { return Ok(json!({ "workflow": text })) };
    let input: Map<String, Value> =
        serde_json::from_str(input).with_context(|| format!("The input of the workflow {name} is no JSON object."))?;
    Ok(json!({ "workflow": name, "input": input }))
}

fn pairs(texts: &[String], value: impl Fn(&str) -> Result<Value>) -> Result<Map<String, Value>> {
    let pair = |text: &String| {
        let (name, rest) = text.split_once('=').with_context(|| format!("`{text}` has no `=`."))?;
        Ok((name.to_owned(), value(rest)?))
    };
    texts.iter().map(pair).collect()
}

/// The object with the members that are there.
fn with<const N: usize>(mut object: Value, members: [(&str, Option<Value>); N]) -> Value {
    for (name, value) in members {
        if let (Some(object), Some(value)) = (object.as_object_mut(), value) {
            object.insert(name.to_owned(), value);
        }
    }
    object
}

#[cfg(test)]
mod tests {
    use super::{pairs, workflow};
    use serde_json::json;

    #[test]
    fn a_workflow_may_have_an_input_behind_its_name() {
        assert_eq!(workflow("charge-card").unwrap(), json!({ "workflow": "charge-card" }));
        assert_eq!(workflow("a {\"n\": 1}").unwrap(), json!({ "workflow": "a", "input": { "n": 1 } }));
        assert!(workflow("a [1]").is_err());
        assert!(pairs(&["ok".into()], workflow).is_err());
    }
}
