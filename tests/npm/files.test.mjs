// Files from the packed package: whole, as they come, and through a gateway, over real sockets.
import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { inspect } from "node:util";
import { consumer, serve } from "./support.mjs";

let runward;
const ends = [];
before(async () => {
  runward = await import(join(consumer({ after: (end) => ends.push(end) }), "node_modules/runward/index.js"));
});
after(() => ends.forEach((end) => end()));

const PDF = { "content-type": "application/pdf" };

/** A client of a studio whose files lie with somebody else, where this handler serves them; and a page's client of it. */
async function studio(t, handler, options) {
  const store = await serve(t, handler);
  const location = `${store.replace("127.0.0.1", "localhost")}/file?X-Amz-Signature=s3cret-signature`;
  const url = await serve(t, (request, response) => response.writeHead(302, { location }).end());
  const onfido = new runward.Onfido({ baseUrl: url, token: "s3cret-token", retries: 0, ...options });
  const { handle } = new runward.Gateway({ systems: { onfido }, operations: "all" });
  const fetch = (address, init) => handle(new Request(address, init));
  return { onfido, page: new runward.GatewayClient({ baseUrl: "http://gateway/api", system: "onfido", fetch, retries: 0, timeout: options?.timeout }) };
}

for (const who of ["onfido", "page"]) {
  test(`${who}: a file comes as it is asked for, of whatever size, and tells nothing of where it lies`, async (t) => {
    let held;
    const clients = await studio(t, (request, response) => {
      assert.equal(request.headers.authorization, undefined);
      response.writeHead(200, PDF).write(Buffer.alloc(1_000, 1));
      held = response;
    }, { maxBytes: 100 });
    const response = await clients[who].evidence("r", { as: "response" });
    assert.deepEqual([response.url, response.headers.get("content-type")], ["", "application/pdf"]);
    const reader = response.body.getReader();
    const first = await reader.read();
    assert.ok(first.value.length > 0, "it is there before the rest is");
    held.end(Buffer.alloc(2_000, 2));
    let size = first.value.length;
    for (let next; !(next = await reader.read()).done; ) size += next.value.length;
    assert.equal(size, 3_000);
    if (who === "page") return;
    const whole = await studio(t, (_, response) => response.writeHead(200, PDF).end(Buffer.alloc(1_000, 1)), { maxBytes: 100 });
    await assert.rejects(whole.onfido.evidence("r"), { name: "DecodeError", code: "too_large" });
  });

  test(`${who}: whoever stops reading, or aborts, ends the download`, async (t) => {
    let gone;
    const clients = await studio(t, (request, response) => {
      gone = once(response, "close");
      response.writeHead(200, PDF).write("a");
    });
    const left = (await clients[who].evidence("r", { as: "response" })).body.getReader();
    await left.read();
    await left.cancel();
    await gone;
    const abort = new AbortController();
    const reader = (await clients[who].evidence("r", { as: "response", signal: abort.signal })).body.getReader();
    await reader.read();
    const next = reader.read();
    abort.abort("enough");
    await assert.rejects(next, (reason) => reason === "enough");
    await gone;
  });

  test(`${who}: a file that falls silent or breaks off is an error, and no error holds its address`, async (t) => {
    const clients = await studio(t, (request, response) => void response.writeHead(200, PDF).write("a"), { timeout: 300 });
    const silent = (await clients[who].evidence("r", { as: "response" })).body.getReader();
    await silent.read();
    await assert.rejects(silent.read(), { name: "TimeoutError" });
    const broken = await studio(t, (request, response) => {
      response.writeHead(200, { ...PDF, "content-length": "10" }).write("a");
      setTimeout(() => response.destroy(), 50);
    });
    const failed = async () => {
      const { body } = await broken[who].evidence("r", { as: "response" });
      for await (const _ of body);
    };
    await assert.rejects(failed(), (error) => error.name === "NetworkError" && !`${inspect(error, { depth: 9 })}${JSON.stringify(error)}`.includes("s3cret"));
    const refused = await studio(t, (_, response) => response.writeHead(403).end("<Error>s3cret-signature is over</Error>"));
    const error = await refused[who].evidence("r").catch((error) => error);
    assert.ok(runward.isRunwardError(error) && !`${inspect(error, { depth: 9 })}${JSON.stringify(error)}${error.stack}`.includes("s3cret"), inspect(error));
    await assert.rejects(broken[who].evidence("r", { as: "text" }), { name: "ArgumentError", code: "invalid_options" });
  });

  test(`${who}: a file that is not made yet is waited for, and for no longer than was said`, async (t) => {
    let asked = 0;
    const clients = await studio(t, (_, response) => (++asked < 3 ? response.writeHead(404).end() : response.writeHead(200, PDF).end("%PDF")));
    assert.equal(Buffer.from(await clients[who].evidence("r", { wait: 20_000 })).toString(), "%PDF");
    assert.equal(asked, 3);
    asked = -Infinity;
    await assert.rejects(clients[who].evidence("r"), { name: "NotFoundError" });
    await assert.rejects(clients[who].evidence("r", { wait: 600 }), { name: "NotFoundError" });
  });
}

test("an empty answer is no file, whole or as it comes", async (t) => {
  const { onfido } = await studio(t, (_, response) => response.writeHead(200, PDF).end());
  await assert.rejects(onfido.evidence("r"), { name: "DecodeError", code: "not_a_file" });
  const response = await onfido.evidence("r", { as: "response" }).catch((error) => error);
  const failed = response instanceof Error ? response : await response.arrayBuffer().catch((error) => error);
  assert.equal(failed.code, "not_a_file");
});
