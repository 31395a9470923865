import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError, DataError } from "../../../src/errors.ts";
import { loadDataset, type LoadOptions } from "../../../src/data/dataset.ts";
import { rowCount, rowOf } from "../../../src/ragged.ts";
import {
  csv,
  gzipped,
  parquet,
  plainDataset,
  type Row,
  someRows,
  withFile,
  withFolder,
  writers,
} from "./log_files.ts";

/** What was loaded, as plain lists. */
async function loaded(path: string, options: LoadOptions = {}) {
  const { userIds, itemIds, interactions, times } = await loadDataset(path, options);
  return {
    userIds: [...userIds],
    itemIds: [...itemIds],
    rows: Array.from({ length: rowCount(interactions) }, (_, u) => [...rowOf(interactions, u)]),
    times: times === undefined ? null : [...times],
  };
}

async function rejects(path: string, message: RegExp, options: LoadOptions = {}): Promise<void> {
  const error = await loadDataset(path, options).catch((error) => error);
  assert.ok(error instanceof DataError, `${error} where ${message} is right`);
  assert.match(error.message, message);
}

const plainIds = ["7", "007", "0", "user-1", "é", "12345678901234567890", "1e3", "true", "A B"];
const anyIds = [...plainIds, 'a"b', "a,b", "a;b|c", "x\ny", "x\r\ny", '"', " 7 ", "\t"];

for (const [name, { anyIds: any, write }] of Object.entries(writers)) {
  Deno.test(`loadDataset() reads ${name} as the interactions that were written, also gzipped`, () =>
    withFolder(async (folder) => {
      await fc.assert(
        fc.asyncProperty(someRows(any ? anyIds : plainIds), fc.boolean(), async (rows, zip) => {
          const content = write(rows);
          const path = `${folder}/${name}${zip ? ".gz" : ""}`;
          const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
          await Deno.writeFile(path, zip ? gzipped(bytes) : bytes);
          assert.deepEqual(await loaded(path), plainDataset(rows));
          if (rows.some(({ rating }) => rating >= 4)) {
            assert.deepEqual(await loaded(path, { minimumRating: 4 }), plainDataset(rows, 4));
          }
        }),
        { numRuns: 30 },
      );
    }));
}

Deno.test("loadDataset() takes fields apart at the delimiter that is given", () =>
  withFolder(async (folder) => {
    const path = `${folder}/log.txt`;
    await fc.assert(
      fc.asyncProperty(someRows(anyIds), fc.constantFrom("^", " ", "||", "&"), async (rows, delimiter) => {
        await Deno.writeTextFile(path, csv(delimiter, rows, "\n"));
        assert.deepEqual(await loaded(path, { delimiter }), plainDataset(rows));
      }),
      { numRuns: 30 },
    );
  }));

Deno.test("loadDataset() says the columns and what it did", () =>
  withFile(
    "ratings.csv",
    "userId,movieId,rating,timestamp\na,x,5,10\na,x,4,30\nb,x,1,20\nb,y,4,20\nc,y,4,1\n",
    async (path) => {
      const said: string[] = [];
      const dataset = await loadDataset(path, {
        minimumRating: 4,
        core: 2,
        minimumInteractions: 1,
        onNotice: (line) => said.push(line),
      })
        .catch((error) => error);
      assert.match(dataset.message, /the 2-core is empty; expected a smaller core/);
      assert.deepEqual(said, [
        "columns: user = userId, item = movieId, rating = rating, time = timestamp",
        "rows: 5, 1 left out with a rating below 4, 1 repeated and merged (a pair counts once, at its latest time)",
      ]);
      assert.deepEqual(await loaded(path, { minimumRating: 4 }), {
        userIds: ["a", "b", "c"],
        itemIds: ["x", "y"],
        rows: [[0], [1], [1]],
        times: [30, 20, 1],
      });
    },
  ));

