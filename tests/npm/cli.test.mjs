// The command line of the packed package, as a shell sees it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { facts, hatchet } from "./recorded.mjs";
import { consumer, repository, serve } from "./support.mjs";

const cleanups = [];
after(() => cleanups.forEach((work) => work()));
let folder;
before(() => {
  folder = consumer({ after: (work) => cleanups.push(work) });
  mkdirSync(join(folder, "runs/deep"), { recursive: true });
  const { rows } = JSON.parse(facts.list);
  const files = {
    "runs/page.json": facts.list,
    "runs/deep/rows.ndjson": rows.map((row) => `${JSON.stringify(row)}\n\n`).join(""),
    "runs/notes.txt": "not JSON",
    "wrong.json": facts.list.replace(`"RUNNING"`, "7"),
    "wrong.ndjson": [rows[0], { ...rows[1], metadata: 7 }, rows[2]].map((row) => JSON.stringify(row)).join("\n"),
    "strange.json": "{}",
    "odd%,:name.json": `{"run":7}`,
    "delivery.json": facts.delivery.body,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});

/** Runs the command; gives its exit code and what it wrote. */
const run = (args, { input, env } = {}) =>
  new Promise((resolve) => {
    const child = execFile(join(folder, "node_modules/.bin/runward"), args, { cwd: folder, env: { PATH: process.env.PATH, ...env } }, (error, out, err) =>
      resolve({ code: error?.code ?? 0, out, err }));
    child.stdin.end(input);
  });

const lines = (text) => text.trim().split("\n");

test("valid files and folders are told and exit with 0", async () => {
  const { code, out, err } = await run(["validate", "runs"]);
  assert.deepEqual([code, err], [0, ""]);
  assert.match(out, /deep\/rows\.ndjson: hatchet, 6 runs, valid/);
  assert.match(out, /page\.json: hatchet, 6 runs, valid/);
  assert.match(lines(out).at(-1), /^2 files, 12 runs: 0 errors, 0 warnings, \d+ info$/);
});

test("what is wrong is told with its place, and exits with 1", async () => {
  const { code, out } = await run(["validate", "wrong.json"]);
  assert.equal(code, 1);
  assert.match(out, /^wrong\.json:1:\d+: error type_mismatch at "\/rows\/1\//m);
  const ndjson = await run(["validate", "--format", "json", "wrong.ndjson"]);
  const report = JSON.parse(ndjson.out);
  assert.deepEqual([ndjson.code, report.valid, report.system, report.file], [1, false, "hatchet", "wrong.ndjson"]);
  const { pointer, line } = report.findings.find(({ severity }) => severity === "error");
  assert.deepEqual([pointer, line], ["/1/metadata", 2]);
});

test("a row that cannot be read is told beside the others, and exits with 1", async (t) => {
  const page = JSON.parse(facts.list);
  page.rows.splice(1, 0, { status: 7 });
  const url = await serve(t, (_, response) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(page)));
  const args = ["list", "--system", "hatchet", "--base-url", url, "--tenant", facts.tenant];
  const { code, out, err } = await run(args, { env: { RUNWARD_TOKEN: "a-token" } });
  assert.deepEqual([code, lines(out).length], [1, page.rows.length - 1]);
  assert.match(err, /^row 1 of a page cannot be read as a run: .*at "\/status"/);
});

test("GitHub is told in its own escapes", async () => {
  const { code, out } = await run(["validate", "--system", "hatchet", "--format", "github", "odd%,:name.json"]);
  assert.equal(code, 1);
  assert.match(out, /^::error file=odd%25%2C%3Aname\.json,line=1,col=\d+,title=\w+ at "\/run"::/m);
});

test("a long file tells people how far it is, and tells programs nothing", async () => {
  const { rows } = JSON.parse(facts.list);
  const line = `${JSON.stringify({ ...rows[0], output: { long: "x".repeat(1 << 20) } })}\n`;
  writeFileSync(join(folder, "long.ndjson"), line.repeat(70));
  const quiet = await run(["validate", "long.ndjson"]);
  assert.deepEqual([quiet.code, quiet.err], [0, ""]);
  // a terminal, as far as the command can tell
  const env = { NODE_OPTIONS: "--import=data:text/javascript,process.stderr.isTTY=true" };
  const told = await run(["validate", "long.ndjson"], { env });
  assert.deepEqual([told.code, told.out], [quiet.code, quiet.out]);
  assert.match(told.err, /long\.ndjson: \d+ MiB of 70 MiB/);
  assert.ok(told.err.endsWith("\r\u001b[K"), "the line is wiped at the end");
});

test("the standard input is a file too", async () => {
  const { code, out } = await run(["validate", "--format", "json", "-"], { input: facts.run });
  assert.deepEqual([code, JSON.parse(out).what], [0, "run"]);
});

test("what cannot be used exits with 2 and says how to mend it", async () => {
  const cases = [
    [[], /COMMAND --help/], [["frob"], /no command `frob`/], [["validate"], /Which file/], [["validate", "nowhere.json"], /no such file/],
    [["validate", "strange.json"], /--system/], [["validate", "--system", "temporal", "wrong.json"], /hatchet, formance, onfido, meshx/],
    [["validate", "--format", "xml", "wrong.json"], /text, json, github/], [["lifecycle"], /must be one of/], [["lifecycle", "onfido", "--odd"], /--odd/],
    [["get", "x", "--system", "hatchet", "--token", "s3cret"], /environment/], [["get", "x", "--system", "hatchet"], /RUNWARD_TOKEN/],
    [["verify-webhook", "onfido", "delivery.json"], /RUNWARD_WEBHOOK_SECRET/],
  ];
  for (const [args, message] of cases) {
    const { code, out, err } = await run(args);
    assert.deepEqual([code, out], [2, ""], args.join(" "));
    assert.match(err, message);
    assert.ok(!err.includes("s3cret") && !err.includes("    at "), err);
  }
});

test("help is told for the whole and for every command", async () => {
  const { code, out } = await run(["--help"]);
  assert.equal(code, 0);
  for (const name of ["validate", "lifecycle", "verify-webhook", "create", "get", "list", "watch", "cancel"]) {
    assert.match(out, new RegExp(`^  runward ${name} `, "m"));
    const help = await run([name, "--help"]);
    assert.deepEqual([help.code, help.err], [0, ""]);
    assert.match(help.out, /^Options:$/m);
  }
});

test("the lifecycles of every system are printed in every format, of runs and of stages", async () => {
  const begins = { mermaid: /^stateDiagram-v2/, dot: /^digraph/, svg: /^<svg/ };
  await Promise.all(["hatchet", "formance", "onfido", "meshx"].map(async (system) => {
    const { out: json } = await run(["lifecycle", system, "--format", "json"]);
    const { system: named, states, stages } = JSON.parse(json);
    assert.equal(named, system);
    for (const [of, words] of Object.entries({ runs: states, stages: stages.states })) {
      for (const [format, begin] of Object.entries(begins)) {
        const { code, out, err } = await run(["lifecycle", system, "--format", format, "--of", of]);
        assert.deepEqual([code, err], [0, ""]);
        assert.match(out, begin);
        for (const { status } of words) assert.ok(out.includes(status), `${system} ${of} ${format}: ${status}`);
      }
    }
  }));
  assert.equal((await run(["lifecycle", "onfido"])).out, (await run(["lifecycle", "onfido", "--format", "mermaid", "--of", "runs"])).out);
  assert.equal((await run(["lifecycle", "onfido", "--format", "dot"])).out, readFileSync(repository("docs/lifecycles/onfido-runs.dot"), "utf8").replace("Runs of Onfido Studio", "Runs of onfido").trimEnd() + "\n");
  assert.equal((await run(["lifecycle", "onfido", "--of", "moons"])).code, 2);
});

test("a delivery is verified by the secret of the environment", async () => {
  const header = ["--header", `X-SHA2-Signature: ${facts.delivery.headers["X-SHA2-Signature"]}`];
  const env = { RUNWARD_WEBHOOK_SECRET: `another\n${facts.delivery.secret}` };
  const good = await run(["verify-webhook", "onfido", ...header, "delivery.json"], { env });
  assert.deepEqual([good.code, JSON.parse(good.out).type], [0, "workflow_run.completed"]);
  const bad = await run(["verify-webhook", "onfido", ...header], { env, input: `${facts.delivery.body} ` });
  assert.deepEqual([bad.code, bad.out], [1, ""]);
  assert.match(bad.err, /^SignatureError signature_mismatch/);
  assert.ok(!bad.err.includes(facts.delivery.secret));
});

test("runs are created, read, listed and watched over a server", async (t) => {
  const origin = await serve(t, hatchet);
  const at = ["--system", "hatchet", "--base-url", origin, "--tenant", facts.tenant];
  const env = { RUNWARD_TOKEN: "a-token" };
  const created = await run(["create", "order", "--input", `{"n":1}`, "--format", "json", ...at], { env });
  assert.deepEqual([created.code, created.err], [0, ""]);
  const { id } = JSON.parse(created.out);
  const read = await run(["get", id, ...at], { env });
  assert.match(read.out, new RegExp(`^${id}  COMPLETED  succeeded  2026-`));
  const listed = await run(["list", "--limit", "10", ...at], { env });
  assert.deepEqual([listed.code, lines(listed.out).length], [0, 6]);
  const watched = await run(["watch", id, ...at], { env });
  assert.match(lines(watched.out).at(-1), /→ COMPLETED$/);
  const missing = await run(["get", "00000000-0000-4000-8000-000000000000", ...at], { env });
  assert.deepEqual([missing.code, missing.out], [2, ""]);
  assert.match((await run(["create", "order", "--input", "{", ...at], { env })).err, /--input must be JSON/);
});

test("what the package says of its version and command is so", () => {
  const manifest = JSON.parse(readFileSync(join(folder, "node_modules/runward/package.json")));
  assert.deepEqual([manifest.bin, manifest.dependencies], [{ runward: "bin/runward.js" }, undefined]);
});
