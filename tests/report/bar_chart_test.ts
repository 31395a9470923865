import assert from "node:assert/strict";
import { type BarChart, barChart } from "../../src/report/bar_chart.ts";
import { assertFiniteGeometry, parseMarkup } from "./markup.ts";

const chart: BarChart = {
  id: "bars",
  title: "Bars <all>",
  description: "Some bars.",
  width: 400,
  groups: [
    { title: "first", bars: [{ name: "half", value: 0.5, deviation: 0.1, color: "red" }] },
    { title: "second", bars: [{ name: "whole & more", value: 1, color: "blue", bold: true }] },
  ],
  references: [{ name: "line", value: 0.75, color: "black" }],
  format: (value) => value.toFixed(2),
};

/** Left end and length of each bar. */
function bars(svg: string): [number, number][] {
  return parseMarkup(svg).elements.flatMap(({ attributes }) => {
    const match = /^M([\d.]+) [\d.]+h([\d.]+)v/.exec(attributes.get("d") ?? "");
    return match ? [[Number(match[1]), Number(match[2])] as [number, number]] : [];
  });
}

Deno.test("barChart() draws lengths in proportion, from 0, values and names beside them", () => {
  const { svg, height } = barChart(chart);
  assertFiniteGeometry(svg);
  const [[from, half], [start, whole]] = bars(svg) as [[number, number], [number, number]];
  assert.equal(from, start);
  assert.ok(Math.abs(whole - 2 * half) < 0.05);
  const line = /<path d="M([\d.]+) [\d.]+V[\d.]+"[^>]*><title>line: 0\.75</.exec(svg);
  assert.ok(Math.abs(Number(line![1]) - (from + 1.5 * half)) < 0.05);
  const { text, elements } = parseMarkup(svg);
  for (const part of ["Bars <all>", "whole & more", "half: 0.50 ± 0.10", "line 0.75", "second"]) {
    assert.ok(text.includes(part), part);
  }
  assert.equal(elements[0]!.attributes.get("viewBox"), `0 0 400 ${height}`);
});

Deno.test("barChart() leaves out what has no value, groups without bars too", () => {
  const { svg, height } = barChart({
    ...chart,
    groups: [
      { title: "nothing", bars: [{ name: "lost", value: NaN, deviation: NaN, color: "red" }] },
      { title: "something", bars: [{ name: "zero", value: 0, deviation: NaN, color: "red" }] },
    ],
    references: [{ name: "nowhere", value: Infinity, color: "black" }],
  });
  assertFiniteGeometry(svg);
  assert.ok(height < barChart(chart).height);
  assert.doesNotMatch(svg, /nothing|lost|nowhere|NaN/);
  assert.match(svg, /something/);
  assertFiniteGeometry(barChart({ ...chart, groups: [], references: [] }).svg);
});
