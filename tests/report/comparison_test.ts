import assert from "node:assert/strict";
import { compareStudent } from "../../src/report/comparison.ts";
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
