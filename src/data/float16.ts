/**
 * Half-precision floats (IEEE 754 binary16) as their 16 bits. Written out because Float16Array is missing in browsers
 * and runtimes that are still in use. This module is browser compatible.
 *
 * @module
 */

/**
 * The values of half-precision bits; exact.
 *
 * @param bits One half-precision float in each.
 */
export function fromHalf(bits: Uint16Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(bits, (half) => {
    const exponent = half >> 10 & 31;
    const fraction = half & 1023;
    const magnitude = exponent === 31
      ? (fraction === 0 ? Infinity : NaN)
      : exponent === 0
      ? fraction * 2 ** -24
      : (1024 + fraction) * 2 ** (exponent - 25);
    return half < 0x8000 ? magnitude : -magnitude;
  });
}

/**
 * The nearest half-precision floats, ties to even. Magnitudes from 65520 up become infinite; every NaN becomes the same.
 *
 * @param values The floats.
 */
export function toHalf(values: Float32Array): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(words, (word, n) => {
    const sign = word >>> 16 & 0x8000;
    const magnitude = word & 0x7fffffff;
    if (magnitude > 0x7f800000) return 0x7e00;
    if (magnitude >= 0x47800000) return sign | 0x7c00;
    // Below the normal numbers, halves are the multiples of 2^-24; adding 2^52 rounds a double to an integer.
    if (magnitude < 0x38800000) return sign | (Math.abs(values[n]!) * 2 ** 24 + 2 ** 52) - 2 ** 52;
    return sign | (magnitude - 0x38000000 + 0xfff + (magnitude >>> 13 & 1)) >>> 13;
  });
}
