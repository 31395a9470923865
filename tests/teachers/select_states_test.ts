import assert from "node:assert/strict";
import fc from "fast-check";
import { selectStates } from "../../src/teachers/select_states.ts";

Deno.test("selectStates() takes the evaluations nearest to a quarter, half and three quarters of the way", () => {
  assert.deepEqual(selectStates([0.1, 0.15, 0.16, 0.22, 0.2, 0.28, 0.3, 0.29]), [1, 4, 5, 6]);
  assert.deepEqual(selectStates([0, 1, 2, 3, 4]), [1, 2, 3, 4]);
});

Deno.test("selectStates() keeps the order of time when quality jumps", () => {
  assert.deepEqual(selectStates([0, 10, 10.5, 11]), [0, 1, 2, 3]);
  assert.deepEqual(selectStates([0, 0, 0, 0, 0, 9]), [0, 1, 2, 5]);
});

Deno.test("selectStates() gives null when the best comes too early", () => {
  assert.equal(selectStates([]), null);
  assert.equal(selectStates([3, 2, 1, 0, 0]), null);
  assert.equal(selectStates([1, 2, 3, 2, 1]), null);
});

Deno.test("selectStates() gives four ascending indices, the last of them the earliest best", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }), (quality) => {
      const chosen = selectStates(quality);
      const best = quality.indexOf(Math.max(...quality));
      if (best < 3) return chosen === null;
      assert.ok(chosen);
      assert.equal(chosen[3], best);
      assert.ok(chosen[0] < chosen[1] && chosen[1] < chosen[2] && chosen[2] < chosen[3]);
    }),
  );
});
