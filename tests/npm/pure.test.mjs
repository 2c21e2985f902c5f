// Vectors and recordings through the packed package give the answers that they give natively: in Node and in Chromium.
import assert from "node:assert/strict";
import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { consumer, files, page, repository, serve } from "./support.mjs";

const SYSTEMS = ["hatchet", "formance", "onfido", "meshx"];
const json = (path) => JSON.parse(readFileSync(repository(path), "utf8"));
const body = (name) => json(`tests/fixtures/hatchet/recorded/${name}.json`).response.body;

const cleanups = [];
const t = { after: (work) => cleanups.unshift(work) };
after(async () => {
  for (const work of cleanups) await work();
});

// Each runtime: a function that calls one of the module's functions there.
const runtimes = {};
before(async () => {
  const folder = consumer(t);
  cpSync(repository("tests/npm/pure.mjs"), join(folder, "pure.mjs"));
  const module = await import(pathToFileURL(join(folder, "pure.mjs")));
  runtimes.node = (name, ...args) => JSON.parse(JSON.stringify(module[name](...args)));
  const imports = `{ "imports": { "runward": "/node_modules/runward/index.js" } }`;
  writeFileSync(join(folder, "index.html"), `<!doctype html><script type="importmap">${imports}</script><script type="module">import * as pure from "./pure.mjs"; globalThis.pure = pure;</script>`);
  const tab = await page(t);
  await tab.goto(`${await serve(t, files(folder))}/index.html`);
  await tab.waitForFunction(() => "pure" in globalThis, null, { timeout: 20_000 });
  runtimes.chromium = (name, ...args) => tab.evaluate(([name, args]) => globalThis.pure[name](...args), [name, args]);
});

test("every file of vectors is asked of every runtime", () => {
  const asked = ["events.json", "expectations.json", "histories.json", "pairs.json"];
  for (const system of SYSTEMS) assert.deepEqual(readdirSync(repository(`tests/vectors/${system}`)).sort(), asked, system);
  assert.deepEqual(readdirSync(repository("tests/vectors")).sort(), [...SYSTEMS].sort());
});

for (const runtime of ["node", "chromium"]) {
  const ask = (...args) => runtimes[runtime](...args);

  for (const system of SYSTEMS) {
    test(`${runtime} judges ${system}'s histories as they are kept`, async () => {
      const kept = json(`tests/vectors/${system}/histories.json`);
      assert.ok(kept.length > 30);
      assert.deepEqual(await ask("histories", system, kept), kept);
    });

    test(`${runtime} judges every pair of ${system}'s words of runs and of stages as it is kept`, async () => {
      const kept = json(`tests/vectors/${system}/pairs.json`);
      for (const of of ["runs", "stages"]) assert.deepEqual(await ask("pairs", system, of, kept[of]), { ...kept[of], atOnce: kept[of].check }, of);
    });

    test(`${runtime} merges ${system}'s events in every order as they are kept`, async () => {
      const kept = json(`tests/vectors/${system}/events.json`);
      assert.deepEqual(await ask("events", system, kept), kept);
    });

    test(`${runtime} expects of ${system}'s runs what is kept`, async () => {
      const kept = json(`tests/vectors/${system}/expectations.json`);
      assert.ok(kept.some(({ expectation }) => expectation.hints.length > 0));
      assert.deepEqual(await ask("expectations", system, kept), kept);
    });

    test(`${runtime} tells and draws ${system}'s lifecycles`, async () => {
      const kept = json(`tests/vectors/${system}/pairs.json`);
      const inOrder = (codes) => Object.keys(codes).sort((a, b) => codes[a] - codes[b]);
      const wanted = [kept.runs, kept.stages].map(({ codes }) => ({ words: inOrder(codes), drawn: [true, true, true], other: "ArgumentError bad_option" }));
      assert.deepEqual(await ask("shown", system), wanted);
    });
  }

  test(`${runtime} reports of every recorded document what the golden file says`, async () => {
    const golden = readFileSync(repository("tests/fixtures/hatchet/reports.txt"), "utf8");
    const names = golden.split("\n").filter((line) => /^\S/.test(line)).map((line) => line.split(": ")[0]);
    assert.ok(names.length > 60);
    assert.equal(await ask("reports", "hatchet", names.map((name) => [name, body(name)])), golden);
  });

  test(`${runtime} takes Onfido's own deliveries and refuses their twins`, async () => {
    const { vectors } = json("tests/fixtures/onfido/webhooks/vectors.json");
    const text = (file) => readFileSync(repository(`tests/fixtures/onfido/webhooks/${file}`), "utf8");
    const sent = vectors.map(({ body_file, signature, token }) => ({ body: text(body_file), headers: { "X-SHA2-Signature": signature }, secret: token }));
    const told = await ask("deliveries", "onfido", sent);
    assert.equal(told.length, 6);
    vectors.forEach(({ valid, name }, i) => {
      if (!valid) return assert.equal(told[i], "SignatureError signature_mismatch", name);
      const { payload } = JSON.parse(sent[i].body);
      assert.deepEqual([told[i].system, told[i].type, told[i].body.payload], ["onfido", payload.action, payload], name);
    });
  });

  test(`${runtime} holds a page in a table`, async () => {
    const recorded = body("list-mixed");
    const created = JSON.parse(recorded).rows.map(({ metadata }) => Date.parse(metadata.createdAt)).sort((a, b) => b - a);
    const { newest, ...told } = await ask("tabled", recorded);
    assert.deepEqual(newest.map(Math.floor), created.slice(0, 2));
    assert.deepEqual(told, {
      valid: true, runs: 6, length: 6,
      statuses: { QUEUED: 1, RUNNING: 2, COMPLETED: 1, CANCELLED: 1, FAILED: 1 },
      phases: { queued: 1, finished: 3 },
      same: true, found: [true], disposed: "ArgumentError disposed",
    });
  });
}
