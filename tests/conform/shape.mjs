// What a server's JSON must look like, as values: each matcher tells every place where a value is not it.

const wrong = (expected, got, at = "") => [{ at, expected, got }];
const matcher = (name, check) => ({ name, check });
const kind = (value) => (value === null ? "null" : Array.isArray(value) ? "a list" : typeof value);

/** A matcher of everything that passes the test. */
export const is = (name, test) => matcher(name, (value) => (test(value) ? [] : wrong(name, value)));
const matching = (name, pattern) => is(name, (value) => typeof value === "string" && pattern.test(value));

export const anything = is("anything", () => true);
export const text = is("a text", (value) => typeof value === "string");
export const some = is("a text that is not empty", (value) => typeof value === "string" && value !== "");
export const flag = is("true or false", (value) => typeof value === "boolean");
export const integer = is("an integer", Number.isInteger);
export const count = is("an integer from 0", (value) => Number.isInteger(value) && value >= 0);
export const nothing = is("null", (value) => value === null);
export const members = is("an object", (value) => kind(value) === "object");
export const uuid = matching("a lower-case UUID", /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
export const url = matching("an address", /^https?:\/\/\S+$/);
export const match = matching;

/** A date of RFC 3339 with that many fraction digits, in UTC as `Z` or, where allowed, with an offset. */
export const date = (from, to, zone = "Z") => {
  const digits = to === 0 ? "" : `(\\.\\d{${Math.max(from, 1)},${to}})${from === 0 ? "?" : ""}`;
  const end = zone === "Z" ? "Z" : zone === "offset" ? "(Z|[+-]\\d\\d:\\d\\d)" : "(Z|[+-]\\d\\d:\\d\\d)?";
  const name = `a date with ${from === to ? to : `${from} to ${to}`} fraction digits and ${zone === "Z" ? "Z" : zone === "offset" ? "Z or an offset" : "Z, an offset or nothing"}`;
  return matching(name, new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d${digits}${end}$`));
};

export const exactly = (wanted) => is(JSON.stringify(wanted), (value) => JSON.stringify(value) === JSON.stringify(wanted));
export const oneOf = (...values) => is(`one of ${values.map((value) => JSON.stringify(value)).join(", ")}`, (value) => values.includes(value));

/** Whatever one of these takes; of all that do not fit, what is wrong by the last. */
export const either = (...all) =>
  matcher(all.map(({ name }) => name).join(", or "), (value) => {
    const found = all.map(({ check }) => check(value));
    return found.find((differences) => differences.length === 0) ?? wrong(all.map(({ name }) => name).join(", or "), value);
  });
export const orNull = (of) => either(nothing, of);

/** In an object: a member that may be absent. */
export const maybe = (of) => ({ ...of, optional: true });
/** In an object: a member that must be absent. */
export const absent = { ...is("no such member", () => false), optional: true };

export const list = (of, { least = 0, exact } = {}) =>
  matcher(`a list of ${of.name}`, (value) => {
    if (!Array.isArray(value)) return wrong("a list", value);
    if (exact !== undefined && value.length !== exact) return wrong(`${exact} items`, `${value.length} items`);
    if (value.length < least) return wrong(`at least ${least} items`, `${value.length} items`);
    return value.flatMap((item, index) => below(`/${index}`, of.check(item)));
  });

/** A list that holds something, and nothing twice: `key` tells what one is known by. */
export const each = (of, key) =>
  matcher(`a list of ${of.name}`, (value) => {
    const found = list(of, { least: 1 }).check(value);
    const seen = new Set();
    const twice = Array.isArray(value) ? value.map(key).filter((one) => seen.size === seen.add(one).size) : [];
    return [...found, ...twice.flatMap((one) => wrong("everything once", `${one} again`))];
  });

/** An object with these members; others are allowed unless it is `closed`, and the known ones come in this order if `ordered`. */
export const object = (known, { closed = false, ordered = false } = {}) =>
  matcher("an object", (value) => {
    if (kind(value) !== "object") return wrong("an object", value);
    const found = Object.entries(known).flatMap(([name, of]) => {
      if (Object.hasOwn(value, name)) return below(`/${name}`, of.check(value[name]));
      return of.optional ? [] : wrong(of.name, undefined, `/${name}`);
    });
    const unknown = closed ? Object.keys(value).filter((name) => !Object.hasOwn(known, name)) : [];
    found.push(...unknown.flatMap((name) => wrong("no such member", value[name], `/${name}`)));
    const met = Object.keys(value).filter((name) => Object.hasOwn(known, name));
    const order = Object.keys(known).filter((name) => Object.hasOwn(value, name));
    if (ordered && met.join() !== order.join()) found.push(...wrong(`members in the order ${order.join(", ")}`, met.join(", ")));
    return found;
  });

/** An object whose members come in the order of their names. */
export const sorted = (known, options) =>
  matcher("an object", (value) => {
    const found = object(known, options).check(value);
    if (kind(value) !== "object") return found;
    const names = Object.keys(value);
    const order = names.toSorted?.() ?? [...names].sort();
    return names.join() === order.join() ? found : [...found, ...wrong("members sorted by name", names.join(", "))];
  });

const below = (at, differences) => differences.map((difference) => ({ ...difference, at: at + difference.at }));
