//! One request: its tries, its time, its redirects, and what its answer amounts to.
use super::{Call, Client, Event, Host, Session, race};
use crate::error::{Error, Kind, Result};
use crate::http::{Base, Method, Prepared, Request, Response, Taking, Wants};
use crate::policy::{self, Limits};
use std::future::Future;
use std::pin::Pin;

/// An answer, and the file that it holds.
pub(super) type Came<F> = (Response, Option<F>);

type Coming<'a, F> = Pin<Box<dyn Future<Output = Result<Came<F>>> + 'a>>;

/// The time a call has.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    pub(super) limits: Limits,
    until: f64,
}

impl<H: Host> Client<H> {
    pub(super) fn clock(&self, call: &Call) -> Result<Clock> {
        let limits = self.limits(call)?;
        Ok(Clock { limits, until: self.host.now() + limits.deadline })
    }

    pub(super) fn left(&self, clock: &Clock) -> f64 {
        clock.until - self.host.now()
    }

    /// The session, within the call's time: a secret may have to be fetched.
    pub(super) async fn begin(&self, clock: &Clock) -> Result<Session> {
        self.within(self.left(clock), "deadline", self.session(clock)).await
    }

    /// Waits, unless the deadline comes first.
    pub(super) async fn pause(&self, clock: &Clock, millis: f64) -> Result<()> {
        if millis >= self.left(clock) {
            return Err(self.late("deadline"));
        }
        self.host.sleep(millis).await;
        Ok(())
    }

    /// A request that changes nothing: tried again while that has a chance.
    pub(super) async fn safe(
        &self,
        session: &Session,
        clock: &Clock,
        call: &Call,
        request: &Request,
    ) -> Result<Response> {
        self.tried(session, clock, call, request).await.map(|(response, _)| response)
    }

    /// The same, with the file of an answer that holds one.
    pub(super) async fn tried(
        &self,
        session: &Session,
        clock: &Clock,
        call: &Call,
        request: &Request,
    ) -> Result<Came<H::File>> {
        self.earn();
        let mut tries = 1;
        loop {
            let error = match self.attempt(session, clock, call, request, tries).await {
                Ok(came) => return Ok(came),
                Err(error) => error,
            };
            let wait = policy::retry(&error, tries, &clock.limits, self.left(clock), self.host.random());
            let Some(wait) = wait.filter(|_| self.spend()) else { return Err(error) };
            self.host.observe(&Event::Retry { code: error.code, wait });
            self.host.sleep(wait).await;
            tries += 1;
        }
    }

    /// A request that may change something: tried once.
    pub(super) async fn once(
        &self,
        session: &Session,
        clock: &Clock,
        call: &Call,
        request: &Request,
    ) -> Result<Response> {
        self.earn();
        self.attempt(session, clock, call, request, 1).await.map(|(response, _)| response)
    }

    /// A single try; one more when the secret was found to be over and there is a new one. Who is refused has done nothing,
    /// so that harms no create either.
    async fn attempt(
        &self,
        session: &Session,
        clock: &Clock,
        call: &Call,
        request: &Request,
        attempt: u32,
    ) -> Result<Came<H::File>> {
        let answer = self.send(session, clock, call, request, attempt).await;
        if !answer.as_ref().is_err_and(|error| error.status == Some(401)) {
            return answer;
        }
        let renewed = self.within(self.left(clock), "deadline", self.renew(session, clock)).await?;
        if renewed { self.send(session, clock, call, request, attempt).await } else { answer }
    }

