//! Errors and tokens.
use crate::describe::{AnyObject, Nullable, Raw, Secret};
use crate::{object, union};

union! {
    /// What is wrong with the fields of a request: by name, or as a sentence.
    pub enum ErrorFields { Members(AnyObject), Text(String) }
}

object! {
    /// Why a request was refused.
    #[snake_case]
    pub struct ErrorProperties {
        /// Of older answers.
        #[contract(Option<Raw>, Source)]
        pub id: Option<Nullable<String>>,
        /// In a word, such as `validation_error`.
        #[contract(Option<String>, Policy)]
        pub r#type: Option<Nullable<String>>,
        /// In a sentence.
        #[contract(Option<String>, Policy)]
        pub message: Option<Nullable<String>>,
        /// By field.
        #[contract(Option<AnyObject>, Source)]
        pub fields: Option<Nullable<ErrorFields>>,
    }
}

object! {
    /// What a request that is refused answers, if it answers JSON at all.
    #[snake_case]
    pub struct Error {
        /// Not always there.
        pub error: Option<ErrorProperties>,
    }
}

object! {
    /// An access token.
    #[snake_case]
    pub struct AccessToken {
        #[note(Secret)]
        pub access_token: Secret,
        /// Seconds.
        pub expires_in: Option<i64>,
    }
}
