// The examples do what they say, in the runtimes they are for, against the local engine.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { build } from "esbuild";
import { consumer, engine, files, page, repository, serve, workerd } from "./support.mjs";

const readme = readFileSync(repository("README.md"), "utf8");
const [, printed] = /```text\n([^`]*)```/.exec(readme);

const check = (lines) => assert.equal(`${lines.join("\n")}\n`, printed);

// What it prints, as an answer.
const CAPTURE = "globalThis.lines = [];\nconsole.log = (...words) => lines.push(words.join(' '));\n";

function example(t, ...names) {
  const folder = consumer(t);
  for (const name of names) copyFileSync(repository(`examples/${name}`), join(folder, name));
  writeFileSync(join(folder, "capture.mjs"), CAPTURE);
  return folder;
}

async function bundle(folder, entry) {
  await build({
    absWorkingDir: folder, entryPoints: [entry], outfile: join(folder, "worker.js"), bundle: true, format: "esm", target: "es2022",
    conditions: ["workerd", "worker"], loader: { ".wasm": "copy" }, assetNames: "[name]", logLevel: "warning",
  });
}

const run = async (folder, file, env) => (await promisify(execFile)("node", [file], { cwd: folder, env: { ...process.env, ...env } })).stdout.trim().split("\n");

test("the first program of the README is the first example", () => {
  const program = readFileSync(repository("examples/first.mjs"), "utf8");
  assert.ok(readme.includes(`\`\`\`js\n${program}\`\`\``));
  assert.ok(program.trim().split("\n").length <= 12);
});

test("the first example runs in node", async (t) => {
  check(await run(example(t, "first.mjs"), "first.mjs"));
});

test("the first example runs in workerd, unchanged", async (t) => {
  const folder = example(t, "first.mjs");
  writeFileSync(join(folder, "main.mjs"), `import "./capture.mjs";\nimport "./first.mjs";\nexport default { fetch: () => Response.json(globalThis.lines) };\n`);
  await bundle(folder, "main.mjs");
  check(await (await fetch(await workerd(t, folder, "worker.js"))).json());
});

test("the first example runs in chromium, unchanged", async (t) => {
  const folder = example(t, "first.mjs");
  const head = `<script type="importmap">{ "imports": { "runward": "/node_modules/runward/index.js" } }</script>`;
  writeFileSync(join(folder, "index.html"), `<!doctype html>${head}<script type="module" src="/main.mjs"></script>`);
  writeFileSync(join(folder, "main.mjs"), `import "./capture.mjs";\nimport "./first.mjs";\nglobalThis.done = true;\n`);
  const tab = await page(t);
  await tab.goto(`${await serve(t, files(folder))}/index.html`);
  await tab.waitForFunction(() => globalThis.done, null, { timeout: 20_000 });
  check(await tab.evaluate(() => globalThis.lines));
});

test("a run is created and followed to its confirmed end", async (t) => {
  const { url, token } = await engine(t);
  const lines = await run(example(t, "watch.mjs"), "watch.mjs", { HATCHET_URL: url, HATCHET_TOKEN: token });
  assert.match(lines.at(-2), /→ COMPLETED \w+ confirmed$/);
  assert.match(lines.at(-1), /chargeId/);
});

test("an edge function in workerd takes a form, creates a run and says where it is", async (t) => {
  const { url, token } = await engine(t);
  const folder = example(t, "trigger.worker.mjs");
  await bundle(folder, "trigger.worker.mjs");
  const worker = await workerd(t, folder, "worker.js", { HATCHET_URL: url, HATCHET_TOKEN: token });
  const post = (body, type) => fetch(worker, { method: "POST", body, headers: type && { "content-type": type } });

  const form = await post(new URLSearchParams({ orderId: "A-1" }));
  const [, id] = /^\/api\/hatchet\/runs\/([0-9a-f-]{36})$/.exec(form.headers.get("location"));
  assert.equal(form.status, 202);
  const json = await post(`{"orderId":"A-2"}`, "application/json");
  assert.equal(json.status, 202);
  const broken = await post(`{"orderId":`, "application/json");
  assert.equal(broken.status, 400);
  assert.equal((await broken.json()).findings.length, 1);
  assert.equal((await post("[1]", "application/json")).status, 400);
  assert.equal((await post("x", "text/plain")).status, 415);
  assert.equal((await fetch(worker)).status, 405);

  const { Hatchet } = await import(repository("pkg/index.js"));
  const run = await new Hatchet({ baseUrl: url, token }).runs.wait(id);
  assert.deepEqual([run.status, run.input], ["COMPLETED", { orderId: "A-1" }]);
});
