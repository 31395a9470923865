/** (row, occurrence) of each batch, ascending: two numbers an occurrence. */
export function batchOrder(triples: Uint32Array, batch: number, width = 3): Uint32Array {
  const result = new Uint32Array(2 * triples.length);
  for (let start = 0; start < triples.length; start += width * batch) {
    const rows = triples.subarray(start, start + width * batch);
    const order = Array.from(rows, (_, n) => n).sort((left, right) =>
      rows[left]! - rows[right]! || left - right
    );
    order.forEach((n, place) => result.set([rows[n]!, n], 2 * (start + place)));
  }
  return result;
}
