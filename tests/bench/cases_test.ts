import assert from "node:assert/strict";
import type { BenchCase } from "../../bench/case.ts";
import { adamCases } from "../../bench/cases/adam.ts";
import { pairwiseCases } from "../../bench/cases/pairwise.ts";
import type { DeviceArray } from "../../src/gpu/device_array.ts";
import { type Gpu, openGpu } from "../../src/gpu/gpu.ts";

/** What stands in one array of one kernel of a case before or after each of two recordings. */
async function watched(
  gpu: Gpu,
  measured: BenchCase,
  [kernelName, name, when]: [kernel: string, array: string, when: "before" | "after"],
): Promise<Float32Array[]> {
  using prepared = measured.prepare(gpu);
  const dispatch = gpu.dispatch;
  const seen: DeviceArray[] = [];
  gpu.dispatch = (kernel, arrays, ...rest) => {
    const keep = () => {
      const copy = gpu.array("seen", arrays[name]!.byteLength);
      gpu.copy(arrays[name]!, copy);
      seen.push(copy);
    };
    const wanted = kernel.name === kernelName;
    if (wanted && when === "before") keep();
    dispatch.call(gpu, kernel, arrays, ...rest);
    if (wanted && when === "after") keep();
  };
  for (let n = 0; n < 2; n++) {
    prepared.restore?.();
    prepared.record();
  }
  gpu.dispatch = dispatch;
  const read = await gpu.read(...seen);
  for (const copy of seen) copy.dispose();
  return read.map((bytes) => new Float32Array(bytes));
}

/** Rows of 64 numbers for which `holds`, of all. */
function share(values: Float32Array, holds: (row: Float32Array) => boolean): number {
  const rows = values.length / 64;
  let held = 0;
  for (let row = 0; row < rows; row++) if (holds(values.subarray(64 * row, 64 * row + 64))) held++;
  return held / rows;
}

const isSmall = ({ shape }: BenchCase) => shape.includes("30,400 rows, dim 64") && !shape.startsWith("8,192");
const ofAdam = adamCases.filter(isSmall);
const steps = pairwiseCases.filter(isSmall);

Deno.test("every recording of Adam's cases finds the gradients that it is charged for setting to zero", async () => {
  using gpu = await openGpu();
  for (const measured of [...ofAdam.filter(({ name }) => name === "Adam"), ...steps]) {
    const gradients = await watched(gpu, measured, ["optimizer/adam", "gradient", "before"]);
    assert.equal(gradients.length, 2, measured.name);
    for (const gradient of gradients) {
      assert.equal(share(gradient, (row) => row.every((value) => value !== 0)), 1, measured.name);
    }
  }
});

Deno.test("every recording of the unit ball's cases finds all rows outside", async () => {
  using gpu = await openGpu();
  const cases = [...ofAdam, ...steps].filter(({ name }) => name === "unit ball" || name === "CML step");
  assert.equal(cases.length, 2);
  for (const measured of cases) {
    const tables = await watched(gpu, measured, ["optimizer/unit_ball", "table", "before"]);
    assert.equal(tables.length, 2, measured.name);
    for (const table of tables) assert.equal(share(table, (row) => Math.hypot(...row) > 1), 1, measured.name);
  }
});

Deno.test("every recording of a pairwise step has a loss for each triple", async () => {
  using gpu = await openGpu();
  assert.deepEqual(steps.map(({ name }) => name), ["BPR step", "CML step"]);
  for (const measured of steps) {
    const coefficients = await watched(gpu, measured, ["loss/pairwise", "coefficients", "after"]);
    assert.equal(coefficients.length, 2, measured.name);
    for (const each of coefficients) assert.ok(each.every((value) => value !== 0), measured.name);
  }
});
