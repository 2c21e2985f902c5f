/** Hatchet: runs are triggered by a workflow's name, and carry their tasks. */
export const hatchet = {
  name: "hatchet",
  title: "Hatchet",
  about: "tasks and DAGs on your workers",
  choose: "Workflow",
  sent: true,
  label: (run) => run.name || run.id,
  // The list carries the name, the run the registered options; else the display name is the name and milliseconds.
  workflow: (run) => run.wire?.workflowName || run.wire?.workflowConfig?.Name || run.name?.replace(/-\d{13}$/, ""),
  fields: [
    { name: "workflow", label: "Workflow", kind: "text", required: "Which workflow should run? Type its name.", suggests: true, maxlength: 255, placeholder: "nightly-report", hint: "The name the workflow is registered under." },
    { name: "input", label: "Input", kind: "object", placeholder: '{\n  "order": "A-10058"\n}', hint: "A JSON object; empty means {}." },
    { name: "metadata", label: "Metadata", kind: "pairs", hint: "Your own keys on the run, to find it by later." },
    { name: "priority", label: "Priority", kind: "select", options: [["", "as the workflow says"], ["1", "low"], ["2", "medium"], ["3", "high"]] },
  ],
  request: ({ workflow, input, metadata, priority }) => ({ workflow, input, metadata, ...(priority ? { priority: Number(priority) } : {}) }),
  async workflows(client, signal) {
    const { items } = await client.workflows.list({ limit: 200 }, { signal });
    return items.map(({ name }) => ({ value: name, label: name }));
  },
  async details(client, run, stage, signal) {
    if (!stage.id) return [];
    const [logs, events] = await Promise.all([client.tasks.logs(stage.id, { limit: 200 }, { signal }), client.tasks.events(stage.id, { limit: 100 }, { signal })]);
    const lines = logs.items.map(({ createdAt, level, message }) => [createdAt, level, message].filter(Boolean).join(" ")).join("\n");
    const told = events.items.map(({ timestamp, eventType, message, errorMessage }) => [timestamp, eventType, message || errorMessage].filter(Boolean).join("  ")).reverse().join("\n");
    return [["Log", lines || undefined], ["Events", told || undefined]];
  },
};
