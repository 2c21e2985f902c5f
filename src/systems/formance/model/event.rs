//! Published events, as its webhooks deliver them.
use crate::describe::DateTime;
use crate::{object, string_enum};

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
