import assert from "node:assert/strict";
import fc from "fast-check";
import { correctionLists, listsByVector } from "../../src/distill/corrections.ts";
import { permutation } from "../../src/random.ts";
import { rowOf } from "../../src/ragged.ts";

const empty = 0xffffffff;

Deno.test("correctionLists() raises what the student ranks lower and lowers what the teacher ranks lower", () => {
  const { lists, heads } = correctionLists({
    rows: 2,
    vectors: 9,
    length: 3,
    teacher: Uint32Array.of(4, 1, 2, 5, empty, empty),
    ranks: Uint32Array.of(6, 0, 5, 0, empty, empty),
    student: Uint32Array.of(1, 7, 8, 5, 0, 1),
    // So sharp that chance has no part.
    sharpness: 1e6,
    seed: 1,
    purpose: 8,
    epoch: 0,
  });
  // Row 0: 4 and 2 are under-ranked; 1 (teacher's rank 1, student's 0) and the unlisted 7, 8 over-ranked.
  assert.deepEqual([...rowOf(lists, 0)], [4, 2, 1, 7, 8]);
  // Row 1: the teacher's only one is where it should be, so nothing is corrected.
  assert.deepEqual([...rowOf(lists, 1)], []);
  assert.deepEqual([...heads], [2, 0]);
});

Deno.test("correctionLists() gives distinct vectors, heads in the teacher's order, and the same lists again", () => {
  fc.assert(fc.property(
    fc.nat(),
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 1, max: 30 }),
    fc.constantFrom(1e-3, 0.1, 10),
    (seed, rows, vectors, sharpness) => {
      const length = Math.ceil(vectors / 2);
      const take = (purpose: number) =>
        Uint32Array.from(
          { length: rows * length },
          (_, n) => permutation(vectors, seed, purpose, Math.floor(n / length))[n % length]!,
        );
      const [teacher, student] = [take(20), take(21)];
      const ranks = teacher.map((vector, n) => {
        const row = Math.floor(n / length);
        const place = student.subarray(row * length, (row + 1) * length).indexOf(vector);
        return place < 0 ? vectors - 1 : place;
      });
      const sources = {
        rows,
        vectors,
        length,
        teacher,
        ranks,
        student,
        sharpness,
        seed,
        purpose: 8,
        epoch: 3,
      };
      const { lists, heads } = correctionLists(sources);
      assert.deepEqual(correctionLists(sources), { lists, heads });
      for (let row = 0; row < rows; row++) {
        const list = [...rowOf(lists, row)];
        assert.equal(new Set(list).size, list.length);
        const places = list.slice(0, heads[row]).map((vector) =>
          teacher.indexOf(vector, row * length) - row * length
        );
        assert.ok(places.every((place, n) => place >= 0 && (n === 0 || place > places[n - 1]!)));
        assert.ok(heads[row]! > 0 || list.length === 0);
      }
    },
  ));
});

Deno.test("listsByVector() orders the rows of each vector by importance, then number", () => {
  const fused = {
    users: 3,
    k: 2,
    items: Uint32Array.of(0, 2, 2, 0, 0, empty),
    importance: Float64Array.of(5, 1, 4, 2, 5, 0),
  };
  assert.deepEqual([...listsByVector(fused, 3, 2)], [0, 2, empty, empty, 1, 0]);
});
