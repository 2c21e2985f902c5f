// What a person does, in a real browser, through the gateway in workerd, to the engine and its file.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { lifecycle } from "runward/validate";
import { Chain } from "./chain.mjs";

const TERMINAL = ["COMPLETED", "FAILED", "CANCELLED"];
let chain;

before(async () => {
  chain = await Chain.start();
});

after(() => chain?.close());

/** A page of the dashboard. */
async function open(t, path, { at = chain, ...options } = {}) {
  const page = await at.page(options);
  await page.goto(`${at.origin}/#${path}`);
  t.after(() => page.context().close());
  return page;
}

/** Creates a run with the form; gives its id. */
async function create(page, { workflow, input = {}, metadata = {} }) {
  await page.goto(`${new URL(page.url()).origin}/#/hatchet/create`);
  await page.getByLabel("Workflow").fill(workflow);
  await page.getByLabel("Input").fill(JSON.stringify(input));
  for (const [index, [key, value]] of Object.entries(metadata).entries()) {
    if (index > 0) await page.getByRole("button", { name: "Add a key" }).click();
    await page.getByLabel("Metadata key").nth(index).fill(key);
    await page.getByLabel("Metadata value").nth(index).fill(value);
  }
  await page.getByRole("button", { name: "Create run" }).click();
  await page.waitForURL(/#\/hatchet\/runs\/.+/);
  return decodeURIComponent(page.url().split("/").at(-1));
}

/** Notes every status the row of the list shows from now on, in order. */
function recordRows(page) {
  return page.evaluate(() => {
    globalThis.statuses = {};
    const note = () => {
      for (const row of document.querySelectorAll("tr.run")) {
        const seen = (globalThis.statuses[row.dataset.id] ??= []);
        const status = row.querySelector(".status").dataset.status;
        if (seen.at(-1) !== status) seen.push(status);
      }
    };
    note();
    new MutationObserver(note).observe(document.getElementById("main"), { subtree: true, childList: true, attributes: true, attributeFilter: ["data-status"] });
  });
}

const recorded = (page, id) => page.evaluate((id) => globalThis.statuses[id] ?? [], id);
const row = (page, id) => page.locator(`tr.run[data-id="${id}"]`);
const status = (page, id, word) => row(page, id).locator(`.status[data-status="${word}"]`).waitFor();
const belief = (page, word) => page.locator(`.belief[data-belief="${word}"]`).waitFor();
const connection = (page, kind) => page.locator(`#connection[data-kind="${kind}"]`).waitFor();

test("a_run_created_from_the_form_goes_from_queued_to_completed_in_the_list_by_itself", async (t) => {
  // An engine whose time stands still between the steps, so that no state can be missed and none is waited for.
  const stepped = await Chain.start({ stepped: true });
  t.after(() => stepped.close());
  const list = await open(t, "/hatchet/runs", { at: stepped });
  await connection(list, "live");
  await recordRows(list);
  const form = await open(t, "/hatchet/create", { at: stepped });
  const id = await create(form, { workflow: "ship-parcel", input: { day: "2026-11-21" }, metadata: { customer: "acme" } });
  for (const [word, ms] of [["QUEUED", 2], ["RUNNING", 2], ["COMPLETED", 200]]) {
    await stepped.stepTo(id, word, ms);
    await status(list, id, word);
  }
  assert.deepEqual(await recorded(list, id), ["QUEUED", "RUNNING", "COMPLETED"]);
  assert.deepEqual(list.troubles, []);
  assert.deepEqual(form.troubles, []);
});

test("an_opened_run_shows_its_stages_its_data_and_every_transition_seen", async (t) => {
  const page = await open(t, "/hatchet/create");
  const id = await create(page, { workflow: "nightly-report", input: { day: "2026-11-21" }, metadata: { customer: "globex" } });
  await belief(page, "confirmed");
  assert.equal(await page.locator(".run-state .status").getAttribute("data-status"), "COMPLETED");
  const steps = await page.locator(".step").evaluateAll((items) => items.map(({ dataset }) => dataset.to).reverse());
  assert.equal(steps.at(-1), "COMPLETED");
  assert.ok(steps.includes("RUNNING"), `RUNNING is not among ${steps}`);
  const stages = await page.locator(".stage-name").allTextContents();
  for (const name of ["extract", "transform-sales", "transform-stock", "render"]) assert.ok(stages.includes(name), `${name} is not among ${stages}`);
  assert.match(await page.getByLabel("Input", { exact: true }).textContent(), /"day": "2026-11-21"/);
  assert.match(await page.getByLabel("Metadata", { exact: true }).textContent(), /"customer": "globex"/);
  assert.equal(await page.locator('.lifecycle-picture [data-current="true"]').getAttribute("data-state"), "COMPLETED");
  const { states, rows } = lifecycle("hatchet");
  const drawn = await page.locator(".lifecycle-picture [data-state]").evaluateAll((nodes) => nodes.map((node) => node.dataset.state));
  assert.deepEqual([...drawn].sort(), states.map(({ status }) => status).sort(), "the picture is of the tables' states");
  const next = await page.locator(".next li").evaluateAll((items) => items.map(({ dataset }) => dataset.to));
  const leads = rows.filter(({ from, to }) => from === "COMPLETED" && to !== from).map(({ to }) => to);
  assert.deepEqual([...next].sort(), [...new Set(leads)].sort(), "what may come next is what the rows say");
  assert.equal(await page.locator(".fact-id code").textContent(), id);
  assert.deepEqual(page.troubles, []);
});

test("a_run_is_cancelled_only_after_the_question_is_answered", async (t) => {
  const page = await open(t, "/hatchet/create");
  const id = await create(page, { workflow: "ship-parcel" });
  await page.locator(".run-state .status").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Keep it" }).click();
  assert.equal(await page.locator("dialog").count(), 0);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await page.locator('.run-state .status[data-status="CANCELLED"]').waitFor();
  await belief(page, "confirmed");
  await page.getByRole("link", { name: "Runs", exact: true }).last().click();
  await status(page, id, "CANCELLED");
});

test("a_replay_opens_a_new_attempt_on_the_same_page", async (t) => {
  const page = await open(t, "/hatchet/create");
  await create(page, { workflow: "charge-card", input: { orderId: 7 } });
  await belief(page, "confirmed");
  await page.getByRole("button", { name: "Replay" }).click();
  await page.locator(".fact", { hasText: "Attempt" }).locator("dd", { hasText: "2" }).waitFor();
  await belief(page, "confirmed");
});

test("an_engine_that_crashes_and_comes_back_has_lost_no_run_and_the_page_says_what_it_knew", async (t) => {
  const page = await open(t, "/hatchet/create");
  const ids = [];
  for (const workflow of ["charge-card", "nightly-report", "ship-parcel"]) ids.push(await create(page, { workflow }));
  await page.goto(`${chain.origin}/#/hatchet/runs`);
  for (const id of ids) await row(page, id).waitFor();
  const before = await page.locator("tr.run").evaluateAll((rows) => rows.map(({ dataset }) => dataset.id));
  await chain.stopEngine();
  await connection(page, "down");
  await page.getByRole("alert").getByText("What you see is from").waitFor();
  assert.equal(await page.locator("tr.run").count(), before.length, "what was known stays on the page");
  await chain.startEngine();
  await connection(page, "live");
  await page.getByRole("alert").waitFor({ state: "hidden" });
  for (const id of ids) await row(page, id).locator(TERMINAL.map((word) => `.status[data-status="${word}"]`).join(", ")).waitFor();
  await page.reload();
  await page.locator("tr.run").first().waitFor();
  const afterwards = await page.locator("tr.run").evaluateAll((rows) => rows.map(({ dataset }) => dataset.id));
  assert.deepEqual(before.filter((id) => !afterwards.includes(id)), []);
});

test("a_gateway_that_goes_and_comes_back_is_told_apart_from_an_engine_and_reconnected", async (t) => {
  const page = await open(t, "/hatchet/runs");
  await connection(page, "live");
  await chain.stopWorkerd();
  await connection(page, "down");
  await page.getByRole("alert").getByText("The gateway cannot be reached").waitFor();
  await chain.startWorkerd();
  await connection(page, "live");
  const id = await create(await open(t, "/hatchet/create"), { workflow: "charge-card" });
  await row(page, id).waitFor();
});

test("input_that_is_no_json_is_told_beside_its_field_and_sends_nothing", async (t) => {
  const page = await open(t, "/hatchet/create");
  await page.getByLabel("Workflow").fill("charge-card");
  await page.getByLabel("Input").fill('{"orderId": 1,,}');
  assert.match(await page.locator("#input-problem").textContent(), /line 1, column 15/);
  await page.getByRole("button", { name: "Create run" }).click();
  assert.equal(await page.getByLabel("Input").evaluate((area) => area === document.activeElement), true);
  assert.deepEqual(page.requests.filter((request) => request.method() === "POST"), []);
});

test("rows_that_cannot_be_read_are_counted_and_hide_no_other", async (t) => {
  const page = await open(t, "/hatchet/runs");
  const id = await create(page, { workflow: "charge-card" });
  await page.route("**/api/hatchet/events*", (route) => route.abort());
  await page.route("**/api/hatchet/runs?*", async (route) => {
    const response = await route.fetch();
    const list = await response.json();
    const finding = { code: "missing", severity: "error", pointer: "/status", message: "it is missing", level: "wire", evidence: "observed" };
    await route.fulfill({ response, json: { ...list, unreadable: [{ index: 0, findings: [finding] }, { index: 3, findings: [finding] }] } });
  });
  await page.goto(`${chain.origin}/#/hatchet/runs`);
  await page.reload();
  await row(page, id).waitFor();
  await page.getByText("2 rows of the list could not be read").waitFor();
  // The list is read again and again; what is under way now would end behind the test.
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("the_list_is_moved_through_and_filtered_by_the_keyboard", async (t) => {
  const page = await open(t, "/hatchet/create");
  const id = await create(page, { workflow: "charge-card", metadata: { note: "needle" } });
  await create(page, { workflow: "charge-card" });
  await page.goto(`${chain.origin}/#/hatchet/runs`);
  await row(page, id).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("needle");
  await page.waitForFunction(() => document.querySelectorAll("tr.run").length === 1);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`#/hatchet/runs/${id}`));
});

test("a_pasted_run_is_validated_in_the_browser_and_each_finding_leads_to_its_place", async (t) => {
  const page = await open(t, "/check");
  const box = page.getByLabel("JSON to check");
  const { response } = JSON.parse(readFileSync(new URL("../fixtures/hatchet/recorded/run-dag-completed.json", import.meta.url), "utf8"));
  await box.fill(response.body);
  await page.locator('.verdict-box[data-valid="true"]:not([data-busy])').waitFor();
  const sent = page.requests.length;
  const broken = JSON.stringify(JSON.parse(response.body), null, 2).replace(/"finishedAt": "[^"]+"/, '"finishedAt": "2026-11-31T16:08:12Z"');
  await box.fill(broken);
  await page.locator('.verdict-box[data-valid="false"]:not([data-busy])').waitFor();
  const finding = page.locator('.findings [data-severity="error"] button');
  assert.match(await finding.textContent(), /bad_datetime.*\/run\/finishedAt/s);
  await finding.click();
  assert.equal(await box.evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd)), '"2026-11-31T16:08:12Z"');
  assert.equal(page.requests.length, sent, "checking sends nothing");
  assert.deepEqual(page.troubles, []);
});

