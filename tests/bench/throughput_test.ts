import assert from "node:assert/strict";
import type { BenchCase } from "../../bench/case.ts";
import { cost } from "../../bench/costs.ts";
import { type Measurement, partMilliseconds } from "../../bench/measure.ts";
import { fitCurves, scalingCurves } from "../../bench/scaling.ts";
import {
  ceilingsOf,
  throughput,
  throughputColumns,
  throughputRows,
  throughputsOf,
} from "../../bench/throughput.ts";
import { textTable } from "../../src/report/table.ts";

const ceilings = { bytes: 100e9, operations: 1000e9, exponentials: 50e9 };

function measurement(
  given: Partial<BenchCase>,
  milliseconds: number,
  kernels: Measurement["kernels"] = [],
): Measurement {
  const measured = { family: "f", name: "n", shape: "s", quick: true, cost: cost({}), ...given } as BenchCase;
  const clocks = { device: kernels.length > 0 ? milliseconds : null, host: milliseconds, processor: 0 };
  const clock = kernels.length > 0 ? "device" : "host";
  return { measured, clock, milliseconds, clocks, repeats: 1, kernels, first: 0 };
}

Deno.test("throughput() names the ceiling that allows the least, and the share of it that is reached", () => {
  const work = cost({ bytes: 1e9, operations: 50e9, exponentials: 0.1e9 });
  const { rates, fractions, ofLimit, limit } = throughput("a", "b", 100, work, ceilings);
  assert.deepEqual(rates, { bytes: 10e9, operations: 500e9, exponentials: 1e9 });
  assert.deepEqual(fractions, { bytes: 0.1, operations: 0.5, exponentials: 0.02 });
  assert.equal(limit, "operations");
  assert.equal(ofLimit, 0.5);
});

Deno.test("ceilingsOf() takes the probes' rates", () => {
  const probes = [
    measurement({ name: "copy", cost: cost({ bytes: 2e9 }) }, 1000),
    measurement({ name: "multiply-add", cost: cost({ operations: 4e9 }) }, 500),
    measurement({ name: "exponential", cost: cost({ exponentials: 3e9 }) }, 2000),
  ];
  assert.deepEqual(ceilingsOf(probes), { bytes: 2e9, operations: 8e9, exponentials: 1.5e9 });
});

Deno.test("partMilliseconds() gives each part the share of its kernels, and null without timestamps", () => {
  const part = { name: "p", kernels: /^a/, cost: cost({}) };
  const kernels = [{ name: "a1", milliseconds: 1 }, { name: "b", milliseconds: 6 }, {
    name: "a2",
    milliseconds: 2,
  }];
  assert.equal(partMilliseconds(measurement({}, 18, kernels), part), 6);
  assert.equal(partMilliseconds(measurement({}, 18), part), null);
  assert.equal(partMilliseconds({ ...measurement({}, 39, kernels), clock: "processor" }, part), null);
  assert.equal(partMilliseconds({ ...measurement({}, 45, kernels), clock: "processor" }, part), 15);
});

Deno.test("throughputRows() lists a case, then its parts where times are known", () => {
  const parts = [{ name: "half", kernels: /a/, cost: cost({ bytes: 1e6 }) }];
  const given = { cost: cost({ bytes: 2e6, operations: 3e6 }), parts };
  const known = measurement(given, 2, [{ name: "a", milliseconds: 1 }, { name: "b", milliseconds: 1 }]);
  const rows = throughputRows(throughputsOf([known, measurement(given, 2)], ceilings));
  assert.deepEqual(rows.map((row) => [row[0], row[2]]), [["f: n", 2], ["→ half", 1], ["f: n", 2]]);
  assert.equal(textTable(throughputColumns, rows).split("\n").length, 5);
});

Deno.test("throughputsOf() counts for a part what it costs on that kind of adapter", () => {
  const parts = [{ name: "p", kernels: /a/, cost: cost({ bytes: 1e6 }), hardwareCost: cost({ bytes: 3e6 }) }];
  const known = measurement({ parts }, 2, [{ name: "a", milliseconds: 2 }]);
  const bytes = (kind: "hardware" | "software") => throughputsOf([known], ceilings, kind)[1]!.cost.bytes;
  assert.deepEqual([bytes("software"), bytes("hardware")], [1e6, 3e6]);
});

Deno.test("fitCurves() finds exponent 1 where time follows the operations", () => {
  const curves = scalingCurves("quick");
  assert.equal(curves.length, 9);
  const cases = [...new Set(curves.flatMap((curve) => curve.cases))];
  assert.equal(cases.length, 3 * 7);
  const times = cases.map((one) => ({ ...measurement({}, one.cost.operations / 1e6), measured: one }));
  for (const result of fitCurves(curves, times)) {
    assert.ok(Math.abs(result.exponent - result.expected) < 1e-9);
    if (result.axis === "items") assert.ok(result.expected > 0.9 && result.expected < 1 + 1e-9);
  }
});
