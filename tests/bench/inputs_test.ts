import assert from "node:assert/strict";
import { drawOthers } from "../../bench/inputs.ts";
import { ArgumentError } from "../../src/errors.ts";

Deno.test("drawOthers() takes what is drawn, less repetitions and the user's own items", () => {
  const draws = [3, 1, 3, 4, 0, 2];
  const drawn = drawOthers(7, Uint32Array.of(1, 4), { length: 3, items: 5 }, (n) => draws[n]!);
  assert.deepEqual(drawn, [3, 0, 2]);
});

Deno.test("drawOthers() refuses a user with too few other items instead of drawing for ever", () => {
  assert.throws(
    () => drawOthers(7, Uint32Array.of(1, 4), { length: 4, items: 5 }, (n) => n % 5),
    (error) =>
      error instanceof ArgumentError && /user 7 has 2 of the 5 items.* 3 are left/.test(error.message),
  );
});
