import assert from "node:assert/strict";
import { comparisonCsv, trialsCsv } from "../../src/report/comparison_csv.ts";
import { meanCurve } from "../../src/report/comparison_figure.ts";
import { shareKept, spreadOf } from "../../src/report/comparison_summary.ts";
import { formatP, formatSpread } from "../../src/report/comparison_tables.ts";
import { renderComparison } from "../../src/report/render_comparison.ts";
import { assertFiniteGeometry, parseMarkup } from "./markup.ts";
import { sampleComparison } from "./sample_comparison.ts";

Deno.test("renderComparison() is well-formed, with unique ids, and refers to nothing outside", () => {
  const html = renderComparison(sampleComparison());
  assertFiniteGeometry(html);
  const ids = parseMarkup(html).elements.flatMap(({ attributes }) => attributes.get("id") ?? []);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(!/<script|<link|<img|\bsrc=|\bhref=|url\(|@import/i.test(html));
});

Deno.test("renderComparison() shows means, deviations, shares kept, tests and settings", () => {
  const text = parseMarkup(renderComparison(sampleComparison())).text.replace(/\s+/g, " ");
  for (
    const part of [
      "Recall@50 of 0.2100",
      // (.21 - .11) / (.31 - .11)
      "keeps 50.0 %",
      "The best other published method is RRD with 0.1600 (p = 1).",
      "The best of this project's own is Weighted lists with 0.2300.",
      "RRD 0.1600: −0.0500 ± 0.0100, t <.0001, W .030",
      "2 trainings are still to be done",
      "0.2100 ± 0.0141",
      "+0.0500 ± 0.0100 t <.0001, W .030",
      "−0.0020 ± 0.0100 t 1, W .50",
      "0.2000 (learningRate 0.003); 0.1000 (learningRate 0.01)",
      "0.400 ms",
      "24.0 KB",
      "0123abc",
      "deno task compare --seeds 1,2",
    ]
  ) {
    assert.ok(text.includes(part), part);
  }
  assert.doesNotMatch(text, /NaN|undefined|Infinity/);
});

Deno.test("renderComparison() shows both groups of users in the generalization setup, and bears empty comparisons", () => {
  const summary = sampleComparison();
  summary.setup = "generalization";
  for (const { cells } of summary.methods) {
    for (const cell of cells) cell.outsideMetrics = { ...cell.metrics, "recall@50": 0.0777 };
  }
  const text = parseMarkup(renderComparison(summary)).text;
  assert.match(text, /0\.2100 ± 0\.0141 outside 0\.0777/);
  assert.match(comparisonCsv(summary), /outside\.test\.recall@50/);
  const empty = { ...sampleComparison(), methods: [], references: [], tests: [], leaders: [], main: "" };
  const bare = renderComparison(empty);
  assertFiniteGeometry(bare);
  assert.doesNotMatch(parseMarkup(bare).text, /NaN|undefined|Infinity/);
});

Deno.test("comparisonCsv() has one line per training and model, all of one width", () => {
  const summary = sampleComparison();
  summary.methods[0]!.title = 'with "quotes", and a comma';
  const lines = comparisonCsv(summary).trimEnd().split("\n");
  assert.equal(lines.length, 1 + 8 + 3);
  assert.ok(
    lines[1]!.startsWith('bpr,"with ""quotes"", and a comma",student,1,6000,24000,30,20,60,0.0004,0.05,'),
  );
  const width = (line: string) => line.replaceAll(/"(?:[^"]|"")*"/g, "").split(",").length;
  assert.equal(new Set(lines.map(width)).size, 1);
});

Deno.test("trialsCsv() has one line per trial", () => {
  assert.deepEqual(trialsCsv(sampleComparison()).trimEnd().split("\n").slice(0, 3), [
    "name,trial,valid.recall@50,epochs,settings,tuned_in",
    'bpr,1,0.2,30,"{""learningRate"":0.003}",',
    'bpr,2,0.1,30,"{""learningRate"":0.01}",',
  ]);
});

Deno.test("renderComparison() names the adapters that trained, or else the one at hand", () => {
  const summary = sampleComparison();
  assert.match(parseMarkup(renderComparison(summary)).text, /Adapterllvmpipe \(software\)/);
  summary.methods[0]!.cells[0]!.adapter = "GPU <one>";
  summary.methods[1]!.cells[0]!.adapter = "GPU <one>";
  summary.methods[3]!.cells[1]!.adapter = "GPU two";
  assert.match(parseMarkup(renderComparison(summary)).text, /AdapterGPU <one>GPU two\n/);
});

Deno.test("spreads, shares, p-values and mean curves at their limits", () => {
  assert.deepEqual(spreadOf([2, 4]), { mean: 3, deviation: Math.SQRT2 });
  assert.deepEqual([formatSpread([]), formatSpread([0.5]), formatSpread([1, 0])], [
    "–",
    "0.5000",
    "0.5000 ± 0.7071",
  ]);
  assert.deepEqual([0, 0.00994, 0.0523, 0.512, 1, NaN].map(formatP), [
    "<.0001",
    ".0099",
    ".052",
    ".51",
    "1",
    "–",
  ]);
  const summary = sampleComparison();
  summary.references = [];
  assert.equal(shareKept(summary, summary.methods[3]!, "recall@50"), undefined);
  const method = summary.methods[0]!;
  method.cells[1]!.curve.pop();
  assert.deepEqual(meanCurve(method).map(({ x }) => x), [10, 20]);
  assert.ok(Math.abs(meanCurve(method)[1]!.y - 0.11 * 20 / 25) < 1e-12);
});
