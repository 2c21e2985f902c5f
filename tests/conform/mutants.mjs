// Asks the cases of mutated servers: each must be found out, by a case of the operation that its mutation strikes.
import { mutations } from "./mutations.mjs";
import { ask } from "./node.mjs";
import { proxy } from "./proxy.mjs";

// Of a server that does not do what it says nothing is to be waited for long.
const OPTIONS = { patience: 4_000, together: 12, hurried: true };
const AT_ONCE = 4;

/** For every mutation that strikes one of the targets the case that found it: `{ system, name, operation, found?, others }`. */
export async function mutants(targets) {
  const waiting = mutations.flatMap((mutation) => targets.filter(({ system }) => system === mutation.system).map((target) => [mutation, target]));
  const results = [];
  const queue = waiting.entries();
  const work = async () => {
    for (const [index, [mutation, target]] of queue) results[index] = await judged(mutation, target);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}

/** The cases that differ behind a proxy that changes nothing: none, or the proxy itself would be what is found. */
export async function control(targets) {
  const all = await Promise.all(targets.map((target) => through(target, {})));
  return all.flatMap(({ system, results }) => results.filter(({ outcome }) => outcome === "differs").map((result) => ({ system, ...result })));
}

async function judged({ system, name, operation, mutate }, target) {
  const { results } = await through(target, Object.create(mutate));
  const differing = results.filter(({ outcome }) => outcome === "differs");
  const found = differing.find(({ of }) => of.includes(operation));
  return { system, name, operation, found: found && `${found.of.join(", ")}: ${found.name}`, others: differing.length - (found ? 1 : 0) };
}

async function through(target, mutate) {
  const { url, end } = await proxy(target.access.baseUrl, mutate);
  try {
    return await ask({ ...target, access: { ...target.access, baseUrl: url } }, OPTIONS);
  } finally {
    end();
  }
}
