import assert from "node:assert/strict";
import { test } from "node:test";
import { filterIn, inStore, narrows, queryOf } from "../src/data/filter.js";

test("a_filter_comes_back_out_of_the_address_as_it_went_in", () => {
  const filter = { ...filterIn(""), kind: "failed", text: "acme & co", span: "24h", sort: "duration", up: true };
  assert.deepEqual(filterIn(queryOf(filter).slice(1)), filter);
});

test("a_filter_that_leaves_nothing_out_is_not_in_the_address", () => {
  assert.equal(queryOf(filterIn("")), "");
  assert.equal(narrows(filterIn("sort=duration")), false);
  assert.equal(narrows(filterIn("kind=failed")), true);
});

test("what_the_address_says_beyond_what_is_known_changes_nothing", () => {
  assert.deepEqual(filterIn("sort=colour&other=1"), filterIn(""));
  assert.equal(inStore(filterIn("span=9y"), 0).since, undefined);
});

test("a_span_is_a_time_that_moves_with_the_clock", () => {
  assert.equal(inStore(filterIn("span=1h"), 3_600_007).since, 7);
});
