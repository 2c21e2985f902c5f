//! Runs.
use crate::describe::{AnyObject, AtMost, DateTime, NaiveDateTime, Nullable, Rows, Secret, Text, Uuid};
use crate::{object, string_enum};

/// At most 30 labels.
pub type Tags = AtMost<30, Text<1, 128>>;

string_enum! {
    /// The status of a run. Nothing is published of the steps between them.
    pub enum WorkflowRunStatus {
        Processing = "processing",
        AwaitingInput = "awaiting_input",
        AwaitingClientInput = "awaiting_client_input",
        Approved = "approved",
        Declined = "declined",
        Review = "review",
        Abandoned = "abandoned",
        Error = "error",
    }
}

string_enum! {
    /// The languages that the contract lists; servers take and send others, such as `en` and `en_GB`.
    pub enum LinkLanguage {
        EnUs = "en_US",
        DeDe = "de_DE",
        EsEs = "es_ES",
        FrFr = "fr_FR",
        ItIt = "it_IT",
        PtPt = "pt_PT",
        NlNl = "nl_NL",
    }
}

object! {
    /// What went wrong in a run.
    #[snake_case]
    pub struct WorkflowRunError {
        /// In a word; no list of them is published.
        #[contract(Option<String>, Policy)]
        pub r#type: Option<Nullable<String>>,
        /// In a sentence.
        #[contract(Option<String>, Policy)]
        pub message: Option<Nullable<String>>,
    }
}

object! {
    /// The page on which the applicant goes on.
    #[snake_case]
    pub struct WorkflowRunLink {
        /// Lets whoever holds it go on in the applicant's place.
        #[note(Secret)]
        #[contract(Option<Secret>, Policy)]
        pub url: Option<Nullable<Secret>>,
        /// Where to go at the end.
        pub completed_redirect_url: Option<Nullable<String>>,
        /// Where to go when it has expired.
        pub expired_redirect_url: Option<Nullable<String>>,
        /// When it expires; `null` when that was not set.
        #[contract(Option<Nullable<DateTime>>, Inferred)]
        pub expires_at: Option<Nullable<NaiveDateTime>>,
        /// The contract calls it nullable, and then lists words without `null`; real ones are `null` and other words.
        #[contract(Option<LinkLanguage>, Source)]
        pub language: Option<Nullable<String>>,
    }
}

object! {
    /// A run.
    #[snake_case]
    pub struct WorkflowRun {
        /// Whom it is about.
        pub applicant_id: Uuid,
        /// What it executes.
        pub workflow_id: Uuid,
        /// `[]` when there are none.
        pub tags: Option<Nullable<Tags>>,
        /// The caller's name for the applicant; not `null` even when none was given.
        #[contract(Option<Text<0, 256>>, Policy)]
        pub customer_user_id: Option<Nullable<Text<0, 256>>>,
        /// Where the applicant goes on.
        #[contract(Option<WorkflowRunLink>, Policy)]
        pub link: Option<Nullable<WorkflowRunLink>>,
        /// When it was created, in seconds.
        #[column(Created)]
        #[contract(Option<DateTime>, Inferred)]
        pub created_at: Option<NaiveDateTime>,
        /// When it last changed, in seconds; may be `created_at` at the end.
        #[column(Updated)]
        #[contract(Option<DateTime>, Inferred)]
        pub updated_at: Option<NaiveDateTime>,
        /// Its id.
        #[column(Id)]
        pub id: Uuid,
        /// Which version of the workflow.
        #[contract(Option<i64>, Policy)]
        pub workflow_version_id: Option<Nullable<i64>>,
        /// Where a person can look at it.
        #[contract(Option<String>, Policy)]
        pub dashboard_url: Option<Nullable<String>>,
        /// How it stands.
        #[column(Status)]
        pub status: Option<WorkflowRunStatus>,
        /// `null` until it is set, which may be never. Its keys are the workflow's.
        #[contract(Option<AnyObject>, Source)]
        pub output: Option<Nullable<AnyObject>>,
        /// Why it ended as it did; `[]` when nothing is said.
        #[contract(Option<Vec<String>>, Policy)]
        pub reasons: Option<Nullable<Vec<String>>>,
        /// `null` unless the status is `error`.
        #[contract(Option<WorkflowRunError>, Source)]
        pub error: Option<Nullable<WorkflowRunError>>,
        /// Lets whoever holds it go on in the applicant's place, for five weeks; `null` in deliveries.
        #[note(Secret)]
        pub sdk_token: Option<Nullable<Secret>>,
    }
}

object! {
    /// What the applicant's page takes.
    #[snake_case]
    pub struct WorkflowRunLinkBuilder {
        pub completed_redirect_url: Option<Nullable<String>>,
        pub expired_redirect_url: Option<Nullable<String>>,
        pub expires_at: Option<Nullable<DateTime>>,
        #[contract(Option<LinkLanguage>, Inferred)]
        pub language: Option<Nullable<String>>,
    }
}

object! {
    /// What the creation of a run takes.
    #[snake_case]
    pub struct WorkflowRunBuilder {
        pub applicant_id: Uuid,
        pub workflow_id: Uuid,
        pub tags: Option<Nullable<Tags>>,
        pub customer_user_id: Option<Text<0, 256>>,
        pub link: Option<WorkflowRunLinkBuilder>,
        /// The values that the workflow asks for.
        pub custom_data: Option<AnyObject>,
    }
}

object! {
    /// A timeline file that will be there.
    #[snake_case]
    pub struct TimelineFileReference {
        /// Its id.
        pub workflow_timeline_file_id: Uuid,
        /// Where it will be.
        pub href: String,
    }
}

/// A page of runs: a bare array.
pub type WorkflowRuns = Rows<WorkflowRun>;
