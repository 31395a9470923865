import assert from "node:assert/strict";
import fc from "fast-check";
import { discrepancies, discrepancy, discrepancyMeter } from "../../src/distill/discrepancy.ts";
import { ArgumentError } from "../../src/errors.ts";
import { emptyPlace } from "../../src/ragged.ts";

const goldenFile = new URL("../../../shared/golden/hetcomp.json", import.meta.url);
const golden = await Deno.readTextFile(goldenFile).then(JSON.parse, () => undefined);
if (golden === undefined) {
  console.warn(`SKIPPED: ${goldenFile.pathname} is not there; golden discrepancies are not checked`);
}

Deno.test(
  { name: "discrepancy() gives the golden figures for both gains", ignore: golden === undefined },
  () => {
    for (const { k, lambda_, student, teacher, teacherGain, studentGain } of golden.discrepancy) {
      const teachers = discrepancy(student, teacher, { k, lambda: lambda_, gain: "teacher" });
      const students = discrepancy(student, teacher, { k, lambda: lambda_, gain: "student" });
      assert.ok(Math.abs(teachers - teacherGain) < 1e-12, `${teachers} instead of ${teacherGain}`);
      assert.ok(Math.abs(students - studentGain) < 1e-12, `${students} instead of ${studentGain}`);
    }
  },
);

const list = fc.uniqueArray(fc.nat(40), { maxLength: 20 });
const options = fc.record({
  k: fc.integer({ min: 1, max: 25 }),
  lambda: fc.constantFrom(1, 5, 10, 20),
  gain: fc.constantFrom("teacher" as const, "student" as const),
});

Deno.test("discrepancy() lies in [0, 1], is 0 for the same order and 1 for disjoint lists", () => {
  fc.assert(fc.property(list, list, options, (student, teacher, options) => {
    const value = discrepancy(student, teacher, options);
    assert.ok(value >= 0 && value <= 1);
    assert.equal(discrepancy(teacher, teacher, options), 0);
    const disjoint = teacher.map((item) => item + 100);
    assert.equal(discrepancy(disjoint, teacher, options), teacher.length === 0 ? 0 : 1);
  }));
});

Deno.test("discrepancy() does not look beyond the first k places of either list", () => {
  fc.assert(fc.property(list, list, options, (student, teacher, options) => {
    const cut = discrepancy(student.slice(0, options.k), teacher.slice(0, options.k), options);
    assert.equal(discrepancy(student, teacher, options), cut);
  }));
});

Deno.test("discrepancy() never grows when an item the teacher ranks higher moves up, with the teacher's gain", () => {
  fc.assert(fc.property(list, fc.nat(18), fc.integer(), (teacher, place, seed) => {
    fc.pre(place + 1 < teacher.length);
    const student = teacher.slice().sort((a, b) => ((a * 37 + seed) % 41) - ((b * 37 + seed) % 41));
    const better = student.slice();
    if (teacher.indexOf(student[place]!) < teacher.indexOf(student[place + 1]!)) return;
    [better[place], better[place + 1]] = [student[place + 1]!, student[place]!];
    assert.ok(discrepancy(better, teacher, { k: 20 }) <= discrepancy(student, teacher, { k: 20 }) + 1e-15);
  }));
});

Deno.test("discrepancy() does not see the order within the overlap with the student's gain", () => {
  assert.equal(discrepancy([3, 1, 2], [1, 2, 3], { k: 3, gain: "student" }), 0);
  assert.ok(discrepancy([3, 1, 2], [1, 2, 3], { k: 3, gain: "teacher" }) > 0);
});

const place = fc.oneof({ weight: 5, arbitrary: fc.nat(12) }, {
  weight: 1,
  arbitrary: fc.constant(emptyPlace),
});

Deno.test("discrepancies() agrees with discrepancy(), with empty places, repetitions and short rows", () => {
  const pairs = fc.array(
    fc.tuple(
      fc.array(place, { minLength: 6, maxLength: 6 }),
      fc.array(place, { minLength: 9, maxLength: 9 }),
    ),
  );
  fc.assert(fc.property(pairs, options, (pairs, options) => {
    const students = Uint32Array.from(pairs.flatMap(([student]) => student));
    const teachers = Uint32Array.from(pairs.flatMap(([, teacher]) => teacher));
    const all = discrepancies(students, 6, teachers, 9, pairs.length, { ...options, items: 13 });
    pairs.forEach(([student, teacher], n) => assert.equal(all[n], discrepancy(student, teacher, options)));
  }));
});

Deno.test("discrepancy() of an empty teacher is 0, of an empty student 1", () => {
  assert.equal(discrepancy([1, 2], []), 0);
  assert.equal(discrepancy([1, 2], [emptyPlace]), 0);
  assert.equal(discrepancy([], [1]), 1);
  assert.equal(discrepancies(new Uint32Array(), 0, Uint32Array.of(1), 1, 1, { items: 2 })[0], 1);
});

Deno.test("discrepancies() refuses sizes and items out of range", () => {
  const one = Uint32Array.of(5);
  assert.throws(() => discrepancies(one, 2, one, 1, 1, { items: 9 }), ArgumentError);
  assert.throws(() => discrepancies(one, 1, one, 1, 2, { items: 9 }), ArgumentError);
  assert.throws(() => discrepancies(one, 1, one, 1, 1, { items: 5 }), /item 5/);
  assert.throws(() => discrepancyMeter({ items: 5, k: 0 }), ArgumentError);
  assert.throws(() => discrepancyMeter({ items: 5, lambda: 0 }), ArgumentError);
  assert.throws(() => discrepancy([1], [1], { gain: "paper" as "teacher" }), /"paper"/);
});

Deno.test("discrepancies() measures 30,000 users at k 50 six times within two seconds", () => {
  const users = 30000;
  const students = new Uint32Array(users * 50);
  const teachers = new Uint32Array(users * 100);
  for (let n = 0; n < students.length; n++) students[n] = (n * 7919) % 28593;
  for (let n = 0; n < teachers.length; n++) teachers[n] = (n * 104729) % 28593;
  const start = performance.now();
  for (let m = 0; m < 6; m++) discrepancies(students, 50, teachers, 100, users, { items: 28593, k: 50 });
  const elapsed = performance.now() - start;
  console.log(`6 x 30,000 users: ${elapsed.toFixed(0)} ms`);
  assert.ok(elapsed < 2000, `${elapsed} ms`);
});