    /// Sends once. Whatever is no success is an error, and no error holds the secret.
    async fn send(
        &self,
        session: &Session,
        clock: &Clock,
        call: &Call,
        request: &Request,
        attempt: u32,
    ) -> Result<Came<H::File>> {
        let prepared = self.prepare(session, call, request);
        let (method, url) = (request.method, prepared.url.clone());
        self.host.observe(&Event::Request { method, url: url.clone(), attempt });
        let begun = self.host.now();
        let left = self.left(clock);
        let (time, what) =
            if left < clock.limits.timeout { (left, "deadline") } else { (clock.limits.timeout, "timeout") };
        let answer = self.within(time, what, self.follow(session, prepared, request.wants)).await;
        let answer = answer.and_then(|(response, file)| {
            let (status, request_id) = (response.status, request_id(&response));
            let millis = self.host.now() - begun;
            self.host.observe(&Event::Response { method, url, status, request_id, millis });
            Ok((self.judge(response, request.wants, file.is_some())?, file))
        });
        answer.map_err(|error| self.redact(error, session))
    }

    fn prepare(&self, session: &Session, call: &Call, request: &Request) -> Prepared {
        let mut headers = request.headers.clone();
        if let Some(secret) = session.secret.borrow().as_ref() {
            headers.extend(self.system.api().authorize(&session.scope, secret));
        }
        headers.extend(call.traceparent.iter().map(|trace| ("traceparent", trace.clone())));
        let silence = call.timeout.unwrap_or(self.options.limits.timeout);
        let taking = if call.flowing { Taking::Flowing { silence } } else { Taking::Whole };
        Prepared {
            method: request.method,
            url: session.base.join(&request.path),
            query: request.query.clone(),
            headers,
            body: request.body.clone(),
            max_bytes: self.options.max_bytes,
            file: (request.wants == Wants::File).then_some(taking),
        }
    }

    /// Redirects are followed on the same origin, with the method they came for; elsewhere no credential is sent. A file
    /// is fetched from elsewhere without any.
    fn follow<'a>(&'a self, session: &'a Session, mut prepared: Prepared, wants: Wants) -> Coming<'a, H::File> {
        Box::pin(async move {
            let mut at = session.base.clone();
            for _ in 0..=policy::REDIRECTS {
                let (response, file) = self.host.send(prepared.clone()).await?;
                let Some(location) = redirect(&prepared, &response)? else { return Ok((response, file)) };
                let target = match at.redirect(location) {
                    Some(target) => target,
                    None if wants == Wants::File => {
                        at = elsewhere(&at, location).ok_or_else(|| foreign(response.status))?;
                        prepared.headers.retain(|(name, _)| *name == "accept");
                        location.to_owned()
                    }
                    None => return Err(foreign(response.status)),
                };
                prepared.url = target;
                prepared.query.clear();
            }
            Err(refused(0, "too_many_redirects", "the answers lead in a circle"))
        })
    }

    /// A success holds what was wanted; anything else is a failure.
    fn judge(&self, response: Response, wants: Wants, has_file: bool) -> Result<Response> {
        if response.ok() {
            let held = match wants {
                Wants::Json => json(&response, self.options.max_depth),
                Wants::Nothing => Ok(()),
                Wants::File => file(&response, has_file),
            };
            held.map_err(|error| Error { status: Some(response.status), ..error })?;
            return Ok(response);
        }
        let date = response.header("date");
        let wait = response.header("retry-after").and_then(|value| policy::retry_after(value, date, self.host.now()));
        let error = self.system.api().failure(&response);
        Err(Error { retry_after: wait, request_id: request_id(&response), ..error })
    }

    fn redact(&self, error: Error, session: &Session) -> Error {
        let secret = session.secret.borrow();
        let secrets = secret.iter().chain(&session.hidden).filter(|secret| !secret.is_empty());
        let message =
            secrets.fold(error.message.clone(), |message, secret| message.replace(secret.as_str(), "<secret>"));
        Error { message, ..error }.of(self.system.name())
    }

    pub(super) async fn within<T>(
        &self,
        millis: f64,
        what: &'static str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let late = self.host.sleep(millis.max(0.0));
        race(work, late).await.unwrap_or_else(|| Err(self.late(what)))
    }

    pub(super) fn late(&self, what: &'static str) -> Error {
        let message = match what {
            "timeout" => "a try took longer than `timeout` allows",
            _ => "the call took longer than `deadline` allows",
        };
        Error::new(Kind::Timeout, what, message).of(self.system.name()).retryable()
    }

