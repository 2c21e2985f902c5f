// What the small program gives back, in every runtime.
export const expected = {
  ids: true,
  errors: [],
  forms: [true, true, true],
  parsed: "COMPLETED",
  sameAsRead: true,
  wire: true,
  created: "a16ccbaf-84c7-4547-bdd9-6f0922c76346",
  read: { status: "COMPLETED", phase: "finished", outcome: "succeeded" },
  page: ["CANCELLED", "RUNNING", "COMPLETED", "QUEUED", "FAILED", "RUNNING"],
  step: ["advance", "conflict"],
  code: true,
  counts: { queued: 1, running: 2, finished: 3 },
  longest: ["CANCELLED"],
  webhook: ["workflow_run.completed", "signature_mismatch"],
  missing: { name: "NotFoundError", code: "not_found", retryable: false, system: "hatchet", status: 404, real: true },
};
