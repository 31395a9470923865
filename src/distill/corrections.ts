/**
 * Where a student's ranking has to be corrected: the lists of dual correction. This module is browser compatible.
 *
 * @module
 */
import { emptyPlace } from "../ragged.ts";
import { uniform } from "../random.ts";
import type { Ragged } from "../ragged.ts";

/** What {@linkcode correctionLists} compares. */
export interface CorrectionSources {
  /** Number of rows. */
  readonly rows: number;
  /** Number of vectors that are ranked. */
  readonly vectors: number;
  /** Places per row in the three arrays below. */
  readonly length: number;
  /** [rows x length] the teacher's best vectors in order; 0xffffffff is an empty place, at the end of a row. */
  readonly teacher: Uint32Array;
  /** [rows x length] the student's rank of each of these. */
  readonly ranks: Uint32Array;
  /** [rows x length] the student's best vectors in order. */
  readonly student: Uint32Array;
  /** How fast the chance of a correction rises with the difference of ranks. */
  readonly sharpness: number;
  /** Random seed. */
  readonly seed: number;
  /** A stream of random numbers of its own. */
  readonly purpose: number;
  /** Number of this comparison: others draw other numbers. */
  readonly epoch: number;
}

/** Lists of vectors to be corrected, one per row: a head to be raised, in order, and a tail to be lowered. */
export interface Corrections {
  /** Head and tail of each row. */
  readonly lists: Ragged;
  /** Length of each head. */
  readonly heads: Uint32Array<ArrayBuffer>;
}

/**
 * The corrections of DCD (Lee and Kim, CIKM 2021). Of the teacher's list, a vector that the student ranks lower is taken
 * into the head with the probability tanh(sharpness (rank of the student - rank of the teacher)), in the teacher's order.
 * Of the student's list, one that the teacher ranks lower is taken into the tail with tanh(sharpness (rank of the teacher -
 * rank of the student)); what the teacher does not list counts as its last. Rows without a head get no list.
 */
export function correctionLists(sources: CorrectionSources): Corrections {
  const { rows, vectors, length, teacher, ranks, student, sharpness, seed, purpose, epoch } = sources;
  const offsets = new Uint32Array(rows + 1);
  const heads = new Uint32Array(rows);
  const items = new Uint32Array(2 * rows * length);
  // placeOf[v] is place + 1 in the teacher's list of the present row.
  const placeOf = new Uint32Array(vectors);
  let end = 0;
  for (let row = 0; row < rows; row++) {
    const first = row * length;
    const taken = (difference: number, draw: number) => {
      if (!(difference > 0)) return false;
      const chance = Math.tanh(sharpness * difference);
      // Nothing needs to be drawn for what is certain.
      return chance === 1 || uniform(seed, purpose, epoch * rows + row, draw) < chance;
    };
    const start = end;
    for (let place = 0; place < length; place++) {
      const vector = teacher[first + place]!;
      if (vector === emptyPlace) break;
      placeOf[vector] = place + 1;
      if (taken(ranks[first + place]! - place, place)) items[end++] = vector;
    }
    heads[row] = end - start;
    for (let place = 0; place < length && heads[row]! > 0; place++) {
      const vector = student[first + place]!;
      if (vector === emptyPlace) break;
      const rank = placeOf[vector] === 0 ? vectors : placeOf[vector]! - 1;
      if (taken(rank - place, length + place)) items[end++] = vector;
    }
    for (let place = 0; place < length; place++) {
      if (teacher[first + place]! !== emptyPlace) placeOf[teacher[first + place]!] = 0;
    }
    offsets[row + 1] = end;
  }
  return { lists: { offsets, items: items.slice(0, end) }, heads };
}

/**
 * The same lists seen from the listed side: for each vector the rows that list it, those with the highest importance
 * first, equal importances by the lower row, at most `length`.
 *
 * @returns [vectors x length] row numbers; 0xffffffff is an empty place.
 */
export function listsByVector(
  fused: { users: number; k: number; items: Uint32Array; importance: Float64Array },
  vectors: number,
  length: number,
): Uint32Array<ArrayBuffer> {
  const { users, k, items, importance } = fused;
  const found: number[][] = Array.from({ length: vectors }, () => []);
  for (let place = 0; place < users * k; place++) {
    if (items[place] !== emptyPlace) found[items[place]!]!.push(place);
  }
  const result = new Uint32Array(vectors * length).fill(emptyPlace);
  found.forEach((places, vector) => {
    places.sort((left, right) => importance[right]! - importance[left]! || left - right);
    places.slice(0, length).forEach((place, n) => result[vector * length + n] = Math.floor(place / k));
  });
  return result;
}
