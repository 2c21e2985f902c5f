//! Carries out a plan through the clients.
use super::answer::outside;
use super::{Act, Answer, Plan};
use crate::client::{Call, Client, Follower, Host, Watch, WatchOptions};
use crate::describe::json;
use crate::error::{Error, Kind, Result, SystemName};
use crate::order::map;
use crate::system as operation;
use std::collections::BTreeMap;
use std::rc::Rc;

/// An answer, or a stream of events behind its head.
pub enum Served<H: Host> {
    /// All of it.
    Answer(Answer),
    /// The head, and the file behind it.
    File(Answer, H::File),
    /// The head, and what follows.
    Stream(Answer, Stream<H>),
}

/// Carries out a plan. `base_path` is where the gateway's routes begin; `call` is what each call upstream asks for.
pub async fn serve<H: Host>(
    plan: Plan,
    base_path: &str,
    call: &Call,
    clients: &BTreeMap<SystemName, Rc<Client<H>>>,
) -> Served<H> {
    match run(plan, base_path, call, clients).await {
        Ok(served) => served,
        Err(error) => Served::Answer(Answer::problem(&error)),
    }
}

async fn run<H: Host>(
    plan: Plan,
    base_path: &str,
    call: &Call,
    clients: &BTreeMap<SystemName, Rc<Client<H>>>,
) -> Result<Served<H>> {
    let client = |system: SystemName| {
        let missing = || Error::new(Kind::Internal, "no_client", "the gateway has no client of this system");
        clients.get(&system).ok_or_else(missing)
    };
    // A browser looks at runs, and holds nobody's secrets.
    let own = |name: SystemName| client(name).map(|client| client.system());
    Ok(Served::Answer(match plan {
        Plan::Systems(withheld) => Answer::json(200, systems(clients, &withheld)?),
        Plan::List(system, filter, cursor) => Answer::json(
            200,
            client(system)?.list(&filter, cursor.as_deref(), call).await?.public(own(system)?)?.json()?,
        ),
        Plan::Create(system, create) => {
            let run = client(system)?.create(&create, call).await?.public(own(system)?)?;
            accepted(&format!("{base_path}/{system}/runs/"), &run)?
        }
        // The run may have been created by another instance of this gateway, a moment ago.
        Plan::Get(system, id) => {
            let call = Call { patience: Some(NEWS), ..call.clone() };
            Answer::json(200, client(system)?.get(&id, &call).await?.public(own(system)?)?.json()?)
        }
        Plan::Cancel(system, id, Act { confirm, force }) => {
            let call = Call { force, ..call.clone() };
            Answer::json(200, client(system)?.cancel(&id, confirm, &call).await?.public(own(system)?)?.json()?)
        }
        Plan::Replay(system, id, Act { confirm, force }) => {
            let call = Call { force, ..call.clone() };
            Answer::json(200, client(system)?.replay(&id, confirm, &call).await?.public(own(system)?)?.json()?)
        }
        Plan::Many(system, many, force) => {
            let call = Call { force, ..call.clone() };
            let all = client(system)?.many(&many, &call).await?;
            let all = all.into_iter().map(|one| one.public(own(system)?)?.json(outside)).collect::<Result<Vec<_>>>()?;
            Answer::json(200, format!("[{}]", all.join(",")))
        }
        Plan::Operate(system, name, arguments, force) => {
            let call = Call { force, flowing: true, ..call.clone() };
            let given = client(system)?.operate(name, &arguments, &call).await?.public(own(system)?)?;
            match given {
                operation::Answer::Nothing => Answer::nothing(),
                operation::Answer::Json(json) => Answer::json(200, json),
                operation::Answer::File(file) => {
                    return Ok(Served::File(Answer::file(name, &file.kind), file.body));
                }
            }
        }
        Plan::Watch(system, id) => {
            let watch = client(system)?.watch(&id, WatchOptions::default(), call.clone());
            return Ok(Served::Stream(Answer::events(), Stream::new(Source::Run(Box::new(watch)))));
        }
        Plan::Moves(system, filter) => {
            let follower = client(system)?.feed(filter);
            return Ok(Served::Stream(Answer::events(), Stream::new(Source::List(Box::new(follower)))));
        }
    }))
}

/// Milliseconds for which a run that somebody asks for may be unknown.
const NEWS: f64 = 2_000.0;

