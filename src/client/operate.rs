//! What a system can do beside the runs' common operations: one method for all of them.
use super::create::maybe_done;
use super::{Call, Client, Host};
use crate::describe::Raw;
use crate::error::{Error, Kind, Result};
use crate::system::{Answer, Safety};

impl<H: Host> Client<H> {
    /// Does what the table of the system's operations calls by this name; `arguments` is an object. Reads are tried again
    /// while that has a chance, anything else is sent once.
    ///
    /// # Errors
    /// `unsupported` for a name that is not in the table; `unknown_outcome` when the answer to what must not be done twice was
    /// lost.
    pub async fn operate(&self, name: &str, arguments: &Raw, call: &Call) -> Result<Answer> {
        let operations = self.system.api().operations();
        let Some(operation) = operations.iter().find(|operation| operation.name == name) else {
            self.can(name)?;
            let message = format!("{} has a method of its own", crate::http::quote(name));
            return Err(Error::new(Kind::Argument, "not_an_operation", message).of(self.system.name()));
        };
        let clock = self.clock(call)?;
        let session = self.begin(&clock).await?;
        let request = operation.request(self.system.name(), arguments)?;
        let response = match operation.safety {
            Safety::Read => self.safe(&session, &clock, call, &request).await,
            Safety::Again => self.once(&session, &clock, call, &request).await,
            Safety::Once => self.once(&session, &clock, call, &request).await.map_err(unsure),
        };
        operation.answer(self.system.name(), response?)
    }
}

fn unsure(error: Error) -> Error {
    if !maybe_done(&error) {
        return error;
    }
    let message = format!("{}; whether it was done is unknown: look before you ask for it again", error.message);
    Error { kind: Kind::UnknownOutcome, code: "unknown_outcome", message, retryable: false, ..error }
}
