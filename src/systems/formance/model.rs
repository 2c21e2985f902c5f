//! What Formance Flows sends and takes, field by field. Both versions of its API send the same objects in other envelopes.
//!
//! Its contract forbids no further members. What servers send and the contract does not know may be absent, so that what
//! keeps to the contract is right as well.
use crate::describe::{AnyObject, DateTime, Nullable, Number, Raw, Rows, Secret, Uuid};
use crate::{choice, object, string_enum, union};
use std::collections::BTreeMap;

object! {
    /// A run. It has no word for how it stands: `terminated`, `error` and the stages tell.
    #[camel_case]
    pub struct WorkflowInstance {
        /// What it executes.
        #[name = "workflowID"]
        #[contract(String, Observed)]
        pub workflow_id: Uuid,
        /// In GET, in lists and in the answer to `wait=true`.
        pub workflow: Option<Workflow>,
        /// A UUID, or `<UUID>_<number>` when a trigger started it.
        #[column(Id)]
        pub id: String,
        /// In microseconds and UTC; in the answer to the run's POST in nanoseconds, with the server's own offset.
        #[column(Created)]
        pub created_at: DateTime,
        /// Equal to `createdAt`, whatever happens: no sign of a change.
        #[column(Updated)]
        pub updated_at: DateTime,
        /// Is it at an end?
        pub terminated: bool,
        /// Only when it is at an end.
        #[column(Finished)]
        pub terminated_at: Option<DateTime>,
        /// Its stages in no order, and only in GET and in the answer to `wait=true`.
        pub status: Option<Vec<StageStatus>>,
        /// Only when it failed; never `""`. The answer to `wait=true` leaves it out.
        pub error: Option<String>,
    }
}

object! {
    /// A stage of a run that began.
    #[camel_case]
    pub struct StageStatus {
        /// Its number, from 0. After an operator's reset a number may stand twice.
        #[contract(Number, Observed)]
        pub stage: i64,
        /// Whose stage it is.
        #[name = "instanceID"]
        pub instance_id: String,
        /// The pass over the stages; always sent. The same in all stages of a run that was not reset.
        #[name = "temporalRunID"]
        #[contract(Option<Raw>, Observed)]
        pub temporal_run_id: Option<Uuid>,
        /// The worker's clock.
        pub started_at: DateTime,
        /// Absent while it is open.
        pub terminated_at: Option<DateTime>,
        /// Only when it failed, and then perhaps `""`.
        pub error: Option<String>,
    }
}

object! {
    /// A workflow.
    #[camel_case]
    pub struct Workflow {
        /// What it does.
        pub config: WorkflowConfig,
        /// Its id.
        #[contract(String, Observed)]
        pub id: Uuid,
        /// When it was created.
        pub created_at: DateTime,
        /// Equal to `createdAt`.
        pub updated_at: DateTime,
        /// `null`, or when it was deleted; always sent. A deleted workflow still runs.
        #[contract(Option<Raw>, Observed)]
        pub deleted_at: Option<Nullable<DateTime>>,
    }
}

object! {
    /// What a workflow does, and what its creation takes.
    #[camel_case]
    pub struct WorkflowConfig {
        /// `""` when it has none.
        pub name: Option<String>,
        /// `null` when it was created without any. Keys inside a stage come back sorted.
        #[contract(Vec<AnyObject>, Observed)]
        pub stages: Nullable<Vec<Stage>>,
    }
}

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

object! {
    /// One run.
    #[camel_case]
    pub struct RunWorkflowResponse {
        /// The run.
        pub data: WorkflowInstance,
    }
}

object! {
    /// A page of the second version's lists.
    #[camel_case]
    pub struct InstanceCursor {
        /// Absent when the cursor was made by hand. At most 100, whatever was asked for.
        pub page_size: Option<i64>,
        /// Is there another page?
        #[contract(Option<bool>, Source)]
        pub has_more: bool,
        /// The cursor of the page before.
        pub previous: Option<String>,
        /// The cursor of the next page; absent on the last.
        pub next: Option<String>,
        /// In no order; rows that move while pages are read come twice or never.
        pub data: Rows<WorkflowInstance>,
    }
}

