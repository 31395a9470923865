import assert from "node:assert/strict";
import fc from "fast-check";
import { finalStates, fuseTeachers, type TeacherLists } from "../../src/distill/ensemble.ts";
import { selectTeachers } from "../../src/distill/select_teachers.ts";
import { ArgumentError } from "../../src/errors.ts";
import { emptyPlace } from "../../src/ragged.ts";

const items = 12;
const length = 4;

/** One user's teachers, each with a few of the items. */
const randomTeachers = fc.array(
  fc.uniqueArray(fc.nat(items - 1), { minLength: 1, maxLength: length }),
  { minLength: 1, maxLength: 5 },
).map((lists) =>
  lists.map((list): TeacherLists => ({
    users: 1,
    items,
    length,
    states: [{
      items: Uint32Array.from({ length }, (_, n) => list[n] ?? emptyPlace),
      importance: Float32Array.from({ length }, (_, n) => n < list.length ? 2 - n / 10 : 0),
    }],
  }))
);

Deno.test("selectTeachers() adds at every step a teacher that no other one beats", async () => {
  const wanted = fc.uniqueArray(fc.nat(items - 1), { minLength: 1, maxLength: 4 });
  await fc.assert(fc.asyncProperty(randomTeachers, wanted, async (teachers, relevant) => {
    const k = 3;
    const quality = (list: Uint32Array) => list.filter((item) => relevant.includes(item)).length;
    const of = (numbers: number[]) => {
      const some = numbers.toSorted((a, b) => a - b).map((number) => teachers[number]!);
      return quality(fuseTeachers(some, finalStates(some), k).items);
    };
    let fusions = 0;
    const steps = await selectTeachers(teachers, k, (fused) => {
      fusions++;
      return quality(fused.items);
    });
    const order = steps.map(({ teacher }) => teacher);
    assert.deepEqual(order.toSorted((a, b) => a - b), [...teachers.keys()]);
    assert.equal(fusions, teachers.length * (teachers.length + 1) / 2);
    steps.forEach(({ teacher, quality: found }, step) => {
      const before = order.slice(0, step);
      assert.equal(found, of([...before, teacher]));
      for (const other of order.slice(step + 1)) {
        const would = of([...before, other]);
        assert.ok(would < found || would === found && other > teacher);
      }
    });
  }));
});

Deno.test("selectTeachers() refuses a quality that is not a number, and waits for one that is promised", async () => {
  const teacher = {
    users: 1,
    items: 2,
    length: 1,
    states: [{ items: Uint32Array.of(1), importance: Float32Array.of(1) }],
  };
  await assert.rejects(selectTeachers([teacher], 1, () => NaN), ArgumentError);
  assert.deepEqual(await selectTeachers([teacher], 1, () => Promise.resolve(0.5)), [{
    teacher: 0,
    quality: 0.5,
  }]);
  assert.deepEqual(await selectTeachers([], 1, () => 0), []);
});
