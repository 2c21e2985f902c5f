//! What a system can do beside the runs' common operations: one method for all of them.
use super::create::maybe_done;
use super::memory::Part;
use super::send::{Came, Clock};
use super::{Call, Client, Event, Host, Session, Target};
use crate::describe::{Others, Raw, decode};
use crate::error::{Error, Kind, Result, SystemName};
use crate::http::{Request, Wants};
use crate::lifecycle::{Move, Moved};
use crate::policy;
use crate::run::{Run, Stage};
use crate::system::{Answer, Safety, Scope};

impl<H: Host> Client<H> {
    /// Does what the table of the system's operations calls by this name; `arguments` is an object. Reads are tried again
    /// while that has a chance, anything else is sent once. What asks for a move takes a run or stage as it was read in the
    /// place of its id.
    ///
    /// # Errors
    /// `unsupported` for a name that is not in the table; `transition` for a move that what was handed in, or a confirmed end,
    /// rules out, before anything is sent; `unknown_outcome` when the answer to what must not be done twice was lost.
    pub async fn operate(&self, name: &str, arguments: &Raw, call: &Call) -> Result<Answer<H::File>> {
        let operations = self.system.api().operations();
        let Some(operation) = operations.iter().find(|operation| operation.name == name) else {
            self.can(name)?;
            let message = format!("{} has a method of its own", crate::http::quote(name));
            return Err(Error::new(Kind::Argument, "not_an_operation", message).of(self.system.name()));
        };
        let asked = self.system.rules().move_of(name);
        let Meant { arguments, id, run, part } = Meant::of(self.system.name(), asked, arguments)?;
        // What is wrong with the arguments is told before a secret is asked for, whoever's tenant it may be.
        let scope = Scope { tenant: Some("-".into()), ..Scope::default() };
        operation.request(self.system.name(), &scope, &arguments)?;
        self.may(name, Target { id: &id, read: run.as_ref() }, part, call)?;
        let clock = self.clock(&self.waiting(call))?;
        let session = self.begin(&clock).await?;
        let request = operation.request(self.system.name(), &session.scope, &arguments)?;
        let (response, file) = match operation.safety {
            Safety::Read => self.ready(&session, &clock, call, &request).await?,
            Safety::Again => (self.once(&session, &clock, call, &request).await?, None),
            Safety::Once => (self.once(&session, &clock, call, &request).await.map_err(unsure)?, None),
        };
        operation.answer(self.system.name(), &request, response, file)
    }

    /// The same call, whose deadline leaves room for the wait.
    fn waiting(&self, call: &Call) -> Call {
        let usual = self.options.limits.deadline;
        let room = call.wait.filter(|_| call.deadline.is_none()).map(|wait| wait + usual);
        Call { deadline: call.deadline.or(room), ..call.clone() }
    }

    /// What a read gives; one of a file that is not made yet is asked for again for as long as the caller waits.
    async fn ready(&self, session: &Session, clock: &Clock, call: &Call, request: &Request) -> Result<Came<H::File>> {
        let until = self.host.now() + call.wait.filter(|_| request.wants == Wants::File).unwrap_or(0.0);
        let mut looks = 0;
        loop {
            let error = match self.tried(session, clock, call, request).await {
                Ok(came) => return Ok(came),
                Err(error) => error,
            };
            let wait = policy::file_again(looks);
            if !not_made_yet(&error) || self.host.now() + wait > until || wait >= self.left(clock) {
                return Err(error);
            }
            self.host.observe(&Event::Retry { code: error.code, wait });
            self.host.sleep(wait).await;
            looks += 1;
        }
    }
}

/// The arguments with ids in the places of what was read, and what was read.
struct Meant {
    arguments: Raw,
    id: String,
    run: Option<Run>,
    part: Option<Part>,
}

impl Meant {
    fn of(system: SystemName, asked: Option<&Move>, arguments: &Raw) -> Result<Meant> {
        let mut meant = Meant { arguments: arguments.clone(), id: String::new(), run: None, part: None };
        // What is no object is refused where the request is made.
        let members = Others::decode(arguments.as_str()).ok();
        let Some((asked, Others(mut members))) = asked.zip(members) else { return Ok(meant) };
        for (name, value) in &mut members {
            let object = value.as_str().starts_with('{');
            match &asked.of {
                Moved::Stage { argument, read } if name == argument => {
                    let read: Option<Stage> = object.then(|| read(value.as_str())).transpose()?;
                    let id = read.as_ref().and_then(|stage| stage.id.clone());
                    let part =
                        Part { id: id.unwrap_or_else(|| text(value)), read: read.filter(|it| !it.status.is_empty()) };
                    *value = spelled(&part.id, value);
                    meant.part = Some(part);
                }
                _ if name == "id" => {
                    meant.run = object.then(|| Run::decode(value.as_str()).map_err(no_run(system))).transpose()?;
                    meant.id = meant.run.as_ref().map_or_else(|| text(value), |run| run.id.clone());
                    *value = spelled(&meant.id, value);
                }
                _ => {}
            }
        }
        Ok(Meant { arguments: Raw::of(&Others(members)), ..meant })
    }
}

/// The text that JSON spells; nothing for what is no text, which is refused where the request is made.
fn text(value: &Raw) -> String {
    decode(value.as_str()).unwrap_or_default()
}

fn spelled(id: &str, value: &Raw) -> Raw {
    if id.is_empty() { value.clone() } else { Raw::of(id) }
}

fn no_run(system: SystemName) -> impl Fn(String) -> Error {
    move |place| {
        let message = format!("this is no run as `get` or `parseRun` gives it: look at {place}, or give its id");
        Error::new(Kind::Argument, "invalid_run", message).of(system)
    }
}

/// What a system answers while it makes a file is nowhere written: any of these may mean that.
fn not_made_yet(error: &Error) -> bool {
    error.kind == Kind::NotFound || matches!(error.status, Some(409 | 422 | 425))
}

fn unsure(error: Error) -> Error {
    if !maybe_done(&error) {
        return error;
    }
    let message = format!("{}; whether it was done is unknown: look before you ask for it again", error.message);
    Error { kind: Kind::UnknownOutcome, code: "unknown_outcome", message, retryable: false, ..error }
}
