// A `fetch` that keeps what was asked and answered, and that can lose an answer on its way.

/** Records into `exchanges`; `lose` says of a request whether its answer is to be lost after the server gave it. */
export function recorder(fetch = globalThis.fetch) {
  const exchanges = [];
  let lose = () => false;
  const recording = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const exchange = { method: request.method, path: url.pathname, query: url.searchParams };
    exchanges.push(exchange);
    const lost = lose(exchange);
    const response = await fetch(request);
    Object.assign(exchange, { status: response.status, headers: response.headers });
    const copy = response.clone();
    exchange.bytes = copy.arrayBuffer().then((bytes) => new Uint8Array(bytes), () => undefined);
    if (!lost) return response;
    await exchange.bytes;
    throw new TypeError("the answer was lost");
  };
  return { fetch: recording, exchanges, loses: (which) => (lose = once(which)) };
}

const once = (which) => {
  let done = false;
  return (exchange) => !done && which(exchange) && (done = true);
};

/** The text of an exchange's body, and the JSON in it where there is one. */
export async function bodyOf({ bytes }) {
  const read = await bytes;
  const text = read === undefined ? undefined : new TextDecoder().decode(read);
  try {
    return { bytes: read, text, json: JSON.parse(text) };
  } catch {
    return { bytes: read, text };
  }
}
