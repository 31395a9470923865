import assert from "node:assert/strict";
import { cellFolder } from "../../src/cli/compare_cells.ts";
import { leadersOf, readMethodValues, testsAgainst } from "../../src/cli/compare_tests.ts";
import { writeAtomically } from "../../src/data/files.ts";
import { encodeSafetensors } from "../../src/data/safetensors.ts";
import { holm, pairedTTest, wilcoxonSignedRank } from "../../src/evaluate/significance.ts";
import { comparedMetrics, type MethodSummary } from "../../src/report/comparison_summary.ts";
import { sampleComparison } from "../report/sample_comparison.ts";
import { temporaryFolder } from "./small_run.ts";

const metric = "recall@50";

/** A method of two seeds whose users have about this value, those of one seed more and of the other less. */
async function finished(
  folder: string,
  name: string,
  group: MethodSummary["group"],
  level: number,
  users = 30,
): Promise<{ method: MethodSummary; values: Float64Array }> {
  const [pattern] = sampleComparison().methods;
  const values = Float64Array.from(
    { length: users },
    (_, user) => level + 0.01 * Math.sin(7 * user + 100 * level),
  );
  const cells = [1, 2].map((seed) => {
    const own = Float32Array.from(values, (value) => value + (seed === 1 ? 0.125 : -0.125));
    const mean = own.reduce((sum, value) => sum + value, 0) / users;
    const metrics = Object.fromEntries(Object.keys(comparedMetrics).map((key) => [key, mean]));
    return { own, cell: { ...pattern!.cells[0]!, seed, metrics } };
  });
  for (const { own, cell } of cells) {
    const tensors = Object.fromEntries(
      Object.keys(comparedMetrics).map((key) => [key, { dtype: "F32" as const, shape: [users], data: own }]),
    );
    await writeAtomically(
      `${cellFolder(folder, name, cell.seed)}/per_user.safetensors`,
      encodeSafetensors(tensors),
    );
  }
  return { method: { ...pattern!, name, title: name, group, cells: cells.map(({ cell }) => cell) }, values };
}

Deno.test("tests are of the users' means over the seeds, corrected over all that are tested; leaders are published", async () => {
  await using folder = await temporaryFolder();
  const made = new Map<string, Awaited<ReturnType<typeof finished>>>();
  for (
    const [name, group, level] of [
      ["plain", "method", 0.3],
      ["good", "method", 0.404],
      ["better", "method", 0.41],
      ["variant", "ablation", 0.9],
      ["ours", "own", 0.42],
      ["also ours", "own", 0.35],
      ["alone", "single", 0.8],
    ] as const
  ) made.set(name, await finished(folder.path, name, group, level));
  const methods = [...made.values()].map(({ method }) => method);
  const valuesOf = (name: string) => made.get(name)!.values;
  const main = made.get("better")!.method;

  const tests = testsAgainst(main, await readMethodValues(folder.path, methods));
  assert.equal(tests.length, 6 * Object.keys(comparedMetrics).length);
  const ofMetric = tests.filter((test) => test.metric === metric);
  const others = ofMetric.map(({ name }) => name);
  const expected = holm(others.map((name) => pairedTTest(valuesOf("better"), valuesOf(name)).p));
  const signed = holm(others.map((name) => wilcoxonSignedRank(valuesOf("better"), valuesOf(name)).p));
  ofMetric.forEach(({ t, wilcoxon, difference, name }, n) => {
    assert.ok(Math.abs(t - expected[n]!) < 1e-3 * expected[n]! + 1e-9, name);
    assert.ok(Math.abs(wilcoxon - signed[n]!) < 1e-9, name);
    const mean = valuesOf("better").reduce((sum, value, user) => sum + value - valuesOf(name)[user]!, 0) / 30;
    assert.ok(Math.abs(difference - mean) < 1e-6, name);
  });

  const leaders = leadersOf(await readMethodValues(folder.path, methods));
  assert.deepEqual(leaders.map((leader) => leader.metric), Object.keys(comparedMetrics));
  const leader = leaders.find((one) => one.metric === metric)!;
  assert.deepEqual([leader.best, leader.second!.name, leader.own!.name], ["better", "good", "ours"]);
  const family = ["good", "ours", "plain", "also ours"];
  const [second] = holm(family.map((name) => pairedTTest(valuesOf("better"), valuesOf(name)).p));
  assert.ok(Math.abs(leader.second!.t - second!) < 1e-3 * second! + 1e-9);
  assert.ok(leader.own!.difference < 0 && leader.second!.difference > 0);
});

Deno.test("one user is no sample: there are leaders, and no tests", async () => {
  await using folder = await temporaryFolder();
  const [good, plain] = [
    await finished(folder.path, "good", "method", 0.4, 1),
    await finished(folder.path, "plain", "method", 0.3, 1),
  ].map(({ method }) => method);
  assert.deepEqual(testsAgainst(good!, await readMethodValues(folder.path, [good!, plain!])), []);
  const [leader] = leadersOf(await readMethodValues(folder.path, [good!, plain!]));
  assert.deepEqual(leader, { metric: Object.keys(comparedMetrics)[0], best: "good" });
});

Deno.test("leadersOf() bears one method alone, and none", async () => {
  await using folder = await temporaryFolder();
  const { method } = await finished(folder.path, "one", "method", 0.3);
  const [leader] = leadersOf(await readMethodValues(folder.path, [method]));
  assert.deepEqual(leader, { metric: Object.keys(comparedMetrics)[0], best: "one" });
  const { method: own } = await finished(folder.path, "own", "own", 0.3);
  assert.deepEqual(leadersOf(await readMethodValues(folder.path, [own])), []);
});
