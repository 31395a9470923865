import assert from "node:assert/strict";
import { stateTable } from "../../src/report/state_table.ts";
import { sampleSummary } from "./sample_summary.ts";

const state = (epoch: number) => ({ epoch, metrics: { "recall@50": epoch / 100 } });
const headOf = (...teachers: number[][]) => {
  const stateMetrics = teachers.map((epochs, n) => ({ teacher: `t${n}`, states: epochs.map(state) }));
  return stateTable({ ...sampleSummary(), stateMetrics }, 3);
};

Deno.test("stateTable() calls the last column final only where it is every teacher's last", () => {
  const same = headOf([10, 20, 30, 40], [1, 2, 3, 4]);
  assert.match(same, /State 0 \(early\)<.*State 3 \(final\)</s);
  const mixed = headOf([10, 20, 30, 40], [0]);
  assert.doesNotMatch(mixed, /State \d \(/);
  assert.match(mixed, /the last one that a teacher has is its final one/);
  const single = headOf([5], [0]);
  assert.match(single, /State 0 \(final\)</);
  assert.match(headOf([0.25, 0.5, 1, 1200]), /0\.2500<.*0\.5000<.*>1<.*1\u202f200</s);
  assert.equal(headOf(), "");
});
