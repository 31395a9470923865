import assert from "node:assert/strict";
import fc from "fast-check";
import type { RankedRow } from "../../src/data/ranked_rows.ts";
import { Curriculum } from "../../src/distill/curriculum.ts";
import { distill } from "../../src/distill/distill.ts";
import { distillSettings } from "../../src/distill/options.ts";
import { ArgumentError, DataError } from "../../src/errors.ts";
import { emptyPlace } from "../../src/ragged.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { yardstickLists } from "../../src/models/yardsticks.ts";
import { checkTeacherName, importTrajectory } from "../../src/teachers/import_trajectory.ts";
import { validateTrajectory } from "../../src/teachers/trajectory.ts";
import { exampleSplit } from "./example_trajectory.ts";
import { teacherAndRows } from "./ranked_rows.ts";
import { smallWorld } from "./small_world.ts";

const name = "mine";
const example = exampleSplit();

/** Rows of one user's list, by the letters of its items. */
function list(user: string, items: string, more: Partial<RankedRow> = {}): RankedRow[] {
  return [...items].map((item, rank) => ({ user, item, rank, ...more }));
}

const term = (rank: number, deviation = 0) => Math.fround(Math.exp(-rank / 10) + Math.exp(-deviation / 100));

Deno.test("importTrajectory() gives a built-in teacher's trajectory from the rankings of its checkpoints", async () => {
  const split = smallWorld();
  const { trajectory: expected, rows } = await teacherAndRows(split);
  const { trajectory, consistency, trainingItems, checkpoints } = await importTrajectory(split, rows, {
    name,
  });
  assert.equal(trajectory.states.length, 4);
  assert.deepEqual(checkpoints.states, expected.states.map(({ epoch }) => epoch));
  trajectory.states.forEach((state, s) => {
    assert.deepEqual(state.items, expected.states[s]!.items);
    assert.deepEqual(state.importance, expected.states[s]!.importance);
    assert.deepEqual(state.metrics, expected.states[s]!.metrics);
  });
  assert.deepEqual(trajectory.observed, expected.observed);
  assert.ok(consistency);
  assert.equal(trainingItems, split.train.items.length * expected.curve.length);
});

Deno.test("importTrajectory() makes one state of rows without a number", async () => {
  const rows = [...list("a", "ut"), ...list("b", "p")];
  const { trajectory, consistency, trainingItems, usersWithoutList } = await importTrajectory(example, rows, {
    name,
  });
  validateTrajectory(trajectory, example);
  assert.equal(trajectory.states.length, 1);
  const { items, importance } = trajectory.states[0]!;
  assert.deepEqual([...items], [5, 4, 0, emptyPlace, emptyPlace, emptyPlace]);
  assert.deepEqual([...importance], [2, term(1), 2, 0, 0, 0]);
  assert.ok(trajectory.observed.every((value) => value === 2));
  assert.deepEqual([consistency, trainingItems, usersWithoutList], [false, 0, 1]);
});

Deno.test("importTrajectory() leaves training items out of the lists and orders the observed ones by them", async () => {
  // The training items are p and q of a, u of b, and p, r, s, t of c.
  const { trajectory, trainingItems } = await importTrajectory(example, [
    ...list("a", "qupt"),
    ...list("c", "tqs"),
  ], { name });
  assert.deepEqual([...trajectory.states[0]!.items.subarray(0, 2)], [5, 4]);
  assert.deepEqual([...trajectory.states[0]!.importance.subarray(0, 2)], [2, term(1)]);
  // Those of c that the list lacks share the rank after its end.
  assert.deepEqual([...trajectory.observed], [term(1), 2, 2, term(2), term(2), term(1), 2]);
  assert.equal(trainingItems, 4);
});

Deno.test("importTrajectory() takes the spread of ranks over five checkpoints, the latest of a state's own last", async () => {
  const orders = ["rstu", "stur", "rs", "utrs", "rstu", "surt"];
  const rows = orders.flatMap((order, checkpoint) =>
    list("a", order, { checkpoint: 10 * checkpoint, ...(checkpoint === 1 ? { state: 0 } : {}) })
  );
  rows.push(...list("b", "pq", { checkpoint: 50, state: 1 }));
  const { trajectory, checkpoints } = await importTrajectory(example, rows.reverse(), { name });
  assert.deepEqual(checkpoints, { states: [10, 50], all: [0, 10, 20, 30, 40, 50] });
  assert.deepEqual(trajectory.states.map(({ epoch }) => epoch), [10, 50]);
  const spread = (ranks: number[]) => {
    const mean = ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length;
    return Math.sqrt(ranks.reduce((sum, rank) => sum + (rank - mean) ** 2, 0) / ranks.length);
  };
  const rankIn = (order: string, item: string) => order.includes(item) ? order.indexOf(item) : order.length;
  [[0, 1], [1, 5]].forEach(([state, last]) => {
    const window = orders.slice(Math.max(0, last! - 4), last! + 1);
    const expected = [...orders[last!]!].map((item, rank) =>
      term(rank, spread(window.map((order) => rankIn(order, item))))
    );
    assert.deepEqual([...trajectory.states[state!]!.importance.subarray(0, 4)], expected);
  });
  // b has a list at one checkpoint only.
  assert.deepEqual([...trajectory.states[1]!.importance.subarray(4, 6)], [2, term(1)]);
});

