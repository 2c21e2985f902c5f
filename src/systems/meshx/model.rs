//! What meshX sends and takes, field by field.
//!
//! Nobody outside has seen its server; all is told by its published client. That requires every key of a run and lets half of
//! them be `null`; here an absent key reads as `null`. Dates have an offset by contract and may come without one.
use crate::describe::{AnyObject, DateTime, NaiveDateTime, Nullable, Raw, Rows, Secret, Text, Uuid};
use crate::{object, string_enum, union};
use std::collections::BTreeMap;

string_enum! {
    /// The words that we know of neighbouring calls. By contract a status is any text.
    #[any_case]
    pub enum WorkflowStatus {
        Pending = "PENDING",
        Scheduled = "SCHEDULED",
        StartingUp = "STARTING_UP",
        Submitted = "SUBMITTED",
        Running = "RUNNING",
        Completed = "COMPLETED",
        Done = "DONE",
        Success = "SUCCESS",
        Failed = "FAILED",
        Cancelled = "CANCELLED",
        Canceled = "CANCELED",
    }
}

object! {
    /// A run.
    #[snake_case]
    pub struct OrchestratorWorkflow {
        /// Its id.
        #[column(Id)]
        pub identifier: Uuid,
        /// What it works on.
        pub data_product_identifier: Uuid,
        /// A name for people.
        pub name: String,
        /// Any text, such as `single` and `schedule`.
        pub run_type: String,
        /// How it runs; not set when it is created.
        #[contract(Nullable<AnyObject>, Policy)]
        pub config: Option<Nullable<AnyObject>>,
        /// How it stands: any text.
        #[column(Status)]
        #[contract(String, Policy)]
        pub status: WorkflowStatus,
        /// Who created it.
        #[contract(Nullable<String>, Policy)]
        pub created_by: Option<Nullable<String>>,
        /// When it was created.
        #[column(Created)]
        #[contract(DateTime, Policy)]
        pub created_at: NaiveDateTime,
        /// When it changed, as whoever changed it says.
        #[column(Updated)]
        #[contract(Nullable<DateTime>, Policy)]
        pub updated_at: Option<Nullable<NaiveDateTime>>,
        /// `null` when not yet.
        #[column(Started)]
        #[contract(Nullable<DateTime>, Policy)]
        pub started_at: Option<Nullable<NaiveDateTime>>,
        /// `null` when not yet.
        #[column(Finished)]
        #[contract(Nullable<DateTime>, Policy)]
        pub completed_at: Option<Nullable<NaiveDateTime>>,
        /// What went wrong.
        #[contract(Nullable<String>, Policy)]
        pub error_message: Option<Nullable<String>>,
    }
}

object! {
    /// What the creation of a run takes. It starts at once.
    #[snake_case]
    pub struct CreateOrchestratorWorkflow {
        pub run_type: String,
        pub data_product_identifier: Uuid,
        /// The key must be there.
        pub created_by: Nullable<String>,
        pub name: String,
    }
}

object! {
    /// What an update takes: it replaces all five.
    #[snake_case]
    pub struct UpdateOrchestratorWorkflow {
        pub status: String,
        pub config: Nullable<AnyObject>,
        pub error_message: Nullable<String>,
        pub updated_at: Nullable<DateTime>,
        pub completed_at: Nullable<DateTime>,
    }
}

object! {
    /// All runs.
    #[snake_case]
    pub struct OrchestratorWorkflows {
        /// In no order.
        pub orchestrator_workflows: Rows<OrchestratorWorkflow>,
    }
}

union! {
    /// A step of a path.
    pub enum LocationPart { Name(String), Index(i64) }
}

object! {
    /// What is wrong with a request.
    #[snake_case]
    pub struct ValidationError {
        /// Where.
        pub loc: Vec<LocationPart>,
        /// In a sentence.
        pub msg: String,
        /// In a word.
        pub r#type: String,
    }
}

union! {
    /// All that is wrong, or a sentence.
    pub enum Detail { Items(Vec<ValidationError>), Text(String) }
}

object! {
    /// Why a request was refused, as the contract says.
    #[snake_case]
    pub struct HTTPValidationError {
        #[contract(Option<Vec<ValidationError>>, Inferred)]
        pub detail: Option<Nullable<Detail>>,
    }
}

object! {
    /// What is wrong with a request, as older servers say.
    #[snake_case]
    pub struct ProblemError {
        pub loc: Option<Vec<LocationPart>>,
        pub detail: Option<Nullable<String>>,
        pub r#type: Option<String>,
    }
}

object! {
    /// Why a request was refused, as older servers say; not in the contract.
    #[snake_case]
    pub struct Problem {
        /// In a word, such as `authorization-required`.
        pub r#type: String,
        /// In a sentence.
        pub title: String,
        pub status: Option<i64>,
        pub details: Option<Raw>,
        pub errors: Option<Nullable<Vec<ProblemError>>>,
    }
}

object! {
    /// How a data product stands.
    #[snake_case]
    pub struct DataProductState {
        pub code: String,
        pub reason: Nullable<String>,
        pub healthy: bool,
    }
}

