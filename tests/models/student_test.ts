import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { Student, type StudentParts } from "../../src/models/student.ts";
import { ragged } from "../../src/ragged.ts";

function parts(more: Partial<StudentParts> = {}): StudentParts {
  return {
    dim: 2,
    userFactors: Float32Array.of(1, 0, 0, 1, 1, 1),
    itemFactors: Float32Array.of(1, 5, 4, 2, 4, 1, 2, 4, 0, 0),
    userIds: ["ann", "bob", "eve"],
    itemIds: ["tea", "milk", "rope", "salt", "soap"],
    ...more,
  };
}

const idsOf = (list: { item: string }[]) => list.map(({ item }) => item);

Deno.test("recommend() orders by score, equal scores by the lower item number", () => {
  const list = new Student(parts()).recommend("ann", { k: 5 });
  assert.deepEqual(list, [
    { item: "milk", score: 4 },
    { item: "rope", score: 4 },
    { item: "salt", score: 2 },
    { item: "tea", score: 1 },
    { item: "soap", score: 0 },
  ]);
});

Deno.test("recommend() leaves out what a known user has seen, unless told not to", () => {
  const student = new Student(parts({ seen: ragged([[1, 3], [], [0, 1, 2, 3, 4]]) }));
  assert.deepEqual(idsOf(student.recommend("ann", { k: 9 })), ["rope", "tea", "soap"]);
  assert.deepEqual(idsOf(student.recommend("ann", { k: 9, exclude: ["rope"] })), ["tea", "soap"]);
  assert.deepEqual(idsOf(student.recommend("ann", { k: 2, exclude: false })), ["milk", "rope"]);
  assert.deepEqual(student.recommend("eve", { k: 1 }), []);
  assert.deepEqual(idsOf(new Student(parts()).recommend("eve", { k: 2, exclude: true })), ["tea", "milk"]);
});

Deno.test("recommend() keeps to the allowed items, and leaves out of them what it leaves out of all", () => {
  const student = new Student(parts({ seen: ragged([[1, 3], [], []]) }));
  const allow = ["soap", "milk", "tea", "tea"];
  assert.deepEqual(idsOf(student.recommend("ann", { k: 9, allow })), ["tea", "soap"]);
  assert.deepEqual(idsOf(student.recommend("ann", { k: 9, allow, exclude: ["soap"] })), ["tea"]);
  assert.deepEqual(idsOf(student.recommend("ann", { k: 2, allow, exclude: false })), ["milk", "tea"]);
  assert.deepEqual(idsOf(student.recommend(["milk"], { k: 9, allow: ["milk", "rope"] })), ["rope"]);
  assert.deepEqual(student.recommend("ann", { k: 9, allow: [] }), []);
});

Deno.test("recommend() takes any iterable of ids, and a string as one id", () => {
  // Every character of an id is an id as well.
  const student = new Student(parts({ itemIds: ["1", "2", "12", "3", "4"] }));
  const lists = (ids: string[]) => [ids, new Set(ids), ids.values()];
  for (const allow of ["12", ...lists(["12"])]) {
    assert.deepEqual(idsOf(student.recommend("ann", { k: 9, allow })), ["12"]);
  }
  for (const exclude of ["12", ...lists(["12"])]) {
    assert.deepEqual(idsOf(student.recommend("ann", { k: 9, exclude })), ["2", "3", "1", "4"]);
  }
  for (const history of lists(["1", "3"])) {
    assert.deepEqual(student.recommend(history, { k: 9 }), student.recommend(["1", "3"], { k: 9 }));
  }
  for (const options of [{ allow: "" }, { exclude: "" }]) {
    assert.throws(() => student.recommend("ann", { k: 9, ...options }), /does not know ""/);
  }
});

Deno.test("similar() orders by the cosine, whatever the length of a vector, without the item itself", () => {
  const list = new Student(parts()).similar("milk", { k: 9 });
  assert.deepEqual(idsOf(list), ["rope", "salt", "tea", "soap"]);
  const cosine = (a: number[], b: number[]) =>
    (a[0]! * b[0]! + a[1]! * b[1]!) / Math.hypot(...a) / Math.hypot(...b);
  const expected = [cosine([4, 2], [4, 1]), cosine([4, 2], [2, 4]), cosine([4, 2], [1, 5]), 0];
  list.forEach(({ score }, n) => assert.ok(Math.abs(score - expected[n]!) < 1e-12, `${score}`));
  assert.equal(new Student(parts()).similar("milk", { k: 2 }).length, 2);
  assert.deepEqual(new Student(parts()).similar("soap", { k: 9 }).map(({ score }) => score), [0, 0, 0, 0]);
});

Deno.test("similar() stays within -1 and 1, and is symmetric", () => {
  const value = fc.float({ noNaN: true, noDefaultInfinity: true });
  fc.assert(fc.property(fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 8 }), (rows) => {
    const itemIds = rows.map((_, n) => `i${n}`);
    const [userFactors, itemFactors] = [new Float32Array(), Float32Array.from(rows.flat())];
    const student = new Student({ dim: 2, userFactors, itemFactors, userIds: [], itemIds });
    const found = new Map<string, number>();
    for (const a of itemIds) {
      for (const { item, score } of student.similar(a, { k: 99 })) {
        assert.ok(score >= -1 && score <= 1, `${score}`);
        found.set(`${a} ${item}`, score);
      }
    }
    for (const [pair, score] of found) {
      assert.ok(Math.abs(found.get(pair.split(" ").reverse().join(" "))! - score) < 1e-12);
    }
    assert.equal(found.size, rows.length * (rows.length - 1));
  }));
});

