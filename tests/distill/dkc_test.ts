import assert from "node:assert/strict";
import fc from "fast-check";
import { advanceStates } from "../../src/distill/dkc.ts";
import { ArgumentError } from "../../src/errors.ts";

const goldenFile = new URL("../../../shared/golden/hetcomp.json", import.meta.url);
const golden = await Deno.readTextFile(goldenFile).then(JSON.parse, () => undefined);
if (golden === undefined) {
  console.warn(`SKIPPED: ${goldenFile.pathname} is not there; golden state moves are not checked`);
}

Deno.test({ name: "advanceStates() makes the golden moves", ignore: golden === undefined }, () => {
  for (
    const { users, teachers, statesPerTeacher, alpha, anneal, every, advanceOnRegress, steps } of golden.dkc
  ) {
    let states: number[][] = Array.from({ length: teachers }, () => new Array(users).fill(0));
    let last: number[][] | null = null;
    for (const step of steps) {
      const next: { states: number[][]; last: number[][] } = advanceStates({
        states,
        last,
        discrepancy: (teacher, state, user) => step.discrepancy[teacher][state][user],
        epoch: step.epoch,
        alpha,
        anneal,
        every,
        advanceOnRegress,
        finalState: statesPerTeacher - 1,
      });
      assert.deepEqual(next.states, step.states, `epoch ${step.epoch}`);
      ({ states, last } = next);
    }
  }
});

const table = fc.array(
  fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 }),
  {
    minLength: 2,
    maxLength: 2,
  },
);

Deno.test("advanceStates() moves by at most one, never back, never beyond the final state, and changes no input", () => {
  fc.assert(
    fc.property(fc.array(table, { minLength: 1, maxLength: 8 }), fc.boolean(), (tables, advanceOnRegress) => {
      let states = [[0, 1, 3], [0, 1, 0]];
      let last: number[][] | null = null;
      tables.forEach((table, n) => {
        const before = structuredClone({ states, last });
        const next: { states: number[][]; last: number[][] } = advanceStates({
          states,
          last,
          discrepancy: (teacher, state, user) => table[teacher]![state * 3 + user]!,
          epoch: 10 * (n + 1),
          advanceOnRegress,
          finalState: [3, 1],
        });
        assert.deepEqual({ states, last }, before);
        next.states.forEach((row, teacher) =>
          row.forEach((state, user) => {
            const old = states[teacher]![user]!;
            assert.ok(state === old || state === old + 1);
            assert.ok(state <= [3, 1][teacher]!);
            if (last === null) assert.equal(state, old);
            else if (state === old) assert.equal(next.last[teacher]![user], last[teacher]![user]);
            if (last === null || state !== old) {
              const following = Math.min([3, 1][teacher]!, state + 1);
              assert.equal(next.last[teacher]![user], table[teacher]![following * 3 + user]);
            }
          })
        );
        ({ states, last } = next);
      });
    }),
  );
});

Deno.test("advanceStates() gives typed arrays for typed arrays, with the same moves", () => {
  fc.assert(fc.property(table, table, (first, second) => {
    const look = (table: number[][]) => (teacher: number, state: number, user: number) =>
      table[teacher]![state * 3 + user]!;
    const plainFirst = advanceStates({
      states: [[0, 0, 0], [0, 0, 0]],
      last: null,
      discrepancy: look(first),
      epoch: 10,
    });
    const plain = advanceStates({ ...plainFirst, discrepancy: look(second), epoch: 20 });
    const rows = [new Uint8Array(3), new Uint8Array(3)];
    const typedFirst = advanceStates({ states: rows, last: null, discrepancy: look(first), epoch: 10 });
    const typed = advanceStates({ ...typedFirst, discrepancy: look(second), epoch: 20 });
    assert.ok(typed.states[0] instanceof Uint8Array && typed.last[0] instanceof Float64Array);
    assert.deepEqual(typed.states.map((row) => [...row]), plain.states);
    assert.deepEqual(typed.last.map((row) => [...row]), plain.last);
  }));
});

Deno.test("advanceStates() advances every pair once the threshold is below 1", () => {
  const next = advanceStates({ states: [[0]], last: [[0.5]], discrepancy: () => 0.5, epoch: 100 });
  assert.equal(next.states[0]![0], 1);
  const earlier = advanceStates({ states: [[0]], last: [[0.5]], discrepancy: () => 0.5, epoch: 90 });
  assert.equal(earlier.states[0]![0], 0);
});

Deno.test("advanceStates() advances on a regress only if asked to", () => {
  const regress = { states: [[0]], last: [[0.5]], discrepancy: () => 0.6, epoch: 20 };
  assert.equal(advanceStates(regress).states[0]![0], 1);
  assert.equal(advanceStates({ ...regress, advanceOnRegress: false }).states[0]![0], 0);
});

Deno.test("advanceStates() advances when nothing is left to learn, 0 / 0 included", () => {
  for (const before of [0, 0.5]) {
    const next = advanceStates({
      states: [[0]],
      last: [[before]],
      discrepancy: () => 0,
      epoch: 20,
      advanceOnRegress: false,
    });
    assert.equal(next.states[0]![0], 1);
  }
});

Deno.test("advanceStates() leaves a teacher of one state alone", () => {
  const first = advanceStates({
    states: [[0]],
    last: null,
    discrepancy: (_, state) => state,
    epoch: 10,
    finalState: 0,
  });
  const next = advanceStates({ ...first, discrepancy: () => 0, epoch: 20, finalState: [0] });
  assert.deepEqual(next, { states: [[0]], last: [[0]] });
});

Deno.test("advanceStates() asks for at most two discrepancies per pair", () => {
  let calls = 0;
  advanceStates({ states: [[0, 3, 2]], last: [[1, 1, 1]], discrepancy: () => (calls++, 0.5), epoch: 20 });
  assert.equal(calls, 4);
});

Deno.test("advanceStates() refuses shapes, states and discrepancies that cannot be", () => {
  const good = { states: [[0]], last: null, discrepancy: () => 0.5, epoch: 10 };
  assert.throws(() => advanceStates({ ...good, states: [[4]] }), ArgumentError);
  assert.throws(() => advanceStates({ ...good, last: [] }), ArgumentError);
  assert.throws(() => advanceStates({ ...good, last: [[1, 2]] }), ArgumentError);
  assert.throws(() => advanceStates({ ...good, last: [[NaN]] }), /'last'.* NaN for teacher 0, user 0/);
  assert.throws(() => advanceStates({ ...good, last: [[-1]] }), /'last'/);
  assert.throws(() => advanceStates({ ...good, finalState: [1, 2] }), ArgumentError);
  assert.throws(() => advanceStates({ ...good, every: 0 }), ArgumentError);
  assert.throws(() => advanceStates({ ...good, epoch: NaN }), ArgumentError);
  assert.throws(() => advanceStates({ ...good, discrepancy: () => NaN }), /teacher 0, state 1, user 0/);
});
