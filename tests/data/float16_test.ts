import assert from "node:assert/strict";
import fc from "fast-check";
import { fromHalf, toHalf } from "../../src/data/float16.ts";

/** The runtime's own half-precision floats: a program that is not ours. */
const native = (values: Float32Array) => new Uint16Array(new Float16Array(values).buffer);
const isNaNHalf = (half: number) => (half & 0x7c00) === 0x7c00 && (half & 0x3ff) !== 0;

Deno.test("fromHalf() gives what the runtime reads, for all 65,536 halves", () => {
  const bits = Uint16Array.from({ length: 65536 }, (_, n) => n);
  const expected = Float32Array.from(new Float16Array(bits.buffer));
  fromHalf(bits).forEach((value, n) => assert.ok(Object.is(value, expected[n]), `${n}: ${value}`));
});

Deno.test("toHalf() gives every half back, NaN as one of them", () => {
  const bits = Uint16Array.from({ length: 65536 }, (_, n) => n);
  toHalf(fromHalf(bits)).forEach((half, n) => assert.equal(half, isNaNHalf(n) ? 0x7e00 : n));
});

Deno.test("toHalf() rounds as the runtime does, on ties and beside them too", () => {
  const words: number[] = [];
  for (let half = 0; half < 0x7c00; half++) {
    const [low, high] = fromHalf(Uint16Array.of(half, half + 1));
    const middle = new Uint32Array(Float32Array.of((low! + Math.min(high!, 65536)) / 2).buffer)[0]!;
    for (const word of [middle - 1, middle, middle + 1]) words.push(word >>> 0, (word | 0x80000000) >>> 0);
  }
  const values = new Float32Array(Uint32Array.from(words).buffer);
  assert.deepEqual(toHalf(values), native(values));
});

Deno.test("toHalf() agrees with the runtime on any number", () => {
  fc.assert(fc.property(fc.float32Array({ noNaN: true }), (values) => {
    assert.deepEqual(toHalf(Float32Array.from(values)), native(Float32Array.from(values)));
  }));
});
