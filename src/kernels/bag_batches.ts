import type { Ragged } from "../ragged.ts";

/** Which vocabulary rows each batch of lists touches, and by which entries. */
export interface BagBatches {
  /**
   * Two integers per (batch, touched vocabulary row), ascending: the row, and where its entries start; they end where
   * the next one's start. One more pair at the end.
   */
  readonly touched: Uint32Array<ArrayBuffer>;
  /** Two integers per entry, by batch, vocabulary row and list: the list's place in its batch, and the entry's number. */
  readonly entries: Uint32Array<ArrayBuffer>;
  /** One more entry than there are batches: where each batch's pairs start in `touched`. */
  readonly segments: Uint32Array<ArrayBuffer>;
}

/** Entries of lists by vocabulary row: what {@linkcode cutBags} starts from, made once. */
export interface BagColumns {
  /** Per entry: its vocabulary row. */
  readonly columns: Uint32Array<ArrayBuffer>;
  /** Per entry: its list. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /** Per entry: its number in the lists. */
  readonly entries: Uint32Array<ArrayBuffer>;
}

/** Sorts the entries of `lists` by vocabulary row, then by list (a counting sort). */
export function columnsOf(lists: Ragged, vocabulary: number): BagColumns {
  const count = lists.items.length;
  const next = new Uint32Array(vocabulary + 1);
  for (const item of lists.items) next[item + 1]!++;
  for (let v = 0; v < vocabulary; v++) next[v + 1]! += next[v]!;
  const result = {
    columns: new Uint32Array(count),
    rows: new Uint32Array(count),
    entries: new Uint32Array(count),
  };
  for (let row = 0; row + 1 < lists.offsets.length; row++) {
    for (let entry = lists.offsets[row]!; entry < lists.offsets[row + 1]!; entry++) {
      const column = lists.items[entry]!;
      const place = next[column]!++;
      result.columns[place] = column;
      result.rows[place] = row;
      result.entries[place] = entry;
    }
  }
  return result;
}

/**
 * Cuts an epoch into batches: the inverse index from which gradients of the vocabulary's rows are summed without
 * atomics, in a fixed order. Time and memory are proportional to the entries.
 *
 * @param columns The entries by vocabulary row.
 * @param lists Number of lists.
 * @param order The lists of the epoch, in order; others are left out.
 * @param batch Lists a batch; the last batch may have fewer.
 */
export function cutBags(columns: BagColumns, lists: number, order: Uint32Array, batch: number): BagBatches {
  const batches = Math.ceil(order.length / batch);
  const left = order.length;
  const places = new Uint32Array(lists).fill(left);
  order.forEach((list, place) => places[list] = place);
  const count = columns.entries.length;
  const starts = new Uint32Array(batches + 1);
  for (let n = 0; n < count; n++) {
    const place = places[columns.rows[n]!]!;
    if (place < left) starts[Math.floor(place / batch) + 1]!++;
  }
  for (let b = 0; b < batches; b++) starts[b + 1]! += starts[b]!;
  const total = starts[batches]!;
  const entries = new Uint32Array(2 * total);
  const columnOf = new Uint32Array(total);
  const next = starts.slice(0, batches);
  for (let n = 0; n < count; n++) {
    const place = places[columns.rows[n]!]!;
    if (place >= left) continue;
    const b = Math.floor(place / batch);
    const target = next[b]!++;
    entries[2 * target] = place - b * batch;
    entries[2 * target + 1] = columns.entries[n]!;
    columnOf[target] = columns.columns[n]!;
  }
  const touched = new Uint32Array(2 * (total + 1));
  const segments = new Uint32Array(batches + 1);
  let found = 0;
  for (let b = 0; b < batches; b++) {
    for (let n = starts[b]!; n < starts[b + 1]!; n++) {
      if (n > starts[b]! && columnOf[n] === columnOf[n - 1]) continue;
      touched[2 * found] = columnOf[n]!;
      touched[2 * found + 1] = n;
      found++;
    }
    segments[b + 1] = found;
  }
  touched[2 * found + 1] = total;
  return { touched: touched.slice(0, 2 * (found + 1)), entries, segments };
}
