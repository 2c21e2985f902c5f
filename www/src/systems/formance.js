const EXAMPLE = `[
  { "wait_event": { "event": "payment.approved" } },
  { "send": {
    "source": { "account": { "id": "\${from}", "ledger": "default" } },
    "destination": { "account": { "id": "\${to}", "ledger": "default" } },
    "amount": { "amount": "\${amount}", "asset": "EUR/2" }
  } }
]`;

/** Formance Flows: a workflow is stages one after the other; a run is given variables, all of them text. */
export const formance = {
  name: "formance",
  title: "Formance Flows",
  about: "payments, stage by stage",
  choose: "Workflow",
  none: "No workflow is registered here yet.",
  sent: true,
  cancels: "Flows servers of today take this and go on as if nothing had been asked; you are told what came of it.",
  label: (run) => run.name || `Run of ${run.workflowId?.slice(0, 8) ?? run.id}`,
  workflow: (run) => run.name,
  fields: [
    { name: "workflow", label: "Workflow", kind: "choice", required: "Which workflow should run? Choose one.", hint: "One of those that are registered in Flows." },
    { name: "input", label: "Variables", kind: "pairs", hint: "What ${…} stands for in its stages. All of them are text, amounts too." },
  ],
  request: ({ workflow, input }) => ({ workflow, input }),
  async workflows(client, signal) {
    const { items } = await client.workflows.list({ limit: 100 }, { signal });
    const kinds = (config) => (config.stages ?? []).map((stage) => Object.keys(stage)[0]).join(" → ");
    return items.map(({ id, config }) => ({ value: id, label: config?.name || id.slice(0, 8), note: kinds(config ?? {}) }));
  },
  /** A workflow that is not there yet can be registered on the spot. */
  register: {
    operation: "workflows.create",
    title: "Register a workflow",
    fields: [
      { name: "name", label: "Name", kind: "text", required: "How should it be called?", placeholder: "payout" },
      { name: "stages", label: "Stages", kind: "array", value: EXAMPLE, hint: "A JSON array: send, delay, wait_event, update, noop. ${…} are variables." },
    ],
    send: async (client, { name, stages }, signal) => (await client.workflows.create({ name, stages }, { signal })).id,
  },
  async details(client, run, stage, signal) {
    const number = Number(stage.id);
    if (!Number.isInteger(number) || !stage.status) return [];
    const [given, done] = await Promise.all([client.instances.history(run.id, { signal }), client.instances.stageHistory(run.id, number, { signal })]);
    return [["Was given", given[number]?.input], ["What it did", done.length > 0 ? done : undefined]];
  },
  asks(run, stages) {
    const configs = run.wire?.data?.workflow?.config?.stages ?? [];
    const open = stages.filter((stage) => stage.name === "wait_event" && stage.status === "running");
    return open.map((stage) => ({
      operation: "instances.sendEvent",
      of: "stages",
      status: stage.status,
      key: `${stage.id}`,
      title: "It waits for an event",
      button: "Send event",
      fields: [{ name: "name", label: "Event", kind: "text", required: "Which event? Type its name.", value: configs[Number(stage.id)]?.wait_event?.event ?? "", hint: "The stage goes on when an event of the name it waits for arrives." }],
      send: (client, { name }, signal) => client.instances.sendEvent(run.id, { name }, { signal }),
      done: "Event sent; the run shows when its stage takes it",
    }));
  },
};
