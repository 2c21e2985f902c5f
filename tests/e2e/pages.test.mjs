// What every page owes its reader, whatever the data: states that say what is wrong, access for all, and no jank.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { validateTransition } from "runward";
import { Chain } from "./chain.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SYSTEMS = ["hatchet", "formance", "onfido", "meshx"];
let chain;
/** A run of each system. */
const runs = {};

before(async () => {
  chain = await Chain.start({ speed: 10 });
  const post = async (path, body) => (await fetch(`${chain.origin}/api${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })).json();
  const get = async (path) => (await fetch(`${chain.origin}${path}`)).json();
  const kyc = Object.entries((await get("/workflows.json")).onfido).find(([, name]) => name === "data-from-client")[0];
  const flow = await post("/formance/do/workflows.create", { body: { name: "hold", stages: [{ wait_event: { event: "go" } }] } });
  const product = (await get("/api/meshx/do/products")).find(({ name }) => name === "orders-failing");
  runs.hatchet = (await post("/hatchet/runs", { workflow: "nightly-report", input: { day: "2026-11-21" } })).id;
  runs.formance = (await post("/formance/runs", { workflow: flow.id })).id;
  runs.onfido = (await post("/onfido/runs", { workflow: kyc, applicantId: crypto.randomUUID() })).id;
  runs.meshx = (await post("/meshx/runs", { workflow: product.identifier, name: "<b>nightly</b>" })).id;
});

after(() => chain?.close());

async function blank(t, options = {}) {
  const page = await chain.page(options);
  // What is under way when a test ends would end behind it.
  t.after(async () => {
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.context().close();
  });
  return page;
}

async function open(t, path, options) {
  const page = await blank(t, options);
  await page.goto(`${chain.origin}/#${path}`);
  return page;
}

/** Answers the list of a system, and gives it no stream. */
async function lists(page, system, answer) {
  await page.route(`**/api/${system}/events*`, (route) => route.abort());
  await page.route(`**/api/${system}/runs?*`, answer);
}

/** Every page, of every system. */
const pages = () => ["/all/runs", "/check", ...SYSTEMS.flatMap((system) => [`/${system}/runs`, `/${system}/runs/${runs[system]}`, `/${system}/create`, `/${system}/lifecycle`])];

/** Waits until a page shows what it is there for. */
async function shown(page, path) {
  await page.locator("main h1").waitFor();
  if (/\/runs$/.test(path)) await page.locator("tr.run").first().waitFor();
  if (/\/runs\/./.test(path)) await page.locator(".run-state .status").waitFor();
  if (/\/runs\/./.test(path)) await page.locator(".facts .fact").first().waitFor();
  if (/create$/.test(path)) await page.waitForFunction(() => document.querySelector("#field-workflow").textContent !== "Reading…");
}

/** What axe finds against WCAG and its own best practices, in light, and of the colours in dark. */
async function violations(page) {
  // Out of the page's own policy, which would refuse a script of others.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  const run = (options) => page.evaluate(async (options) => (await globalThis.axe.run(document, { resultTypes: ["violations"], ...options })).violations, options);
  const light = await run({});
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await run({ runOnly: ["color-contrast"] });
  await page.emulateMedia({ colorScheme: "light" });
  return [...light, ...dark].flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
}

/** By how much a page is wider than its window. */
async function overflow(page, width) {
  await page.setViewportSize({ width, height: 800 });
  return page.evaluate(() => Math.max(document.documentElement.scrollWidth, document.getElementById("theme").getBoundingClientRect().right) - innerWidth);
}

// Each has a browser session of its own, and mostly waits.
describe("pages", { concurrency: 3 }, () => {
  test("no_page_keeps_anybody_out_in_light_or_dark_or_is_wider_than_its_window", async (t) => {
    const page = await blank(t, { reducedMotion: "reduce" });
    const found = [];
    for (const path of pages()) {
      await page.goto(`${chain.origin}/#${path}`);
      await shown(page, path);
      for (const width of [320, 2560, 1280]) if ((await overflow(page, width)) > 0) found.push(`${path} overflows at ${width}`);
      found.push(...(await violations(page)).map((one) => `${path}: ${one}`));
    }
    assert.deepEqual(found, []);
    assert.deepEqual(page.troubles, []);
  });

  test("nobody_is_kept_out_where_something_is_wrong", async (t) => {
    const page = await blank(t, { reducedMotion: "reduce" });
    await page.goto(`${chain.origin}/#/hatchet/runs/${crypto.randomUUID()}`);
    await page.getByText("does not know this run").waitFor();
    assert.deepEqual(await violations(page), [], "a run that is not there");
    await page.goto(`${chain.origin}/#/nowhere`);
    await page.getByText("There is no such page").waitFor();
    assert.deepEqual(await violations(page), [], "no page");
    await lists(page, "hatchet", (route) => route.fulfill({ status: 502, json: { kind: "Http", code: "http", message: "gone", status: 502, retryable: false } }));
    await page.goto(`${chain.origin}/#/hatchet/runs`);
    await page.getByRole("alert").getByText("cannot be reached").waitFor();
    assert.deepEqual(await violations(page), [], "an outage");
    await page.goto(`${chain.origin}/#/check`);
    await page.getByRole("button", { name: "Example" }).click();
    await page.locator('.verdict-box[data-valid="false"]:not([data-busy])').waitFor();
    assert.deepEqual(await violations(page), [], "findings");
    await page.goto(`${chain.origin}/#/onfido/create`);
    await shown(page, "/onfido/create");
    await page.getByRole("button", { name: "Create run" }).click();
    await page.locator("[aria-invalid=true]").first().waitFor();
    assert.deepEqual(await violations(page), [], "a form with something wrong");
  });

  const REFUSALS = [
    [401, "Auth", /Hatchet refused the gateway's credentials \(401\)/],
    [403, "Auth", /Hatchet refused the gateway's credentials \(403\)/],
    [429, "RateLimit", /asks to slow down for 60 s \(429\)/],
    [502, "Http", /The gateway answers, but Hatchet cannot be reached \(502\)/],
  ];

  for (const [status, kind, words] of REFUSALS) {
    test(`a_list_that_is_answered_with_${status}_says_so_and_comes_back`, async (t) => {
      const page = await blank(t);
      await lists(page, "hatchet", (route) => route.fulfill({ status, json: { kind, code: "http", message: "no", status, retryable: false, ...(status === 429 && { retryAfter: 60_000 }) } }));
      await page.goto(`${chain.origin}/#/hatchet/runs`);
      await page.getByRole("alert").getByText(words).waitFor();
      await page.getByRole("heading", { name: "No runs to show" }).waitFor();
      await page.locator('#connection[data-kind="down"]', { hasText: { 429: "Held off", 502: "Offline" }[status] ?? "Refused" }).waitFor();
      await page.unrouteAll({ behavior: "ignoreErrors" });
      // The others are tried again within a second or two, one that says when is waited for or asked by hand.
      if (status === 429) await page.getByRole("button", { name: /Try now/ }).click();
      await page.locator(`tr.run[data-id="${runs.hatchet}"]`).waitFor();
      await page.getByRole("alert").waitFor({ state: "hidden" });
    });
  }

  test("a_list_that_is_being_read_says_so_and_one_without_runs_leads_to_the_first", async (t) => {
    const page = await blank(t, { reducedMotion: "reduce" });
    let answer;
    const asked = new Promise((resolve) => (answer = resolve));
    await lists(page, "meshx", async (route) => {
      await asked;
      await route.fulfill({ json: { runs: [], unreadable: [] } });
    });
    await page.goto(`${chain.origin}/#/meshx/runs`);
    await page.getByText("Reading runs…").waitFor();
    await page.locator("tr.skeleton").first().waitFor();
    assert.deepEqual(await violations(page), [], "loading");
    answer();
    await page.getByRole("heading", { name: "No runs yet" }).waitFor();
    assert.equal(await page.locator("tr.skeleton").first().isVisible(), false);
    assert.deepEqual(await violations(page), [], "empty");
    await page.getByRole("link", { name: "Create the first run" }).click();
    await page.waitForURL(/#\/meshx\/create/);
  });

  test("a_list_in_which_nothing_fits_leads_back_and_to_a_run_by_its_id", async (t) => {
    const page = await open(t, "/hatchet/runs?kind=declined");
    await page.getByRole("heading", { name: "No run fits the filter" }).waitFor();
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await page.locator(`tr.run[data-id="${runs.hatchet}"]`).waitFor();
    const unknown = crypto.randomUUID();
    await page.getByLabel("Filter runs by text").fill(unknown);
    await page.getByRole("link", { name: "Open the run with this id" }).click();
    await page.getByText("does not know this run").waitFor();
    assert.match(page.url(), new RegExp(unknown));
  });

  test("a_device_that_is_offline_is_told_so_and_goes_on_by_itself", async (t) => {
    const page = await open(t, "/onfido/runs");
    await page.locator(`tr.run[data-id="${runs.onfido}"]`).waitFor();
    await page.context().setOffline(true);
    await page.getByRole("alert").getByText("This device is offline").waitFor();
    assert.equal(await page.locator("tr.run").count() > 0, true, "what was known stays");
    await page.context().setOffline(false);
    await page.locator('#connection[data-kind="live"]').waitFor();
  });

  test("one_system_that_is_gone_takes_no_other_with_it", async (t) => {
    const page = await blank(t);
    await lists(page, "formance", (route) => route.fulfill({ status: 502, json: { kind: "Http", code: "http", message: "gone", status: 502, retryable: true } }));
    await page.goto(`${chain.origin}/#/all/runs`);
    await page.getByRole("alert").getByText("Formance Flows cannot be reached").waitFor();
    await page.locator('.system-card[data-system="formance"] [data-kind="down"]').waitFor();
    for (const system of ["hatchet", "onfido", "meshx"]) await page.locator(`tr.run[data-id="${runs[system]}"]`).waitFor();
  });

  test("a_row_that_cannot_be_read_stands_there_with_what_is_wrong_with_it", async (t) => {
    const page = await blank(t);
    const finding = { code: "type_mismatch", severity: "error", pointer: "/created_at", message: "it must be a text", level: "wire", evidence: "documented" };
    await lists(page, "onfido", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), unreadable: [{ index: 2, findings: [finding] }] } });
    });
    await page.goto(`${chain.origin}/#/onfido/runs`);
    await page.getByText("1 row of the list could not be read").click();
    assert.match(await page.locator(".unread-rows").textContent(), /Row 3.*type_mismatch.*\/created_at.*it must be a text.*documented/);
    await page.locator(`tr.run[data-id="${runs.onfido}"]`).waitFor();
  });

  test("a_run_that_cannot_be_read_is_a_page_with_its_findings", async (t) => {
    const page = await blank(t);
    const finding = { code: "missing_field", severity: "error", pointer: "/status", message: "it is missing", level: "wire", evidence: "observed" };
    await page.route(`**/api/meshx/runs/${runs.meshx}`, (route) => route.fulfill({ status: 502, json: { kind: "Decode", code: "invalid_document", message: "not a run", status: 502, retryable: false, findings: [finding] } }));
    await page.goto(`${chain.origin}/#/meshx/runs/${runs.meshx}`);
    await page.getByText("What the system sent cannot be read as a run").waitFor();
    assert.match(await page.locator(".finding-list").textContent(), /missing_field it is missing.*\/status.*observed/);
  });

  test("a_document_of_any_system_is_recognised_and_a_history_that_cannot_be_is_a_conflict", async (t) => {
    const page = await open(t, "/check");
    const box = page.getByLabel("JSON to check");
    const verdict = (words) => page.locator(".verdict-box:not([data-busy])", { hasText: words }).waitFor();
    const read = async (system) => (await (await fetch(`${chain.origin}/api/${system}/runs/${runs[system]}`)).json()).wire;
    for (const [system, title] of [["meshx", "meshX run"], ["onfido", "Onfido Studio run"], ["formance", "Formance Flows run"], ["hatchet", "Hatchet run"]]) {
      await box.fill(JSON.stringify(await read(system)));
      await verdict(title);
      assert.equal(await page.locator(".verdict-box").getAttribute("data-valid"), "true", title);
    }
    const wire = await read("formance");
    await box.fill(JSON.stringify([wire, { data: { ...wire.data, createdAt: "2020-01-01T00:00:00Z" } }]));
    await page.getByLabel("Read as").selectOption("history");
    await verdict("conflict");
    await page.locator('.findings [data-severity="error"]').first().waitFor();
    await box.fill('{"hello": "world"}');
    await page.getByRole("combobox", { name: /^System/ }).selectOption("onfido");
    await page.getByLabel("Read as").selectOption("auto");
    await verdict("Not valid");
  });

  test("what_a_system_sends_is_never_read_as_markup", async (t) => {
    const page = await open(t, `/meshx/runs/${runs.meshx}`);
    await page.locator("h1", { hasText: "<b>nightly</b>" }).waitFor();
    assert.equal(await page.locator("h1 b").count(), 0);
    const run = await (await fetch(`${chain.origin}/api/onfido/runs/${runs.onfido}`)).json();
    await page.route(`**/api/onfido/runs/${run.id}/events`, (route) => route.abort());
    await page.route(`**/api/onfido/runs/${run.id}`, (route) => route.fulfill({ json: { ...run, link: "javascript:alert(1)" } }));
    await page.goto(`${chain.origin}/#/onfido/runs/${run.id}`);
    await shown(page, `/onfido/runs/${run.id}`);
    assert.deepEqual(await page.locator("a").evaluateAll((links) => links.map(({ protocol }) => protocol).filter((protocol) => protocol !== "http:")), []);
  });

  /** A run's page whose stream tells these changes and then says no more. */
  async function told(page, system, run, changes) {
    const text = changes.map((change) => `event: change\ndata: ${JSON.stringify(change)}\n\n`).join("");
    await page.route(`**/api/${system}/runs/${run.id}`, (route) => route.fulfill({ json: run }));
    await page.route(`**/api/${system}/runs/${run.id}/events`, (route) => route.fulfill({ headers: { "content-type": "text/event-stream" }, body: text }));
    await page.goto(`${chain.origin}/#/${system}/runs/${run.id}`);
  }

  test("a_conflict_in_a_history_is_shown_with_its_rule_and_its_evidence", async (t) => {
    const page = await blank(t);
    const response = await fetch(`${chain.origin}/api/formance/runs/${runs.formance}`);
    const before = await response.json();
    const wire = structuredClone(before.wire);
    Object.assign(wire.data, { createdAt: "2020-01-01T00:00:00Z" });
    const { verdict, findings } = validateTransition("formance", before.wire, wire);
    assert.equal(verdict, "conflict");
    await told(page, "formance", before, [{ after: before, verdict: "advance", findings: [], provisional: false }, { before, after: { ...before, attempt: 2, wire }, verdict, findings, provisional: false }]);
    const step = page.locator('li.step[data-verdict="conflict"]');
    await step.getByText("cannot be").waitFor();
    const said = await step.locator(".step-finding").first().textContent();
    assert.match(said, new RegExp(`${findings[0].code}.*Rule: .*${findings[0].evidence}`));
  });

  test("an_end_that_was_read_once_is_provisional_and_one_that_was_left_again_was_false", async (t) => {
    const page = await blank(t);
    const running = { ...(await (await fetch(`${chain.origin}/api/hatchet/runs/${runs.hatchet}`)).json()), status: "RUNNING", phase: "running", outcome: undefined, finishedAt: undefined };
    const failed = { ...running, status: "FAILED", phase: "finished", outcome: "failed" };
    await told(page, "hatchet", failed, [{ before: running, after: failed, verdict: "advance", cause: "failed", findings: [], provisional: true }]);
    await page.locator('.belief[data-belief="provisional"]').getByText("a second read must agree").waitFor();
    assert.equal(await page.locator(".run-state .status").getAttribute("data-status"), "FAILED");
    await page.locator("li.step .provisional").waitFor();
  });

  /** A page of a list with so many runs. */
  function many(count, now) {
    const run = (index) => ({ system: "hatchet", id: `run-${index}`, name: `report-${index}`, workflowId: `w-${index % 7}`, status: "COMPLETED", phase: "finished", outcome: "succeeded", attempt: 1, createdAt: now - index * 1000, startedAt: now - index * 1000, finishedAt: now - index * 1000 + (index % 50) * 10, tags: [], metadata: { customer: `c-${index % 100}` }, stages: [], wire: {} });
    return { runs: Array.from({ length: count }, (_, index) => run(index)), unreadable: [] };
  }

  test("of_ten_thousand_runs_only_those_in_sight_are_rows_and_the_last_is_a_key_away", async (t) => {
    const page = await blank(t);
    const body = JSON.stringify(many(10_000, Date.now()));
    await lists(page, "hatchet", (route) => route.fulfill({ contentType: "application/json", body }));
    await page.goto(`${chain.origin}/#/hatchet/runs`);
    await page.locator('tr.run[data-id="run-0"]').waitFor();
    const table = page.getByRole("table");
    assert.equal(await table.getAttribute("aria-rowcount"), "10001");
    const rows = () => page.locator("tr.run").count();
    assert.ok((await rows()) < 60, `${await rows()} rows`);
    await page.locator('tr.run[data-id="run-0"] a').focus();
    await page.keyboard.press("End");
    await page.locator('tr.run[data-id="run-9999"] a:focus').waitFor();
    assert.equal(await page.locator('tr.run[data-id="run-9999"]').getAttribute("aria-rowindex"), "10001");
    await page.keyboard.press("k");
    await page.locator('tr.run[data-id="run-9998"] a:focus').waitFor();
    await page.evaluate(() => scrollTo(0, 0));
    await page.locator('tr.run[data-id="run-0"]').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.closest("tr").dataset.id), "run-9998", "the focus stays where it was");
    assert.ok((await rows()) < 60, `${await rows()} rows`);
    await page.getByLabel("Filter runs by text").fill("report-7777");
    await page.waitForFunction(() => document.querySelectorAll("tr.run").length === 1);
    await page.getByLabel("Filter runs by text").fill("");
    await page.getByRole("button", { name: "Duration" }).click();
    await page.waitForFunction(() => document.querySelector("tr.run").dataset.id === "run-1049");
  });

  test("older_runs_come_page_by_page_and_a_page_that_fails_can_be_asked_for_again", async (t) => {
    const page = await blank(t);
    const { runs: all } = many(150, Date.now());
    let fails = true;
    await lists(page, "hatchet", async (route) => {
      const cursor = new URL(route.request().url()).searchParams.get("cursor");
      if (cursor === null) return route.fulfill({ json: { runs: all.slice(0, 100), unreadable: [], next: "second" } });
      if (fails) return route.fulfill({ status: 500, json: { kind: "Http", code: "http", message: "The second page is lost.", status: 500, retryable: false } });
      return route.fulfill({ json: { runs: all.slice(100), unreadable: [{ index: 50, findings: [{ code: "missing_field", severity: "error", pointer: "/id", message: "it is missing", level: "wire", evidence: "observed" }] }] } });
    });
    await page.goto(`${chain.origin}/#/hatchet/runs`);
    const table = page.getByRole("table");
    await page.locator('table[aria-rowcount="101"]').waitFor();
    await page.getByRole("button", { name: "Show older runs" }).click();
    await page.getByRole("alert").getByText("The second page is lost.").waitFor();
    fails = false;
    await page.getByRole("button", { name: "Show older runs" }).click();
    await page.locator('table[aria-rowcount="151"]').waitFor();
    await page.getByRole("button", { name: "Show older runs" }).waitFor({ state: "hidden" });
    await page.getByText("1 row of the list could not be read").waitFor();
    assert.equal(await table.isVisible(), true);
  });

  test("the_focus_and_the_place_stay_while_runs_arrive", async (t) => {
    const page = await blank(t);
    const now = Date.now();
    let all = many(30, now);
    await lists(page, "hatchet", (route) => route.fulfill({ json: all }));
    await page.goto(`${chain.origin}/#/hatchet/runs`);
    await page.locator('tr.run[data-id="run-3"] a').focus();
    const fresh = Array.from({ length: 5 }, (_, index) => ({ ...all.runs[0], id: `new-${index}`, createdAt: now + 1000 + index }));
    all = { ...all, runs: [...fresh, ...all.runs] };
    await page.locator('tr.run[data-id="new-4"]').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.closest("tr").dataset.id), "run-3");
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\/hatchet\/runs\/run-3/);
  });

  test("a_page_is_walked_through_by_the_keyboard_alone_with_the_focus_in_sight", async (t) => {
    const page = await open(t, "/all/runs");
    await shown(page, "/all/runs");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
    const stops = [];
    for (let step = 0; step < 24; step++) {
      await page.keyboard.press("Tab");
      const stop = await page.evaluate(() => {
        const focused = document.activeElement;
        const styles = [focused, ...[focused].map((one) => one.parentElement)].map((one) => getComputedStyle(one)).concat(getComputedStyle(focused, "::after"));
        const { top, bottom } = focused.getBoundingClientRect();
        return { name: focused.getAttribute("aria-label") ?? focused.textContent, ring: styles.some(({ outlineStyle }) => outlineStyle !== "none"), inSight: bottom > 0 && top < innerHeight, tag: focused.tagName };
      });
      if (stop.tag === "BODY") break;
      assert.ok(stop.ring && stop.inSight, JSON.stringify(stop));
      stops.push(stop.name);
    }
    for (const name of ["Hatchet", "meshX", "New run", "Created"]) assert.ok(stops.some((stop) => stop.includes(name)), `${name} is not among ${stops}`);
  });

  test("nothing_moves_for_those_who_asked_for_rest", async (t) => {
    const page = await open(t, "/formance/runs", { reducedMotion: "reduce" });
    await shown(page, "/formance/runs");
    assert.deepEqual(await page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === "running").length), 0);
  });

  test("no_secret_of_any_system_is_in_a_page_or_an_answer", async (t) => {
    const page = await blank(t);
    const texts = [];
    // A stream never finishes, and what a page left behind has no body.
    page.on("requestfinished", async (request) => texts.push((await request.response())?.text().catch(() => "")));
    for (const path of pages()) {
      await page.goto(`${chain.origin}/#${path}`);
      await shown(page, path);
      texts.push(page.content());
    }
    const { token, systems } = chain.engine;
    const secrets = [token, systems.formance.clientSecret, systems.formance.token, systems.onfido.token, systems.meshx.token].filter(Boolean);
    assert.ok(secrets.length >= 4);
    const all = (await Promise.all(texts)).join("\n");
    for (const secret of secrets) assert.ok(!all.includes(secret), "a secret is in a page or an answer");
    for (const request of page.requests) assert.equal(new URL(request.url()).origin, chain.origin);
  });
});
