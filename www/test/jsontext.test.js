import assert from "node:assert/strict";
import { test } from "node:test";
import { lineColumn, offsetAt, readJson, readObject, tokenEnd } from "../src/data/jsontext.js";

test("an empty input is an empty object", () => {
  assert.deepEqual(readObject("  \n"), { value: {} });
});

test("an input that is no object is told what it is", () => {
  assert.match(readObject("[1]").problem, /an array/);
  assert.match(readObject("null").problem, /this is null/);
  assert.match(readObject("7").problem, /a number/);
});

test("broken JSON is told its line and column", () => {
  assert.match(readObject('{\n  "a": 1,,\n}').problem, /"," cannot stand here \(line 2, column 10\)/);
  assert.match(readObject('{"a": 1').problem, /ends too early/);
});

test("places count characters, not UTF-16 units", () => {
  const text = '{"a":"🙂",\n "b":"🙂x"}';
  const offset = text.indexOf("x");
  assert.deepEqual(lineColumn(text, offset), { line: 2, column: 8 });
  assert.equal(offsetAt(text, 2, 8), offset);
});

test("a place beyond its line or text stays inside", () => {
  assert.equal(offsetAt("ab\ncd", 1, 99), 2);
  assert.equal(offsetAt("ab\ncd", 9, 1), 5);
});

test("the token at a place is found whole", () => {
  const text = '{"a \\" b": -1.5e3, "c": true}';
  assert.equal(text.slice(1, tokenEnd(text, 1)), '"a \\" b"');
  const number = text.indexOf("-");
  assert.equal(text.slice(number, tokenEnd(text, number)), "-1.5e3");
  assert.equal(tokenEnd(text, 0), 1);
});

test("what_else_belongs_in_a_field_is_told", () => {
  assert.deepEqual(readJson("[1]", "json"), { value: [1] });
  assert.match(readJson("{}", "array").problem, /A list .* this is an object/);
  assert.match(readJson("7", "json").problem, /this is a number/);
});
