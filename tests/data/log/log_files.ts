/** Logs written in every form, for tests. */
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { parquetWriteBuffer } from "npm:hyparquet-writer@0.17.0";

/** One line of a log. */
export interface Row {
  user: string;
  item: string;
  rating: number;
  time: number;
}

/** Runs some work with a folder that goes away afterwards. */
export async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hetcomp-log-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes a file into a new folder, and gives its path to some work. */
export async function withFile(
  name: string,
  content: string | Uint8Array,
  work: (path: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const path = `${folder}/${name}`;
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    await work(path);
  });
}

/** The gzipped form of some content. */
export function gzipped(content: string | Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(content));
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** A log with a header, quoted where it has to be. */
export function csv(delimiter: string, rows: readonly Row[], lineEnd: string): string {
  const needs = (text: string) =>
    text === "" || /[",;|\t\r\n]/.test(text) || [...delimiter].some((mark) => text.includes(mark));
  return [["userId", "movieId", "rating", "timestamp"]]
    .concat(rows.map(({ user, item, rating, time }) => [user, item, String(rating), String(time)]))
    .map((fields) => fields.map((text) => needs(text) ? quoted(text) : text).join(delimiter) + lineEnd)
    .join("");
}

const plain = (delimiter: string, rows: readonly Row[]) =>
  rows.map(({ user, item, rating, time }) => [user, item, rating, time].join(delimiter) + "\n").join("");

/** A log in Parquet: ids as text, in row groups of a few rows. */
export function parquet(rows: readonly Row[], codec: "UNCOMPRESSED" | "SNAPPY" = "SNAPPY"): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({
    codec,
    rowGroupSize: 7,
    columnData: [
      { name: "user_id", data: rows.map(({ user }) => user), type: "STRING" },
      { name: "item_id", data: rows.map(({ item }) => item), type: "STRING" },
      { name: "rating", data: rows.map(({ rating }) => rating), type: "DOUBLE" },
      { name: "timestamp", data: rows.map(({ time }) => BigInt(time)), type: "INT64" },
    ],
  }));
}

/** Writers by file name. Those that quote take any ids; the others none with the characters they use themselves. */
export const writers: Readonly<
  Record<string, { anyIds: boolean; write: (rows: readonly Row[]) => string | Uint8Array }>
> = {
  "log.csv": { anyIds: true, write: (rows) => csv(",", rows, "\n") },
  "crlf.csv": { anyIds: true, write: (rows) => "\ufeff" + csv(",", rows, "\r\n") },
  "semicolons.csv": { anyIds: true, write: (rows) => csv(";", rows, "\n") },
  "log.tsv": {
    anyIds: false,
    write: (rows) => "user_id\titem_id\trating\ttimestamp\n" + plain("\t", rows),
  },
  "quoted.tsv": {
    anyIds: true,
    write: (rows) =>
      '"user"\t"item"\t"rating"\t"time"\n' +
      rows.map(({ user, item, rating, time }) => `${quoted(user)}\t${quoted(item)}\t${rating}\t${time}\n`)
        .join(""),
  },
  "log.inter": {
    anyIds: false,
    write: (rows) => "user_id:token\titem_id:token\trating:float\ttimestamp:float\n" + plain("\t", rows),
  },
  "ratings.dat": { anyIds: false, write: (rows) => plain("::", rows) },
  "u.data": { anyIds: false, write: (rows) => plain("\t", rows) },
  "reviews.json": {
    anyIds: true,
    write: (rows) =>
      rows.map(({ user, item, rating, time }) =>
        JSON.stringify({
          reviewerID: user,
          asin: item,
          reviewText: 'a,\n"b"',
          overall: rating,
          unixReviewTime: time,
        }) + "\n"
      ).join(""),
  },
  "reviews.jsonl": {
    anyIds: true,
    write: (rows) =>
      rows.map(({ user, item, rating, time }) =>
        JSON.stringify({
          rating,
          asin: "other",
          parent_asin: item,
          user_id: user,
          timestamp: time,
          images: [{ asin: 3 }],
        }) + "\n"
      ).join(""),
  },
  "log.parquet": { anyIds: true, write: (rows) => parquet(rows) },
};

/** Rows of a log: few users and items, so that pairs repeat; ids from the given texts. */
export function someRows(ids: readonly string[]): fc.Arbitrary<Row[]> {
  const row = fc.record({
    user: fc.constantFrom(...ids),
    item: fc.constantFrom(...ids),
    rating: fc.constantFrom(0.5, 1, 3, 4, 4.5, 5),
    time: fc.nat(30),
  });
  return fc.array(row, { minLength: 1, maxLength: 40 });
}

/** What a log means, in the plainest way: distinct pairs at their latest time, ids in the order they appear. */
export function plainDataset(rows: readonly Row[], minimumRating = -Infinity) {
  const kept = rows.filter(({ rating }) => rating >= minimumRating);
  const userIds = [...new Set(kept.map(({ user }) => user))];
  const itemIds = [...new Set(kept.map(({ item }) => item))];
  const lists = userIds.map((user) => {
    const latest = new Map<number, number>();
    for (const row of kept.filter((other) => other.user === user)) {
      const item = itemIds.indexOf(row.item);
      latest.set(item, Math.max(row.time, latest.get(item) ?? -Infinity));
    }
    return [...latest].sort(([one], [two]) => one - two);
  });
  return {
    userIds,
    itemIds,
    rows: lists.map((list) => list.map(([item]) => item)),
    times: lists.flatMap((list) => list.map(([, time]) => time)),
  };
}
