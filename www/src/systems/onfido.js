import { named } from "../data/names.js";

const short = (id) => id?.slice(0, 8);

/** Onfido Studio: a run is about an applicant; its tasks are read by themselves, and its API lists no workflows. */
export const onfido = {
  name: "onfido",
  title: "Onfido Studio",
  about: "identity checks of applicants",
  choose: "Workflow",
  none: "Onfido's API lists no workflows: copy the id from Studio.",
  sent: true,
  timeless: true,
  label: (run) => run.metadata?.customer_user_id === run.metadata?.applicant_id || !run.metadata?.customer_user_id ? `Applicant ${short(run.metadata?.applicant_id) ?? run.id}` : run.metadata.customer_user_id,
  workflow: (run) => named("onfido", run.workflowId),
  fields: [
    { name: "workflow", label: "Workflow", kind: "choice", required: "Which workflow should run? Choose one, or paste its id.", hint: "A workflow of your Studio." },
    { name: "applicantId", label: "Applicant", kind: "text", required: "Whom is it about? Paste the applicant's id.", placeholder: "d16cee46-82f5-4d66-95e2-13f3b544b5a3", hint: "The id of an applicant that exists in Onfido." },
    { name: "input", label: "Custom data", kind: "object", optional: true, placeholder: '{\n  "plan": "gold"\n}', hint: "A JSON object that the workflow's tasks may use." },
    { name: "customerUserId", label: "Your id of the customer", kind: "text", hint: "May stay empty." },
    { name: "tags", label: "Tags", kind: "list", placeholder: "signup, eu", hint: "Labels to find the run by, with commas between them." },
  ],
  request: ({ workflow, applicantId, input, customerUserId, tags }) => ({ workflow, applicantId, ...(input && { input }), ...(customerUserId && { customerUserId }), ...(tags.length > 0 && { tags }) }),
  /** Tasks have no status of their own: an output is there once one is completed. */
  async parts(client, run, signal) {
    const tasks = await client.tasks.list(run.id, { signal });
    return Promise.all(tasks.map((task) => client.tasks.get(run.id, task.id, { signal }).then(stageOf, () => stageOf(task))));
  },
  /** Which of its tasks waits is not told: one without an output, and mostly the newest. */
  asks(run, stages) {
    const open = stages.filter((task) => task.wire?.output === null).reverse();
    if (run.status !== "awaiting_client_input" || open.length === 0) return [];
    const task = { name: "task", label: "Task", kind: "select", options: open.map(({ id, name }) => [id, id === name ? name : `${name} (${id})`]) };
    return [{
      operation: "tasks.complete",
      of: "stages",
      status: "started",
      key: open.map(({ id }) => id).join(" "),
      title: "It waits for your data",
      button: "Complete the task",
      fields: [...(open.length > 1 ? [task] : []), { name: "data", label: "Data", kind: "json", value: "{}", hint: "What the task is to be completed with: a JSON object or array." }],
      send: (client, { task = open[0].id, data }, signal) => client.tasks.complete(run.id, task, { data }, { signal }),
      done: "The task is completed; the run goes on",
    }];
  },
};

function stageOf(task) {
  const done = task.output !== undefined && task.output !== null;
  const at = (text) => (text === undefined ? undefined : Date.parse(text));
  return {
    id: task.id,
    name: task.task_def_id,
    // One without an output may go on, be over, or never have had any.
    status: done ? "completed" : "",
    said: done ? undefined : "No output",
    attempt: 1,
    startedAt: done ? at(task.created_at) : undefined,
    finishedAt: done ? at(task.updated_at) : undefined,
    input: task.input,
    output: task.output ?? undefined,
    wire: task,
  };
}
