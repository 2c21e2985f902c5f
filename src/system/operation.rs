//! What a system can do beside the runs' common operations, as data: one mechanism makes all their requests.
use super::answer::{member, members, odd, scalar, wrong};
use super::{Scope, System, opened};
use crate::describe::{Nullable, Others, Raw, decode, json, redact_named, secret_names};
use crate::error::{Result, SystemName};
use crate::http::{Method, Request, Response, Wants, segment};
use chrono::{DateTime, SecondsFormat};

/// An operation of one system.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Operation {
    /// The name that the client and the table of capabilities know it by.
    pub name: &'static str,
    /// The method.
    pub method: Method,
    /// The path, in which `{name}` stands for the argument of that name, and `{@tenant}` for the client's tenant.
    pub path: &'static str,
    /// Arguments that stand in the query.
    pub query: &'static [Parameter],
    /// What is sent.
    pub body: Body,
    /// What comes back.
    pub reads: Reads,
    /// What becomes of it when it is sent again.
    pub safety: Safety,
}

/// An argument that stands in the query.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// The argument's name.
    pub argument: &'static str,
    /// Its name on the wire.
    pub wire: &'static str,
    /// Must it be given?
    pub required: bool,
    /// How it is written.
    pub form: Form,
    /// What is sent when it is not given.
    pub usual: &'static [&'static str],
}

/// How an argument is written in a query.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A text, a number or a switch.
    One,
    /// One of these or several, for each of which the name stands there again.
    Many,
    /// A time: milliseconds since 1970, or a date with an offset.
    Time,
    /// An object of texts, or texts `name:value`: for each pair the name stands there again.
    Pairs,
    /// No argument: it is always the same.
    Fixed,
}

impl Parameter {
    /// One that may be given.
    pub const fn of(argument: &'static str, wire: &'static str) -> Parameter {
        Parameter { argument, wire, required: false, form: Form::One, usual: &[] }
    }

    /// One that must be given.
    pub const fn needed(argument: &'static str, wire: &'static str) -> Parameter {
        Parameter { required: true, ..Parameter::of(argument, wire) }
    }

    /// One that always is the same.
    pub const fn fixed(wire: &'static str, usual: &'static [&'static str]) -> Parameter {
        Parameter { form: Form::Fixed, usual, ..Parameter::of("", wire) }
    }

    /// The same, written so.
    pub const fn as_a(self, form: Form) -> Parameter {
        Parameter { form, ..self }
    }

    /// The same, of which this is sent when it is not given.
    pub const fn usually(self, usual: &'static [&'static str]) -> Parameter {
        Parameter { usual, ..self }
    }

    /// What stands in the query for it.
    fn written(&self, system: SystemName, given: &Others) -> Result<Vec<String>> {
        let value = given.get(self.argument).filter(|value| self.form != Form::Fixed && value.as_str() != "null");
        let Some(value) = value else { return Ok(self.usual.iter().map(|value| (*value).to_owned()).collect()) };
        let odd = |what: &str| wrong(system, "wrong_argument", format!("`{}` must be {what}", self.argument));
        let each = || -> Vec<Raw> { decode(value.as_str()).unwrap_or_else(|_| vec![value.clone()]) };
        match self.form {
            Form::One | Form::Fixed => scalar(value).map(|one| vec![one]).ok_or_else(|| odd(ONE)),
            Form::Many => each()
                .iter()
                .map(scalar)
                .collect::<Option<_>>()
                .ok_or_else(|| odd("a text, a number, or a list of them")),
            Form::Time => {
                let date = scalar(value).and_then(|text| time(&text));
                date.map(|date| vec![date]).ok_or_else(|| odd("milliseconds since 1970, or a date with an offset"))
            }
            Form::Pairs => pairs(value, &each()).ok_or_else(|| odd("an object of texts, by names without a colon")),
        }
    }
}

const ONE: &str = "a text or a number";

