/**
 * Suggestions for a mistyped id. This module is browser compatible.
 *
 * @module
 */

/** Entries of edit distances that a search takes at most, some 30 ms: nobody waits for suggestions. */
export const mostEntries = 3_000_000;

/**
 * The known ids with the smallest edit distance (insertions, deletions and substitutions of UTF-16 units) from an
 * unknown one, the nearest first, equal distances in the order of `known`. An id with nothing in common is left out, and
 * one whose length differs by more than 6: a slip adds or loses few characters. The search is cut short where there are
 * very many, or very long, ids to compare; then a nearer one may be missed.
 *
 * @param unknown The id that was asked for.
 * @param known The ids there are.
 * @param count How many to return at most.
 * @param entries Entries of edit distances that the search takes at most.
 */
export function nearestIds(
  unknown: string,
  known: Iterable<string>,
  count = 3,
  entries = mostEntries,
): string[] {
  const found: { id: string; distance: number }[] = [];
  for (const id of known) {
    const longer = Math.max(unknown.length, id.length);
    const farthest = Math.min(longer, found[count - 1]?.distance ?? longer);
    if (Math.abs(unknown.length - id.length) >= Math.min(farthest, 7)) continue;
    entries -= (unknown.length + 1) * (id.length + 1);
    if (entries < 0) break;
    const distance = editDistance(unknown, id, farthest);
    if (distance >= farthest) continue;
    found.push({ id, distance });
    found.sort((one, other) => one.distance - other.distance).splice(count);
  }
  return found.map(({ id }) => id);
}

/** The known name of which another is a slip, whatever its case; undefined if more than two letters, and a third of it, are wrong. */
export function meantName(unknown: string, known: readonly string[]): string | undefined {
  const small = unknown.toLowerCase();
  const [nearest] = nearestIds(small, known.map((name) => name.toLowerCase()), 1);
  if (nearest === undefined || editDistance(small, nearest) > Math.max(2, unknown.length / 3)) {
    return undefined;
  }
  return known.find((name) => name.toLowerCase() === nearest);
}

/**
 * The least number of insertions, deletions and substitutions of UTF-16 units that make `b` of `a`; any number from
 * `limit` up if it is not below that, which is found sooner.
 */
export function editDistance(a: string, b: string, limit = Infinity): number {
  const row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let n = 1; n <= a.length; n++) {
    let diagonal = n - 1;
    let least = row[0] = n;
    for (let m = 1; m <= b.length; m++) {
      const substitution = diagonal + (a[n - 1] === b[m - 1] ? 0 : 1);
      diagonal = row[m]!;
      least = Math.min(least, row[m] = Math.min(substitution, diagonal + 1, row[m - 1]! + 1));
    }
    if (least >= limit) return least;
  }
  return row[b.length]!;
}
