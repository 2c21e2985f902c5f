// The packed package, installed as a consumer would, gives the same answers in every runtime.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { build as viteBuild } from "vite";
import { expected } from "./expected.mjs";
import { consumer, files, page, serve, workerd } from "./support.mjs";

const ANSWER = `import { program } from "./program.mjs";\n`;

test("node runs the installed package", async (t) => {
  const folder = consumer(t);
  writeFileSync(join(folder, "main.mjs"), `${ANSWER}console.log(JSON.stringify(await program()));\n`);
  assert.deepEqual(JSON.parse(execFileSync("node", ["main.mjs"], { cwd: folder })), expected);
});

test("workerd runs the installed package", async (t) => {
  const folder = consumer(t);
  writeFileSync(join(folder, "main.mjs"), `${ANSWER}export default { fetch: async () => Response.json(await program()) };\n`);
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
  writeFileSync(join(folder, "main.mjs"), `${ANSWER}globalThis.answer = await program();\n`);
  assert.deepEqual(await answer(t, await serve(t, files(folder))), expected);
});

test("chromium runs what vite bundles", async (t) => {
  const folder = consumer(t);
  writeFileSync(join(folder, "index.html"), html("", "/main.mjs"));
  writeFileSync(join(folder, "main.mjs"), `${ANSWER}globalThis.answer = await program();\n`);
  await viteBuild({ root: folder, logLevel: "warn", configFile: false, build: { target: "es2022" } });
  assert.deepEqual(await answer(t, await serve(t, files(join(folder, "dist")))), expected);
});

const html = (head, script) => `<!doctype html><html><head>${head}<script type="module" src="${script}"></script></head></html>`;

async function answer(t, origin) {
  const tab = await page(t);
  const problems = [];
  tab.on("pageerror", (error) => problems.push(error.message));
  await tab.goto(`${origin}/index.html`);
  await tab.waitForFunction(() => "answer" in globalThis, null, { timeout: 20_000 }).catch((error) => assert.fail(`${problems.join("; ")}: ${error.message}`));
  assert.deepEqual(problems, []);
  return tab.evaluate(() => globalThis.answer);
}
