//! `cargo xtask start`: the local engine, the gateway in workerd, the dashboard.
use crate::children::Children;
use crate::process::command;
use crate::{build, npm, repo};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;

const PORT: u16 = 8787;

const NAMES: [&str; 4] = ["hatchet", "formance", "onfido", "meshx"];

const HELP: &str = r#"Secrets are best left in the environment, where no other process sees them:
  RUNWARD_TOKEN, RUNWARD_CLIENT_SECRET               of the one system that is named
  RUNWARD_HATCHET_TOKEN, RUNWARD_FORMANCE_CLIENT_SECRET …  of each, when several are

Onfido's API lists no workflows. Their names for the dashboard may stand in the environment too:
  RUNWARD_WORKFLOWS='{"onfido": {"ID": "NAME", …}}'

What each system takes:
  hatchet=URL   a token, --tenant where the token does not name it
  formance=URL  --client-id and a client secret, or a token, or nothing where the stack asks for none
  onfido=URL    a token, or --client-id and a client secret
  meshx=URL     a token and --org"#;

/// What to start.
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// A real system; may be given several times. Without any, the local engine stands for all four.
    #[arg(long, value_name = "NAME=URL")]
    system: Vec<String>,
    /// The token of the system; it stays in the gateway.
    #[arg(long, env = "RUNWARD_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// The OAuth client, for Formance and Onfido.
    #[arg(long)]
    client_id: Option<String>,
    /// Its secret; it stays in the gateway.
    #[arg(long, env = "RUNWARD_CLIENT_SECRET", hide_env_values = true)]
    client_secret: Option<String>,
    /// Hatchet's tenant, where the token does not name it.
    #[arg(long)]
    tenant: Option<String>,
    /// meshX's organisation.
    #[arg(long)]
    org: Option<String>,
    /// The port of the dashboard; when it is taken, another one.
    #[arg(long, default_value_t = PORT)]
    port: u16,
    /// Where the local engine keeps its data.
    #[arg(long, value_name = "FILE", default_value = "target/local.sqlite")]
    data: PathBuf,
    /// Print one JSON object when ready: {"url", "systems": {NAME: URL}}.
    #[arg(long)]
    json: bool,
}

/// Systems by name, each with the options of its client: where it is and what opens it.
type Systems = Map<String, Value>;

/// Builds what is not built, starts everything, and waits for Ctrl-C.
pub fn start(options: &Options) -> Result<()> {
    let named = named(options)?;
    build::package()?;
    build::dashboard()?;
    if named.is_empty() {
        build::engine()?;
    }
    let mut children = Children::new()?;
    let (systems, workflows) =
        if named.is_empty() { engine(&mut children, &options.data)? } else { (named, Value::Null) };
    let port = gateway(&mut children, &systems, &workflows, options.port)?;
    announce(&format!("http://127.0.0.1:{port}/"), &systems, options.json);
    children.wait()
}

fn announce(url: &str, systems: &Systems, json: bool) {
    let at: Map<String, Value> =
        systems.iter().map(|(name, options)| (name.clone(), options["baseUrl"].clone())).collect();
    if json {
        println!("{}", json!({"url": url, "systems": at}));
        return;
    }
    println!("\nDashboard and gateway: {url}");
    at.iter().for_each(|(name, at)| println!("{name:<22} {}", at.as_str().unwrap_or_default()));
    println!("Ctrl-C ends them all.");
}

/// The real systems that are named, with their secrets.
fn named(options: &Options) -> Result<Systems> {
    let is_alone = options.system.len() == 1;
    options.system.iter().map(|system| one(system, options, is_alone)).collect()
}

fn one(system: &str, options: &Options, is_alone: bool) -> Result<(String, Value)> {
    let known = system.split_once('=').filter(|(name, _)| NAMES.contains(name));
    let Some((name, url)) = known else {
        bail!(
            "--system takes NAME=URL, such as --system hatchet=https://app.dev.hatchet-tools.com; the names are {}.",
            NAMES.join(", ")
        );
    };
    let variable = |what: &str| format!("RUNWARD_{}_{what}", name.to_uppercase());
    // What is meant for one system must not go to another.
    let secret = |what: &str, given: &Option<String>| {
        std::env::var(variable(what)).ok().or_else(|| given.clone().filter(|_| is_alone))
    };
    let (token, client_secret) = (secret("TOKEN", &options.token), secret("CLIENT_SECRET", &options.client_secret));
    let mut client = Map::from_iter([("baseUrl".to_owned(), Value::from(url))]);
    match (token, client_secret, &options.client_id) {
        (_, Some(secret), Some(id)) if matches!(name, "formance" | "onfido") => {
            client.extend([("clientId".to_owned(), id.as_str().into()), ("clientSecret".to_owned(), secret.into())]);
        }
        (Some(token), _, _) => drop(client.insert("token".into(), token.into())),
        // A stack may ask for no credentials.
        _ if name == "formance" => {}
        _ => bail!("{name} needs a token: set {} and run this again; --help tells more.", variable("TOKEN")),
    }
    match (name, &options.tenant, &options.org) {
        ("hatchet", Some(tenant), _) => drop(client.insert("tenant".into(), tenant.as_str().into())),
        ("meshx", _, Some(org)) => drop(client.insert("org".into(), org.as_str().into())),
        ("meshx", _, None) => bail!("meshx needs an organisation: give --org and run this again."),
        _ => {}
    }
    Ok((name.to_owned(), client.into()))
}

