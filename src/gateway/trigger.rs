//! The smallest edge function: a form or JSON in, a run created, 202 and its place out.
use super::{Answer, Config, Gateway, Incoming, accepted, create_from};
use crate::client::{Call, Client, Host};
use crate::error::{Error, Kind, Result};
use std::rc::Rc;

/// How a trigger is set up.
#[derive(Clone, Debug)]
pub struct Trigger {
    gateway: Gateway,
    /// The workflow that it starts; without it the request names one.
    workflow: Option<String>,
    /// What the run's id is put behind to make its place.
    location: String,
}

impl Trigger {
    /// A trigger. Of the configuration only the access tokens, the origins and the size limit matter.
    pub fn new(config: Config, workflow: Option<String>, location: String) -> Result<Trigger> {
        if workflow.as_ref().is_some_and(String::is_empty) {
            return Err(Error::new(Kind::Argument, "missing_workflow", "`workflow` is empty"));
        }
        Ok(Trigger { gateway: Gateway::new(config)?, workflow, location })
    }

    /// The gateway that guards it.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// May this request start a run? The answer to one that may not is ready.
    pub fn admit(&self, request: &Incoming) -> std::result::Result<(), Answer> {
        self.gateway.enter(request)?;
        if request.method == "POST" {
            return Ok(());
        }
        let wrong = Error::new(Kind::Argument, "method_not_allowed", "this address takes POST");
        let mut answer = Answer::problem(&Error { status: Some(405), ..wrong });
        answer.headers.retain(|(name, _)| *name != "allow");
        answer.headers.push(("allow", "POST".into()));
        Err(self.gateway.dress(request, answer))
    }

    /// Creates the run that the body asks for.
    pub async fn run<H: Host>(&self, client: &Rc<Client<H>>, content_type: Option<&str>, body: &[u8]) -> Answer {
        let run = async {
            let create = create_from(client.system().name(), self.workflow.as_deref(), content_type, body)?;
            let run = client.create(&create, &Call::default()).await?.public(client.system())?;
            accepted(&self.location, &run)
        };
        run.await.unwrap_or_else(|error| Answer::problem(&error))
    }
}
