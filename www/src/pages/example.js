/** A Hatchet run as a server answers it, with three things wrong: a status no server knows, an impossible date, and a duration that is no number. */
export const EXAMPLE = `{
  "run": {
    "metadata": {
      "id": "e79d3fb7-4771-4022-b620-fa95d4ebd926",
      "createdAt": "2026-11-22T16:08:09.893585Z",
      "updatedAt": "2026-11-22T16:08:09.893585Z"
    },
    "status": "COMPLETE",
    "tenantId": "707d0855-80ab-4e1f-a156-f1c4546cbf52",
    "displayName": "nightly-report-1795363689897",
    "workflowId": "0890b28e-f832-4193-85b8-4ea4aaed8dc4",
    "workflowVersionId": "b9885302-1b4f-41a2-9abf-507b19ee2b43",
    "createdAt": "2026-11-22T16:08:09.930447Z",
    "startedAt": "2026-11-22T16:08:09.930447Z",
    "finishedAt": "2026-11-31T16:08:12.399037Z",
    "duration": "2468",
    "additionalMetadata": { "customer": "acme" },
    "errorMessage": "",
    "input": { "day": "2026-11-21" },
    "output": { "pages": 12 }
  },
  "shape": [],
  "tasks": [],
  "taskEvents": [],
  "workflowConfig": {}
}
`;
