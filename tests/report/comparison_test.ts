import assert from "node:assert/strict";
import { bestRow, compareStudent, ensembleGain } from "../../src/report/comparison.ts";
import { sampleSummary } from "./sample_summary.ts";

Deno.test("compareStudent() computes gain, share kept and size ratio", () => {
  const result = compareStudent(sampleSummary(), "recall@50");
  assert.ok(Math.abs(result.gain! - (0.23 - 0.13) / 0.13) < 1e-12);
  assert.ok(Math.abs(result.shareKept! - (0.23 - 0.13) / (0.28 - 0.13)) < 1e-12);
  assert.equal(result.teacherBytes, 96 * 4000);
  assert.equal(result.teacherParameters, 96 * 1000);
  assert.equal(result.sizeRatio, 16);
});

Deno.test("compareStudent() leaves undefined what has no meaning", () => {
  const summary = sampleSummary();
  summary.rows.find(({ role }) => role === "ensemble")!.metrics["recall@50"] = 0.13;
  delete summary.rows.find(({ name }) => name === "MF")!.bytes;
  const result = compareStudent(summary, "recall@50");
  assert.equal(result.shareKept, undefined);
  assert.equal(result.sizeRatio, undefined);
  summary.rows.find(({ role }) => role === "baseline")!.metrics["recall@50"] = 0;
  assert.equal(compareStudent(summary, "recall@50").gain, undefined);
  assert.equal(compareStudent({ rows: [], student: { bytes: 0 } }, "recall@50").sizeRatio, undefined);
});

Deno.test("compareStudent() finds w/o KD among other baselines, and guesses at none of several", () => {
  const summary = sampleSummary();
  summary.rows.unshift({ name: "RRD", role: "baseline", metrics: {} });
  assert.equal(compareStudent(summary, "recall@50").withoutKd?.name, "w/o KD");
  summary.rows.find(({ name }) => name === "w/o KD")!.name = "DCD";
  assert.equal(compareStudent(summary, "recall@50").withoutKd, undefined);
});

Deno.test("ensembleGain() compares with the teacher that is best in the metric itself", () => {
  const { rows } = sampleSummary();
  assert.deepEqual(ensembleGain(rows, "recall@50"), { teacher: "MF", gain: (0.28 - 0.2653) / 0.2653 });
  rows.find(({ name }) => name === "ML")!.metrics["ndcg@50"] = 0.2;
  const { teacher, gain } = ensembleGain(rows, "ndcg@50")!;
  assert.equal(teacher, "ML");
  assert.ok(Math.abs(gain - (0.14 - 0.2) / 0.2) < 1e-12);
});

Deno.test("ensembleGain() is undefined for one teacher, none, no ensemble, and nothing measured", () => {
  const { rows } = sampleSummary();
  const without = (name: string) => rows.filter((row) => row.name !== name);
  assert.equal(ensembleGain(without("MF"), "recall@50"), undefined);
  assert.equal(ensembleGain(without("Ensemble"), "recall@50"), undefined);
  assert.equal(ensembleGain([], "recall@50"), undefined);
  assert.equal(ensembleGain(rows, "recall@7"), undefined);
  rows.forEach((row) => row.metrics["recall@50"] = 0);
  assert.equal(ensembleGain(rows, "recall@50"), undefined);
  rows.find(({ name }) => name === "MF")!.metrics["recall@50"] = NaN;
  assert.equal(ensembleGain(rows, "recall@50"), undefined);
});

Deno.test("bestRow() takes the first of equal rows and passes over what was not measured", () => {
  const row = (name: string, value?: number) => ({
    name,
    role: "yardstick" as const,
    metrics: value === undefined ? {} : { m: value },
  });
  assert.equal(bestRow([row("a"), row("b", 1), row("c", 1), row("d", NaN)], "yardstick", "m")?.name, "b");
  assert.equal(bestRow([row("a")], "yardstick", "m"), undefined);
  assert.equal(bestRow([row("a", 1)], "teacher", "m"), undefined);
});
