// The suite against the local engine, from Node and from Chromium; and what it is worth: mutated servers, each found out.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import * as runward from "runward";
import { NODE } from "./case.mjs";
import * as chromium from "./chromium.mjs";
import { control, mutants } from "./mutants.mjs";
import { mutations } from "./mutations.mjs";
import * as node from "./node.mjs";
import { proxy } from "./proxy.mjs";
import { differences, hidden, json, text } from "./report.mjs";
import { Suite } from "./suite.mjs";
import { systems } from "./systems.mjs";
import { engine, repository, secretsOf } from "./targets.mjs";

const PATIENCE = 30_000;

let local;
before(async () => (local = await engine()));
after(() => local?.end());

/** Cases that were not asked, for any other reason than these. */
const skipped = (asked, reasons) => asked.results.filter(({ why }) => why !== undefined && !reasons.includes(why)).map(({ name, why }) => `${name}: ${why}`);

describe("every operation, right and wrong uses", () => {
  let asked;
  before(async () => {
    const inNode = local.targets.map((target) => node.ask(target, { patience: PATIENCE }));
    asked = [...(await Promise.all([...inNode, chromium.ask(local.targets, { patience: PATIENCE })]))].flat();
  });

  for (const system of Object.keys(systems)) {
    test(`${system} behaves in node as promised`, () => holds(system, "node", []));
    test(`${system} behaves in chromium, through a gateway, as promised`, () => holds(system, "chromium", PAGE));
  }

  const PAGE = [...Object.values(NODE), "a gateway's query splits at the first colon as Hatchet does"];

  function holds(system, runtime, reasons) {
    const one = asked.find((one) => one.system === system && one.runtime === runtime);
    assert.deepEqual(differences([one]), [], text([one], []));
    assert.deepEqual(skipped(one, reasons), []);
    assert.deepEqual(one.left, []);
  }

  test("what the cases made is taken away again, and what they began has ended", async () => {
    const [hatchet, formance, , meshx] = local.targets.map(({ system, access }) => systems[system].client(runward, access));
    const going = async (runs) => {
      const found = [];
      for await (const { id, phase } of runs) if (phase !== "finished") found.push(id);
      return found;
    };
    assert.deepEqual(await going(hatchet.runs.list({ status: ["QUEUED", "RUNNING"] })), []);
    assert.deepEqual(await going(formance.runs.list()), []);
    assert.deepEqual(await going(meshx.runs.list()), []);
    for (const made of [formance.workflows, formance.triggers]) assert.deepEqual((await made.list({ limit: 100 })).items, []);
  });

  test("a report holds no secret", () => {
    const secrets = local.targets.flatMap(secretsOf);
    const leaky = [{ ...asked[0], left: [{ what: "x", why: secrets.join() }] }];
    for (const printed of [text(asked, secrets), json(asked, secrets), text(leaky, secrets)]) {
      for (const secret of secrets) assert.ok(!printed.includes(secret));
      assert.doesNotMatch(printed, /eyJ[\w-]+\.[\w-]+\./);
    }
    assert.equal(hidden(`{"access_token":"abc"} signature=abc`), `{"access_token":"[secret]"} signature=[secret]`);
  });
});

test("behind a proxy that changes nothing, nothing differs", async () => {
  assert.deepEqual(await control(local.targets), []);
});

describe("mutated servers are found out", () => {
  let found;
  before(async () => (found = await mutants(local.targets)));

  for (const { system, name, operation } of mutations) {
    test(`${system}: ${name}`, () => {
      const mutant = found.find((one) => one.system === system && one.name === name);
      assert.ok(mutant.found, `no case of ${operation} differs`);
    });
  }
});

test("the command says by its exit and its output what differs on a server that is named", async () => {
  const [target] = local.targets;
  const question = { runtimes: ["node"], only: "unknown run is 404", patience: PATIENCE, mutants: false };
  const good = await command({ ...question, target });
  assert.deepEqual([good.code, good.out.includes("0 differ")], [0, true], good.out);
  const { mutate } = mutations[0];
  const { url, end } = await proxy(target.access.baseUrl, mutate);
  const bad = await command({ ...question, target: { ...target, access: { ...target.access, baseUrl: url } }, json: true });
  end();
  assert.equal(bad.code, 1);
  const [difference] = JSON.parse(bad.out).differences;
  assert.deepEqual([difference.case, difference.expected, difference.got.includes("400")], ["an unknown run is 404 with a message", "a NotFoundError", true]);
});

test("a case whose workflow is not named is not asked, and never passed", async () => {
  const [target] = local.targets;
  const { results } = await node.ask({ ...target, given: {} }, { only: "a completed run" });
  assert.deepEqual(results.map(({ outcome, why }) => [outcome, why]), [["not asked", "needs --workflow ok=…"]]);
});

test("an operation without a case of its use is a difference", async () => {
  const { system, access, given } = local.targets.find(({ system }) => system === "meshx");
  const make = (more) => systems[system].client(runward, { ...access, ...more });
  const { results } = await new Suite({ system, runward, make, given, cases: [] }).run();
  const told = results.map(({ name }) => name);
  for (const [operation, able] of Object.entries(runward.capabilities[system])) {
    assert.equal(told.includes(`${operation} is used rightly`), able);
    assert.ok(told.includes(`${operation} is used wrongly`));
  }
});

test("nothing in the cases knows whom they ask", () => {
  const files = ["case", "recorder", "shape", "suite", "systems", ...readdirSync(repository("tests/conform/systems")).map((name) => `systems/${name.replace(/\.mjs$/, "")}`)];
  for (const file of files) {
    const source = readFileSync(repository(`tests/conform/${file}.mjs`), "utf8");
    assert.doesNotMatch(source, /_control|runward-local|engine|stepped|targets\.mjs/i, file);
    for (const [, from] of source.matchAll(/from "([^"]+)"/g)) assert.match(from, /^\.\.?\/(systems\/)?[\w-]+\.mjs$/, file);
  }
});

async function command(question) {
  const child = spawn(process.execPath, [repository("tests/conform/main.mjs")], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(question));
  let out = "";
  child.stdout.on("data", (piece) => (out += piece));
  const [code] = await new Promise((resolve, reject) => child.once("error", reject).once("close", (...ended) => resolve(ended)));
  return { code, out };
}