object! {
    /// A page of runs, second version.
    #[camel_case]
    pub struct ListRunsResponse {
        /// The page.
        pub cursor: InstanceCursor,
    }
}

object! {
    /// All runs, first version.
    #[camel_case]
    pub struct ListRunsResponseV1 {
        /// In no order.
        pub data: Rows<WorkflowInstance>,
    }
}

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

object! {
    /// One workflow.
    #[camel_case]
    pub struct GetWorkflowResponse {
        /// The workflow.
        pub data: Workflow,
    }
}

object! {
    /// A page of something.
    #[camel_case]
    pub struct WorkflowCursor {
        pub page_size: Option<i64>,
        #[contract(Option<bool>, Source)]
        pub has_more: bool,
        pub previous: Option<String>,
        pub next: Option<String>,
        /// Deleted workflows are left out.
        pub data: Vec<Workflow>,
    }
}

object! {
    /// A page of workflows, second version.
    #[camel_case]
    pub struct ListWorkflowsResponse {
        pub cursor: WorkflowCursor,
    }
}

object! {
    /// All workflows, first version.
    #[camel_case]
    pub struct ListWorkflowsResponseV1 {
        pub data: Vec<Workflow>,
    }
}

object! {
    /// What makes a run of each event that fits.
    #[camel_case]
    pub struct Trigger {
        /// `""` when it has none.
        pub name: Option<String>,
        /// The type of the event.
        pub event: String,
        /// The version of the event.
        pub version: Option<String>,
        /// An expression.
        pub filter: Option<String>,
        /// What is started.
        #[name = "workflowID"]
        pub workflow_id: String,
        /// `null`, and always sent.
        #[contract(Option<Raw>, Observed)]
        pub workflow: Option<Nullable<Workflow>>,
        /// Expressions by the names of the variables.
        #[contract(Option<AnyObject>, Observed)]
        pub vars: Option<BTreeMap<String, String>>,
        /// Its id.
        #[contract(String, Observed)]
        pub id: Uuid,
        /// When it was created.
        pub created_at: DateTime,
    }
}

object! {
    /// What the creation of a trigger takes.
    #[camel_case]
    pub struct TriggerData {
        pub name: Option<String>,
        pub event: String,
        pub version: Option<String>,
        pub filter: Option<String>,
        #[name = "workflowID"]
        pub workflow_id: String,
        #[contract(Option<AnyObject>, Observed)]
        pub vars: Option<BTreeMap<String, String>>,
    }
}

object! {
    /// One trigger.
    #[camel_case]
    pub struct ReadTriggerResponse {
        pub data: Trigger,
    }
}

object! {
    /// A page of triggers.
    #[camel_case]
    pub struct TriggerCursor {
        pub page_size: Option<i64>,
        #[contract(Option<bool>, Source)]
        pub has_more: bool,
        pub previous: Option<String>,
        pub next: Option<String>,
        pub data: Vec<Trigger>,
    }
}

object! {
    /// A page of triggers, second version.
    #[camel_case]
    pub struct ListTriggersResponse {
        pub cursor: TriggerCursor,
    }
}

object! {
    /// An event that came in, as it came.
    #[snake_case]
    pub struct IncomingEvent {
        pub idempotency_key: String,
        pub date: DateTime,
        pub app: String,
        pub version: String,
        pub r#type: String,
        pub payload: Raw,
    }
}

object! {
    /// An event that a trigger answered.
    #[camel_case]
    pub struct TriggerOccurrence {
        /// Its id; always sent.
        #[contract(Option<Raw>, Observed)]
        pub id: Option<Uuid>,
        #[name = "triggerID"]
        pub trigger_id: String,
        /// The run that was started.
        #[name = "workflowInstanceID"]
        pub workflow_instance_id: Option<String>,
        /// The run, without its workflow and stages.
        pub workflow_instance: Option<WorkflowInstance>,
        pub date: DateTime,
        /// The event.
        pub event: IncomingEvent,
        pub error: Option<String>,
    }
}

object! {
    /// A page of occurrences.
    #[camel_case]
    pub struct OccurrenceCursor {
        pub page_size: Option<i64>,
        #[contract(Option<bool>, Source)]
        pub has_more: bool,
        pub previous: Option<String>,
        pub next: Option<String>,
        pub data: Vec<TriggerOccurrence>,
    }
}

