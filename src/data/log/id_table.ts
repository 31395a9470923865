/**
 * Numbers for ids. This module is browser compatible.
 *
 * @module
 */

const emptySlot = 0;

/**
 * Gives every distinct id the next number, from 0, in the order in which ids first appear. Ids are byte strings, equal
 * only if all their bytes are: "007" and "7" are two ids. They lie one after the other in a single array, found by a
 * hash table of numbers, so that millions of rows leave no text behind.
 */
export class IdTable {
  #bytes = new Uint8Array(1 << 14);
  /** Where each id ends in `#bytes`, shifted by one: id `n` is `[#ends[n], #ends[n + 1])`. */
  #ends = new Float64Array(1 << 10);
  #hashes = new Int32Array(1 << 10);
  /** Number + 1 of the id in each slot. */
  #slots = new Uint32Array(1 << 11);
  #size = 0;
  #scratch = new Uint8Array(256);
  readonly #encoder = new TextEncoder();

  /** How many distinct ids there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * The number of the id in `bytes[start .. end)`.
   *
   * @returns -1 if the id is new and not UTF-8: it is not added then.
   */
  numberOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5 | 0;
    for (let n = start; n < end; n++) hash = Math.imul(hash ^ bytes[n]!, 0x01000193);
    // FNV-1a leaves the low bits of short ids alike.
    hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
    hash ^= hash >>> 15;
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask;; slot = (slot + 1) & mask) {
      const number = this.#slots[slot]!;
      if (number === emptySlot) return this.#add(hash, slot, bytes, start, end);
      if (this.#hashes[number - 1] === hash && this.#equals(number - 1, bytes, start, end)) return number - 1;
    }
  }

  /**
   * The number of an id given as text.
   *
   * @returns -1 if the text holds half of a surrogate pair, which UTF-8 cannot express.
   */
  numberOfText(text: string): number {
    if (this.#scratch.length < 3 * text.length) this.#scratch = new Uint8Array(6 * text.length);
    const scratch = this.#scratch;
    // Nearly all ids are ASCII, for which this is several times as fast as the encoder, or a map of texts.
    for (let n = 0; n < text.length; n++) {
      const code = text.charCodeAt(n);
      if (code >= 0x80) {
        if (!text.isWellFormed()) return -1;
        return this.numberOf(scratch, 0, this.#encoder.encodeInto(text, scratch).written);
      }
      scratch[n] = code;
    }
    return this.numberOf(scratch, 0, text.length);
  }

  /** The id with this number. */
  idOf(number: number): string {
    return decoder.decode(this.#bytes.subarray(this.#ends[number]!, this.#ends[number + 1]!));
  }

  #equals(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const own = this.#ends[number]!;
    if (this.#ends[number + 1]! - own !== end - start) return false;
    for (let n = start; n < end; n++) if (this.#bytes[own + n - start] !== bytes[n]) return false;
    return true;
  }

  #add(hash: number, slot: number, bytes: Uint8Array, start: number, end: number): number {
    const id = bytes.subarray(start, end);
    if (!isUtf8(id)) return -1;
    const number = this.#size;
    const from = this.#ends[number]!;
    const to = from + id.length;
    if (to > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, to));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(id, from);
    if (number + 2 > this.#ends.length) {
      const ends = new Float64Array(2 * this.#ends.length);
      ends.set(this.#ends);
      this.#ends = ends;
      const hashes = new Int32Array(ends.length);
      hashes.set(this.#hashes);
      this.#hashes = hashes;
    }
    this.#ends[number + 1] = to;
    this.#hashes[number] = hash;
    this.#slots[slot] = number + 1;
    this.#size++;
    if (2 * this.#size > this.#slots.length) this.#rehash();
    return number;
  }

  #rehash(): void {
    const slots = new Uint32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let number = 0; number < this.#size; number++) {
      let slot = this.#hashes[number]! & mask;
      while (slots[slot] !== emptySlot) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
  }
}

// A mark at the start of an id is part of it: without ignoreBOM it would vanish.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function isUtf8(bytes: Uint8Array): boolean {
  if (bytes.every((byte) => byte < 0x80)) return true;
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
