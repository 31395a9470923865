/**
 * How large a dispatch may be, so that no driver kills it or cuts it short.
 *
 * @module
 */

/** Multiply-adds, or comparisons, of one dispatch: well under a second on a slow GPU. */
export const operationsPerDispatch = 2 ** 30;

/** The same for kernels that reuse what they load and only graphics processors run. */
export const operationsPerTiledDispatch = 2 ** 33;

/** User-item pairs that one dispatch scores with loads of their own: well under a second on a software driver. */
export const pairsPerDispatch = 2 ** 24;

/**
 * Turns of loops that one invocation may take, all its loops together, apart from loops that are unrolled:
 * llvmpipe leaves every loop after 65,535 and reports nothing.
 */
export const turnsPerInvocation = 60_000;

/**
 * Cuts 0 .. count into ranges of `length` at most, each as [first, end).
 *
 * @throws {RangeError} if the length is below 1.
 */
export function ranges(count: number, length: number): [number, number][] {
  if (!(length >= 1)) throw new RangeError(`ranges of ${length} never reach ${count}`);
  const result: [number, number][] = [];
  for (let first = 0; first < count; first += length) result.push([first, Math.min(count, first + length)]);
  return result;
}
