// What the cases told, for people and for programs. Nothing of it shows a secret.

/** All that is wrong, one entry a difference: `{ system, runtime, case, of, use, stands, what, expected, got }`. */
export const differences = (asked) =>
  asked.flatMap(({ system, runtime, results }) =>
    results.flatMap(({ name, of, use, stands, differences }) => differences.map((difference) => ({ system, runtime, case: name, of, use, stands, ...difference }))));

/** Cases that were not asked, and why. */
export const unasked = (asked) =>
  asked.flatMap(({ system, runtime, results }) => results.filter(({ why }) => why !== undefined).map(({ name, of, why }) => ({ system, runtime, case: name, of, why })));

/** How many cases there are of each outcome and use, and how many operations they are of. */
export const counts = (asked) =>
  asked.map(({ system, runtime, results }) => {
    const of = (outcome, use) => results.filter((result) => result.outcome === outcome && (use === undefined || result.use === use)).length;
    const operations = new Set(results.filter(({ outcome }) => outcome !== "not asked").flatMap((result) => result.of)).size;
    return { system, runtime, operations, cases: results.length, right: of("passed", "right"), wrong: of("passed", "wrong"), differ: of("differs"), "not asked": of("not asked") };
  });

/** One JSON document. */
export function json(asked, secrets) {
  const left = asked.flatMap(({ system, runtime, left }) => left.map((one) => ({ system, runtime, ...one })));
  return hidden(JSON.stringify({ counts: counts(asked), differences: differences(asked), notAsked: unasked(asked), left }, undefined, 1), secrets);
}

/** Some lines a server. */
export function text(asked, secrets) {
  const lines = [];
  for (const { system, runtime, results, left } of asked) {
    const [{ operations, right, wrong, differ, "not asked": waits }] = counts([{ system, runtime, results }]);
    lines.push(`${system} in ${runtime}: ${operations} operations, ${right} right and ${wrong} wrong uses as promised, ${differ} differ, ${waits} not asked`);
    for (const { name, of, use, stands, differences, why } of results) {
      const title = `${of.join(", ")}, ${use} use: ${name}`;
      if (why !== undefined) lines.push(`  not asked  ${title}: ${why}`);
      if (differences.length > 0) lines.push(`  DIFFERS    ${title} [${stands}]`);
      for (const { what, expected, got } of differences) lines.push(`    ${what}`, `      expected ${short(expected)}`, `      got      ${short(got)}`);
    }
    for (const { what, why } of left) lines.push(`  LEFT       ${what}: ${why}`);
  }
  return hidden(lines.join("\n"), secrets);
}

/** Mutations with the cases that found them. */
export function table(mutants, secrets) {
  const width = Math.max(...mutants.map(({ system, name }) => `${system}: ${name}`.length));
  const row = ({ system, name, found }) => `${`${system}: ${name}`.padEnd(width)}  ${found === undefined ? "SURVIVED" : found}`;
  return hidden(mutants.map(row).join("\n"), secrets);
}

const short = (value) => {
  const text = typeof value === "string" ? value : value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};

/** Without the secrets that are known, and without what looks like one. */
export function hidden(text, secrets = []) {
  const known = secrets.reduce((text, secret) => text.split(secret).join("[secret]"), text);
  return known.replace(/eyJ[\w-]+\.[\w-]+\.[\w-]*/g, "[token]").replace(/((?:signature|access_token|refresh_token|client_secret)\\?"?[=:]\s*\\?"?)[^\s"&\\]+/g, "$1[secret]");
}
