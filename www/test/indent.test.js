import assert from "node:assert/strict";
import { test } from "node:test";
import { indent } from "../src/data/indent.js";

test("json_is_laid_out_as_its_own_printer_would", () => {
  const value = { a: [1, { b: [] }, "x, {y}: \"z\""], c: {}, d: null };
  assert.equal(indent(JSON.stringify(value)), JSON.stringify(value, null, 2));
  assert.equal(indent(JSON.stringify(value, null, 5)), JSON.stringify(value, null, 2));
});

test("digits_and_doubled_keys_stay", () => {
  assert.equal(indent('{"n":9007199254740993,"n":1.50}'), '{\n  "n": 9007199254740993,\n  "n": 1.50\n}');
});

test("documents_one_after_the_other_stay_apart", () => {
  assert.equal(indent('{"a":1}\n{"a":2}'), '{\n  "a": 1\n}\n{\n  "a": 2\n}');
});

test("broken_json_loses_nothing_but_white_space", () => {
  for (const text of ['{"a": 1,, "b"', '[[[}', '"open']) assert.equal(indent(text).replace(/\s/g, ""), text.replace(/\s/g, ""));
});
