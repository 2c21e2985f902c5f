//! Requests and responses as plain values, and the rules of addresses; no IO.
use crate::error::{Error, Kind, Result};
use std::fmt;

/// An HTTP method.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

impl Method {
    /// The method as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// What to send. The base URL and the credentials are put in front and on by the client.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path below the base URL, escaped, with its leading slash.
    pub path: String,
    /// Names and values, unescaped, in order; a name may repeat.
    pub query: Vec<(&'static str, String)>,
    /// Headers of this request alone, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// JSON text, or a form's.
    pub body: Option<String>,
    /// What a success must hold.
    pub wants: Wants,
}

/// What the success of a request holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wants {
    /// JSON text.
    Json,
    /// Nothing that matters; often nothing at all.
    Nothing,
    /// A file. It may lie with somebody else, and is fetched from there without credentials.
    File,
}

impl Request {
    /// A request to this path, without a body.
    pub fn of(method: Method, path: impl Into<String>) -> Request {
        Request {
            method,
            path: path.into(),
            query: vec![],
            headers: vec![("accept", "application/json".into())],
            body: None,
            wants: Wants::Json,
        }
    }

    /// A GET of this path.
    pub fn get(path: impl Into<String>) -> Request {
        Request::of(Method::Get, path)
    }

    /// A POST of JSON text to this path.
    pub fn post(path: impl Into<String>, body: String) -> Request {
        Request::of(Method::Post, path).json(body)
    }

    /// A POST of a form to this path.
    pub fn form(path: impl Into<String>, fields: &[(&str, &str)]) -> Request {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
        let mut request = Request { body: Some(pairs.join("&")), ..Request::of(Method::Post, path) };
        request.headers.push(("content-type", "application/x-www-form-urlencoded".into()));
        request
    }

    /// The same request with this JSON text as its body.
    pub fn json(mut self, body: String) -> Request {
        self.headers.push(("content-type", "application/json".into()));
        Request { body: Some(body), ..self }
    }

    /// The same request, which wants this.
    pub fn wants(mut self, wants: Wants) -> Request {
        if wants == Wants::File {
            self.headers = vec![("accept", "*/*".into())];
        }
        Request { wants, ..self }
    }

    /// The same request with one more pair in its query.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Request {
        self.query.push((name, value.into()));
        self
    }
}

/// What came back.
#[derive(Clone, PartialEq)]
pub struct Response {
    /// The status code; 0 for a redirect that a browser keeps to itself.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The whole body, decompressed.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of this name, given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Is it a success?
    pub fn ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as text.
    pub fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.body).map_err(|error| {
            let place = error.valid_up_to();
            Error::new(Kind::Decode, "invalid_utf8", format!("the answer's body is no UTF-8 from byte {place} on"))
        })
    }
}

/// The error of an answer that is no success, by its status; `said` is the system's own text about it.
pub fn failure(status: u16, said: Option<&str>) -> Error {
    let (kind, code, retryable) = match status {
        400 => (Kind::Http, "bad_request", false),
        401 => (Kind::Auth, "unauthorized", false),
        403 => (Kind::Auth, "forbidden", false),
        404 | 410 => (Kind::NotFound, "not_found", false),
        408 => (Kind::Http, "request_timeout", true),
        409 => (Kind::Http, "conflict", false),
        413 => (Kind::Http, "too_large", false),
        415 => (Kind::Http, "unsupported_media_type", false),
        422 => (Kind::Http, "unprocessable", false),
        429 => (Kind::RateLimit, "rate_limited", true),
        501 => (Kind::Unsupported, "not_implemented", false),
        500..=599 => (Kind::Http, "server_error", true),
        _ => (Kind::Http, "unexpected_status", false),
    };
    let message = match said.map(quote).filter(|text| !text.is_empty()) {
        Some(text) => format!("the system answered {status}: {text}"),
        None => format!("the system answered {status} without a word"),
    };
    Error { status: Some(status), retryable, ..Error::new(kind, code, message) }
}

