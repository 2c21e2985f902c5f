// Asks mutated servers the cases of the operation that the mutation strikes: one of them must find it out.
import { mutations } from "./mutations.mjs";
import { ask } from "./node.mjs";
import { proxy } from "./proxy.mjs";

// Of a server that does not do what it says nothing is to be waited for long.
const OPTIONS = { patience: 6_000, together: 12, hurried: true };
const AT_ONCE = 6;

/** For every mutation that strikes one of the targets the first case that found it: `{ system, name, operation, found? }`. */
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
  const all = await Promise.all(targets.map((target) => through(target, {}, { patience: 60_000 })));
  return all.flatMap(({ system, results }) => results.filter(({ outcome }) => outcome === "differs").map((result) => ({ system, ...result })));
}

async function judged({ system, name, operation, mutate }, target) {
  const { results } = await through(target, Object.create(mutate), { of: operation });
  const found = results.find(({ outcome }) => outcome === "differs");
  return { system, name, operation, found: found && `${operation}: ${found.name}` };
}

async function through(target, mutate, more) {
  const { url, end } = await proxy(target.access.baseUrl, mutate);
  try {
    return await ask({ ...target, access: { ...target.access, baseUrl: url } }, { ...OPTIONS, ...more });
  } finally {
    end();
  }
}