object! {
    /// What a trigger answered.
    #[camel_case]
    pub struct ListTriggersOccurrencesResponse {
        pub cursor: OccurrenceCursor,
    }
}

object! {
    /// Whether an event passes the filter.
    #[camel_case]
    pub struct TriggerTestFilter {
        #[name = "match"]
        #[contract(Option<bool>, Source)]
        pub r#match: bool,
        pub error: Option<String>,
    }
}

object! {
    /// What a variable would be.
    #[camel_case]
    pub struct TriggerTestVariable {
        /// As Go prints it: `<nil>`, `map[a:1]`.
        pub value: Option<String>,
        pub error: Option<String>,
    }
}

object! {
    /// What a trigger would make of an event.
    #[camel_case]
    pub struct TriggerTest {
        /// `null` when the trigger has none.
        #[contract(Option<TriggerTestFilter>, Observed)]
        pub filter: Nullable<TriggerTestFilter>,
        /// `null` when there are none, and when the filter does not match.
        #[contract(Option<BTreeMap<String, TriggerTestVariable>>, Observed)]
        pub variables: Nullable<BTreeMap<String, TriggerTestVariable>>,
    }
}

object! {
    /// The answer to a trigger's test.
    #[camel_case]
    pub struct TestTriggerResponse {
        pub data: TriggerTest,
    }
}

object! {
    /// What an event for a run takes.
    #[camel_case]
    pub struct SendEventRequest {
        /// What the run waits for.
        pub name: String,
    }
}

string_enum! {
    /// What was published. On the broker in upper case; in a delivery in lower case, with the name of the service.
    pub enum EventType {
        StartedWorkflow = "STARTED_WORKFLOW",
        SucceededWorkflow = "SUCCEEDED_WORKFLOW",
        FailedWorkflow = "FAILED_WORKFLOW",
        StartedWorkflowStage = "STARTED_WORKFLOW_STAGE",
        SucceededWorkflowStage = "SUCCEEDED_WORKFLOW_STAGE",
        FailedWorkflowStage = "FAILED_WORKFLOW_STAGE",
        SucceededTrigger = "SUCCEEDED_TRIGGER",
        FailedTrigger = "FAILED_TRIGGER",
        Audit = "AUDIT",
        DeliveredStartedWorkflow = "orchestration.started_workflow",
        DeliveredSucceededWorkflow = "orchestration.succeeded_workflow",
        DeliveredFailedWorkflow = "orchestration.failed_workflow",
        DeliveredStartedWorkflowStage = "orchestration.started_workflow_stage",
        DeliveredSucceededWorkflowStage = "orchestration.succeeded_workflow_stage",
        DeliveredFailedWorkflowStage = "orchestration.failed_workflow_stage",
        DeliveredSucceededTrigger = "orchestration.succeeded_trigger",
        DeliveredFailedTrigger = "orchestration.failed_trigger",
    }
}

object! {
    /// What happened to whom.
    #[camel_case]
    pub struct EventPayload {
        /// The workflow's id; in a trigger's events the occurrence's.
        pub id: String,
        /// The run.
        #[name = "instanceID"]
        pub instance_id: Option<String>,
        /// The stage, from 0.
        pub number: Option<i64>,
        /// Why it failed; may be `""` for a stage.
        pub error: Option<String>,
        /// The trigger.
        #[name = "triggerID"]
        pub trigger_id: Option<String>,
        /// The run that the trigger started.
        #[name = "workflowInstanceID"]
        pub workflow_instance_id: Option<String>,
    }
}

object! {
    /// Something that happened, on the broker or in a delivery. It is published after it can be read.
    #[snake_case]
    pub struct PublishedEvent {
        /// `""`.
        pub idempotency_key: Option<String>,
        /// In nanoseconds, with the server's own offset.
        pub date: DateTime,
        /// `orchestration`.
        pub app: String,
        /// `v2`.
        pub version: String,
        /// What happened.
        #[contract(String, Observed)]
        pub r#type: EventType,
        /// To whom.
        pub payload: EventPayload,
    }
}

object! {
    /// The body of a delivery that only tests the connection.
    #[camel_case]
    pub struct TestDelivery {
        /// `test`.
        pub data: String,
    }
}

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
