//! The stages that a workflow is configured with.
use crate::describe::{AnyObject, Nullable, Number};
use crate::{choice, object, union};

choice! {
    /// A stage, by its kind. `noop` is not in the contract.
    pub enum Stage {
        Send(Nullable<StageSend>) = "send",
        Delay(Nullable<StageDelay>) = "delay",
        WaitEvent(Nullable<StageWaitEvent>) = "wait_event",
        Update(Nullable<StageUpdate>) = "update",
        Noop(Nullable<AnyObject>) = "noop",
    }
}

object! {
    /// Moves money. What is required and which of several must be there is checked when the stage begins.
    #[camel_case]
    pub struct StageSend {
        /// How much.
        pub amount: Option<Nullable<StageAmount>>,
        /// To where.
        pub destination: Option<StageDestination>,
        /// From where.
        pub source: Option<StageSource>,
        /// Strings by name.
        pub metadata: Option<Nullable<AnyObject>>,
        /// A date-time or a variable.
        pub timestamp: Option<Nullable<String>>,
    }
}

union! {
    /// An integer. As a string it has any number of digits; as a number it loses those behind the fifteenth.
    pub enum Amount { Text(String), Number(Number) }
}

object! {
    /// An amount of money.
    #[camel_case]
    pub struct StageAmount {
        /// The integer, or a variable.
        pub amount: Option<Nullable<Amount>>,
        /// What of, such as `EUR/2`.
        pub asset: Option<String>,
    }
}

choice! {
    /// Where money comes from.
    pub enum StageSource {
        Account(StageAccount) = "account",
        Wallet(StageWallet) = "wallet",
        Payment(StageSourcePayment) = "payment",
    }
}

choice! {
    /// Where money goes.
    pub enum StageDestination {
        Account(StageAccount) = "account",
        Wallet(StageWallet) = "wallet",
        Payment(StageDestinationPayment) = "payment",
    }
}

union! {
    /// Yes or no, or a variable that says it.
    pub enum Switch { Value(bool), Variable(String) }
}

object! {
    /// An account of a ledger.
    #[camel_case]
    pub struct StageAccount {
        /// Its address.
        pub id: Option<String>,
        /// `default` when absent, and `main` in an update.
        pub ledger: Option<String>,
        /// `world` when absent.
        pub through_account: Option<String>,
        /// May it go below zero?
        pub allow_overdraft: Option<Switch>,
        /// What an update sets: strings by name.
        pub metadata: Option<Nullable<AnyObject>>,
    }
}

object! {
    /// A wallet, by exactly one of `id` and `name`.
    #[camel_case]
    pub struct StageWallet {
        /// Its id.
        pub id: Option<String>,
        /// Its name.
        pub name: Option<String>,
        /// `main` when absent.
        pub balance: Option<String>,
    }
}

object! {
    /// A payment that money comes from.
    #[camel_case]
    pub struct StageSourcePayment {
        /// Its id.
        pub id: Option<String>,
        pub ledger: Option<String>,
        pub holding_account: Option<String>,
        /// `world` when absent.
        pub through_account: Option<String>,
        pub allow_overdraft: Option<Switch>,
    }
}

object! {
    /// A payment that money goes to.
    #[camel_case]
    pub struct StageDestinationPayment {
        /// The payment service.
        pub psp: Option<String>,
        /// `TRANSFER` when absent, or `PAYOUT`.
        pub r#type: Option<String>,
        pub source_account: Option<String>,
        /// The name of the metadata that holds the account: `formanceAccountID` when absent. Not in the contract.
        pub metadata: Option<String>,
        /// Not in the contract.
        pub waiting_validation: Option<Switch>,
        /// Not in the contract.
        pub connector_id: Option<String>,
    }
}

object! {
    /// Waits, by exactly one of the two.
    #[camel_case]
    pub struct StageDelay {
        /// As Go writes it: `5s`, `1h30m`, without days.
        pub duration: Option<String>,
        /// A date-time or a variable.
        pub until: Option<String>,
    }
}

object! {
    /// Waits for an event.
    #[camel_case]
    pub struct StageWaitEvent {
        /// Its name.
        pub event: Option<String>,
    }
}

object! {
    /// Sets an account's metadata.
    #[camel_case]
    pub struct StageUpdate {
        pub account: Option<StageAccount>,
    }
}
