// Constants that the tables of the WebAssembly fill when they are first asked.
const SYSTEMS = ["hatchet", "formance", "onfido", "meshx"];

/** Steps as integers, for many. */
export const transitionsOf = ({ __code, __check, __checkAll }) =>
  Object.freeze({
    code: (system, status) => __code(system, status),
    check: (system, from, to) => __check(SYSTEMS.indexOf(system), from, to),
    checkAll: (system, pairs) => __checkAll(SYSTEMS.indexOf(system), pairs),
  });

/** What each system can do. */
export function capabilitiesOf({ __capabilities }) {
  const known = {};
  const get = (system) => (known[system] ??= Object.freeze(__capabilities(system)));
  return Object.defineProperties({}, Object.fromEntries(SYSTEMS.map((system) => [system, { enumerable: true, get: () => get(system) }])));
}
