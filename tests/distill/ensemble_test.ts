import assert from "node:assert/strict";
import fc from "fast-check";
import { finalStates, fuseTeachers, type TeacherLists } from "../../src/distill/ensemble.ts";
import { ArgumentError } from "../../src/errors.ts";
import { emptyPlace, ragged } from "../../src/ragged.ts";

const items = 12;

/** importance[user] as [item, importance] pairs of one state. */
function teacher(states: [number, number][][][], length: number): TeacherLists {
  return {
    users: states[0]!.length,
    items,
    length,
    states: states.map((rows) => ({
      items: Uint32Array.from(
        rows.flatMap((row) => Array.from({ length }, (_, n) => row[n]?.[0] ?? emptyPlace)),
      ),
      importance: Float32Array.from(
        rows.flatMap((row) => Array.from({ length }, (_, n) => row[n]?.[1] ?? 0)),
      ),
    })),
  };
}

const row = fc.uniqueArray(fc.tuple(fc.nat(items - 1), fc.integer({ min: 0, max: 8 }).map((n) => n / 4)), {
  selector: ([item]) => item,
  maxLength: 5,
});
const cases = fc.record({ users: fc.integer({ min: 0, max: 4 }), count: fc.integer({ min: 1, max: 4 }) })
  .chain((
    { users, count },
  ) =>
    fc.record({
      teachers: fc.array(
        fc.array(fc.array(row, { minLength: users, maxLength: users }), { minLength: 2, maxLength: 2 }),
        {
          minLength: count,
          maxLength: count,
        },
      ),
      states: fc.array(fc.array(fc.nat(1), { minLength: users, maxLength: users }), {
        minLength: count,
        maxLength: count,
      }),
      weights: fc.array(fc.constantFrom(0, 0.5, 1, 2), { minLength: count, maxLength: count }),
      exclude: fc.array(fc.uniqueArray(fc.nat(items - 1), { maxLength: 4 }), {
        minLength: users,
        maxLength: users,
      }),
      k: fc.integer({ min: 1, max: 15 }),
    })
  );

Deno.test("fuseTeachers() agrees with a plain sum and sort", () => {
  fc.assert(fc.property(cases, ({ teachers, states, weights, exclude, k }) => {
    const lists = teachers.map((states) => teacher(states, 5));
    const fused = fuseTeachers(lists, states, k, { weights, exclude: ragged(exclude) });
    exclude.forEach((excluded, user) => {
      const sums = new Array<number>(items).fill(0);
      teachers.forEach((rows, m) => {
        for (const [item, value] of rows[states[m]![user]!]![user]!) sums[item]! += weights[m]! * value;
      });
      const order = sums.map((_, item) => item).filter((item) => sums[item]! > 0 && !excluded.includes(item))
        .sort((a, b) => sums[b]! - sums[a]! || a - b).slice(0, k);
      const padding = k - order.length;
      assert.deepEqual([...fused.items.subarray(user * k, (user + 1) * k)], [
        ...order,
        ...new Array<number>(padding).fill(emptyPlace),
      ]);
      assert.deepEqual([...fused.importance.subarray(user * k, (user + 1) * k)], [
        ...order.map((item) => sums[item]!),
        ...new Array<number>(padding).fill(0),
      ]);
    });
  }));
});

Deno.test("fuseTeachers() does not depend on the users beside", () => {
  const lists = teacher([[[[3, 1], [4, 2]], [[4, 1], [3, 0.5]]]], 2);
  const both = fuseTeachers([lists], finalStates([lists]), 3);
  assert.deepEqual([...both.items], [4, 3, emptyPlace, 4, 3, emptyPlace]);
});

Deno.test("finalStates() is the last state of every teacher", () => {
  const one = teacher([[[], []]], 1);
  const two = teacher([[[], []], [[], []]], 1);
  assert.deepEqual(finalStates([one, two]).map((row) => [...row]), [[0, 0], [1, 1]]);
});

Deno.test("fuseTeachers() refuses what does not fit", () => {
  const one = teacher([[[[1, 1]]]], 1);
  assert.throws(() => fuseTeachers([], [], 1), ArgumentError);
  assert.throws(() => fuseTeachers([one], [], 1), ArgumentError);
  assert.throws(() => fuseTeachers([one], [[0, 0]], 1), ArgumentError);
  assert.throws(() => fuseTeachers([one], [[1]], 1), /teacher 0 has no state 1 for user 0/);
  assert.throws(() => fuseTeachers([one], [[0]], 0), ArgumentError);
  assert.throws(() => fuseTeachers([one], [[0]], 1, { weights: [1, 1] }), ArgumentError);
  assert.throws(() => fuseTeachers([one], [[0]], 1, { weights: [-1] }), ArgumentError);
  assert.throws(() => fuseTeachers([one], [[0]], 1, { exclude: ragged([]) }), ArgumentError);
  assert.throws(() => fuseTeachers([one, { ...one, items: 3 }], [[0], [0]], 1), ArgumentError);
  assert.throws(() => fuseTeachers([{ ...one, length: 2 }], [[0]], 1), ArgumentError);
  assert.throws(() => fuseTeachers([{ ...one, items: 1 }], [[0]], 1), /item 1/);
});

Deno.test("fuseTeachers() fuses 5,219 users, six teachers and 100 places within a second", () => {
  const [users, many, length] = [5219, 25181, 100];
  const teachers = Array.from({ length: 6 }, (_, m) => {
    const lists = new Uint32Array(users * length);
    const importance = new Float32Array(users * length);
    for (let n = 0; n < lists.length; n++) {
      lists[n] = (Math.floor(n / length) * 31 + (n % length) * (m + 1) * 7) % many;
      importance[n] = 2 * Math.exp(-(n % length) / 40);
    }
    return { users, items: many, length, states: [{ items: lists, importance }] };
  });
  const start = performance.now();
  const fused = fuseTeachers(teachers, finalStates(teachers), 100);
  const elapsed = performance.now() - start;
  console.log(`${users} users: ${elapsed.toFixed(0)} ms`);
  assert.ok(!fused.items.includes(emptyPlace));
  assert.ok(elapsed < 1000, `${elapsed} ms`);
});
