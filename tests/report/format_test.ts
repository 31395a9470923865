import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatBytes,
  formatChange,
  formatCount,
  formatDuration,
  formatMetric,
  formatNumber,
  formatPercent,
  formatShare,
} from "../../src/report/format.ts";

Deno.test("every format shows an en dash for what was not measured", () => {
  for (
    const format of [
      formatBytes,
      formatChange,
      formatCount,
      formatDuration,
      formatMetric,
      formatNumber,
      formatPercent,
      formatShare,
    ]
  ) {
    for (const value of [NaN, Infinity, -Infinity, undefined, null]) assert.equal(format(value), "–");
  }
});

Deno.test("formatMetric() keeps four decimals and no negative zero", () => {
  assert.equal(formatMetric(0.26534), "0.2653");
  assert.equal(formatMetric(0), "0.0000");
  assert.equal(formatMetric(1), "1.0000");
  assert.equal(formatMetric(-1e-9), "0.0000");
  assert.equal(formatMetric(-0.5), "-0.5000");
});

Deno.test("formatNumber() keeps four significant digits", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [-0, "0"],
    [1, "1.000"],
    [9.99996, "10.00"],
    [61.2345, "61.23"],
    [12345.6, "12346"],
    [999999.4, "1.000e6"],
    [1234567, "1.235e6"],
    [0.00012345, "0.0001234"],
    [0.000012345, "1.234e-5"],
    [-2.5, "-2.500"],
  ];
  for (const [value, text] of cases) assert.equal(formatNumber(value), text);
});

Deno.test("formatNumber() is within half a unit of the fourth digit", () => {
  fc.assert(fc.property(fc.double({ min: -1e300, max: 1e300, noNaN: true }), (value) => {
    const error = Math.abs(Number(formatNumber(value)) - value);
    assert.ok(error <= Math.abs(value) * 5.01e-4 + 1e-320, `${value} -> ${formatNumber(value)}`);
  }));
});

Deno.test("formatCount() groups digits in threes", () => {
  assert.equal(formatCount(0), "0");
  assert.equal(formatCount(999), "999");
  assert.equal(formatCount(1000), "1\u202f000");
  assert.equal(formatCount(1234567), "1\u202f234\u202f567");
  assert.equal(formatCount(-1000), "-1\u202f000");
});

Deno.test("formatBytes() picks the unit after rounding", () => {
  const cases: [number, string][] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.00 KB"],
    [9994, "9.99 KB"],
    [9996, "10.0 KB"],
    [729600, "730 KB"],
    [999499, "999 KB"],
    [999500, "1.00 MB"],
    [23347200, "23.3 MB"],
    [11.8e9, "11.8 GB"],
    [5e15, "5000 TB"],
  ];
  for (const [value, text] of cases) assert.equal(formatBytes(value), text);
});

Deno.test("formatDuration() uses the two largest units", () => {
  const cases: [number, string][] = [
    [0, "0 s"],
    [1e-5, "<1 ms"],
    [0.42, "420 ms"],
    [0.9996, "1.0 s"],
    [12.34, "12.3 s"],
    [59.96, "1 min"],
    [192, "3 min 12 s"],
    [3599.6, "1 h"],
    [7500, "2 h 5 min"],
    [86399, "1 d"],
    [90000, "1 d 1 h"],
    [-192, "-3 min 12 s"],
  ];
  for (const [value, text] of cases) assert.equal(formatDuration(value), text);
});

Deno.test("formatPercent() keeps one decimal", () => {
  assert.equal(formatPercent(0.6645), "66.5 %");
  assert.equal(formatPercent(-0.1), "-10.0 %");
});

Deno.test("formatChange() always has a sign", () => {
  assert.equal(formatChange(0.0615), "+6.2 %");
  assert.equal(formatChange(-0.25), "-25.0 %");
  assert.equal(formatChange(0), "+0.0 %");
  assert.equal(formatChange(-1e-9), "+0.0 %");
});

Deno.test("formatShare() keeps two decimals", () => {
  assert.equal(formatShare(0.4321), "0.43");
  assert.equal(formatShare(1), "1.00");
});
