import assert from "node:assert/strict";
import { resultsFigure, resultsPicture } from "../../src/report/results_figure.ts";
import { assertFiniteGeometry, parseMarkup } from "./markup.ts";
import { sampleComparison } from "./sample_comparison.ts";

Deno.test("the benchmark setup has a panel for each of two metrics, with w/o KD and the ensemble", () => {
  const { text } = parseMarkup(resultsFigure(sampleComparison()));
  for (
    const part of ["Recall@50 (test)", "NDCG@50 (test)", "w/o KD 0.1100", "ensemble 0.3100", "Figure 1."]
  ) {
    assert.ok(text.includes(part), part);
  }
  assert.match(text, /HetComp: 0\.2100 ± 0\.0141/);
  // It has no finished training.
  assert.doesNotMatch(text, /ranked loss only/);
});

Deno.test("the generalization setup has a panel for users inside and one for users outside, who have no ensemble", () => {
  const summary = sampleComparison();
  summary.setup = "generalization";
  for (const { cells } of summary.methods) {
    for (const cell of cells) cell.outsideMetrics = { ...cell.metrics, "recall@50": 0.0777 };
  }
  const { text } = parseMarkup(resultsFigure(summary));
  assert.match(text, /Recall@50, users inside[\s\S]*ensemble 0\.3100[\s\S]*Recall@50, users outside/);
  assert.doesNotMatch(text.slice(text.indexOf("users outside")), /ensemble 0/);
  assert.match(text, /HetComp: 0\.0777/);
});

Deno.test("resultsPicture() stands alone: colours of both themes, no id twice", () => {
  const svg = resultsPicture(sampleComparison());
  assertFiniteGeometry(svg);
  const { elements, text } = parseMarkup(svg);
  const ids = elements.flatMap(({ attributes }) => attributes.get("id") ?? []);
  assert.equal(ids.length, 4);
  assert.equal(new Set(ids).size, 4);
  assert.match(svg, /<style>:root\{[\s\S]*prefers-color-scheme:dark[\s\S]*<\/style>/);
  assert.match(text, /sample, benchmark setup/);
  assertFiniteGeometry(resultsPicture({ ...sampleComparison(), methods: [], references: [] }));
});