/// A date as RFC 3339 has it.
fn time(text: &str) -> Option<String> {
    #[allow(clippy::cast_possible_truncation)]
    let millis = |millis: f64| millis.is_finite().then_some(millis as i64).and_then(DateTime::from_timestamp_millis);
    let date = match text.parse::<f64>() {
        Ok(number) => millis(number),
        Err(_) => DateTime::parse_from_rfc3339(text).ok().map(|date| date.to_utc()),
    };
    let date = date.filter(|date| (0..=9999).contains(&chrono::Datelike::year(date)))?;
    Some(date.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// Pairs as `name:value`; the first colon ends the name.
fn pairs(value: &Raw, each: &[Raw]) -> Option<Vec<String>> {
    let is_pair = |text: &String| text.split_once(':').is_some_and(|(name, _)| !name.is_empty());
    match members(value) {
        Some(Others(members)) => members
            .iter()
            .map(|(name, value)| {
                Some(format!(
                    "{}:{}",
                    Some(name).filter(|name| !name.contains(':') && !name.is_empty())?,
                    scalar(value)?
                ))
            })
            .collect(),
        None => each.iter().map(|one| scalar(one).filter(is_pair)).collect(),
    }
}

/// What an operation sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Body {
    /// Nothing.
    None,
    /// The argument `body`: an object in which these members must stand.
    Whole(&'static [&'static str]),
    /// An object of these arguments, all of which must be given.
    Of(&'static [&'static str]),
}

/// What an operation's answer holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reads {
    /// Nothing of interest, perhaps nothing at all.
    Nothing,
    /// JSON, under these names, one inside the other.
    Json(&'static [&'static str]),
    /// A page: `data` and `next` under this name.
    Page(&'static str),
    /// A page: `rows`; where an offset can be asked for, the next begins behind a full one.
    Rows,
    /// A file.
    File,
}

/// What becomes of an operation that is sent again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Safety {
    /// It changes nothing.
    Read,
    /// It changes something, and again nothing more.
    Again,
    /// It does it twice.
    Once,
}

/// A file.
#[derive(Clone, PartialEq)]
pub struct File<F> {
    /// What its sender says it is: a media type, empty where nothing was said.
    pub kind: String,
    /// What is in it, as the host hands it on.
    pub body: F,
}

/// What an operation gave.
#[derive(Clone, PartialEq)]
pub enum Answer<F> {
    /// Nothing.
    Nothing,
    /// JSON text.
    Json(String),
    /// A file.
    File(File<F>),
}

impl<F> Answer<F> {
    /// The same answer, for those who may look but not act: whatever the system's descriptions call a secret is hidden
    /// wherever it stands, and so is every address that lets in whoever knows it.
    pub fn public(self, system: &System) -> Result<Answer<F>> {
        let Answer::Json(json) = self else { return Ok(self) };
        let raw = Raw::parse(&json).ok_or_else(|| odd(system.name(), "the answer is no JSON"))?;
        let described = system.documents().iter().map(|document| &document.value).chain(system.others);
        Ok(Answer::Json(redact_named(&raw, &secret_names(described)).as_str().to_owned()))
    }
}

