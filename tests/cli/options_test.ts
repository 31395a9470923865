import assert from "node:assert/strict";
import { idList, numberList, seedNumber, teacherKinds } from "../../src/cli/options.ts";

Deno.test("teacherKinds() knows the built-in teachers in any case, and leaves imported names alone", () => {
  assert.deepEqual(teacherKinds("mf, I-ae,Mine"), ["MF", "I-AE", "Mine"]);
  assert.throws(() => teacherKinds("MF,mf"), /named twice/);
  assert.throws(() => teacherKinds("MF,a b"), /there is no teacher "a b"; expected some of MF,/);
});

Deno.test("idList() splits at commas or reads a JSON array, adds to what was given, and refuses empty ids", () => {
  assert.deepEqual(idList("a, b"), ["a", "b"]);
  assert.deepEqual(idList('["a,b", "c"]', ["x"]), ["x", "a,b", "c"]);
  assert.throws(() => idList("a,,b"), /an id is empty/);
  assert.throws(() => idList("[1]"), /JSON array of strings/);
});

Deno.test("seedNumber() takes no blank for 0", () => {
  assert.equal(seedNumber("0"), 0);
  for (const text of ["", " ", "-1", "1.5"]) assert.throws(() => seedNumber(text), /from 0 to 4294967295/);
});

Deno.test("numberList() reads positive integers, each once", () => {
  assert.deepEqual(numberList("10,50"), [10, 50]);
  assert.throws(() => numberList("10,10"), /a number is there twice/);
  assert.throws(() => numberList("10,"), /positive integer/);
});