test("a_file_of_megabytes_on_one_line_is_checked_and_its_findings_lead_to_their_places", async (t) => {
  const page = await open(t, "/check");
  const { response } = JSON.parse(readFileSync(new URL("../fixtures/hatchet/recorded/list-mixed.json", import.meta.url), "utf8"));
  const list = JSON.parse(response.body);
  while (JSON.stringify(list).length < 4_000_000) list.rows.push(...list.rows);
  const broken = list.rows.push({ ...list.rows[0], duration: "7" }) - 1;
  const text = JSON.stringify(list);
  await page.getByLabel("Open a file").setInputFiles({ name: "page.json", mimeType: "application/json", buffer: Buffer.from(text) });
  await page.locator('.verdict-box[data-valid="false"]:not([data-busy])').waitFor();
  assert.match(await page.locator(".verdict-box").textContent(), /Hatchet page, [\d,.]+ runs · \d+ errors?/);
  await page.locator('.findings [data-code="type_mismatch"] button', { hasText: `/rows/${broken}/duration` }).click();
  assert.equal(await page.getByLabel("JSON to check").evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd)), '"7"');
  // What can be read is a table, of which only what is in sight is decoded and drawn.
  const sheet = page.getByRole("table", { name: "Runs in this text" });
  const good = list.rows.length - 1;
  await page.waitForFunction((count) => Number(document.querySelector(".sheet-scroll").getAttribute("aria-rowcount")) === count + 1, good);
  assert.ok((await sheet.locator(".sheet-body .sheet-row").count()) < 60);
  await page.getByLabel("Order").selectOption("duration desc");
  const longest = list.rows.slice(0, -1).reduce((most, row) => ((row.duration ?? -1) > (most.duration ?? -1) ? row : most));
  await sheet.locator(`.sheet-body [aria-rowindex="2"][data-id="${longest.metadata.id}"]`).waitFor();
  await sheet.evaluate((box) => box.scrollTo(0, box.scrollHeight));
  await sheet.locator(`[aria-rowindex="${good + 1}"]`).waitFor();
  assert.ok((await sheet.locator(".sheet-body .sheet-row").count()) < 60);
});

