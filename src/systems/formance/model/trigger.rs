//! Triggers, their occurrences and their tests.
use super::{Workflow, WorkflowInstance};
use crate::describe::{AnyObject, DateTime, Nullable, Raw, Uuid};
use crate::object;
use std::collections::BTreeMap;

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
