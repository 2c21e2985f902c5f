// What `cargo xtask conform` runs. It reads what to do as JSON from its input:
// { target?: { system, access, given }, runtimes, mutants, json, only?, patience }
import { readFileSync } from "node:fs";
import * as chromium from "./chromium.mjs";
import { control, mutants } from "./mutants.mjs";
import * as node from "./node.mjs";
import { differences, hidden, json, table, text } from "./report.mjs";
import { engine, secretsOf } from "./targets.mjs";

const wanted = JSON.parse(readFileSync(0, "utf8"));
const { targets, end } = wanted.target ? { targets: [wanted.target], end: () => {} } : await engine();
const secrets = targets.flatMap(secretsOf);
try {
  process.exitCode = await (wanted.mutants ? mutated() : asked());
} catch (error) {
  console.error(hidden(`The cases could not be asked: ${error.message}`, secrets));
  process.exitCode = 1;
} finally {
  end();
}

async function asked() {
  const { only, patience } = wanted;
  const runs = [];
  if (wanted.runtimes.includes("node")) runs.push(...targets.map((target) => node.ask(target, { only, patience })));
  if (wanted.runtimes.includes("chromium")) runs.push(chromium.ask(targets, { only, patience }));
  const all = (await Promise.all(runs)).flat();
  console.log(wanted.json ? json(all, secrets) : text(all, secrets));
  return differences(all).length > 0 || all.some(({ left }) => left.length > 0) ? 1 : 0;
}

async function mutated() {
  const without = await control(targets);
  if (without.length > 0) {
    console.log(without.map(({ system, name }) => `${system}: differs even unmutated: ${name}`).join("\n"));
    return 1;
  }
  const found = await mutants(targets);
  console.log(wanted.json ? JSON.stringify(found, undefined, 1) : table(found, secrets));
  return found.length > 0 && found.every((mutant) => mutant.found !== undefined) ? 0 : 1;
}
