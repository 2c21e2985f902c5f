// The packed package, installed as a consumer would, gives the same answers in every runtime.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { build } from "esbuild";
import { build as viteBuild } from "vite";
import { expected } from "./expected.mjs";
import { facts, hatchet } from "./recorded.mjs";
import { consumer, files, page, serve, workerd } from "./support.mjs";

// `origin` is an expression: a text, or where the page came from.
const program = (origin) => `import { program } from "./program.mjs";\nconst answer = () => program(${origin}, ${JSON.stringify(facts)});\n`;

test("node runs the installed package", async (t) => {
  const folder = consumer(t);
  writeFileSync(join(folder, "main.mjs"), `${program(JSON.stringify(await serve(t, hatchet)))}console.log(JSON.stringify(await answer()));\n`);
  assert.deepEqual(JSON.parse((await promisify(execFile)("node", ["main.mjs"], { cwd: folder })).stdout), expected);
});

test("workerd runs the installed package", async (t) => {
  const folder = consumer(t);
  writeFileSync(join(folder, "main.mjs"), `${program(JSON.stringify(await serve(t, hatchet)))}export default { fetch: async () => Response.json(await answer()) };\n`);
  await build({
    absWorkingDir: folder, entryPoints: ["main.mjs"], outfile: join(folder, "worker.js"), bundle: true, format: "esm", target: "es2022",
    conditions: ["workerd", "worker"], loader: { ".wasm": "copy" }, assetNames: "[name]", logLevel: "warning",
  });
  const origin = await workerd(t, folder, "worker.js");
  assert.deepEqual(await (await fetch(origin)).json(), expected);
});

test("chromium runs the installed package without a bundler", async (t) => {
  const folder = consumer(t);
  const imports = `{ "imports": { "runward": "/node_modules/runward/index.js" } }`;
  writeFileSync(join(folder, "index.html"), html(`<script type="importmap">${imports}</script>`, "/main.mjs"));
  writeFileSync(join(folder, "main.mjs"), `${program("location.origin")}globalThis.answer = await answer();\n`);
  assert.deepEqual(await answer(t, await serve(t, site(folder))), expected);
});

test("chromium runs what vite bundles", async (t) => {
  const folder = consumer(t);
  writeFileSync(join(folder, "index.html"), html("", "/main.mjs"));
  writeFileSync(join(folder, "main.mjs"), `${program("location.origin")}globalThis.answer = await answer();\n`);
  await viteBuild({ root: folder, logLevel: "warn", configFile: false, build: { target: "es2022" } });
  assert.deepEqual(await answer(t, await serve(t, site(join(folder, "dist")))), expected);
});

const site = (folder) => (request, response) => (request.url.startsWith("/api/") ? hatchet : files(folder))(request, response);

const html = (head, script) => `<!doctype html><html><head>${head}<script type="module" src="${script}"></script></head></html>`;

async function answer(t, origin) {
  const tab = await page(t);
  const problems = [];
  tab.on("pageerror", (error) => problems.push(error.message));
  await tab.goto(`${origin}/index.html`);
  await tab.waitForFunction(() => "answer" in globalThis, null, { timeout: 20_000 }).catch((error) => assert.fail(`${problems.join("; ")}: ${error.message}`));
  assert.deepEqual(problems, []);
  return JSON.parse(await tab.evaluate(() => JSON.stringify(globalThis.answer)));
}
