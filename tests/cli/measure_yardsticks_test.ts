import assert from "node:assert/strict";
import { measureYardsticks } from "../../src/cli/measure_yardsticks.ts";
import type { Split } from "../../src/data/split.ts";
import { RankingEvaluation } from "../../src/evaluate/ranking_evaluation.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { easeItemLimit } from "../../src/models/ease.ts";
import { yardstickKinds, yardstickLists } from "../../src/models/yardsticks.ts";
import { smallWorld } from "../teachers/small_world.ts";

/** The small world with items that nobody has. */
function widened(items: number): Split {
  const split = smallWorld();
  return { ...split, items, itemIds: Array.from({ length: items }, (_, item) => String(item)) };
}

Deno.test("measureYardsticks() measures every kind by the full ranking", async () => {
  const split = smallWorld();
  using gpu = await openGpu();
  using evaluation = new RankingEvaluation(gpu, split);
  const options = { signal: new AbortController().signal, quiet: true };
  const { metrics, notes, seconds } = await measureYardsticks(evaluation, split, options);
  assert.deepEqual(Object.keys(metrics), [...yardstickKinds]);
  assert.deepEqual(notes, []);
  assert.ok(seconds > 0);
  for (const kind of yardstickKinds) {
    assert.deepEqual(metrics[kind], evaluation.measure(yardstickLists(split, kind, evaluation.width)), kind);
  }
});

Deno.test("measureYardsticks() leaves EASE out of too many items, and says so", async () => {
  const split = widened(easeItemLimit + 1);
  using gpu = await openGpu();
  using evaluation = new RankingEvaluation(gpu, split);
  const options = { signal: new AbortController().signal, quiet: true };
  const { metrics, notes } = await measureYardsticks(evaluation, split, options);
  assert.deepEqual(Object.keys(metrics), ["TopPop", "ItemKNN", "RP3beta"]);
  assert.match(notes.join(), /^EASE is left out: .* 6\u202f001 items are more than 6\u202f000\.$/);
});

Deno.test("measureYardsticks() leaves out what is among the teachers", async () => {
  using gpu = await openGpu();
  const split = widened(easeItemLimit + 1);
  using evaluation = new RankingEvaluation(gpu, split);
  const options = { signal: new AbortController().signal, quiet: true };
  const { metrics, notes } = await measureYardsticks(evaluation, split, {
    ...options,
    teachers: ["MF", "RP3beta", "EASE"],
  });
  assert.deepEqual([Object.keys(metrics), notes], [["TopPop", "ItemKNN"], []]);
});

Deno.test("measureYardsticks() stops when it is asked to", async () => {
  const split = smallWorld();
  using gpu = await openGpu();
  using evaluation = new RankingEvaluation(gpu, split);
  const controller = new AbortController();
  controller.abort(new DOMException("stopped", "AbortError"));
  await assert.rejects(
    measureYardsticks(evaluation, split, { signal: controller.signal, quiet: true }),
    { name: "AbortError" },
  );
});
