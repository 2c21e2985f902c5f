//! Where a request leads.
use super::{Config, Incoming, body};
use crate::client::{Many, Order};
use crate::describe::Raw;
use crate::error::{Error, Kind, Result, SystemName};
use crate::http::unescape;
use crate::system::{Create, Filter, Operation};

/// What is to be done.
#[derive(Clone, PartialEq, Debug)]
pub enum Plan {
    /// Tell the systems and what they can do, but for what is withheld.
    Systems(Vec<(SystemName, &'static str)>),
    /// List a page of runs.
    List(SystemName, Filter, Option<String>),
    /// Stream the list's first page whenever it moves.
    Moves(SystemName, Filter),
    /// Create a run.
    Create(SystemName, Create),
    /// Read a run.
    Get(SystemName, String),
    /// Stream a run's changes.
    Watch(SystemName, String),
    /// Cancel a run.
    Cancel(SystemName, String, Act),
    /// Replay a run.
    Replay(SystemName, String, Act),
    /// Cancel or replay many runs, perhaps where the lifecycle rules it out, too.
    Many(SystemName, Many, bool),
    /// Do what the system's table calls by this name, with these arguments, an object; where the lifecycle rules it out, too,
    /// when the switch is on.
    Operate(SystemName, &'static str, Raw, bool),
}

/// How to cancel or replay.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Act {
    /// Look at the effect.
    pub confirm: bool,
    /// Ask all the same where the lifecycle rules it out.
    pub force: bool,
}

/// A request that was let in: a plan, or what still lacks the body.
#[derive(Clone, PartialEq, Debug)]
pub enum Route {
    /// All is known.
    Ready(Plan),
    /// The body says the rest.
    NeedsBody(Need),
}

/// What a body is needed for.
#[derive(Clone, PartialEq, Debug)]
pub struct Need {
    system: SystemName,
    content_type: Option<String>,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum What {
    /// To create a run.
    Create,
    /// To do this, perhaps by force.
    Operate(&'static Operation, bool),
    /// To ask this of many runs.
    Many(Order, Act),
}

impl Route {
    /// The plan of a request with this body.
    pub fn plan(self, body: &[u8]) -> Result<Plan> {
        match self {
            Route::Ready(plan) => Ok(plan),
            Route::NeedsBody(Need { system, content_type, what }) => {
                let content_type = content_type.as_deref();
                Ok(match what {
                    What::Create => Plan::Create(system, body::create_from(system, None, content_type, body)?),
                    What::Operate(operation, force) => {
                        Plan::Operate(system, operation.name, body::arguments(content_type, body)?, force)
                    }
                    What::Many(order, how) => {
                        let (which, most) = body::many(content_type, body)?;
                        Plan::Many(system, Many { order, which, confirm: how.confirm, most }, how.force)
                    }
                })
            }
        }
    }

    pub(super) fn of(config: &Config, request: &Incoming) -> Result<Route> {
        let (path, query) = path_and_query(&request.url);
        let below =
            path.strip_prefix(config.base_path.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let below = below.ok_or_else(no_route)?.trim_matches('/');
        let parts: Option<Vec<String>> = below.split('/').filter(|part| !part.is_empty()).map(segment).collect();
        let parts = parts.ok_or_else(no_route)?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let Some((system, rest)) = parts.split_first() else {
            return method(request, "GET").map(|()| Route::Ready(Plan::Systems(config.withheld())));
        };
        let system = SystemName::parse(system).filter(|system| config.systems.contains(system)).ok_or_else(no_route)?;
        route(config, system, rest, query, request)
    }
}

fn route(config: &Config, system: SystemName, rest: &[&str], query: &str, request: &Incoming) -> Result<Route> {
    let get = || method(request, "GET");
    let with_body = |what| {
        let content_type = request.header("content-type").map(str::to_owned);
        Ok(Route::NeedsBody(Need { system, content_type, what }))
    };
    Ok(Route::Ready(match rest {
        ["runs"] if request.method == "POST" => {
            config.may_change()?;
            return with_body(What::Create);
        }
        ["do", name] => {
            let operation = config.operation(system, name)?;
            if !operation.is_plain_read() {
                method(request, "POST")?;
                let [force] = body::switches(query, ["force"])?;
                return with_body(What::Operate(operation, force));
            }
            method(request, "GET")?;
            Plan::Operate(system, operation.name, body::arguments_of(query)?, false)
        }
        ["runs"] => {
            method(request, "GET")?;
            let (filter, cursor) = body::filter(query)?;
            Plan::List(system, filter, cursor)
        }
        ["runs", act @ ("cancel" | "replay")] if request.method == "POST" => {
            config.may_change()?;
            let [confirm, force] = body::switches(query, ["confirm", "force"])?;
            let order = if *act == "cancel" { Order::Cancel } else { Order::Replay };
            return with_body(What::Many(order, Act { confirm, force }));
        }
        ["events"] => get().and_then(|()| body::filter(query)).map(|(filter, _)| Plan::Moves(system, filter))?,
        ["runs", id] => get().map(|()| Plan::Get(system, (*id).into()))?,
        ["runs", id, "events"] => get().map(|()| Plan::Watch(system, (*id).into()))?,
        ["runs", id, act @ ("cancel" | "replay")] => {
            method(request, "POST")?;
            config.may_change()?;
            let [confirm, force] = body::switches(query, ["confirm", "force"])?;
            let how = Act { confirm, force };
            if *act == "cancel" {
                Plan::Cancel(system, (*id).into(), how)
            } else {
                Plan::Replay(system, (*id).into(), how)
            }
        }
        _ => return Err(no_route()),
    }))
}

fn path_and_query(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/");
    let path = path.split('#').next().unwrap_or_default();
    path.split_once('?').unwrap_or((path, ""))
}

/// A segment of the path; in a path, other than in a form, `+` is a plus.
fn segment(text: &str) -> Option<String> {
    unescape(&text.replace('+', "%2B"))
}

fn method(request: &Incoming, wanted: &str) -> Result<()> {
    if request.method == wanted {
        return Ok(());
    }
    let message = format!("this route takes {wanted}");
    Err(Error { status: Some(405), ..Error::new(Kind::Argument, "method_not_allowed", message) })
}

fn no_route() -> Error {
    Error { status: Some(404), ..Error::new(Kind::NotFound, "no_route", "there is no such route or system here") }
}