/// Milliseconds after which a silent stream shows that it lives.
const HEARTBEAT: f64 = 10_000.0;

/// The answer to a create: the run's place is below `runs`.
pub fn accepted(runs: &str, run: &crate::client::Read) -> Result<Answer> {
    let mut answer = Answer::json(202, run.json()?);
    answer.headers.push(("location", format!("{runs}{}", crate::http::escape(&run.snapshot.run.id))));
    Ok(answer)
}

/// `{"systems": [{"name": "...", "capabilities": {...}}]}`: what can be asked for here.
fn systems<H: Host>(
    clients: &BTreeMap<SystemName, Rc<Client<H>>>,
    withheld: &[(SystemName, &'static str)],
) -> Result<String> {
    #[derive(serde::Serialize)]
    struct Entry {
        name: SystemName,
        capabilities: BTreeMap<&'static str, bool>,
    }
    let entry = |(name, client): (&SystemName, &Rc<Client<H>>)| {
        let able = client.system().capabilities().into_iter();
        let able = able.map(|(can, able)| Ok((can, able && !withheld.contains(&(*name, can)))));
        Ok(Entry { name: *name, capabilities: map(able)? })
    };
    Ok(format!("{{\"systems\":{}}}", json(&clients.iter().map(entry).collect::<Result<Vec<_>>>()?)))
}

/// A stream of server-sent events. Dropping it ends all that it does upstream.
pub struct Stream<H> {
    source: Source<H>,
    events: u32,
    spoke_at: Option<f64>,
    over: bool,
}

enum Source<H> {
    Run(Box<Watch<H>>),
    List(Box<Follower<H>>),
}

impl<H: Host> Stream<H> {
    fn new(source: Source<H>) -> Stream<H> {
        Stream { source, events: 0, spoke_at: None, over: false }
    }

    /// The next piece of text, whenever there is one; `None` at the end.
    ///
    /// Events are `change` (a change of the run), `page` (a page of the list), `end` (nothing more will come: do not
    /// connect again) and `error` (a problem).
    pub async fn next(&mut self) -> Option<String> {
        if self.over {
            return None;
        }
        if self.spoke_at.is_none() {
            self.spoke_at = Some(self.now());
            return Some("retry: 2000\n\n".into());
        }
        loop {
            let text = match self.source.step().await {
                Ok(Step::Event(name, json)) => Some(self.event(name, &json)),
                Ok(Step::Quiet) => self.heartbeat(),
                Ok(Step::Over) => self.last("end", "{}"),
                Err(error) => self.last("error", &Answer::problem(&error).body),
            };
            if let Some(text) = text {
                self.spoke_at = Some(self.now());
                return Some(text);
            }
        }
    }

    fn last(&mut self, name: &str, json: &str) -> Option<String> {
        self.over = true;
        Some(self.event(name, json))
    }

    fn event(&mut self, name: &str, json: &str) -> String {
        self.events += 1;
        // A JSON text may hold line ends between its tokens; the receiver puts the lines together again.
        let data: String = json.split(['\n', '\r']).map(|line| format!("data: {line}\n")).collect();
        format!("id: {}\nevent: {name}\n{data}\n", self.events)
    }

    fn heartbeat(&self) -> Option<String> {
        let silent = self.now() - self.spoke_at.unwrap_or(0.0);
        (silent >= HEARTBEAT).then(|| ":\n\n".into())
    }

    fn now(&self) -> f64 {
        match &self.source {
            Source::Run(watch) => watch.client().host().now(),
            Source::List(follower) => follower.client().host().now(),
        }
    }
}

enum Step {
    Event(&'static str, String),
    Quiet,
    Over,
}

impl<H: Host> Source<H> {
    async fn step(&mut self) -> Result<Step> {
        match self {
            Source::Run(watch) if watch.is_over() => Ok(Step::Over),
            Source::Run(watch) => match watch.step().await? {
                Some(change) => {
                    let change = change.public(watch.client().system())?;
                    Ok(Step::Event("change", change.json()?))
                }
                None => Ok(Step::Quiet),
            },
            Source::List(follower) => {
                let page = follower.step().await?;
                Ok(page.map_or(Step::Quiet, |page| Step::Event("page", page.as_ref().into())))
            }
        }
    }
}