/// Somebody else's text, short enough and plain enough to stand in a message of ours.
pub fn quote(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = plain.take(QUOTE + 1).collect();
    if short.chars().count() > QUOTE {
        short.pop();
        short.push('…');
    }
    short.trim().to_owned()
}

/// The most characters of somebody else's text in a message of ours.
const QUOTE: usize = 300;

impl fmt::Debug for Response {
    /// Without the body and the values of headers: either may hold what nobody should see.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &names)
            .field("bytes", &self.body.len())
            .finish()
    }
}

/// A request ready for the wire: absolute, and with its credentials on.
#[derive(Clone, PartialEq)]
pub struct Prepared {
    /// The method.
    pub method: Method,
    /// The absolute URL, without the query.
    pub url: String,
    /// Names and values, unescaped.
    pub query: Vec<(&'static str, String)>,
    /// Names in lower case; some hold secrets.
    pub headers: Vec<(&'static str, String)>,
    /// JSON text.
    pub body: Option<String>,
    /// The largest body to take, in bytes.
    pub max_bytes: usize,
    /// How to take the body of a success that is a file; `None` where it is none.
    pub file: Option<Taking>,
}

/// How a file is taken.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Taking {
    /// All of it, before it is handed on.
    Whole,
    /// As it comes, of whatever size.
    Flowing {
        /// Milliseconds for which it may be silent while somebody waits.
        silence: f64,
    },
}

impl Prepared {
    /// The absolute URL with its query.
    pub fn full_url(&self) -> String {
        let pairs: Vec<String> =
            self.query.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
        if pairs.is_empty() { self.url.clone() } else { format!("{}?{}", self.url, pairs.join("&")) }
    }
}

impl fmt::Debug for Prepared {
    /// Without header values, query values and body.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Prepared")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The address that a `Link` header gives for this relation.
pub fn link<'a>(header: &'a str, relation: &str) -> Option<&'a str> {
    header.split('<').skip(1).find_map(|part| {
        let (url, rest) = part.split_once('>')?;
        let mut parameters = rest.split([';', ',']).filter_map(|parameter| parameter.trim().split_once('='));
        let named = parameters.any(|(name, value)| {
            name.eq_ignore_ascii_case("rel") && value.trim_matches('"').split(' ').any(|word| word == relation)
        });
        named.then_some(url)
    })
}

/// Undoes percent-encoding, with `+` as a space as forms have it; `None` for a broken escape or broken UTF-8.
pub fn unescape(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => hex(bytes.next()?)? * 16 + hex(bytes.next()?)?,
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// An id as one segment of a path: escaped, and refused where a path could be left by it.
pub fn segment(what: &str, id: &str) -> Result<String> {
    if id.is_empty() || id == "." || id == ".." || id.chars().any(char::is_control) {
        let why = "it must not be empty, `.`, `..` or hold control characters";
        return Err(Error::new(Kind::Argument, "invalid_id", format!("the {what} cannot stand in a path: {why}")));
    }
    Ok(escape(id))
}

/// Where a system's API begins: scheme, host and perhaps a path prefix, without a trailing slash.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Base {
    origin: String,
    prefix: String,
}

