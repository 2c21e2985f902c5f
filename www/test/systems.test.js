import assert from "node:assert/strict";
import { test } from "node:test";
import { SYSTEMS, systemOf } from "../src/systems/index.js";

const wire = { status: "awaiting_client_input", metadata: { applicant_id: "33663ce8-1e79", customer_user_id: "33663ce8-1e79" } };

test("every_system_has_a_form_whose_values_make_a_request", () => {
  for (const { name, fields, request } of SYSTEMS) {
    const values = Object.fromEntries(fields.map(({ name, kind }) => [name, kind === "list" ? [] : kind === "object" || kind === "pairs" ? {} : "x"]));
    assert.equal(request(values).workflow, "x", name);
  }
});

test("what_is_left_empty_is_not_sent", () => {
  const onfido = systemOf("onfido").request({ workflow: "w", applicantId: "a", input: null, customerUserId: "", tags: [] });
  assert.deepEqual(onfido, { workflow: "w", applicantId: "a" });
  assert.deepEqual(systemOf("meshx").request({ workflow: "p", name: "n", runType: "", createdBy: "" }), { workflow: "p", name: "n" });
});

test("an_onfido_run_is_called_by_its_customer_or_else_by_its_applicant", () => {
  const { label } = systemOf("onfido");
  assert.equal(label(wire), "Applicant 33663ce8");
  assert.equal(label({ metadata: { ...wire.metadata, customer_user_id: "cust-1" } }), "cust-1");
});

test("an_onfido_run_asks_for_data_only_while_it_waits_for_them_and_for_tasks_without_any", () => {
  const { asks } = systemOf("onfido");
  const tasks = [{ id: "a", name: "start", wire: { output: null } }, { id: "b", name: "receive_data", wire: { output: null } }, { id: "c", name: "done", wire: { output: {} } }];
  const [ask, ...more] = asks(wire, tasks);
  assert.equal(more.length, 0);
  assert.deepEqual(ask.fields[0].options.map(([id]) => id), ["b", "a"]);
  assert.deepEqual(asks({ ...wire, status: "approved" }, tasks), []);
});

test("a_formance_stage_that_waits_asks_for_the_event_of_its_name", () => {
  const run = { id: "r", wire: { data: { workflow: { config: { stages: [{ delay: {} }, { wait_event: { event: "paid" } }] } } } } };
  const stages = [{ id: "0", name: "delay", status: "succeeded" }, { id: "1", name: "wait_event", status: "running" }];
  assert.deepEqual(systemOf("formance").asks(run, stages).map(({ fields }) => fields[0].value), ["paid"]);
  assert.deepEqual(systemOf("formance").asks(run, [{ ...stages[1], status: "succeeded" }]), []);
});

test("the_tasks_of_a_meshx_graph_are_stages_and_anything_else_in_it_is_none", async () => {
  const { parts } = systemOf("meshx");
  const read = (graph) => parts({ graph: async () => graph }, { id: "r" });
  const [task] = await read({ response: { "Load_1": { status: "DONE", name: "Load", time_running: 2, last_updated: 5 }, odd: 7 } });
  assert.deepEqual([task.name, task.status, task.startedAt, task.finishedAt], ["Load", "DONE", 2_000, 5_000]);
  assert.deepEqual(await read({ something: "else" }), []);
  assert.deepEqual(await read(null), []);
});