Deno.test("importTrajectory() orders states by their numbers, without a spread", async () => {
  const rows = [2, 7, 5].flatMap((state) => list("a", state === 7 ? "rs" : "sr", { state }));
  const { trajectory, consistency } = await importTrajectory(example, rows, { name });
  assert.deepEqual(trajectory.states.map(({ epoch }) => epoch), [2, 5, 7]);
  assert.deepEqual(trajectory.states.map(({ items }) => items[0]), [3, 3, 2]);
  assert.deepEqual([...trajectory.states[2]!.importance.subarray(0, 2)], [2, term(1)]);
  assert.ok(!consistency);
});

Deno.test("importTrajectory() keeps all checkpoints up to the best as states where there are fewer than four", async () => {
  // Validation holds r for a and p for b.
  const rows = ["tu", "ru", "ut"].flatMap((order, checkpoint) => list("a", order, { checkpoint }));
  const { checkpoints } = await importTrajectory(example, rows, { name });
  assert.deepEqual(checkpoints.states, [0, 1]);
  const none = { ...example, valid: { offsets: new Uint32Array(4), items: new Uint32Array() } };
  await assert.rejects(importTrajectory(none, rows, { name }), /validation items.*column 'state'/);
});

Deno.test("importTrajectory() sorts equal scores by the item's number, equal ranks by the order of the rows", async () => {
  const scores = ["u", "t", "r"].map((item) => ({ user: "a", item, score: item === "r" ? -1 : 0.5 }));
  const byScore = await importTrajectory(example, scores, { name });
  assert.deepEqual([...byScore.trajectory.states[0]!.items.subarray(0, 3)], [4, 5, 2]);
  const byRank = await importTrajectory(example, ["u", "t"].map((item) => ({ user: "a", item, rank: 1 })), {
    name,
  });
  assert.deepEqual([...byRank.trajectory.states[0]!.items.subarray(0, 2)], [5, 4]);
});

Deno.test("importTrajectory() keeps what any rows rank: property", async () => {
  const row = fc.record({
    user: fc.constantFrom(...example.userIds, "nobody"),
    item: fc.constantFrom(...example.itemIds, "nothing"),
    score: fc.double({ min: -2, max: 2, noNaN: true }),
    checkpoint: fc.integer({ min: 0, max: 6 }),
    state: fc.constant(undefined),
  });
  const distinct = fc.uniqueArray(row, {
    selector: ({ user, item, checkpoint }) => `${user} ${item} ${checkpoint}`,
    maxLength: 120,
  });
  await fc.assert(fc.asyncProperty(distinct, fc.integer(), async (rows, seed) => {
    const kept = rows.filter(({ user, item }) => user !== "nobody" && item !== "nothing");
    const unseen = ({ user, item }: RankedRow) => {
      const u = example.userIds.indexOf(user);
      const own = example.train.items.subarray(example.train.offsets[u]!, example.train.offsets[u + 1]!);
      return !own.includes(example.itemIds.indexOf(item));
    };
    const last = rows.reduce((most, { checkpoint }) => Math.max(most, checkpoint), -1);
    const stated = rows.map((row) => ({ ...row, state: row.checkpoint === last ? 1 : 0 }));
    const order = (n: number) => Math.sin(seed + n);
    const shuffled = stated.map((row, n) => ({ row, n })).sort((a, b) => order(a.n) - order(b.n));
    const options = { name, skipUnknown: true };
    const attempt = importTrajectory(example, stated, options);
    if (!kept.some(unseen)) return await assert.rejects(attempt, DataError);
    const found = await attempt.catch((error: unknown) => error as Error);
    if (found instanceof Error) {
      return assert.ok(!kept.some(unseen) || /no list holds/.test(found.message), found.message);
    }
    const { trajectory, unknown, trainingItems } = found;
    validateTrajectory(trajectory, example);
    assert.equal(unknown, rows.length - kept.length);
    assert.equal(trainingItems, kept.filter((row) => !unseen(row)).length);
    const final = trajectory.states.at(-1)!;
    example.userIds.forEach((user, u) => {
      const expected = kept.filter((row) => row.user === user && row.checkpoint === last && unseen(row))
        .map(({ item, score }) => ({ item: example.itemIds.indexOf(item), score }))
        .sort((a, b) => b.score - a.score || a.item - b.item).map(({ item }) => item);
      const { length } = trajectory;
      const items = final.items.subarray(u * length, (u + 1) * length).filter((item) => item !== emptyPlace);
      assert.deepEqual([...items], expected);
      assert.ok(final.importance.every((value) => value >= 0 && value <= 2));
    });
    const again = await importTrajectory(example, shuffled.map(({ row }) => row), options);
    assert.deepEqual(again.trajectory, trajectory);
  }));
});

