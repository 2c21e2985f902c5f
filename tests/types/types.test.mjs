// The packed package's manifest and types, as publint, attw and the TypeScript compiler see them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { consumer, repository } from "../npm/support.mjs";

const run = (name, args, cwd) => {
  try {
    return execFileSync(repository(`node_modules/.bin/${name}`), args, { cwd, encoding: "utf8" });
  } catch (error) {
    assert.fail(`${error.stdout}${error.stderr}`);
  }
};

test("publint finds nothing to say", () => {
  assert.match(run("publint", ["run", "--strict", "target/runward.tgz"], repository("")), /All good!/);
});

test("every entry's types resolve to what its code is, for modules and for bundlers", () => {
  // of the WebAssembly itself there is nothing to type
  const found = run("attw", ["target/runward.tgz", "--profile", "esm-only", "--exclude-entrypoints", "./runward.wasm"], repository(""));
  for (const entry of ["runward", "runward/validate", "runward/slim"]) assert.match(found, new RegExp(`"${entry}"`));
});

test("no type of a system hides behind one of the package's own", (t) => {
  const folder = join(consumer(t), "node_modules/runward");
  const names = (file) => [...readFileSync(join(folder, file), "utf8").matchAll(/^export (?:declare )?(?:interface|type|class|function|const) (\w+)/gm)].map(([, name]) => name);
  const own = ["wasm/runward.d.ts", ...readdirSync(folder).filter((file) => file.endsWith(".d.ts"))].flatMap(names);
  assert.ok(own.includes("Run") && own.includes("GatewayClient"));
  assert.ok(names("wasm/wire.d.ts").length > 60);
  assert.deepEqual(names("wasm/wire.d.ts").filter((name) => own.includes(name)), []);
});

for (const resolution of ["node16", "bundler"]) {
  test(`a strict TypeScript program compiles with the resolution of ${resolution}`, (t) => {
    const folder = consumer(t);
    cpSync(repository("tests/types/use.ts"), join(folder, "use.ts"));
    const compilerOptions = {
      strict: true, noEmit: true, skipLibCheck: false, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, types: [],
      target: "es2023", lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable", "esnext.disposable"],
      module: resolution === "bundler" ? "esnext" : resolution, moduleResolution: resolution,
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["use.ts"] }));
    run("tsc", ["--project", "tsconfig.json"], folder);
  });
}