Deno.test("recommend() folds in a history, leaves it out, and is deterministic", () => {
  const student = new Student(parts());
  const list = student.recommend(["milk"], { k: 9 });
  assert.equal(list[0]!.item, "rope");
  assert.equal(list.length, 4);
  assert.deepEqual(student.recommend(["milk", "milk"], { k: 9 }), list);
  assert.deepEqual(new Student(parts()).recommend(["milk"], { k: 9 }), list);
  assert.equal(student.recommend(["milk"], { k: 9, exclude: false }).length, 5);
  assert.equal(student.recommend(["tea"], { k: 1 })[0]!.item, "salt");
});

Deno.test("recommend() puts the rest of a group first for a history from that group", () => {
  const groups = 4;
  const size = 10;
  const itemFactors = new Float32Array(groups * size * groups);
  for (let item = 0; item < groups * size; item++) {
    for (let d = 0; d < groups; d++) {
      itemFactors[item * groups + d] = (d === item % groups ? 1 : 0.1) + item * 0.001;
    }
  }
  const itemIds = Array.from({ length: groups * size }, (_, n) => `i${n}`);
  const student = new Student({
    dim: groups,
    userFactors: new Float32Array(),
    itemFactors,
    userIds: [],
    itemIds,
  });
  const list = idsOf(student.recommend(["i1", "i5", "i9"], { k: size - 3 }));
  assert.ok(list.every((id) => Number(id.slice(1)) % groups === 1), list.join());
});

Deno.test("recommend() agrees with a plain sort of all scores", () => {
  const value = fc.integer({ min: -2, max: 2 });
  fc.assert(fc.property(
    fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 20 }),
    fc.tuple(value, value),
    fc.integer({ min: 1, max: 25 }),
    (rows, user, k) => {
      const itemIds = rows.map((_, n) => `i${n}`);
      const student = new Student({
        dim: 2,
        userFactors: Float32Array.from(user),
        itemFactors: Float32Array.from(rows.flat()),
        userIds: ["u"],
        itemIds,
      });
      const scores = rows.map(([a, b]) => a * user[0] + b * user[1]);
      const order = rows.map((_, n) => n).sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, k);
      assert.deepEqual(idsOf(student.recommend("u", { k })), order.map((n) => `i${n}`));
    },
  ));
});

Deno.test("recommend() names the nearest ids of an unknown one", () => {
  const student = new Student(parts());
  const refuses = (call: () => unknown, pattern: RegExp) =>
    assert.throws(call, (error) => error instanceof ArgumentError && pattern.test(error.message));
  refuses(() => student.recommend("anne", { k: 1 }), /"anne".*"ann"/);
  refuses(() => student.recommend(["ropes"], { k: 1 }), /'history'.*"rope"/);
  refuses(() => student.recommend("ann", { k: 1, exclude: ["slat"] }), /'exclude'.*"salt"/);
  refuses(() => student.recommend("ann", { k: 1, allow: ["tee"] }), /'allow'.*"tea"/);
  refuses(() => student.similar("teas", { k: 1 }), /'item'.*"teas".*"tea"/);
  refuses(() => student.similar("tea", { k: 0 }), /'k'/);
  refuses(() => student.recommend([], { k: 1 }), /empty/);
  refuses(() => student.recommend(null as never, { k: 1 }), /empty/);
  assert.ok(!idsOf(student.recommend("ann", { k: 5, exclude: "milk" as never })).includes("milk"));
  for (const k of [0, -1, 2.5, NaN]) refuses(() => student.recommend("ann", { k }), /'k'/);
});

Deno.test("recommend() refuses a very long unknown id at once, and shows its start", () => {
  const userIds = Array.from({ length: 100_000 }, (_, n) => `user-${n}`);
  const student = new Student(parts({ userIds, userFactors: new Float32Array(200_000) }));
  const start = performance.now();
  const message = `does not know "${"x".repeat(59)}...; expected a known id`;
  assert.throws(() => student.recommend("x".repeat(8000), { k: 1 }), (error) => {
    return error instanceof ArgumentError && error.message.endsWith(message);
  });
  // Some 10 ms; all edit distances take most of a minute.
  assert.ok(performance.now() - start < 5000);
});

Deno.test("Student takes ids that are names of object members", () => {
  const student = new Student(parts({ userIds: ["__proto__", "constructor", "toString"] }));
  assert.equal(student.recommend("__proto__", { k: 1 })[0]!.item, "milk");
  assert.throws(() => student.recommend("hasOwnProperty", { k: 1 }), ArgumentError);
});

Deno.test("Student refuses parts that do not fit", () => {
  assert.throws(() => new Student(parts({ dim: 0 })), ArgumentError);
  assert.throws(() => new Student(parts({ dim: 3 })), ArgumentError);
  assert.throws(() => new Student(parts({ userIds: ["ann", "bob", "ann"] })), /"ann" stands at 0 and at 2/);
  assert.throws(() => new Student(parts({ seen: ragged([[]]) })), ArgumentError);
  assert.throws(() => new Student(parts({ seen: ragged([[], [5], []]) })), /item 5/);
  const seen = { offsets: Uint32Array.of(0, 1, 1, 9), items: Uint32Array.of(2) };
  assert.throws(() => new Student(parts({ seen })), /'seen'.*a rise from 0 to 1,/);
  const itemFactors = Float32Array.of(1, 5, 4, 2, 4, NaN, 2, 4, 0, 0);
  assert.throws(() => new Student(parts({ itemFactors })), /'itemFactors'.*row 2 holds NaN/);
});
