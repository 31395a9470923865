import assert from "node:assert/strict";
import { readSplit, readSplitFolder, type Split } from "../../src/data/split.ts";
import { ArgumentError } from "../../src/errors.ts";
import { meanMetrics, measureLists, usersWithRelevant } from "../../src/evaluate/per_user.ts";
import { RankingEvaluation } from "../../src/evaluate/ranking_evaluation.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { type YardstickKind, yardstickKinds, yardstickLists } from "../../src/models/yardsticks.ts";
import { ragged } from "../../src/ragged.ts";
import { needsShared, sharedPath } from "../data/shared.ts";
import { smallWorld } from "../teachers/small_world.ts";

const gowallaFiles = ["gowalla/train.txt", "gowalla/test.txt"];

async function measureGowalla(kind: YardstickKind, options: object = {}) {
  const [train, test] = gowallaFiles.map(sharedPath) as [string, string];
  const split = await readSplit({ train, test });
  const users = usersWithRelevant(split.test);
  assert.equal(users.length, 29_858);
  assert.equal(split.users, 29_858);
  const perUser = measureLists(yardstickLists(split, kind, 50, options), 50, users, split.test, [20, 50]);
  const hits = [20, 50].map((k, c) => Math.round(perUser.precision[c]!.reduce((sum, p) => sum + p * k, 0)));
  return { means: meanMetrics(perUser), hits };
}

Deno.test(needsShared("TopPop on Gowalla has exactly the known hits", gowallaFiles, async () => {
  const { means, hits } = await measureGowalla("TopPop");
  assert.deepEqual(hits, [8_289, 12_595]);
  assert.equal(means["recall@20"]!.toFixed(5), "0.04163");
}));

Deno.test(
  needsShared("ItemKNN on Gowalla, centred, reaches the published figures", gowallaFiles, async () => {
    const { means } = await measureGowalla("ItemKNN", { shrink: 0, normalization: "centred" });
    // BARS benchmark, with ties in another order: .156994, .254896, .121364, .152704.
    const published = {
      "recall@20": 0.156994,
      "recall@50": 0.254896,
      "ndcg@20": 0.121364,
      "ndcg@50": 0.152704,
    };
    for (const [name, value] of Object.entries(published)) {
      const reached = means[name as "recall@20"]!;
      assert.ok(Math.abs(reached - value) < 3e-4, `${name} is ${reached}, published ${value}`);
    }
  }),
);

Deno.test(
  needsShared("ItemKNN and RP3beta on CiteULike keep their figures", ["citeulike/split"], async () => {
    const split = await readSplitFolder(sharedPath("citeulike/split"));
    using gpu = await openGpu();
    using evaluation = new RankingEvaluation(gpu, split);
    const figures = { ItemKNN: [0.1274, 0.1005, 0.2501, 0.1321], RP3beta: [0.1482, 0.1159, 0.2892, 0.1531] };
    for (const [kind, expected] of Object.entries(figures)) {
      const { test } = evaluation.measure(yardstickLists(split, kind as YardstickKind, evaluation.width));
      assert.equal(test.perUser.users.length, 4_719);
      const names = ["recall@10", "ndcg@10", "recall@50", "ndcg@50"] as const;
      const reached = names.map((name) => test.means[name]!);
      for (const [n, value] of expected.entries()) {
        assert.ok(Math.abs(reached[n]! - value) < 5e-4, `${kind}: ${reached}`);
      }
    }
  }),
);

Deno.test("RankingEvaluation.measure() takes yardstickLists(), and every yardstick beats chance", async () => {
  const split = smallWorld();
  using gpu = await openGpu();
  using evaluation = new RankingEvaluation(gpu, split);
  for (const kind of yardstickKinds) {
    const { valid, test } = evaluation.measure(yardstickLists(split, kind, evaluation.width));
    // 140 items, of which a random order finds 10 / 140 in ten places, plus what leaving out observed items gives.
    assert.ok(valid.means["recall@10"]! > 0.12 && test.means["recall@10"]! > 0.12, kind);
  }
});

const tiny: Split = {
  name: "tiny",
  users: 4,
  items: 5,
  train: ragged([[1, 3], [], [0, 1, 2, 3, 4], [3]]),
  valid: ragged([[], [], [], []]),
  test: ragged([[0], [], [], []]),
  userIds: ["a", "b", "c", "d"],
  itemIds: ["0", "1", "2", "3", "4"],
};

Deno.test("yardstickLists() gives unobserved items only, and empty places when none is left", () => {
  const none = 0xffffffff;
  for (const kind of yardstickKinds) {
    for (const width of [1, 3, 5, 8]) {
      const lists = yardstickLists(tiny, kind, width);
      assert.equal(lists.length, 4 * width);
      for (const [user, observed] of [[1, 3], [], [0, 1, 2, 3, 4], [3]].entries()) {
        const row = [...lists.subarray(user * width, (user + 1) * width)];
        const listed = row.filter((item) => item !== none);
        assert.equal(listed.length, Math.min(width, 5 - observed.length));
        assert.equal(new Set([...listed, ...observed]).size, listed.length + observed.length);
        assert.ok(row.slice(listed.length).every((item) => item === none));
      }
    }
  }
});

Deno.test("yardstickLists() gives a user without items the lowest numbers, or the most popular items", () => {
  for (const kind of ["ItemKNN", "EASE", "RP3beta"] as const) {
    assert.deepEqual([...yardstickLists(tiny, kind, 3).subarray(3, 6)], [0, 1, 2], kind);
  }
  assert.deepEqual([...yardstickLists(tiny, "TopPop", 3).subarray(3, 6)], [3, 1, 0]);
  const centred = yardstickLists(tiny, "ItemKNN", 3, { normalization: "centred" });
  assert.equal(centred[3], 3);
});

Deno.test("yardstickLists() accepts nobody and nothing", () => {
  const empty = { ...tiny, users: 0, train: ragged([]), userIds: [] };
  const noItems = { ...tiny, items: 0, train: ragged([[], [], [], []]), itemIds: [] };
  for (const kind of yardstickKinds) {
    assert.equal(yardstickLists(empty, kind, 2).length, 0);
    assert.deepEqual([...yardstickLists(noItems, kind, 1)], new Array(4).fill(0xffffffff));
  }
});

Deno.test("yardstickLists() gives the same lists every time, and depends on nothing but the training part", () => {
  const split = smallWorld();
  const other = { ...split, valid: split.test, test: split.valid };
  for (const kind of yardstickKinds) {
    const lists = yardstickLists(split, kind, 20);
    assert.deepEqual(yardstickLists(other, kind, 20), lists);
    const wide = yardstickLists(split, kind, 33);
    for (let user = 0; user < split.users; user++) {
      assert.deepEqual(
        wide.subarray(user * 33, user * 33 + 20),
        lists.subarray(user * 20, user * 20 + 20),
        `${kind}, user ${user}`,
      );
    }
  }
});

Deno.test("yardstickLists() refuses unknown kinds and settings, and widths that are no positive integers", () => {
  assert.throws(
    () => yardstickLists(tiny, "SLIM" as YardstickKind, 3),
    /"SLIM" is no yardstick; expected TopPop, ItemKNN, EASE, RP3beta/,
  );
  assert.throws(() => yardstickLists(tiny, "toString" as YardstickKind, 3), ArgumentError);
  for (const width of [0, -1, 1.5, NaN]) {
    assert.throws(() => yardstickLists(tiny, "TopPop", width), /'width'/);
  }
  assert.throws(() => yardstickLists(tiny, "RP3beta", 3, { lambda: 1 }), /'lambda'.*alpha, beta, neighbours/);
});