test("no_token_and_no_foreign_address_reaches_the_browser", async (t) => {
  const page = await open(t, "/hatchet/create");
  const texts = []; // a body that the page no longer waits for when it is left has no text
  page.on("response", (response) => {
    if (!response.headers()["content-type"]?.startsWith("text/event-stream")) texts.push(response.text().catch(() => ""));
  });
  await create(page, { workflow: "charge-card" });
  await belief(page, "confirmed");
  await page.goto(`${chain.origin}/#/hatchet/runs`);
  await page.locator("tr.run").first().waitFor();
  for (const request of page.requests) assert.equal(new URL(request.url()).origin, chain.origin);
  const bodies = await Promise.all(texts);
  assert.ok(bodies.join("").length > 0);
  for (const body of bodies) assert.ok(!body.includes(chain.engine.token), "a body holds the token");
});

test("every_page_fits_a_phone_and_has_a_name_for_every_control", async (t) => {
  const page = await open(t, "/hatchet/create", { viewport: { width: 360, height: 740 } });
  const id = await create(page, { workflow: "nightly-report" });
  await belief(page, "confirmed");
  for (const path of ["/all/runs", "/hatchet/runs", `/hatchet/runs/${id}`, "/hatchet/create", "/check", "/hatchet/lifecycle"]) {
    await page.goto(`${chain.origin}/#${path}`);
    await page.locator("main h1").waitFor();
    const { scrollWidth, clientWidth } = await page.evaluate(() => ({ scrollWidth: document.documentElement.scrollWidth, clientWidth: innerWidth }));
    assert.ok(scrollWidth <= clientWidth, `${path} is ${scrollWidth} wide`);
    const nameless = await page.locator("button:visible, a:visible, input:visible, select:visible, textarea:visible").evaluateAll((controls) => controls.filter((control) => !(control.textContent.trim() || control.getAttribute("aria-label") || control.labels?.length)).map((control) => control.outerHTML));
    assert.deepEqual(nameless, [], path);
  }
});