object! {
    /// Where a data product's rows are.
    #[snake_case]
    pub struct DataProductTable {
        pub engine: String,
        pub table_name: String,
    }
}

object! {
    /// A data product: what runs work on.
    #[snake_case]
    pub struct DataProduct {
        pub identifier: Uuid,
        pub urn: String,
        pub name: String,
        pub description: Text<0, 1000>,
        pub label: Text<1, 3>,
        #[contract(DateTime, Policy)]
        pub created_at: NaiveDateTime,
        #[contract(DataProductState, Policy)]
        pub state: Nullable<DataProductState>,
        pub host_mesh_identifier: Uuid,
        pub is_system: Option<bool>,
        pub owner: Option<Nullable<Text<0, 255>>>,
        pub table: Option<Nullable<DataProductTable>>,
    }
}

object! {
    /// All data products.
    #[snake_case]
    pub struct DataProducts {
        pub entities: Vec<DataProduct>,
    }
}

object! {
    /// How a compute stands. `single` and `schedule` have members of their own.
    #[snake_case]
    pub struct ComputeStatus {
        /// `single` or `schedule`.
        pub run_type: String,
        /// Of `single`.
        pub status: Option<String>,
        /// Of `single`.
        pub attempts: Option<i64>,
        /// Of `single`.
        pub submission_attempts: Option<i64>,
        /// Of `single`.
        pub container: Option<Raw>,
        /// Of `single`.
        pub start: Option<Nullable<String>>,
        /// Of `single`.
        pub finish: Option<Nullable<String>>,
        /// Of `single`.
        pub error: Option<Nullable<Vec<String>>>,
        /// Of `schedule`.
        pub schedule_state: Option<String>,
        /// Of `schedule`.
        pub last_run: Option<Nullable<String>>,
        /// Of `schedule`.
        pub last_run_name: Option<Nullable<String>>,
        /// Of `schedule`.
        pub next_run: Option<Nullable<String>>,
        /// Of `schedule`.
        pub past_successful_run_names: Option<Nullable<Vec<String>>>,
    }
}

object! {
    /// The compute of a data product.
    #[snake_case]
    pub struct ComputeResponse {
        pub identifier: Uuid,
        pub urn: String,
        pub name: String,
        pub is_system: bool,
        pub status: ComputeStatus,
    }
}

object! {
    /// The log of a compute.
    #[snake_case]
    pub struct ComputeLog {
        pub logs: Vec<String>,
    }
}

object! {
    /// A past job of a compute.
    #[snake_case]
    pub struct ComputeJob {
        #[contract(DateTime, Policy)]
        pub created: NaiveDateTime,
        #[contract(DateTime, Policy)]
        pub updated: NaiveDateTime,
        pub name: String,
        #[contract(String, Policy)]
        pub reason: Nullable<String>,
        pub status: String,
        pub suffix: String,
    }
}

object! {
    /// The past jobs of a compute.
    #[snake_case]
    pub struct ComputeHistory {
        pub jobs: Vec<ComputeJob>,
    }
}

object! {
    /// A past run of a compute.
    #[snake_case]
    pub struct ComputeRun {
        #[contract(DateTime, Policy)]
        pub created: NaiveDateTime,
        #[contract(DateTime, Policy)]
        pub updated: NaiveDateTime,
        pub name: String,
        pub status: String,
        pub suffix: String,
        pub run: String,
    }
}

object! {
    /// The past runs of a compute.
    #[snake_case]
    pub struct ComputeRunHistory {
        pub runs: Vec<ComputeRun>,
    }
}

object! {
    /// An error that the server may answer.
    #[snake_case]
    pub struct ErrorCode {
        pub class_name: String,
        pub r#type: String,
        pub title: String,
    }
}

object! {
    /// All errors that the server may answer.
    #[snake_case]
    pub struct ErrorCodes {
        pub errors: Vec<ErrorCode>,
    }
}

object! {
    /// What a login asks for.
    #[snake_case]
    pub struct Login {
        pub user: String,
        #[note(Secret)]
        pub password: Secret,
        pub remember_me: Option<bool>,
    }
}

object! {
    /// What a refresh and a logout ask for.
    #[snake_case]
    pub struct RefreshToken {
        #[note(Secret)]
        pub refresh_token: Secret,
    }
}

object! {
    /// What a login and a refresh answer.
    #[snake_case]
    pub struct Token {
        #[note(Secret)]
        pub access_token: Secret,
        #[note(Secret)]
        pub refresh_token: Secret,
        /// Seconds.
        pub expires_in: i64,
        /// Seconds.
        pub refresh_expires_in: i64,
        pub scope: String,
        pub token_type: String,
        #[note(Secret)]
        pub session_state: Secret,
    }
}

object! {
    /// Whose token it is.
    #[snake_case]
    pub struct User {
        pub identifier: Uuid,
        pub urn: String,
        pub first_name: Nullable<String>,
        pub last_name: Nullable<String>,
        pub email: Nullable<String>,
        pub username: String,
        pub is_system: bool,
        pub enabled: bool,
        pub is_admin: Option<bool>,
    }
}

/// The tasks of a run and what they wait for: untyped.
pub type Graph = BTreeMap<String, Raw>;
