// Webhooks in every form in which runtimes hand them over, and what is refused.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { consumer, repository } from "./support.mjs";

const cleanups = [];
after(() => cleanups.forEach((work) => work()));
let runward;
before(async () => {
  const folder = consumer({ after: (work) => cleanups.push(work) });
  runward = await import(pathToFileURL(join(folder, "node_modules/runward/index.js")));
});

const folder = "tests/fixtures/onfido/webhooks";
const [vector] = JSON.parse(readFileSync(repository(`${folder}/vectors.json`))).vectors;
const body = readFileSync(repository(`${folder}/${vector.body_file}`));
const genuine = { body, headers: { "x-sha2-signature": vector.signature }, secret: vector.token };
const NOW = 1_700_000_000_000;
const formance = {
  body: `{"data":"test"}`, secret: "V0bivxRWveaoz08afqjU6Ko/jwO0Cb+3", now: NOW,
  headers: {
    "Formance-Webhook-Id": "5b1a6f0c-0000-4000-8000-000000000001", "formance-webhook-timestamp": "1700000000",
    "formance-webhook-test": "true", "formance-webhook-signature": "v0,AAAA v1,DYJIMfmyLXWmwxX7DkAAs4OzachFUgKwsxzXwDRuEKY=",
  },
};

test("bodies and headers are taken in every form in which they come", () => {
  const bodies = [body, new Uint8Array(body), new Uint8Array(body).buffer, body.toString(), new DataView(new Uint8Array(body).buffer)];
  const name = "X-SHA2-Signature";
  const { signature } = vector;
  const headers = [{ [name]: signature }, { [name]: [signature], other: undefined }, [[name, signature]], new Headers({ [name]: signature }), new Map([[name, signature]])];
  for (const given of bodies) assert.equal(runward.verifyWebhook("onfido", { ...genuine, body: given }).type, "workflow_run.completed");
  for (const given of headers) assert.equal(runward.verifyWebhook("onfido", { ...genuine, headers: given }).runId, "d19692d6-730a-4730-9005-82185a5ec595");
});

test("Formance's test delivery is one, within five minutes or as many as are given", () => {
  assert.deepEqual(runward.verifyWebhook("formance", formance), {
    system: "formance", type: "test", key: "test:5b1a6f0c-0000-4000-8000-000000000001:", test: true, body: { data: "test" },
  });
  const late = { ...formance, now: NOW + 301_000 };
  assert.throws(() => runward.verifyWebhook("formance", late), { name: "SignatureError", code: "stale_timestamp", system: "formance" });
  assert.equal(runward.verifyWebhook("formance", { ...late, toleranceSeconds: 600 }).test, true);
  assert.throws(() => runward.verifyWebhook("formance", { ...formance, now: undefined }), { code: "stale_timestamp" });
});

test("what is not genuine or not to be read is refused by class, and shows no secret", () => {
  const refused = (system, delivery, name, code) => assert.throws(() => runward.verifyWebhook(system, delivery), (error) => {
    assert.deepEqual([error.name, error.code, error instanceof runward[name]], [name, code, true]);
    assert.ok(!JSON.stringify(error).includes(vector.token) && !error.stack.includes(vector.token));
    return true;
  });
  const signed = { "x-hatchet-signature": "734cc62f32841568f45715aeb9f4d7891324e6d948e4c6c60c0621cdac48623a" };
  refused("onfido", { ...genuine, body: `${body} ` }, "SignatureError", "signature_mismatch");
  refused("onfido", { ...genuine, headers: {} }, "SignatureError", "missing_header");
  refused("onfido", { ...genuine, secret: [] }, "ArgumentError", "no_secret");
  refused("onfido", { ...genuine, secret: 7 }, "ArgumentError", "invalid_options");
  refused("onfido", { ...genuine, body: JSON.parse(body) }, "ArgumentError", "invalid_body");
  refused("onfido", { ...genuine, headers: "x" }, "ArgumentError", "invalid_headers");
  refused("onfido", undefined, "ArgumentError", "invalid_body");
  refused("hatchet", { body: "hello world", headers: signed, secret: "secret" }, "DecodeError", "bad_webhook_body");
  refused("meshx", genuine, "UnsupportedError", "no_webhooks");
  refused("temporal", genuine, "ArgumentError", "unknown_system");
});
