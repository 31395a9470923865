import assert from "node:assert/strict";
import fc from "fast-check";
import { type RankedRow, readRankedRows } from "../../src/data/ranked_rows.ts";
import { DataError } from "../../src/errors.ts";
import { writeRows } from "../teachers/ranked_rows.ts";

/** Reads rows from a temporary file of this content. */
async function read(content: string | Uint8Array, name = "run"): Promise<RankedRow[]> {
  const folder = await Deno.makeTempDir({ prefix: "hetcomp-test-" });
  try {
    const path = `${folder}/${name}`;
    await (typeof content === "string" ? Deno.writeTextFile(path, content) : Deno.writeFile(path, content));
    return await Array.fromAsync(readRankedRows(path));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What counts of a row, without members that are not there. */
function plain({ place: _, ...row }: RankedRow): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}

Deno.test("readRankedRows() finds columns by name in any order, and passes over others", async () => {
  const rows = await read(
    '\ufeffnote,Item_ID,score,USER,state,checkpoint\r\nx,"b,1",-1e-3,u,2.0,\r\n\r\ny,c,7,v,,3\n',
  );
  assert.deepEqual(rows.map(plain), [
    { user: "u", item: "b,1", score: -1e-3, state: 2 },
    { user: "v", item: "c", score: 7, checkpoint: 3 },
  ]);
  assert.deepEqual(rows.map(({ place }) => place!.line), [2, 4]);
});

Deno.test("readRankedRows() lets the rank decide where a score is given too", async () => {
  assert.deepEqual((await read("user\titem\tscore\trank\n1\t2\t\t4\n")).map(plain), [{
    user: "1",
    item: "2",
    rank: 4,
  }]);
});

Deno.test("readRankedRows() takes TREC's form by its scores", async () => {
  const rows = await read("u Q0 a 1 0.5 mine\n\n u\tQ0  b 2 0.25 mine\r\n");
  assert.deepEqual(rows.map(plain), [{ user: "u", item: "a", score: 0.5 }, {
    user: "u",
    item: "b",
    score: 0.25,
  }]);
  assert.equal(rows[1]!.place!.line, 3);
});

Deno.test("readRankedRows() looks for the columns in every line of JSON", async () => {
  const rows = await read(
    '\ufeff{"user":"u","item":"a","rank":0}\n{"State":2,"rank":1,"item":7,"user":"u"}\n{"user":"v","item":"b","rank":0}\n',
  );
  assert.deepEqual(rows.map(plain), [
    { user: "u", item: "a", rank: 0 },
    { user: "u", item: "7", rank: 1, state: 2 },
    { user: "v", item: "b", rank: 0 },
  ]);
  await assert.rejects(
    read('{"user":"u","item":"a","rank":0}\n{"user":"u","rank":1}\n'),
    /run:2, column item/,
  );
});

Deno.test("readRankedRows() takes ids of any number of digits from lines of JSON, and skips blank ones", async () => {
  const rows = await read(
    '{"user":9007199254740993,"item":12345678901234567890,"rank":0}\n \n{"user":1,"item":-9007199254740993,"rank":1}\n',
  );
  assert.deepEqual(rows.map(plain), [
    { user: "9007199254740993", item: "12345678901234567890", rank: 0 },
    { user: "1", item: "-9007199254740993", rank: 1 },
  ]);
  assert.equal(rows[1]!.place!.line, 3);
  await assert.rejects(read('{"user":1e300,"item":1,"rank":0}\n'), /the id of the user is missing/);
});

Deno.test("readRankedRows() reads a run whose ids name users and items, with tabs or blanks", async () => {
  for (const between of ["\t", " "]) {
    const rows = await read(["user-0", "Q0", "item-1", "0", "0.94", "als"].join(between) + "\n");
    assert.deepEqual(rows.map(plain), [{ user: "user-0", item: "item-1", score: 0.94 }]);
  }
  assert.deepEqual((await read(' {"user":"u","item":"a","rank":0}\n')).map(plain), [
    { user: "u", item: "a", rank: 0 },
  ]);
  await assert.rejects(
    read('[{"user":"u","item":"a","rank":0}]\n'),
    /run:1: the first line is "\[.*; expected a header/,
  );
});

Deno.test("readRankedRows() keeps a byte order mark that is part of an id", async () => {
  const rows = await read("\ufeffuser,item,rank\n\ufeffu,\ufeffa,0\n");
  assert.deepEqual(rows.map(plain), [{ user: "\ufeffu", item: "\ufeffa", rank: 0 }]);
});

Deno.test("readRankedRows() takes quotes between tabs for characters, unless the first line begins with one", async () => {
  const text = 'user\titem\trank\nann\t"Weird Al" album\t0\n"x\ty\t1\n';
  const ids = (rows: RankedRow[]) => rows.map(({ user, item }) => [user, item]);
  assert.deepEqual(ids(await read(text)), [["ann", '"Weird Al" album'], ['"x', "y"]]);
  assert.deepEqual(ids(await read('"user"\titem\trank\n"a\tb"\t"""c"""\t0\n')), [["a\tb", '"c"']]);
});

Deno.test("readRankedRows() reads a gzipped file", async () => {
  const packed = new Blob(["user,item,rank\nu,a,0\n"]).stream().pipeThrough(new CompressionStream("gzip"));
  const rows = await read(new Uint8Array(await new Response(packed).arrayBuffer()), "run.csv.gz");
  assert.deepEqual(rows.map(plain), [{ user: "u", item: "a", rank: 0 }]);
});

Deno.test("readRankedRows() names file, line and field of what is wrong", async () => {
  const bad: [text: string, message: RegExp][] = [
    ["", /run:1: the first line is ""; expected a header/],
    [
      "user,item\nu,a\n",
      /run:1: the header is .*; expected a header with the columns user, item, and rank or score/,
    ],
    ["user,item,rank\nu,a\n", /run:2: there are 2 fields; expected 3/],
    ["user,item,rank\nu,a,b,1\n", /run:2: there are 4 fields; expected 3/],
    ['{"user":"u","item":"a"}\n', /run:1: the header is .*; expected a header with the columns user/],
    ['{"user":"u","item":"a","rank":0}\nu,b,1\n', /run:2: the line is "u,b,1"; expected one JSON object/],
    ['{"user":"u","item":"a","rank":"x"}\n', /run:1, field 3: "x" is not a number/],
    ["user,item,rank\nu,a,first\n", /run:2, field 3: "first" is not a number/],
    ["user,item,rank\nu,a,0x1\n", /"0x1" is not a number/],
    ["user,item,score\nu,a,inf\n", /run:2, field 3: "inf" is not a number; expected a finite number/],
    ["user,item,rank\nu,a,0\nu,,1\n", /run:3, column item: the id of the item is missing/],
    ["user,item,rank,state\nu,a,0,late\n", /run:2, field 4 \(state\): "late" is not a number/],
    ["user,item,rank,checkpoint\nu,a,0,1 2\n", /run:2, field 4 \(checkpoint\): "1 2" is not/],
    ['user,item,rank\n"u,a,0\n', /run:2, field 1: the quoted field has no closing quote/],
    ["u Q0 a 1 0.5 mine\nu Q0 a 1\n", /run:2: there are 4 fields; expected 6/],
    ["u Q0 a 1 high mine\n", /run:1, field 5: "high" is not a number/],
  ];
  for (const [text, message] of bad) {
    await assert.rejects(read(text), (error: Error) => {
      assert.ok(error instanceof DataError);
      assert.match(error.message, message);
      return true;
    });
  }
  await assert.rejects(Array.fromAsync(readRankedRows("no/such/file")), /there is no such file/);
});

Deno.test("readRankedRows() names the row of a Parquet file", async () => {
  const folder = await Deno.makeTempDir({ prefix: "hetcomp-test-" });
  try {
    const path = `${folder}/run.parquet`;
    await writeRows(path, [{ user: "u", item: "a", rank: 1 }, { user: "u", item: "b", rank: NaN }]);
    await assert.rejects(
      Array.fromAsync(readRankedRows(path)),
      /run\.parquet, row 2, field 3: NaN is not a number/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readRankedRows() reads what was written in every form: property", async () => {
  const folder = await Deno.makeTempDir({ prefix: "hetcomp-test-" });
  const id = fc.string({
    unit: fc.constantFrom("a", "é", " ", ",", '"', "7", "\n", "\t"),
    minLength: 1,
    maxLength: 5,
  });
  const number = fc.integer({ min: 0, max: 1e6 });
  const row = fc.record({ user: id, item: id, rank: number, state: number, checkpoint: number }, {
    noNullPrototype: true,
  });
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 20 }),
        fc.constantFrom("csv", "tsv", "jsonl", "parquet"),
        async (rows, end) => {
          await writeRows(`${folder}/rows.${end}`, rows);
          const found = await Array.fromAsync(readRankedRows(`${folder}/rows.${end}`));
          assert.deepEqual(found.map(plain), rows);
        },
      ),
      { numRuns: 60 },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