Deno.test("loadDataset() filters a log: users once, then the core", () =>
  withFile(
    "log.csv",
    "user,item\na,x\na,y\na,z\nb,x\nb,y\nc,x\nd,w\nd,y\n",
    async (path) => {
      const said: string[] = [];
      const two = await loaded(path, { minimumInteractions: 2, onNotice: (line) => said.push(line) });
      assert.deepEqual(two, {
        userIds: ["a", "b", "d"],
        itemIds: ["x", "y", "z", "w"],
        rows: [[0, 1, 2], [0, 1], [1, 3]],
        times: null,
      });
      assert.equal(
        said.at(-1),
        "filter (users with 2 or more, once): 3 of 4 users, 4 of 4 items, 7 of 8 pairs left",
      );
      const core = await loaded(path, { core: 2 });
      assert.deepEqual(core, {
        userIds: ["a", "b"],
        itemIds: ["x", "y"],
        rows: [[0, 1], [0, 1]],
        times: null,
      });
      assert.deepEqual(await loaded(path, { minimumInteractions: 3 }), {
        userIds: ["a"],
        itemIds: ["x", "y", "z"],
        rows: [[0, 1, 2]],
        times: null,
      });
      await rejects(path, /no user has 4 interactions/, { minimumInteractions: 4 });
      for (const wrong of [0.5, -1, NaN]) {
        await assert.rejects(loadDataset(path, { core: wrong }), ArgumentError);
        await assert.rejects(loadDataset(path, { minimumInteractions: wrong }), ArgumentError);
      }
      await assert.rejects(loadDataset("sample", { core: -1 }), ArgumentError);
    },
  ));

