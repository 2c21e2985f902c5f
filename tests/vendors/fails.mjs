// Which fixture which vendor's own client cannot read, and what it says. Every one is a body that a real server sent, and that
// Runward reads at its level `wire`.
const invalid = "ResponseValidationError: Response validation failed at V2";

export const FAILS = {
  hatchet: {},
  formance: {
    "instance-no-stages": `${invalid}GetWorkflowInstanceResponse.data.workflow.config.stages: Expected array, received null`,
    "stage-history-update": `${invalid}GetWorkflowInstanceHistoryStageResponse.data.0.input.AddAccountMetadata.id: Required`,
    "stage-history-wallet": `${invalid}GetWorkflowInstanceHistoryStageResponse.data.1.input.DebitWallet.data.metadata: Expected object, received null`,
    "trigger-test-no-filter": `${invalid}TestTriggerResponse.data.filter: Expected object, received null`,
    "workflow-create-no-stages-key": `${invalid}CreateWorkflowResponse.data.config.stages: Expected array, received null`,
  },
  onfido: {},
};
