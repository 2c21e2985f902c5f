//! Errors, tokens, and what the server says of itself.
use crate::describe::{Raw, Secret};
use crate::{object, string_enum};

string_enum! {
    /// What is wrong, in a word. `FORBIDDEN` is not in the contract.
    pub enum ErrorCode {
        Validation = "VALIDATION",
        NotFound = "NOT_FOUND",
        Internal = "INTERNAL",
        Forbidden = "FORBIDDEN",
    }
}

string_enum! {
    /// What is wrong, in the words of the contract.
    pub enum PublishedErrorCode {
        Validation = "VALIDATION",
        NotFound = "NOT_FOUND",
        Internal = "INTERNAL",
    }
}

object! {
    /// Why a request was refused. `INTERNAL` with status 500 may mean that something was not found.
    #[camel_case]
    pub struct ErrorResponse {
        /// In a word.
        #[contract(PublishedErrorCode, Source)]
        pub error_code: Option<ErrorCode>,
        /// In a sentence.
        #[contract(String, Source)]
        pub error_message: Option<String>,
        /// More about it.
        pub details: Option<Raw>,
    }
}

object! {
    /// Which server answers.
    #[camel_case]
    pub struct ServerInfo {
        /// `develop` for a build without a tag.
        pub version: String,
    }
}

object! {
    /// An access token.
    #[snake_case]
    pub struct AccessToken {
        #[note(Secret)]
        pub access_token: Secret,
        /// `Bearer`.
        pub token_type: Option<String>,
        /// Seconds.
        pub expires_in: Option<i64>,
    }
}
