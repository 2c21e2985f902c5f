/** How far back runs are shown. */
export const SPANS = [
  ["", "Any time"],
  ["1h", "Last hour", 3_600_000],
  ["24h", "Last 24 hours", 86_400_000],
  ["7d", "Last 7 days", 604_800_000],
  ["30d", "Last 30 days", 2_592_000_000],
];

const EMPTY = { kind: "", text: "", span: "", workflow: "", sort: "created", up: false };

/** The filter in the address behind `?`, so that a link or a reload keeps it. */
export function filterIn(query) {
  const given = new URLSearchParams(query);
  const filter = { ...EMPTY };
  for (const name of ["kind", "text", "span", "workflow"]) filter[name] = given.get(name) ?? "";
  if (given.get("sort") === "duration") filter.sort = "duration";
  filter.up = given.has("up");
  return filter;
}

/** What stands behind `?` for a filter; nothing for what is as usual. */
export function queryOf(filter) {
  const pairs = Object.entries(filter).filter(([name, value]) => value !== EMPTY[name]);
  const text = new URLSearchParams(pairs.map(([name, value]) => [name, value === true ? "" : value])).toString();
  return text && `?${text}`;
}

/** The same filter for what is known of runs at a time. */
export function inStore({ span, ...filter }, now) {
  const length = SPANS.find(([name]) => name === span)?.[2];
  return { ...filter, since: length === undefined ? undefined : now - length };
}

/** Does a filter leave anything out? */
export const narrows = ({ kind, text, span, workflow }) => Boolean(kind || text || span || workflow);
