//! Histories: of a run its stages, of a stage its activities.
use crate::describe::{AnyObject, DateTime, Nullable, Raw};
use crate::{choice, object, string_enum};

string_enum! {
    /// How the engine calls the execution of a stage.
    pub enum StageExecution {
        Send = "RunSend",
        Delay = "RunDelay",
        WaitEvent = "RunWaitEvent",
        Update = "RunUpdate",
        Noop = "RunNoop",
    }
}

object! {
    /// A stage that really began. A stage refused at its start has no item here.
    #[camel_case]
    pub struct WorkflowInstanceHistory {
        /// What was executed.
        #[contract(String, Observed)]
        pub name: StageExecution,
        /// The stage with its variables resolved and its defaults; amounts went through a double.
        pub input: AnyObject,
        /// `activity error` for whatever failed in an activity: the reason is in the run's stage.
        pub error: Option<String>,
        /// Is it at an end?
        pub terminated: bool,
        /// In nanoseconds.
        pub started_at: DateTime,
        /// Absent while it is open.
        pub terminated_at: Option<DateTime>,
    }
}

object! {
    /// The stages of a run.
    #[camel_case]
    pub struct GetWorkflowInstanceHistoryResponse {
        /// By stage number.
        pub data: Vec<WorkflowInstanceHistory>,
    }
}

string_enum! {
    /// A call of a stage to another service.
    pub enum Activity {
        GetAccount = "GetAccount",
        AddAccountMetadata = "AddAccountMetadata",
        CreateTransaction = "CreateTransaction",
        StripeTransfer = "StripeTransfer",
        CreateTransferInitiation = "CreateTransferInitiation",
        GetPayment = "GetPayment",
        ConfirmHold = "ConfirmHold",
        CreditWallet = "CreditWallet",
        DebitWallet = "DebitWallet",
        GetWallet = "GetWallet",
        VoidHold = "VoidHold",
        ListWallets = "ListWallets",
        RevertTransaction = "RevertTransaction",
    }
}

choice! {
    /// What an activity was given, by the activity's name.
    pub enum ActivityInput {
        GetAccount(AnyObject) = "GetAccount",
        AddAccountMetadata(AddAccountMetadata) = "AddAccountMetadata",
        CreateTransaction(CreateTransaction) = "CreateTransaction",
        StripeTransfer(AnyObject) = "StripeTransfer",
        CreateTransferInitiation(AnyObject) = "CreateTransferInitiation",
        GetPayment(AnyObject) = "GetPayment",
        ConfirmHold(AnyObject) = "ConfirmHold",
        CreditWallet(AnyObject) = "CreditWallet",
        DebitWallet(AnyObject) = "DebitWallet",
        GetWallet(AnyObject) = "GetWallet",
        VoidHold(AnyObject) = "VoidHold",
        ListWallets(AnyObject) = "ListWallets",
        RevertTransaction(AnyObject) = "RevertTransaction",
    }
}

choice! {
    /// What an activity answered, by the activity's name.
    pub enum ActivityOutput {
        GetAccount(AnyObject) = "GetAccount",
        CreateTransaction(AnyObject) = "CreateTransaction",
        GetPayment(AnyObject) = "GetPayment",
        DebitWallet(AnyObject) = "DebitWallet",
        GetWallet(AnyObject) = "GetWallet",
        ListWallets(AnyObject) = "ListWallets",
        RevertTransaction(AnyObject) = "RevertTransaction",
    }
}

object! {
    /// Sets metadata of an account.
    #[camel_case]
    pub struct AddAccountMetadata {
        /// By contract the account's address stands here; no server has it.
        #[contract(String, Observed)]
        pub id: Option<String>,
        /// The account's address; not in the contract.
        #[contract(Option<Raw>, Observed)]
        pub account: String,
        /// The ledger.
        pub ledger: String,
        /// Strings by name.
        pub metadata: Nullable<AnyObject>,
    }
}

object! {
    /// Books a transaction. By contract its members are in lower case.
    #[camel_case]
    pub struct CreateTransaction {
        /// The ledger.
        #[name = "Ledger"]
        #[contract(Option<Raw>, Observed)]
        pub ledger: String,
        /// Postings or a script, with amounts that went through a double.
        #[name = "Data"]
        #[contract(Option<Raw>, Observed)]
        pub data: AnyObject,
    }
}

object! {
    /// An activity of a stage. Only the first that is not at an end is told, as the last.
    #[camel_case]
    pub struct WorkflowInstanceHistoryStage {
        /// Which call.
        #[contract(String, Observed)]
        pub name: Activity,
        /// One member, with the name of the activity.
        pub input: ActivityInput,
        /// Absent when there is none: the activity has none, failed, or met a wallet that does not exist.
        pub output: Option<ActivityOutput>,
        /// Absent when there is none, and when it is empty.
        pub error: Option<String>,
        /// Is it at an end?
        pub terminated: bool,
        /// When it was first due.
        pub started_at: DateTime,
        /// Absent while it is open.
        pub terminated_at: Option<DateTime>,
        /// Why the attempt before failed; only while it is open.
        pub last_failure: Option<String>,
        /// From 1; 1 again at the end.
        pub attempt: i64,
        /// When the current attempt is due, and in the past while it executes; only while it is open.
        pub next_execution: Option<DateTime>,
    }
}

object! {
    /// The activities of a stage.
    #[camel_case]
    pub struct GetWorkflowInstanceHistoryStageResponse {
        /// In their order; `[]` for stages that wait.
        pub data: Vec<WorkflowInstanceHistoryStage>,
    }
}