/// What the engine says when it is ready.
#[derive(Deserialize)]
struct Ready {
    url: String,
    token: String,
    tenant: String,
    control: String,
    systems: Map<String, Value>,
}

/// Starts the local engine, which stands for all systems; gives the names of workflows too, where its API lists none.
fn engine(children: &mut Children, data: &std::path::Path) -> Result<(Systems, Value)> {
    let program = repo::path(format!("target/debug/runward-local{}", std::env::consts::EXE_SUFFIX));
    let mut engine = command(&program.to_string_lossy());
    engine.args(["--port", "0", "--print-json", "--db"]).arg(data);
    let ready: Ready = children.start("local engine", &mut engine, |line| serde_json::from_str(line).ok())?;
    let of = |name: &str, keys: &[&str]| {
        let said = ready.systems.get(name).unwrap_or(&Value::Null);
        let mut options = Map::from_iter([("baseUrl".to_owned(), said["url"].clone())]);
        options.extend(keys.iter().map(|key| ((*key).to_owned(), said[*key].clone())));
        (name.to_owned(), Value::from(options))
    };
    let hatchet = json!({"baseUrl": ready.url, "token": ready.token, "tenant": ready.tenant});
    let systems = Systems::from_iter([
        ("hatchet".to_owned(), hatchet),
        of("formance", &["clientId", "clientSecret"]),
        of("onfido", &["token"]),
        of("meshx", &["token", "org"]),
    ]);
    Ok((systems, json!({"onfido": onfido_workflows(&ready.control)?})))
}

/// The names of Onfido's workflows by their ids, from the engine's controls.
fn onfido_workflows(control: &str) -> Result<Map<String, Value>> {
    #[derive(Deserialize)]
    struct Workflow {
        id: String,
        name: String,
    }
    let (host, base) = control.trim_start_matches("http://").split_once('/').context("the controls are at no URL")?;
    let mut stream = TcpStream::connect(host)?;
    // An answer of this version ends with its connection.
    write!(stream, "GET /{base}/onfido/workflows HTTP/1.0\r\nHost: {host}\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").context("the local engine's answer has no body")?;
    let all: Vec<Workflow> = serde_json::from_str(body).context("the local engine names no workflows")?;
    Ok(all.into_iter().map(|workflow| (workflow.id, workflow.name.into())).collect())
}

/// workerd says on its control channel, here its output, which port it got.
fn gateway(children: &mut Children, systems: &Systems, workflows: &Value, wanted: u16) -> Result<u16> {
    #[derive(Deserialize)]
    struct Listening {
        port: u16,
    }
    let mut workerd = npm::tool("workerd");
    workerd
        .args(["serve", "www/workerd.capnp", "--control-fd=1", "--directory-path", "files=www/dist"])
        .arg(format!("--socket-addr=http=127.0.0.1:{}", free(wanted)))
        .env("RUNWARD_SYSTEMS", serde_json::to_string(systems)?);
    // With real systems it is the operator's, out of the environment.
    if !workflows.is_null() {
        workerd.env("RUNWARD_WORKFLOWS", workflows.to_string());
    }
    let read = |line: &str| serde_json::from_str(line).ok().map(|Listening { port }| port);
    children.start("gateway", &mut workerd, read)
}

/// The wanted port, or 0 for any when it is taken.
fn free(wanted: u16) -> u16 {
    TcpListener::bind(("127.0.0.1", wanted)).map_or(0, |_| wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        options: Options,
    }

    fn systems(arguments: &str) -> Result<Systems> {
        let arguments = ["start"].into_iter().chain(arguments.split_whitespace());
        named(&Cli::try_parse_from(arguments)?.options)
    }

    #[test]
    fn each_system_gets_what_its_client_takes() {
        for (arguments, wanted) in [
            (
                "--system hatchet=http://h --token t --tenant x",
                json!({"baseUrl": "http://h", "token": "t", "tenant": "x"}),
            ),
            (
                "--system formance=http://f --client-id i --client-secret s",
                json!({"baseUrl": "http://f", "clientId": "i", "clientSecret": "s"}),
            ),
            ("--system formance=http://f", json!({"baseUrl": "http://f"})),
            ("--system onfido=http://o --token t", json!({"baseUrl": "http://o", "token": "t"})),
            (
                "--system meshx=http://m --token t --org acme",
                json!({"baseUrl": "http://m", "token": "t", "org": "acme"}),
            ),
        ] {
            let found = systems(arguments).unwrap();
            assert_eq!(found.values().next(), Some(&wanted), "{arguments}");
        }
        assert!(systems("").unwrap().is_empty());
    }

    #[test]
    fn what_is_missing_is_named_and_no_secret_goes_to_the_wrong_system() {
        let refused = |arguments: &str| systems(arguments).unwrap_err().to_string();
        assert!(refused("--system hatchet=http://h").contains("RUNWARD_HATCHET_TOKEN"));
        assert!(refused("--system meshx=http://m --token t").contains("--org"));
        assert!(refused("--system other=http://x --token t").contains("hatchet, formance, onfido, meshx"));
        let both = refused("--system hatchet=http://h --system onfido=http://o --token s3cret");
        assert!(both.contains("RUNWARD_HATCHET_TOKEN") && !both.contains("s3cret"), "{both}");
    }
}
