// Each system from its form to a run's confirmed end, as a person does it, through the gateway in workerd.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { lifecycle } from "runward/validate";
import { Chain } from "./chain.mjs";

let chain;

before(async () => {
  chain = await Chain.start({ speed: 10 });
});

after(() => chain?.close());

async function open(t, path, options = {}) {
  const page = await chain.page(options);
  await page.goto(`${chain.origin}/#${path}`);
  t.after(() => page.context().close());
  return page;
}

/** Sends the form that is open; gives the id of the run that it created. */
async function send(page, system) {
  await page.getByRole("button", { name: "Create run" }).click();
  await page.waitForURL(new RegExp(`#/${system}/runs/.+`));
  return decodeURIComponent(page.url().split("/").at(-1));
}

/** Fills the fields of the form of a system and sends it; `workflow` is chosen by its name. */
async function create(page, system, { workflow, ...fields }) {
  await page.goto(`${chain.origin}/#/${system}/create`);
  const choice = page.getByLabel(system === "meshx" ? "Data product" : "Workflow", { exact: true });
  if (system === "hatchet") await choice.fill(workflow);
  else await choice.selectOption({ label: workflow });
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
  return send(page, system);
}

/** Registers a workflow of Formance in the form beside the one for runs; it is chosen then. */
async function register(page, name, stages) {
  await page.goto(`${chain.origin}/#/formance/create`);
  const form = page.getByRole("form", { name: "Register a workflow" });
  // It opens by itself where there is no workflow yet.
  await page.waitForFunction(() => document.querySelector("#field-workflow").textContent !== "Reading…");
  if (!(await form.isVisible())) await page.getByText("Register a workflow").click();
  await form.getByLabel("Name").fill(name);
  await form.getByLabel("Stages").fill(JSON.stringify(stages));
  await form.getByRole("button", { name: "Register" }).click();
  await page.waitForFunction((name) => document.querySelector("#field-workflow").selectedOptions[0]?.textContent.startsWith(name), name);
}

const row = (page, id) => page.locator(`tr.run[data-id="${id}"]`);
const stands = (page, status) => page.locator(`.run-state .status[data-status="${status}"]`).waitFor();
const confirmed = (page) => page.locator('.belief[data-belief="confirmed"]').waitFor();
const seen = (page) => page.locator("li.step").evaluateAll((items) => items.map(({ dataset }) => dataset.to).reverse());
const drawn = (page) => page.locator(".lifecycle-picture [data-state]").evaluateAll((nodes) => nodes.map((node) => node.dataset.state).sort());
const words = (system) => lifecycle(system).states.map(({ status }) => status).sort();

