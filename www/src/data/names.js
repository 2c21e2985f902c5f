/** Names of workflows by their ids, where runs carry the id alone. */
const names = new Map();

/** The name of a system's workflow, as far as it is known. */
export const named = (system, id) => (id === undefined ? undefined : names.get(`${system}/${id}`));

/** Learns names: pairs of id and name. Says whether any was news. */
export function learn(system, pairs) {
  let news = false;
  for (const [id, name] of pairs) {
    news ||= names.get(`${system}/${id}`) !== name;
    names.set(`${system}/${id}`, name);
  }
  return news;
}

/** The workflows of a system whose names are known: pairs of id and name. */
export function known(system) {
  const own = [...names].filter(([key]) => key.startsWith(`${system}/`));
  return own.map(([key, name]) => [key.slice(system.length + 1), name]);
}
