import assert from "node:assert/strict";
import fc from "fast-check";
import { TrajectoryError } from "../../src/errors.ts";
import { emptyPlace } from "../../src/ragged.ts";
import { belongsTo, type Trajectory, validateTrajectory } from "../../src/teachers/trajectory.ts";
import { exampleSplit, exampleTrajectory } from "./example_trajectory.ts";

const good = await exampleTrajectory();

function refuses(change: (trajectory: Trajectory) => void, pattern: RegExp, split = exampleSplit()): void {
  const trajectory = structuredClone(good);
  change(trajectory);
  assert.throws(
    () => validateTrajectory(trajectory, split, "Teachers/x/MF"),
    (error) =>
      error instanceof TrajectoryError && /Teachers\/x\/MF/.test(error.message) &&
      pattern.test(error.message),
    String(pattern),
  );
}

Deno.test("validateTrajectory() accepts a sound trajectory, with and without its split", () => {
  validateTrajectory(good);
  validateTrajectory(good, exampleSplit());
  validateTrajectory({ ...good, states: good.states.slice(0, 1) });
});

Deno.test("validateTrajectory() names what is wrong with a list", () => {
  refuses(({ states }) => states[0]!.items[1] = 2, /state 0 the list of user 0 holds item 2 twice/);
  refuses(
    ({ states }) => states[1]!.items[2] = 6,
    /state 1 the list of user 0 holds item 6; expected items below 6/,
  );
  refuses(
    ({ states }) => states[1]!.items[3] = 5,
    /list of user 1 holds item 5, one of the user's training items/,
  );
  refuses(({ states }) => states[0]!.items[6] = emptyPlace, /importance 2 in an empty place/);
  refuses(({ states }) => {
    states[0]!.items[6] = emptyPlace;
    states[0]!.importance[6] = 0;
  }, /list of user 2 goes on after an empty place/);
  for (const value of [NaN, Infinity, -1]) {
    refuses(
      ({ states }) => states[0]!.importance[4] = value,
      /list of user 1 has the importance .* at place 1/,
    );
    refuses(({ observed }) => observed[3] = value, /training interaction 3/);
  }
});

Deno.test("validateTrajectory() names wrong sizes, orders and numbers", () => {
  refuses((t) => t.users = 2.5, /number of users is 2.5/);
  refuses((t) => t.items = -1, /number of items is -1/);
  refuses((t) => t.length = 0, /length of its lists is 0/);
  refuses((t) => t.length = 2, /state 0 has 9 items; expected 3 x 2/);
  refuses((t) => t.states = [], /0 states/);
  refuses((t) => t.states[0]!.epoch = 20, /state 1 \(epoch 20\) is not later than state 0/);
  refuses((t) => t.states[0]!.epoch = NaN, /state 0 has the epoch NaN/);
  refuses((t) => t.states[0]!.metrics["recall@50"] = NaN, /state 0 has NaN for the metric recall@50/);
  refuses((t) => t.curve[1]!.loss = NaN, /evaluation 1 of its curve/);
  refuses((t) => t.seconds = -1, /seconds/);
  refuses((t) => t.observed = t.observed.slice(1), /6 training interactions, the split has 7/);
  refuses(() => {}, /6 items, the split 'example' of 3 and 9/, { ...exampleSplit(), items: 9 });
});

Deno.test("validateTrajectory() accepts exactly rows of distinct, unobserved items with empty places at the end", () => {
  const place = fc.oneof(fc.nat(6), fc.constant(emptyPlace));
  fc.assert(
    fc.property(fc.array(place, { minLength: 9, maxLength: 9 }), (places) => {
      const items = Uint32Array.from(places);
      const importance = Float32Array.from(places, (item) => item === emptyPlace ? 0 : 1);
      const trajectory = { ...good, states: [{ epoch: 1, items, importance, metrics: {} }] };
      const training = [[0, 1], [5], [0, 2, 3, 4]];
      const sound = training.every((had, user) => {
        const row = places.slice(user * 3, user * 3 + 3);
        const end = row.indexOf(emptyPlace) < 0 ? 3 : row.indexOf(emptyPlace);
        const held = row.slice(0, end);
        return row.slice(end).every((item) => item === emptyPlace) && new Set(held).size === held.length &&
          held.every((item) => item < 6 && !had.includes(item));
      });
      if (sound) validateTrajectory(trajectory, exampleSplit());
      else assert.throws(() => validateTrajectory(trajectory, exampleSplit()), TrajectoryError);
    }),
    { numRuns: 500 },
  );
});

Deno.test("belongsTo() compares the fingerprint and the counts", async () => {
  assert.ok(await belongsTo(good, exampleSplit()));
  assert.ok(!await belongsTo({ ...good, fingerprint: "0" }, exampleSplit()));
  assert.ok(!await belongsTo({ ...good, items: 7 }, exampleSplit()));
  assert.ok(!await belongsTo(good, { ...exampleSplit(), valid: exampleSplit().test }));
});
