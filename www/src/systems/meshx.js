import { named } from "../data/names.js";

/** meshX: a run brings a data product up to date. Nothing is published of its words; a graph may be Luigi's, or anything. */
export const meshx = {
  name: "meshx",
  title: "meshX",
  about: "orchestration of data products",
  choose: "Data product",
  none: "There is no data product here yet.",
  label: (run) => run.name || run.id,
  workflow: (run) => named("meshx", run.workflowId),
  fields: [
    { name: "workflow", label: "Data product", kind: "choice", required: "Which data product? Choose one.", hint: "What the run brings up to date." },
    { name: "name", label: "Name", kind: "text", required: "How should the run be called?", placeholder: "nightly-orders", hint: "A name for people; it need not be unique." },
    { name: "runType", label: "Run type", kind: "text", suggestions: ["single", "schedule"], value: "single", hint: "Any word the server knows; single is the usual one." },
    { name: "createdBy", label: "Created by", kind: "text", hint: "May stay empty." },
  ],
  request: ({ workflow, name, runType, createdBy }) => ({ workflow, name, ...(runType && { runType }), ...(createdBy && { createdBy }) }),
  async workflows(client, signal) {
    const products = await client.products({ signal });
    return products.map(({ identifier, name }) => ({ value: identifier, label: name || identifier.slice(0, 8) }));
  },
  async parts(client, run, signal) {
    const { response } = (await client.graph(run.id, { signal })) ?? {};
    return Object.entries(response ?? {}).filter(([, task]) => typeof task?.status === "string").map(([id, task]) => stageOf(id, task));
  },
};

/** Seconds since 1970, as Luigi tells times. */
const at = (seconds) => (typeof seconds === "number" ? seconds * 1000 : undefined);
function stageOf(id, task) {
  const ended = ["DONE", "FAILED", "DISABLED"].includes(task.status);
  return {
    id,
    name: task.name ?? task.display_name ?? id,
    status: task.status,
    attempt: 1,
    startedAt: at(task.time_running ?? task.start_time),
    finishedAt: ended ? at(task.last_updated) : undefined,
    input: task.params,
    wire: task,
  };
}