    fn earn(&self) {
        let mut budget = self.budget.get();
        budget.earn();
        self.budget.set(budget);
    }

    fn spend(&self) -> bool {
        let mut budget = self.budget.get();
        let enough = budget.spend();
        self.budget.set(budget);
        enough
    }
}

/// The system's own id of a request.
fn request_id(response: &Response) -> Option<String> {
    let fit = |id: &&str| id.len() <= 128 && id.bytes().all(|byte| byte.is_ascii_graphic());
    response.header("x-request-id").filter(fit).map(str::to_owned)
}

/// Where an answer leads, if it leads anywhere.
fn redirect<'a>(prepared: &Prepared, response: &'a Response) -> Result<Option<&'a str>> {
    let keeps_method = match response.status {
        0 => {
            return Err(refused(
                0,
                "redirect_refused",
                "the answer is a redirect, which a browser does not let us look into",
            ));
        }
        301..=303 => prepared.method == Method::Get,
        307 | 308 => true,
        _ => return Ok(None),
    };
    let location = response.header("location").filter(|_| keeps_method);
    let why = "the answer is a redirect that this request cannot follow";
    location.map(Some).ok_or_else(|| refused(response.status, "redirect_refused", why))
}

fn foreign(status: u16) -> Error {
    refused(status, "cross_origin_redirect", "the answer leads to another origin, where no credential is sent")
}

/// Another origin that a file may be fetched from: none that anybody on the way could read along with.
fn elsewhere(from: &Base, location: &str) -> Option<Base> {
    let plain = location.chars().all(|c| !c.is_control() && c != ' ' && c != '\\');
    let to = Base::of_url(location).filter(|_| plain)?;
    (to.origin().starts_with("https:") || from.origin().starts_with("http:")).then_some(to)
}

/// Is it a file? What a proxy or a login page puts in its place is none.
fn file(response: &Response, has_file: bool) -> Result<()> {
    let kind = response.header("content-type").unwrap_or_default();
    if !has_file || kind.starts_with("text/html") || kind.starts_with("application/json") {
        let what = if has_file { "" } else { ", empty" };
        let message = format!("the answer ({}{what}) is no file", crate::http::quote(kind));
        return Err(Error::new(Kind::Decode, "not_a_file", message));
    }
    Ok(())
}

fn refused(status: u16, code: &'static str, message: &str) -> Error {
    let status = (status > 0).then_some(status);
    Error { status, ..Error::new(Kind::Http, code, message) }
}

/// Is the body whole JSON text, and not too deep? What a proxy puts in an answer's place is neither.
fn json(response: &Response, max_depth: u32) -> Result<()> {
    let text = response.text()?;
    let deep = depth(text.as_bytes());
    if deep > max_depth {
        let message = format!("the answer is nested deeper than {max_depth}");
        return Err(Error::new(Kind::Decode, "too_deep", message));
    }
    serde_json::from_str::<&serde_json::value::RawValue>(text).map(|_| ()).map_err(|error| {
        // Node's `fetch` takes a body in chunks for whole that broke off before its last one.
        if error.is_eof() && !text.is_empty() && response.header("content-length").is_none() {
            return Error::new(Kind::Network, "in_body", "the answer broke off").retryable();
        }
        let kind = response.header("content-type").unwrap_or("no content type").split(';').next().unwrap_or_default();
        let place = format!("line {} column {}", error.line(), error.column());
        let message = format!("the answer ({}) is no JSON, at {place}", crate::http::quote(kind));
        Error::new(Kind::Decode, "not_json", message)
    })
}

/// The deepest nesting of brackets outside of strings.
fn depth(json: &[u8]) -> u32 {
    let (mut depth, mut deepest, mut string, mut escaped) = (0u32, 0, false, false);
    for &byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if string => escaped = true,
            b'"' => string = !string,
            b'[' | b'{' if !string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