// Each has a browser session of its own, and mostly waits.
describe("systems", { concurrency: 3 }, () => {
  test("a_formance_workflow_is_registered_run_and_led_to_its_end_by_an_event", async (t) => {
    const list = await open(t, "/formance/runs");
    const page = await open(t, "/formance/create");
    await register(page, "hold", [{ wait_event: { event: "order.paid" } }, { delay: { duration: "1s" } }]);
    await page.getByLabel("Variables key").fill("order");
    await page.getByLabel("Variables value").fill("A-10058");
    const id = await send(page, "formance");
    await stands(page, "running");
    const ask = page.getByRole("form", { name: "It waits for an event" });
    assert.equal(await ask.getByLabel("Event").inputValue(), "order.paid", "the event that the stage waits for stands there");
    assert.deepEqual(await page.locator(".stage-name").allTextContents(), ["wait_event", "delay"]);
    await page.locator(".stage").first().click();
    await page.locator(".stage-data", { hasText: "Was given" }).getByText('"order.paid"').waitFor();
    await ask.getByRole("button", { name: "Send event" }).click();
    await stands(page, "succeeded");
    await confirmed(page);
    await ask.waitFor({ state: "detached" });
    assert.deepEqual(await seen(page), ["running", "succeeded"]);
    assert.deepEqual(await drawn(page), words("formance"));
    await row(list, id).locator('.status[data-status="succeeded"]').waitFor();
    assert.deepEqual([...page.troubles, ...list.troubles], []);
  });

  test("a_cancel_that_does_nothing_is_told_before_and_after", async (t) => {
    const page = await open(t, "/formance/create");
    await register(page, "patient", [{ wait_event: { event: "never" } }]);
    await send(page, "formance");
    await stands(page, "running");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("dialog").getByText("go on as if nothing had been asked").waitFor();
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await page.getByText("The system took the cancel and did nothing").waitFor();
    await stands(page, "running");
  });

  test("an_onfido_run_waits_for_data_and_ends_when_its_task_is_completed", async (t) => {
    const list = await open(t, "/onfido/runs");
    const page = await open(t, "/onfido/create");
    const id = await create(page, "onfido", { workflow: "data-from-client", Applicant: crypto.randomUUID(), "Custom data": '{"plan": "gold"}', Tags: "signup, eu" });
    await stands(page, "awaiting_client_input");
    await page.locator(".fact", { hasText: "Tags" }).getByText("signup, eu").waitFor();
    const ask = page.getByRole("form", { name: "It waits for your data" });
    await ask.getByLabel("Data").fill('{"income": 1,,}');
    await ask.getByRole("button", { name: "Complete the task" }).click();
    assert.match(await ask.locator(".problem").allTextContents().then((all) => all.join("")), /line 1, column 14/);
    await ask.getByLabel("Data").fill('{"income": 52000}');
    await ask.getByRole("button", { name: "Complete the task" }).click();
    await stands(page, "approved");
    await confirmed(page);
    await ask.waitFor({ state: "detached" });
    const task = page.locator(".stages li", { hasText: "receive_data" });
    await task.locator('.status[data-status="completed"]').waitFor();
    await task.locator("summary").click();
    await task.getByText('"income": 52000').waitFor();
    assert.deepEqual(await drawn(page), words("onfido"));
    await row(list, id).locator('.status[data-status="approved"]').waitFor();
    assert.deepEqual([...page.troubles, ...list.troubles], []);
  });

  test("a_meshx_run_moves_to_its_end_with_the_tasks_of_its_graph", async (t) => {
    const list = await open(t, "/meshx/runs");
    const page = await open(t, "/meshx/create");
    const id = await create(page, "meshx", { workflow: "orders", Name: "nightly-orders", "Created by": "ops" });
    await stands(page, "COMPLETED");
    await confirmed(page);
    await page.locator(".stages li", { hasText: "LoadOrders" }).locator('.status[data-status="DONE"]').waitFor();
    assert.equal(await page.locator("h1").textContent(), "nightly-orders");
    await page.locator(".fact", { hasText: "Data product" }).getByText("orders", { exact: true }).waitFor();
    assert.deepEqual(await drawn(page), words("meshx"));
    await row(list, id).locator('.status[data-status="COMPLETED"]').waitFor();
    assert.equal(await row(list, id).locator(".c-workflow").textContent(), "orders", "the product has its name, not its id");
    assert.deepEqual([...page.troubles, ...list.troubles], []);
  });

  test("a_stuck_meshx_run_is_cancelled_and_a_failed_one_tells_why", async (t) => {
    const page = await open(t, "/meshx/create");
    await create(page, "meshx", { workflow: "orders-stuck", Name: "stuck" });
    await stands(page, "RUNNING");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await stands(page, "CANCELLED");
    await confirmed(page);
    await create(page, "meshx", { workflow: "orders-failing", Name: "failing" });
    await stands(page, "FAILED");
    await page.locator(".run-error", { hasText: "source unreachable" }).waitFor();
  });

  test("an_unknown_status_is_shown_as_it_came_and_hides_no_control_that_may_work", async (t) => {
    // A product whose runs stay at a word of their own.
    const product = { name: "inspected", steps: [{ status: "QUALITY_CHECK" }], end: "COMPLETED" };
    await fetch(`${chain.engine.control}/meshx/products`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(product) });
    const page = await open(t, "/meshx/create");
    await create(page, "meshx", { workflow: "inspected", Name: "odd words" });
    const status = page.locator('.run-state .status[data-status="QUALITY_CHECK"]');
    await status.waitFor();
    assert.equal(await status.getAttribute("data-tone"), "unknown");
    await page.getByRole("button", { name: "Cancel" }).waitFor();
  });

  test("a_workflow_that_nobody_registered_is_told_beside_its_field_with_the_nearest_name", async (t) => {
    const page = await open(t, "/hatchet/create");
    await page.getByLabel("Workflow").fill("charge-crad");
    await page.getByRole("button", { name: "Create run" }).click();
    await page.locator("#workflow-problem", { hasText: "charge-card" }).waitFor();
    assert.equal(await page.getByLabel("Workflow").evaluate((input) => input === document.activeElement), true);
    await page.getByLabel("Workflow").fill("charge-card");
    await send(page, "hatchet");
    await stands(page, "COMPLETED");
  });

  test("no_control_is_there_that_the_system_cannot_do", async (t) => {
    const page = await open(t, "/onfido/create");
    const kyc = await create(page, "onfido", { workflow: "instant-approval", Applicant: crypto.randomUUID() });
    await stands(page, "approved");
    await page.getByRole("button", { name: "Wire" }).waitFor();
    for (const name of ["Cancel", "Replay"]) assert.equal(await page.getByRole("button", { name }).isVisible(), false, `${name} of ${kyc}`);
    await page.getByRole("button", { name: "Wire" }).click();
    const wire = await page.getByRole("dialog").textContent();
    assert.match(wire, /"sdk_token": "\[redacted\]"/);
  });

  test("a_gateway_that_only_reads_leaves_no_control_that_writes", async (t) => {
    const page = await chain.page();
    t.after(() => page.context().close());
    await page.route("**/api", async (route) => {
      const response = await route.fetch();
      const { systems } = await response.json();
      const reads = (can) => Object.fromEntries(Object.entries(can).map(([name, able]) => [name, able && !["create", "cancel", "replay"].includes(name)]));
      await route.fulfill({ response, json: { systems: systems.filter(({ name }) => name !== "onfido").map(({ name, capabilities }) => ({ name, capabilities: reads(capabilities) })) } });
    });
    await page.goto(`${chain.origin}/#/hatchet/runs`);
    await page.locator('#connection[data-kind="live"]').waitFor();
    assert.equal(await page.getByRole("link", { name: "New run" }).count(), 0);
    assert.deepEqual(await page.locator(".tab").allTextContents(), ["All", "Hatchet", "Formance Flows", "meshX"], "a system that is not there has no tab");
    await page.goto(`${chain.origin}/#/hatchet/create`);
    await page.getByText("This gateway creates no runs of Hatchet").waitFor();
  });

  test("all_systems_stand_in_one_list_and_the_address_keeps_which_is_looked_at", async (t) => {
    const page = await open(t, "/hatchet/create");
    const ids = { hatchet: await create(page, "hatchet", { workflow: "charge-card" }) };
    ids.onfido = await create(page, "onfido", { workflow: "instant-approval", Applicant: crypto.randomUUID() });
    ids.meshx = await create(page, "meshx", { workflow: "orders", Name: "in-one-list" });
    await register(page, "short", [{ delay: { duration: "1s" } }]);
    ids.formance = await send(page, "formance");
    await page.goto(`${chain.origin}/`);
    for (const id of Object.values(ids)) await row(page, id).waitFor();
    for (const id of Object.values(ids)) await row(page, id).locator('.status[data-tone="succeeded"]').waitFor();
    for (const system of Object.keys(ids)) await page.locator(`.system-card[data-system="${system}"]`, { hasText: "succeeded" }).waitFor();
    await page.locator(".tab", { hasText: "meshX" }).click();
    await row(page, ids.meshx).waitFor();
    assert.equal(await row(page, ids.hatchet).count(), 0);
    assert.match(page.url(), /#\/meshx\/runs$/);
    await page.getByLabel("Filter runs by text").fill("in-one");
    await page.waitForURL(/text=in-one/);
    await page.reload();
    await row(page, ids.meshx).waitFor();
    assert.equal(await page.getByLabel("Filter runs by text").inputValue(), "in-one");
    assert.equal(await page.locator('.tab[aria-current="page"]').textContent(), "meshX");
    assert.deepEqual(page.troubles, []);
  });

  test("a_filter_by_status_and_time_is_the_servers_as_well_where_it_has_one", async (t) => {
    const page = await open(t, "/onfido/create");
    const declined = await create(page, "onfido", { workflow: "declined-document", Applicant: crypto.randomUUID() });
    await stands(page, "declined");
    await page.goto(`${chain.origin}/#/onfido/runs`);
    await row(page, declined).waitFor();
    const asked = page.waitForRequest((request) => /\/api\/onfido\/runs\?.*status=declined/.test(request.url()));
    await page.locator('.chip[data-kind="declined"]').click();
    await asked;
    await page.waitForFunction(() => [...document.querySelectorAll("tr.run .status")].every(({ dataset }) => dataset.status === "declined"));
    await row(page, declined).waitFor();
    await page.getByLabel("Created", { exact: true }).selectOption("1h");
    await row(page, declined).waitFor();
    assert.equal(await page.getByRole("columnheader", { name: "Duration" }).isVisible(), false, "Onfido tells no durations");
    const created = page.getByRole("columnheader", { name: "Created" });
    assert.equal(await created.getAttribute("aria-sort"), "descending");
    await created.getByRole("button").click();
    assert.equal(await created.getAttribute("aria-sort"), "ascending");
    await page.locator('.chip[data-kind="declined"]').click();
  });
});
