//! Errors, and what the server says of itself.
use crate::object;

object! {
    /// One thing that a handler refused.
    #[snake_case]
    pub struct APIError {
        /// A code of Hatchet's.
        pub code: Option<i64>,
        /// The field it is about.
        pub field: Option<String>,
        /// What is wrong.
        pub description: String,
        /// Where to read about it.
        pub docs_link: Option<String>,
    }
}

object! {
    /// What a handler answers to a request that it refuses.
    #[snake_case]
    pub struct APIErrors {
        /// All that is wrong.
        pub errors: Vec<APIError>,
    }
}

object! {
    /// What anything before the handlers answers; not in the contract.
    #[snake_case]
    pub struct ErrorMessage {
        /// What is wrong.
        pub message: String,
    }
}

object! {
    /// Which server answers.
    #[camel_case]
    pub struct ServerVersion {
        /// With a leading `v`.
        pub version: String,
    }
}
