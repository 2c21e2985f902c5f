//! Which of a system's own operations a gateway offers.
use super::Config;
use crate::error::{Error, Kind, Result, SystemName};
use crate::system::{Operation, Reads, Safety};
use crate::systems;

/// Which of a system's own operations a gateway offers, beside the runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Offer {
    /// None.
    None,
    /// Those that change nothing and give no file: a file may be somebody's passport.
    #[default]
    Reads,
    /// All.
    All,
    /// Those of these names.
    Named(Vec<String>),
}

impl Offer {
    fn holds(&self, operation: &Operation) -> bool {
        match self {
            Offer::None => false,
            Offer::Reads => operation.safety == Safety::Read && operation.reads != Reads::File,
            Offer::All => true,
            Offer::Named(names) => names.iter().any(|name| name == operation.name),
        }
    }
}

/// A system's operations.
pub(super) fn operations(system: SystemName) -> &'static [Operation] {
    systems::system(system).map(|system| system.api().operations()).unwrap_or_default()
}

impl Config {
    /// Does the gateway offer this?
    pub(super) fn offers(&self, system: SystemName, operation: &Operation) -> bool {
        let reads = operation.safety == Safety::Read;
        (reads || !self.read_only) && self.operations.get(&system).unwrap_or(&self.usual).holds(operation)
    }

    /// What is not offered of what a system can do.
    pub(super) fn withheld(&self) -> Vec<(SystemName, &'static str)> {
        let changes = ["create", "cancel", "replay", "cancelMany", "replayMany"].into_iter().filter(|_| self.read_only);
        let of = |system: SystemName| {
            let own = operations(system).iter().filter(move |operation| !self.offers(system, operation));
            changes.clone().chain(own.map(|operation| operation.name)).map(move |name| (system, name))
        };
        self.systems.iter().copied().flat_map(of).collect()
    }

    /// The operation of that name, if it is offered.
    pub(super) fn operation(&self, system: SystemName, name: &str) -> Result<&'static Operation> {
        let known = operations(system).iter().find(|operation| operation.name == name);
        let Some(operation) = known else {
            let message = format!("{system} has no operation called {:?}", crate::http::quote(name));
            let unknown = Error::new(Kind::Unsupported, "unsupported_operation", message);
            return Err(Error { status: Some(404), ..unknown });
        };
        if operation.safety != Safety::Read {
            self.may_change()?;
        }
        if self.offers(system, operation) {
            return Ok(operation);
        }
        let message = format!("this gateway does not offer {name} of {system}: list it in `operations` if it should");
        Err(Error { status: Some(403), ..Error::new(Kind::Auth, "operation_not_offered", message) })
    }

    /// May anything be changed here?
    pub(super) fn may_change(&self) -> Result<()> {
        if !self.read_only {
            return Ok(());
        }
        let message = "this gateway is there to read alone";
        Err(Error { status: Some(403), ..Error::new(Kind::Auth, "read_only", message) })
    }

    /// Is each name that is to be offered one of an operation?
    pub(super) fn names_are_known(&self) -> Result<()> {
        for (system, offer) in &self.operations {
            let Offer::Named(names) = offer else { continue };
            let unknown = names.iter().find(|name| operations(*system).iter().all(|known| known.name != **name));
            let Some(unknown) = unknown else { continue };
            let known: Vec<&str> = operations(*system).iter().map(|operation| operation.name).collect();
            let unknown = crate::http::quote(unknown);
            let message = format!("{system} has no operation called {unknown:?}; there are {}", known.join(", "));
            return Err(Error::new(Kind::Argument, "unknown_operation", message));
        }
        Ok(())
    }
}