Deno.test("importTrajectory() names what is wrong with rows", async () => {
  const place = (line: number) => ({ file: "x.csv", line });
  const bad: [rows: RankedRow[], message: RegExp][] = [
    [[], /there is no row/],
    [
      [{ user: "a", item: "r", rank: 0, place: place(2) }, {
        user: "a",
        item: "r",
        rank: 1,
        place: place(7),
      }],
      /x\.csv:7: user "a" has item "r" twice/,
    ],
    [
      [{ user: "d", item: "r", rank: 0, place: place(2) }],
      /x\.csv:2: the data has no user "d"; expected an id/,
    ],
    [[{ user: "a", item: "rr", rank: 0, place: place(2) }], /the data has no item "rr"; .*the nearest: "r"/],
    [[{ user: "a", item: "r", place: place(2) }], /x\.csv:2: there is neither a rank nor a score/],
    [
      [...list("a", "r"), { user: "a", item: "s", score: 1, place: place(3) }],
      /x\.csv:3: there is no rank here/,
    ],
    [[...list("a", "r", { checkpoint: 1 }), ...list("a", "s")], /there is no checkpoint here/],
    [[...list("a", "r", { state: 1 }), ...list("a", "s")], /there is no state here/],
    [list("a", "r", { checkpoint: -1 }), /the checkpoint is -1; expected a number from 0 up/],
    [list("a", "r", { state: NaN }), /the state is NaN/],
    [list("a", "r", { state: Infinity }), /the state is Infinity/],
    [list("a", "r", { state: NaN, checkpoint: 1 }), /the state is NaN/],
    [list("a", "r", { rank: NaN }), /the rank is NaN; expected a finite number/],
    [[{ user: "a", item: "r", score: -Infinity }], /the score is -Infinity/],
    [[{ user: "a", item: "r", rank: null as never }], /neither a rank nor a score/],
    [list("a", "pq"), /no list holds an item that its user has not observed/],
    [
      [...list("a", "r", { state: 0, checkpoint: 5 }), ...list("a", "r", { state: 1, checkpoint: 4 })],
      /state 0 ends with checkpoint 5, state 1 with 4/,
    ],
    [Array.from({ length: 257 }, (_, state) => list("a", "r", { state })).flat(), /there are 257 states/],
  ];
  for (const [rows, message] of bad) {
    await assert.rejects(importTrajectory(example, rows, { name }), (error: Error) => {
      assert.ok(error instanceof DataError);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("checkTeacherName() refuses paths and names that are taken", () => {
  for (const good of ["mine", "als-2", "_x", "A", "0", "x".repeat(64)]) checkTeacherName(good);
  const bad = [
    "",
    ".",
    "..",
    "../a",
    "a/b",
    "a\\b",
    "a b",
    "-a",
    "ä",
    "a,b",
    "a\0",
    "x".repeat(65),
    "MF",
    "mf",
  ];
  for (const wrong of [...bad, "I-AE", "Ensemble", "student", "EASE", "itemknn", "TopPop"]) {
    assert.throws(() => checkTeacherName(wrong), ArgumentError, wrong);
  }
});

Deno.test("distill() teaches from teachers of one, two and four states together", async () => {
  const split = smallWorld();
  const rows = (kind: "TopPop" | "ItemKNN" | "RP3beta", states: number) => {
    const lists = yardstickLists(split, kind, 30);
    return Array.from({ length: states }, (_, state) =>
      Array.from(lists, (item, place): RankedRow => ({
        user: split.userIds[Math.floor(place / 30)]!,
        item: split.itemIds[item]!,
        // Early states are worse: their lists are turned.
        rank: (place % 30 + 7 * (states - 1 - state)) % 30,
        state,
      }))).flat();
  };
  const teachers = await Promise.all(
    ([["TopPop", 1], ["ItemKNN", 2], ["RP3beta", 4]] as const).map(async ([kind, states]) => {
      return (await importTrajectory(split, rows(kind, states), { name: `of${states}` })).trajectory;
    }),
  );
  const single = new Curriculum(teachers.slice(0, 1), distillSettings({ dim: 4 }));
  assert.ok(single.complete);
  using gpu = await openGpu();
  const options = {
    dim: 4,
    batchSize: 128,
    every: 2,
    patience: 2,
    epochs: 30,
    learningRate: 0.02,
    alpha: 0.5,
  };
  const { history, phaseSwitch, metrics } = await distill(gpu, split, teachers, options);
  assert.deepEqual(history.at(-1)!.meanState, { of1: 0, of2: 1, of4: 3 });
  assert.ok(phaseSwitch !== null && phaseSwitch > 4 * 2, `${phaseSwitch}`);
  assert.ok(metrics.test.means["recall@50"]! > 0.35);
});
