//! Requests and responses as plain values; no IO.

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
    /// JSON text.
    pub body: Option<String>,
}

/// What came back.
#[derive(Clone, PartialEq, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The whole body, decompressed.
    pub body: Vec<u8>,
}
