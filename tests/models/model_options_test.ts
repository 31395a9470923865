import assert from "node:assert/strict";
import { ArgumentError } from "../../src/errors.ts";
import {
  nonNegativeNumber,
  oneOf,
  positiveNumber,
  readOptions,
  wholeNumber,
} from "../../src/models/model_options.ts";

const defaults = { size: 3, rate: 0.1, decay: 0, mode: "a" };
const rules = {
  size: wholeNumber(1, 9),
  rate: positiveNumber,
  decay: nonNegativeNumber,
  mode: oneOf("a", "b"),
};

Deno.test("readOptions() fills in defaults, and takes undefined for absent", () => {
  assert.deepEqual(readOptions({}, defaults, rules), defaults);
  assert.deepEqual(readOptions({ size: undefined, mode: "b" }, defaults, rules), { ...defaults, mode: "b" });
  assert.deepEqual(readOptions({ size: 9, decay: 2 }, defaults, rules), { ...defaults, size: 9, decay: 2 });
  assert.deepEqual(defaults.size, 3);
});

Deno.test("readOptions() names what is wrong and says what would be right", () => {
  const cases: [object, RegExp][] = [
    [{ size: 0 }, /'size'.*it is 0; expected a whole number from 1 to 9/],
    [{ size: 10 }, /'size'/],
    [{ size: "3" }, /'size'/],
    [{ rate: 0 }, /'rate'.*above 0/],
    [{ rate: null }, /'rate'/],
    [{ decay: -0.1 }, /'decay'.*0 or more/],
    [{ mode: "c" }, /'mode'.*"a" or "b"/],
    [{ depth: 1 }, /'depth'.*no such setting.*size, rate, decay, mode/],
    [{ toString: 1 }, /'toString'/],
  ];
  for (const [given, message] of cases) {
    assert.throws(() => readOptions(given, defaults, rules), (error) => {
      assert.ok(error instanceof ArgumentError);
      assert.match(error.message, message);
      return true;
    });
  }
});
