import assert from "node:assert/strict";
import fc from "fast-check";
import type { TrainingSet } from "../../src/models/model.ts";
import { distinctRows, ragged, rowOf } from "../../src/ragged.ts";

/** A training set as a dense 0/1 matrix, one row a user. */
export function denseRows({ users, items, interactions }: TrainingSet): number[][] {
  return Array.from({ length: users }, (_, user) => {
    const row = new Array<number>(items).fill(0);
    for (const item of rowOf(interactions, user)) row[item] = 1;
    return row;
  });
}

/** The `count` largest positive entries of a row, equal ones by the lower place; all others become 0. */
export function keepLargest(row: readonly number[], count: number): number[] {
  const order = row.map((_, n) => n).sort((a, b) => row[b]! - row[a]! || a - b).slice(0, count);
  return row.map((value, n) => order.includes(n) && value > 0 ? value : 0);
}

/** The scores of a user's items times a matrix of items by items, summed in the order of the items. */
export function scoresBy(weights: readonly number[][], history: readonly number[]): number[] {
  return weights.map((_, other) => {
    let score = 0;
    history.forEach((has, item) => score += has * weights[item]![other]!);
    return score;
  });
}

/** Asserts that `places` are the best items by `scores` without those of `history`; scores may differ by `tolerance`. */
export function assertRanking(
  places: ArrayLike<number>,
  scores: readonly number[],
  history: readonly number[],
  tolerance: number,
): void {
  const left = scores.map((_, item) => item).filter((item) => history[item] === 0);
  const expected = left.sort((a, b) => scores[b]! - scores[a]! || a - b);
  const count = Math.min(places.length, expected.length);
  const listed = Array.from(places).slice(0, count);
  assert.deepEqual(Array.from(places).slice(count), new Array(places.length - count).fill(0xffffffff));
  if (tolerance === 0) assert.deepEqual(listed, expected.slice(0, count));
  assert.equal(new Set(listed).size, count);
  listed.forEach((item, place) => {
    assert.equal(history[item], 0, `item ${item} is part of the history`);
    const difference = Math.abs(scores[item]! - scores[expected[place]!]!);
    assert.ok(difference <= tolerance, `place ${place}: item ${item}, not ${expected[place]}`);
  });
}

/** Random training sets: also without users, without items, users without items and items without users. */
export const randomTraining: fc.Arbitrary<TrainingSet> = fc.record({ users: fc.nat(9), items: fc.nat(11) })
  .chain(({ users, items }) => {
    const row = items === 0 ? fc.constant<number[]>([]) : fc.array(fc.nat(items - 1), { maxLength: 7 });
    return fc.array(row, { minLength: users, maxLength: users })
      .map((rows) => ({ users, items, interactions: distinctRows(ragged(rows)) }));
  });

/** Checks that exactly the first `known` places have a score above 0, up to a tolerance. */
export function assertKnown(
  known: number,
  places: ArrayLike<number>,
  scores: readonly number[],
  tolerance: number,
): void {
  Array.from(places).filter((item) => item !== 0xffffffff).forEach((item, place) => {
    if (place < known) assert.ok(scores[item]! > -tolerance, `place ${place} of ${known} known`);
    else assert.ok(scores[item]! <= tolerance, `place ${place} after ${known} known`);
  });
  assert.ok(known <= places.length);
}
