/**
 * Keeps the K best of many scored items. This module is browser compatible.
 *
 * @module
 */

/**
 * The K best of a stream of scored items: higher scores first, equal scores by the lower item number. A binary heap
 * with the worst kept item at its root: O(1) for an item that does not enter, O(log K) for one that does, and no
 * allocation after construction, so that one instance serves many users in turn.
 */
export class BestItems {
  /** How many items are kept at most. */
  readonly capacity: number;
  /** How many are kept now. */
  count = 0;
  readonly #items: Uint32Array;
  readonly #scores: Float64Array;

  /** Makes room for `capacity` items, an integer from 0 up. */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#items = new Uint32Array(capacity);
    this.#scores = new Float64Array(capacity);
  }

  /** Offers an item, at most once each; a NaN score never enters a full heap. */
  offer(item: number, score: number): void {
    const items = this.#items;
    const scores = this.#scores;
    if (this.count < this.capacity) {
      let place = this.count++;
      while (place > 0) {
        const parent = (place - 1) >> 1;
        if (!worse(score, item, scores[parent]!, items[parent]!)) break;
        scores[place] = scores[parent]!;
        items[place] = items[parent]!;
        place = parent;
      }
      scores[place] = score;
      items[place] = item;
    } else if (this.capacity > 0 && worse(scores[0]!, items[0]!, score, item)) {
      this.#sink(item, score);
    }
  }

  /**
   * Empties the heap, the best item first.
   *
   * @param items Receives the item numbers from entry `start` on.
   * @param scores Receives the scores from entry `start` on.
   * @param start The first entry to write.
   * @returns How many were written.
   */
  drain(items: Uint32Array, scores: { [n: number]: number }, start: number): number {
    const written = this.count;
    for (let n = written - 1; n >= 0; n--) {
      items[start + n] = this.#items[0]!;
      scores[start + n] = this.#scores[0]!;
      this.count = n;
      if (n > 0) this.#sink(this.#items[n]!, this.#scores[n]!);
    }
    return written;
  }

  #sink(item: number, score: number): void {
    const items = this.#items;
    const scores = this.#scores;
    const count = this.count;
    let place = 0;
    while (true) {
      let child = 2 * place + 1;
      if (child >= count) break;
      const other = child + 1;
      if (other < count && worse(scores[other]!, items[other]!, scores[child]!, items[child]!)) child = other;
      if (!worse(scores[child]!, items[child]!, score, item)) break;
      scores[place] = scores[child]!;
      items[place] = items[child]!;
      place = child;
    }
    scores[place] = score;
    items[place] = item;
  }
}

function worse(score: number, item: number, otherScore: number, otherItem: number): boolean {
  return score < otherScore || (score === otherScore && item > otherItem);
}