impl Operation {
    /// A read of JSON under these names.
    pub const fn read(name: &'static str, path: &'static str, at: &'static [&'static str]) -> Operation {
        let (body, reads, safety) = (Body::None, Reads::Json(at), Safety::Read);
        Operation { name, method: Method::Get, path, query: &[], body, reads, safety }
    }

    /// A read of a page of `rows`.
    pub const fn list(name: &'static str, path: &'static str) -> Operation {
        Operation { reads: Reads::Rows, ..Operation::read(name, path, &[]) }
    }

    /// A read of a file.
    pub const fn file(name: &'static str, path: &'static str) -> Operation {
        Operation { reads: Reads::File, ..Operation::read(name, path, &[]) }
    }

    /// A change, whose answer tells nothing.
    pub const fn change(name: &'static str, method: Method, path: &'static str, safety: Safety) -> Operation {
        let (body, reads) = (Body::None, Reads::Nothing);
        Operation { name, method, path, query: &[], body, reads, safety }
    }

    /// The same, with these arguments in its query.
    pub const fn with(self, query: &'static [Parameter]) -> Operation {
        Operation { query, ..self }
    }

    /// The same, which sends this.
    pub const fn sends(self, body: Body) -> Operation {
        Operation { body, ..self }
    }

    /// The same, whose answer holds this.
    pub const fn gives(self, reads: Reads) -> Operation {
        Operation { reads, ..self }
    }

    /// Can everything it takes stand in the query of a GET?
    pub fn is_plain_read(&self) -> bool {
        self.safety == Safety::Read && self.body == Body::None
    }

    /// The names of the arguments that it cannot do without, in order: those of the path, then those of the query.
    pub fn places(&self) -> Vec<&'static str> {
        let path = self.path.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name);
        let path = path.filter(|name| !name.starts_with('@'));
        path.chain(self.query.iter().filter(|parameter| parameter.required).map(|parameter| parameter.argument))
            .collect()
    }

    /// The request of this operation with these arguments: an object.
    ///
    /// # Errors
    /// `argument` when one is missing, unknown or of a wrong kind.
    pub fn request(&self, system: SystemName, scope: &Scope, arguments: &Raw) -> Result<Request> {
        let given =
            members(arguments).ok_or_else(|| wrong(system, "not_an_object", "the arguments must be an object"))?;
        let (path, mut known) = self.path(system, scope, &given)?;
        let mut request = Request::of(self.method, path);
        for parameter in self.query {
            let values = parameter.written(system, &given)?;
            if values.is_empty() && parameter.required {
                return Err(self.missing(system, parameter.argument));
            }
            known.extend(Some(parameter.argument).filter(|argument| !argument.is_empty()));
            request = values.into_iter().fold(request, |request, value| request.with(parameter.wire, value));
        }
        if let Some(body) = self.body(system, &given, &mut known)? {
            request = request.json(body);
        }
        if let Some((name, _)) = given.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            let name = crate::http::quote(name);
            let message = format!("{} takes no `{name}`; it takes {}", self.name, known.join(", "));
            return Err(wrong(system, "unknown_argument", message));
        }
        Ok(request.wants(match self.reads {
            Reads::Nothing => Wants::Nothing,
            Reads::Json(_) | Reads::Page(_) | Reads::Rows => Wants::Json,
            Reads::File => Wants::File,
        }))
    }

    /// The path, and the names of the arguments in it.
    fn path(&self, system: SystemName, scope: &Scope, given: &Others) -> Result<(String, Vec<&'static str>)> {
        let (mut path, mut known) = (String::new(), vec![]);
        for part in self.path.split('{') {
            let (name, rest) = part.split_once('}').unwrap_or(("", part));
            if name == "@tenant" {
                let tenant = scope.tenant.as_deref().ok_or_else(|| wrong(system, "missing_tenant", NO_TENANT))?;
                path.push_str(&segment("tenant", tenant).map_err(|error| error.of(system))?);
            } else if !name.is_empty() {
                let value = text(system, given, name)?.ok_or_else(|| self.missing(system, name))?;
                path.push_str(&segment(name, &value).map_err(|error| error.of(system))?);
                known.push(name);
            }
            path.push_str(rest);
        }
        Ok((path, known))
    }

    fn body(&self, system: SystemName, given: &Others, known: &mut Vec<&'static str>) -> Result<Option<String>> {
        match self.body {
            Body::None => Ok(None),
            Body::Whole(required) => {
                known.push("body");
                let body = given.get("body").ok_or_else(|| self.missing(system, "body"))?;
                let held = members(body).ok_or_else(|| wrong(system, "not_an_object", "`body` must be an object"))?;
                if let Some(name) = required.iter().find(|name| held.get(name).is_none()) {
                    let message = format!("{} sends the whole object: `{name}` is missing from it", self.name);
                    return Err(wrong(system, "missing_argument", message));
                }
                Ok(Some(body.as_str().to_owned()))
            }
            Body::Of(names) => {
                let mut parts = vec![];
                for name in names {
                    known.push(name);
                    let value = given.get(name).ok_or_else(|| self.missing(system, name))?;
                    parts.push(format!("\"{name}\":{}", value.as_str()));
                }
                Ok(Some(format!("{{{}}}", parts.join(","))))
            }
        }
    }

    /// Where the next page begins, if this one is full and an offset can be asked for.
    fn offset_behind(&self, request: &Request, rows: usize) -> Option<usize> {
        let number = |wire: &str| {
            request.query.iter().find(|(name, _)| *name == wire).and_then(|(_, value)| value.parse::<usize>().ok())
        };
        let is_paged = self.query.iter().any(|parameter| parameter.wire == "offset");
        let is_full = number("limit").is_some_and(|limit| limit > 0 && rows >= limit);
        (is_paged && is_full).then(|| number("offset").unwrap_or(0) + rows)
    }

    fn missing(&self, system: SystemName, name: &str) -> crate::error::Error {
        wrong(system, "missing_argument", format!("{} needs `{name}`", self.name))
    }

    /// What the answer to this request of the operation says; `file` is the one that came with it.
    ///
    /// # Errors
    /// `decode` when it is not what the system sends.
    pub fn answer<F>(
        &self,
        system: SystemName,
        request: &Request,
        response: Response,
        file: Option<F>,
    ) -> Result<Answer<F>> {
        match self.reads {
            Reads::Nothing => Ok(Answer::Nothing),
            Reads::File => {
                let kind = response.header("content-type").unwrap_or_default().to_owned();
                let body = file.ok_or_else(|| odd(system, "the answer holds no file"))?;
                Ok(Answer::File(File { kind, body }))
            }
            Reads::Json(names) => Ok(Answer::Json(member(system, &response, names)?.as_str().to_owned())),
            Reads::Rows => {
                let missing = || odd(system, "the answer holds no list at /rows");
                let held = Others::decode(response.text()?).map_err(|_| missing())?;
                // Where there are none, some lists hold `null`.
                let rows = held.get("rows").and_then(|rows| decode::<Nullable<Vec<Raw>>>(rows.as_str()).ok());
                let rows = rows.ok_or_else(missing)?.into_option().unwrap_or_default();
                let next = self.offset_behind(request, rows.len());
                let next = next.map_or_else(String::new, |next| format!(",\"next\":\"{next}\""));
                Ok(Answer::Json(format!("{{\"items\":{}{next}}}", json(&rows))))
            }
            Reads::Page(name) => {
                let data = member(system, &response, &[name, "data"])?;
                if !data.as_str().starts_with('[') {
                    return Err(odd(system, &format!("the answer holds no list at /{name}/data")));
                }
                let next = opened(response.text()?, &[name, "next"]).filter(|next| next.as_str().starts_with('"'));
                let next = next.map_or_else(String::new, |next| format!(",\"next\":{}", next.as_str()));
                Ok(Answer::Json(format!("{{\"items\":{}{next}}}", data.as_str())))
            }
        }
    }
}

const NO_TENANT: &str = "the token names no tenant in its `sub` claim: give `tenant`";

/// The argument of that name as text; none when it is absent or null.
fn text(system: SystemName, given: &Others, name: &str) -> Result<Option<String>> {
    let Some(value) = given.get(name).filter(|value| value.as_str() != "null") else { return Ok(None) };
    let wrong = || wrong(system, "wrong_argument", format!("`{name}` must be {ONE}"));
    scalar(value).map(Some).ok_or_else(wrong)
}
