/**
 * Suggestions for a mistyped id. This module is browser compatible.
 *
 * @module
 */

/**
 * The known ids with the smallest edit distance (insertions, deletions and substitutions of UTF-16 units) from an
 * unknown one, the nearest first, equal distances in the order of `known`. An id with nothing in common is left out.
 *
 * @param unknown The id that was asked for.
 * @param known The ids there are.
 * @param count How many to return at most.
 */
export function nearestIds(unknown: string, known: Iterable<string>, count = 3): string[] {
  const found: { id: string; distance: number }[] = [];
  for (const id of known) {
    const longer = Math.max(unknown.length, id.length);
    const farthest = found.length < count ? longer : Math.min(longer, found[count - 1]!.distance);
    if (Math.abs(unknown.length - id.length) >= farthest) continue;
    const distance = editDistance(unknown, id);
    if (distance >= farthest) continue;
    const place = found.findIndex((other) => distance < other.distance);
    found.splice(place < 0 ? found.length : place, 0, { id, distance });
    if (found.length > count) found.pop();
  }
  return found.map(({ id }) => id);
}

/** The least number of insertions, deletions and substitutions of UTF-16 units that make `b` of `a`. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