impl Base {
    /// Reads a base URL. Credentials, a query and a fragment have no place in it.
    pub fn parse(url: &str) -> Result<Base> {
        let refuse = |why: &str| Err(Error::new(Kind::Argument, "invalid_base_url", format!("the base URL {why}")));
        let Some((scheme, rest)) = url.split_once("://") else {
            return refuse("must be absolute, like https://hatchet.example.com");
        };
        if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) {
            return refuse("must begin with http:// or https://");
        }
        if rest.contains(['@', '?', '#', '\\', ' ']) || rest.chars().any(char::is_control) {
            return refuse("must hold neither credentials nor a query, a fragment, spaces or backslashes");
        }
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        if host.is_empty() || host.starts_with(':') {
            return refuse("names no host");
        }
        let path = path.trim_matches('/');
        let prefix = if path.is_empty() { String::new() } else { format!("/{path}") };
        Ok(Base { origin: origin(scheme, host), prefix })
    }

    /// The absolute URL of a path below.
    pub fn join(&self, path: &str) -> String {
        format!("{}{}{path}", self.origin, self.prefix)
    }

    /// The path below which everything stands; empty when that is all of the origin.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The same origin with this prefix: empty, or with a leading slash and without a trailing one.
    pub fn with_prefix(&self, prefix: impl Into<String>) -> Base {
        Base { origin: self.origin.clone(), prefix: prefix.into() }
    }

    /// The origin of an absolute URL.
    pub fn of_url(url: &str) -> Option<Base> {
        let (scheme, rest) = url.split_once("://")?;
        let host = rest.split(['/', '?', '#']).next()?;
        Base::parse(&format!("{scheme}://{host}")).ok()
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Where a redirect leads, if it stays on this origin.
    pub fn redirect(&self, location: &str) -> Option<String> {
        if location.contains('\\') || location.chars().any(|c| c.is_control() || c == ' ') {
            return None;
        }
        if location.starts_with('/') && !location.starts_with("//") {
            return Some(format!("{}{location}", self.origin));
        }
        let (scheme, rest) = location.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at_checked(end)?;
        let target = origin(scheme, host);
        (target == self.origin).then(|| format!("{target}{path}"))
    }
}

/// Scheme and host in one spelling: lower case, default ports left out.
fn origin(scheme: &str, host: &str) -> String {
    let (scheme, host) = (scheme.to_ascii_lowercase(), host.to_ascii_lowercase());
    let default = if scheme == "https" { ":443" } else { ":80" };
    let host = host.strip_suffix(default).unwrap_or(&host);
    format!("{scheme}://{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_leaves_its_path_is_refused() {
        for id in ["", ".", "..", "a\nb", "\u{0}"] {
            assert_eq!(segment("run id", id).unwrap_err().code, "invalid_id", "{id:?}");
        }
        assert_eq!(segment("run id", "../x?y#z ü").unwrap(), "..%2Fx%3Fy%23z%20%C3%BC");
    }

    #[test]
    fn escapes_are_undone_and_broken_ones_refused() {
        assert_eq!(unescape("a%2Fb+c%C3%BC").as_deref(), Some("a/b cü"));
        for broken in ["%", "%2", "%zz", "%ff"] {
            assert_eq!(unescape(broken), None, "{broken}");
        }
        let odd = "a&b=c+d/é%";
        assert_eq!(unescape(&escape(odd)).as_deref(), Some(odd));
    }

    #[test]
    fn a_base_url_keeps_its_prefix_and_nothing_else() {
        let base = Base::parse("HTTPS://Hatchet.Example.com:443/proxy/").unwrap();
        assert_eq!(base.join("/api/v1/version"), "https://hatchet.example.com/proxy/api/v1/version");
        for bad in
            ["", "hatchet", "/x", "ftp://a", "http://", "http://u:p@a", "http://a/?q", "http://a/#f", "http://a b"]
        {
            assert_eq!(Base::parse(bad).unwrap_err().code, "invalid_base_url", "{bad}");
        }
    }

    #[test]
    fn a_redirect_is_followed_on_the_same_origin_alone() {
        let base = Base::parse("http://a:80/p").unwrap();
        assert_eq!(base.redirect("/x?y=1").as_deref(), Some("http://a/x?y=1"));
        assert_eq!(base.redirect("http://A/x").as_deref(), Some("http://a/x"));
        for elsewhere in
            ["//b/x", "https://a/x", "http://b/", "http://a:81/", "http://a@b/", "/\\b", "x", "http://a.b/"]
        {
            assert_eq!(base.redirect(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn debug_shows_neither_credentials_nor_bodies() {
        let prepared = Prepared {
            method: Method::Post,
            url: "http://a/b".into(),
            query: vec![("q", "s3cret".into())],
            headers: vec![("authorization", "Bearer s3cret".into())],
            body: Some("s3cret".into()),
            max_bytes: 1,
            file: None,
        };
        let response =
            Response { status: 200, headers: vec![("set-cookie".into(), "s3cret".into())], body: b"s3cret".to_vec() };
        assert!(!format!("{prepared:?}{response:?}").contains("s3cret"));
    }
}
