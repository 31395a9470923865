import assert from "node:assert/strict";
import { measureReferences } from "../../src/cli/compare_references.ts";
import { shortListNote } from "../../src/cli/short_lists.ts";
import { measureTeachers } from "../../src/cli/summarize.ts";
import { generalizationSplit } from "../../src/data/generalization.ts";
import { type Split, splitDataset } from "../../src/data/split.ts";
import { measureSplit, RankingEvaluation } from "../../src/evaluate/ranking_evaluation.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { type YardstickKind, yardstickLists } from "../../src/models/yardsticks.ts";
import { emptyPlace, ragged, rowOf } from "../../src/ragged.ts";
import { permutation, stream } from "../../src/random.ts";
import { yardstickTrajectory } from "../../src/teachers/yardstick_teacher.ts";
import { temporaryFolder } from "./small_run.ts";

const gpu = await openGpu();
const [users, items] = [40, 800];

/** Two groups with 400 items of their own; every fourth user has nearly all of them. */
function heavySplit(): Split {
  const interactions = ragged(
    Array.from({ length: users }, (_, user) => {
      const own = [...permutation(400, 3, stream.sample, user)].slice(0, user % 4 === 0 ? 380 : 40);
      return own.map((item) => 400 * (user % 2) + item).toSorted((a, b) => a - b);
    }),
  );
  const ids = (count: number) => Array.from({ length: count }, (_, n) => String(n));
  const dataset = { name: "heavy", users, items, userIds: ids(users), itemIds: ids(items), interactions };
  return splitDataset(dataset, { test: 0.1, valid: 0.3, seed: 1 });
}

/** The metrics of a yardstick by the ranking of all items, without those of `history`. */
function exactly(split: Split, kind: YardstickKind, history: Split = split) {
  const { users, items } = split;
  const lists = yardstickLists(split, kind, items);
  for (let user = 0; user < users; user++) {
    const known = new Set(rowOf(history.train, user));
    const list = [...lists.subarray(user * items, (user + 1) * items)].filter((item) =>
      item !== emptyPlace && !known.has(item)
    );
    lists.fill(emptyPlace, user * items, (user + 1) * items);
    lists.set(list, user * items);
  }
  return measureSplit(history, lists, items, [10, 50]);
}

Deno.test("teachers are measured by whole rankings, and it is said where lists of an ensemble are too short", async () => {
  const split = heavySplit();
  using evaluation = new RankingEvaluation(gpu, split);
  const alone = [await yardstickTrajectory(split, "RP3beta")];
  const { metrics, notes } = measureTeachers(evaluation, split, alone);
  const exact = exactly(split, "RP3beta");
  assert.deepEqual(metrics.RP3beta!.test.means, exact.test.means);
  assert.deepEqual(metrics.RP3beta!.valid.means, exact.valid.means);
  // The heavy users' best hundred places hold more than fifty validation items.
  assert.ok(metrics.ensemble!.test.means["recall@50"]! < exact.test.means["recall@50"]!);
  const count = /leave (\d+) of 40 users fewer than 50 .* of the ensemble are/.exec(notes.join())?.[1];
  let expected = 0;
  const { items: list } = alone[0]!.states.at(-1)!;
  for (let user = 0; user < users; user++) {
    const left = (["valid", "test"] as const).map((part) => {
      const out = new Set(rowOf(split[part], user));
      return list.subarray(100 * user, 100 * (user + 1)).filter((item) => !out.has(item)).length;
    });
    if (Math.min(...left) < 50) expected++;
  }
  assert.ok(expected > 0 && expected <= 10);
  assert.equal(Number(count), expected);
});

Deno.test("shortListNote() has nothing to say where a teacher knows no more, or lists are long enough", async () => {
  const split = heavySplit();
  const [state] = (await yardstickTrajectory(split, "RP3beta")).states;
  const ended = state!.items.map((item, n) => n % 100 < 30 ? item : emptyPlace);
  const kept = (lists: Uint32Array<ArrayBuffer>) => {
    return { lists, width: 100, teachers: [{ states: [{ ...state!, items: lists }], length: 100 }] };
  };
  assert.equal(shortListNote(split, [kept(ended)], "these"), null);
  const one = shortListNote(split, [kept(state!.items)], "these");
  assert.match(one!, /leave \d+ of 40 users fewer than 50 .* of these are somewhat low\.$/);
  assert.equal(shortListNote(split, [kept(ended), kept(state!.items)], "these"), one);
  const light = { ...split, valid: ragged(Array(users).fill([])), test: ragged(Array(users).fill([])) };
  assert.equal(shortListNote(light, [kept(state!.items)], "these"), null);
});

Deno.test("a comparison in the generalization setup measures yardsticks by whole rankings", async () => {
  await using folder = await temporaryFolder();
  const views = generalizationSplit(heavySplit(), { seed: 1 });
  const split = views.inside;
  const trajectories = [await yardstickTrajectory(split, "TopPop")];
  const references = await measureReferences(
    { gpu, split, views, trajectories },
    ["RP3beta", "ItemKNN"],
    `${folder.path}/references.json`,
    { signal: new AbortController().signal, quiet: true },
  );
  for (const { name, metrics } of references!.slice(2)) {
    const exact = exactly(split, name as YardstickKind, views.insideHistory);
    assert.deepEqual(metrics, exact.test.means, name);
  }
  assert.equal(references!.length, 4);
});