Deno.test("loadDataset() finds the interactions of a folder, and calls them by its name", () =>
  withFolder(async (folder) => {
    const files = {
      "ml/ratings.csv": "userId,movieId\n1,2\n",
      "one/u.data": "1\t2\t3\t881250949\n",
      "kept/kept.inter": "user_id:token\titem_id:token\n1\t2\n",
    };
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${name.split("/")[0]}`);
      await Deno.writeTextFile(`${folder}/${name}`, text);
      const dataset = await loadDataset(`${folder}/${name.split("/")[0]}`);
      assert.equal(dataset.name, name.split("/")[0]);
      assert.deepEqual([dataset.userIds, dataset.itemIds], [["1"], ["2"]]);
    }
    assert.equal((await loadDataset(`${folder}/ml/ratings.csv`)).name, "ml");
    await Deno.writeTextFile(`${folder}/ml/train.txt`, "0 5\n");
    await Deno.writeTextFile(`${folder}/ml/test.txt`, "0 6\n");
    assert.deepEqual((await loadDataset(`${folder}/ml`)).itemIds, ["5", "6"]);
  }));

Deno.test("loadDataset() reads the ratings-only files of Amazon, whichever id comes first", async () => {
  const line = (...fields: string[]) => fields.join(",") + "\n";
  const [user, item] = ["A39HTATAQ9V7YF", "0205616461"];
  const expected = { userIds: [user], itemIds: [item], rows: [[0]], times: [1369699200] };
  await withFile(
    "ratings_Beauty.csv",
    line(user, item, "5.0", "1369699200"),
    async (path) => assert.deepEqual(await loaded(path), expected),
  );
  await withFile(
    "All_Beauty.csv",
    line(item, user, "5.0", "1369699200"),
    async (path) => assert.deepEqual(await loaded(path), expected),
  );
});

Deno.test("loadDataset() takes given columns, by name and by number, and a given header", async () => {
  await withFile(
    "log.csv",
    "who,what,when\nann,007,2026-05-01\nbob,7,2026-05-02T00:00:01Z\n",
    async (path) => {
      const columns = { user: "who", item: "what", time: "when" };
      const { userIds, itemIds, times } = await loaded(path, { columns });
      assert.deepEqual([userIds, itemIds], [["ann", "bob"], ["007", "7"]]);
      assert.deepEqual(times, [Date.UTC(2026, 4, 1) / 1000, Date.UTC(2026, 4, 2) / 1000 + 1]);
      assert.equal((await loaded(path, { columns: { ...columns, time: "none" } })).times, null);
      await rejects(path, /log\.csv:1: none of the columns "who", "what", "when" is known to hold the users/);
    },
  );
  await withFile("bare.csv", "ann,x\nbob,y\n", async (path) => {
    await rejects(path, /none of the columns "ann", "x"/);
    const expected = { userIds: ["x", "y"], itemIds: ["ann", "bob"], rows: [[0], [1]], times: null };
    assert.deepEqual(await loaded(path, { columns: { user: "2", item: "1" } }), expected);
    const said: string[] = [];
    await loaded(path, { columns: { user: "2", item: "1" }, onNotice: (line) => said.push(line) });
    assert.match(said.join("\n"), /first line is taken for data \("ann", "x"\); --header yes/);
    said.length = 0;
    const given = { columns: { user: "2", item: "1" }, header: false };
    await loaded(path, { ...given, onNotice: (line) => said.push(line) });
    assert.doesNotMatch(said.join("\n"), /taken for data/);
    assert.deepEqual((await loaded(path, { header: false })).userIds, ["ann", "bob"]);
  });
  await withFile("years.csv", "2024,2025\n1,2\n", async (path) => {
    const columns = { user: "2025", item: "2024" };
    assert.deepEqual((await loaded(path, { columns, header: true })).userIds, ["2"]);
  });
});

Deno.test("loadDataset() names file, line, field and value of what cannot be read", async () => {
  const header = "userId,movieId,rating,timestamp\n";
  const cases: [string, RegExp][] = [
    [
      "a,b,5,1\na,b,five,1\n",
      /log\.csv:3, field 3 \(rating\): the rating "five" is not a number; expected a number such as/,
    ],
    ["a,b,,1\n", /log\.csv:2, field 3 \(rating\): the rating "" is not a number; .*--rating-column none/],
    [
      "a,b,5,1\n\na,b,5,soon\n",
      /log\.csv:4, field 4 \(timestamp\): the time "soon" cannot be read; expected a number, as in/,
    ],
    ["a,b,5,soon\n", /log\.csv:2, field 4 \(timestamp\): .* or a date such as .*--time-column none/],
    [
      "a,b,5,2026-05-01\na,b,5,1\n",
      /log\.csv:3, field 4 \(timestamp\): the time "1" cannot be read; .*all in one form/,
    ],
    [",b,5,1\n", /log\.csv:2, field 1 \(userId\): the id is empty/],
    ["a,,5,1\n", /log\.csv:2, field 2 \(movieId\): the id is empty/],
    ["a,b,5\n", /log\.csv:2: the line has 3 fields \("a", "b", "5"\); expected 4, as the first line has/],
    ["a,b,5,1,\n", /log\.csv:2: the line has 5 fields/],
    ['a,"b,5,1\na,b,5,1\n', /log\.csv:2, field 2: the quoted field has no closing quote/],
    ["", /log\.csv: there is no row below the header/],
  ];
  for (const [lines, message] of cases) {
    await withFile("log.csv", header + lines, (path) => rejects(path, message));
    await withFile("log.csv", gzipped(header + lines), (path) => rejects(path, message));
  }
  await withFile(
    "u.data",
    "1\t2\t3\t881250949\n1\t2\tx\t881250949\n",
    (path) => rejects(path, /u\.data:2, field 3: the rating "x"/),
  );
  const latin = new Uint8Array([
    ...new TextEncoder().encode(header),
    0x61,
    0xe9,
    ...new TextEncoder().encode(",b,5,1\n"),
  ]);
  await withFile(
    "log.csv",
    latin,
    (path) => rejects(path, /log\.csv:2, field 1 \(userId\): the id "a\ufffd" is not UTF-8/),
  );
  await withFile("log.csv", "", (path) => rejects(path, /log\.csv: the file is empty/));
  await withFile(
    "log.csv",
    header + "a,b,3,1\n",
    (path) =>
      rejects(path, /no rating reaches 4: they go from 3 to 3; expected a lower minimum rating/, {
        minimumRating: 4,
      }),
  );
  await withFile(
    "log.csv",
    "user,item\na,b\n",
    (path) => rejects(path, /log\.csv:1: there is no column of ratings/, { minimumRating: 4 }),
  );
  await withFile("log.csv", header + "a,b,3,1\n", async (path) => {
    await assert.rejects(loadDataset(path, { minimumRating: NaN }), ArgumentError);
  });
  await withFile(
    "log.txt",
    "user^item\na^b\n",
    (path) =>
      rejects(path, /log\.txt:1: nothing that separates fields is known in "user\^item"; .*--delimiter/),
  );
  await withFile(
    "log.jsonl",
    '{"user": "a", "item": "b"}\n',
    (path) => rejects(path, /--delimiter is for delimited text/, { delimiter: "," }),
  );
  await withFile(
    "users.dat",
    "1 5\n",
    (path) => rejects(path, /the data has no columns to be named and no ratings/, { columns: { user: "a" } }),
  );
});

Deno.test("loadDataset() names the line and the member of JSON that cannot be read", async () => {
  const good = '{"user_id": "a", "item_id": 7, "rating": 5, "time": 1}\n';
  const cases: [string, RegExp][] = [
    ["{\n", /log\.jsonl:2: "\{" is not JSON; expected one JSON object a line/],
    ["[1]\n", /log\.jsonl:2: "\[1\]" is not an object/],
    ["null\n", /is not an object/],
    ['{"user_id": "a", "item_id": 7, "time": 1}\n', /log\.jsonl:2, column rating: the rating is missing/],
    [
      '{"user_id": "", "item_id": 7, "rating": 5, "time": 1}\n',
      /log\.jsonl:2, column user_id: the id is empty/,
    ],
    [
      '{"user_id": 1.5, "item_id": 7, "rating": 5, "time": 1}\n',
      /column user_id: the id 1\.5 cannot be read; expected a text or a whole/,
    ],
    [
      '{"user_id": ["a"], "item_id": 7, "rating": 5, "time": 1}\n',
      /column user_id: the id \["a"\] cannot be read/,
    ],
    [
      '{"user_id": "a", "item_id": 7, "rating": true, "time": 1}\n',
      /column rating: the rating true cannot be read/,
    ],
    [
      '\n{"user_id": "a", "item_id": 7, "rating": 5, "time": "2026-05-01"}\n',
      /log\.jsonl:3, column time: .*"2026-05-01".* as in the rows before/,
    ],
    ['{"user_id": "\\ud800", "item_id": 7, "rating": 5, "time": 1}\n', /surrogate/],
  ];
  for (const [line, message] of cases) {
    await withFile("log.jsonl", good + line, (path) => rejects(path, message));
  }
  await withFile(
    "log.jsonl",
    '{"usr_id": 1, "item_id": 2}\n',
    (path) => rejects(path, /log\.jsonl:1: none of the columns .*"usr_id" looks like user_id/),
  );
  await withFile("log.jsonl", "\n", (path) => rejects(path, /log\.jsonl: the file is empty/));
  await withFile(
    "log.jsonl",
    good,
    (path) => rejects(path, /--header is for delimited text/, { header: true }),
  );
});

Deno.test("loadDataset() keeps every digit of numbers that are ids in JSON, and their time as written", () =>
  withFile(
    "log.jsonl",
    '{"user": 12345678901234567890, "item": {"item": 1}, "item_id": 9007199254740993, "more": [{"item_id": 5}], "time": "1.5"}\n' +
      '{"user": 7, "item_id": "07", "time": 2}\n',
    async (path) => {
      const columns = { item: "item_id" };
      assert.deepEqual(await loaded(path, { columns }), {
        userIds: ["12345678901234567890", "7"],
        itemIds: ["9007199254740993", "07"],
        rows: [[0], [1]],
        times: [1.5, 2],
      });
    },
  ));

Deno.test("loadDataset() reads Parquet of any usual codec, and says what is wrong with others", async () => {
  const rows: Row[] = Array.from(
    { length: 20 },
    (_, n) => ({ user: `0${n % 3}`, item: `0${n % 7}`, rating: 5, time: n }),
  );
  await withFile(
    "a.parquet",
    parquet(rows, "UNCOMPRESSED"),
    async (path) => assert.deepEqual(await loaded(path), plainDataset(rows)),
  );
  const bytes = parquet(rows);
  await withFile(
    "a.parquet",
    bytes.subarray(0, 200),
    (path) => rejects(path, /a\.parquet: the file cannot be read as Parquet/),
  );
  await withFile(
    "a.parquet",
    "user,item\n",
    (path) => rejects(path, /is not Parquet: it does not start with PAR1/),
  );
  await withFile(
    "a.parquet",
    bytes,
    (path) =>
      rejects(
        path,
        /there is no column "usr" for --user-column; expected one of "user_id", .*did you mean "user_id"/,
        { columns: { user: "usr" } },
      ),
  );
});

Deno.test("loadDataset() stops reading on a signal", () =>
  withFile("log.csv", "user,item\n" + "a,b\n".repeat(600_000), async (path) => {
    const controller = new AbortController();
    const reading = loadDataset(path, { signal: controller.signal, onProgress: () => controller.abort() });
    await assert.rejects(reading, { name: "AbortError" });
  }));
