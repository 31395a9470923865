import { ArgumentError } from "../errors.ts";

/**
 * Moves labels apart along one direction until no two are closer than `gap`, in the order of the wanted positions,
 * with the least sum of squared moves (isotonic regression by pooling adjacent violators, after subtracting the gaps).
 * All labels stay within [low, high]; where they cannot all fit, the gap shrinks.
 *
 * @param wanted Wanted positions, in any order.
 * @param gap Least distance between neighbours.
 * @param low Least allowed position.
 * @param high Greatest allowed position.
 * @returns The positions, in the order of `wanted`.
 * @throws {ArgumentError} if `high` is less than `low`.
 */
export function spreadLabels(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  if (!(high >= low)) {
    throw new ArgumentError("high", `${high} is below low = ${low}`, "a value of at least low");
  }
  const count = wanted.length;
  if (count === 0) return [];
  const room = count > 1 ? Math.min(gap, (high - low) / (count - 1)) : 0;
  const order = wanted.map((_, n) => n).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const pools: { sum: number; size: number }[] = [];
  order.forEach((n, place) => {
    let pool = { sum: wanted[n]! - place * room, size: 1 };
    for (
      let last = pools.at(-1);
      last !== undefined && last.sum / last.size >= pool.sum / pool.size;
      last = pools.at(-1)
    ) {
      pool = { sum: pool.sum + last.sum, size: pool.size + last.size };
      pools.pop();
    }
    pools.push(pool);
  });
  const positions = new Array<number>(count);
  let place = 0;
  for (const { sum, size } of pools) {
    const value = Math.min(Math.max(sum / size, low), high - (count - 1) * room);
    for (let n = 0; n < size; n++, place++) positions[order[place]!] = value + place * room;
  }
  return positions;
}
