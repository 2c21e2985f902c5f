//! `cargo xtask start`: the local engine, the gateway in workerd, the dashboard.
use crate::children::Children;
use crate::process::command;
use crate::{build, npm, repo};
use anyhow::{Result, bail};
use serde::Deserialize;
use std::net::TcpListener;
use std::path::PathBuf;

const PORT: u16 = 8787;

/// What to start.
#[derive(clap::Args)]
pub struct Options {
    /// A real system instead of the local engine.
    #[arg(long, value_name = "hatchet=URL", requires = "token")]
    system: Option<String>,
    /// The token of that system; it stays in the gateway.
    #[arg(long, env = "RUNWARD_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// The tenant, where the token does not name it.
    #[arg(long)]
    tenant: Option<String>,
    /// The port of the dashboard; when it is taken, another one.
    #[arg(long, default_value_t = PORT)]
    port: u16,
    /// Where the local engine keeps its data.
    #[arg(long, value_name = "FILE", default_value = "target/local.sqlite")]
    data: PathBuf,
    /// Print one JSON object when ready: {"url", "system"}.
    #[arg(long)]
    json: bool,
}

/// A system, and what opens it.
#[derive(Deserialize)]
struct Access {
    url: String,
    token: String,
    #[serde(default)]
    tenant: String,
}

/// Builds what is not built, starts everything, and waits for Ctrl-C.
pub fn start(options: &Options) -> Result<()> {
    build::package()?;
    build::dashboard()?;
    if options.system.is_none() {
        build::engine()?;
    }
    let mut children = Children::new()?;
    let access = match &options.system {
        Some(system) => named(system, options)?,
        None => engine(&mut children, &options.data)?,
    };
    let port = gateway(&mut children, &access, options.port)?;
    announce(&format!("http://127.0.0.1:{port}/"), &access, options.json);
    children.wait()
}

fn announce(url: &str, access: &Access, json: bool) {
    if json {
        println!("{}", serde_json::json!({ "url": url, "system": access.url }));
    } else {
        println!("\nDashboard and gateway: {url}\nHatchet's API:         {}\nCtrl-C ends both.", access.url);
    }
}

fn named(system: &str, options: &Options) -> Result<Access> {
    let Some(url) = system.strip_prefix("hatchet=") else {
        bail!("--system takes hatchet=URL, such as --system hatchet=https://app.dev.hatchet-tools.com.");
    };
    let token = options.token.clone().unwrap_or_default();
    Ok(Access { url: url.to_owned(), token, tenant: options.tenant.clone().unwrap_or_default() })
}

fn engine(children: &mut Children, data: &std::path::Path) -> Result<Access> {
    let program = repo::path(format!("target/debug/runward-local{}", std::env::consts::EXE_SUFFIX));
    let mut engine = command(&program.to_string_lossy());
    engine.args(["--port", "0", "--print-json", "--db"]).arg(data);
    children.start("local engine", &mut engine, |line| serde_json::from_str(line).ok())
}

/// workerd says on its control channel, here its output, which port it got.
fn gateway(children: &mut Children, access: &Access, wanted: u16) -> Result<u16> {
    #[derive(Deserialize)]
    struct Listening {
        port: u16,
    }
    let mut workerd = npm::tool("workerd");
    workerd
        .args(["serve", "www/workerd.capnp", "--control-fd=1", "--directory-path", "files=www/dist"])
        .arg(format!("--socket-addr=http=127.0.0.1:{}", free(wanted)))
        .env("HATCHET_URL", &access.url)
        .env("HATCHET_TOKEN", &access.token)
        .env("HATCHET_TENANT", &access.tenant);
    let read = |line: &str| serde_json::from_str(line).ok().map(|Listening { port }| port);
    children.start("gateway", &mut workerd, read)
}

/// The wanted port, or 0 for any when it is taken.
fn free(wanted: u16) -> u16 {
    TcpListener::bind(("127.0.0.1", wanted)).map_or(0, |_| wanted)
}
