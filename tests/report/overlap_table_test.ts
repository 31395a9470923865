import assert from "node:assert/strict";
import { overlapLines, overlapTable } from "../../src/report/overlap_table.ts";
import { parseMarkup } from "./markup.ts";
import { sampleSummary } from "./sample_summary.ts";

Deno.test("overlapTable() shades each value by its size, but not the diagonal", () => {
  const html = overlapTable(sampleSummary(), 2);
  const { elements, text } = parseMarkup(html);
  const cells = elements.filter(({ name }) => name === "td").map(({ attributes }) => attributes.get("style"));
  assert.deepEqual(cells, [
    ...[undefined, "--shade:43%", "--shade:70%"],
    ...["--shade:43%", undefined, "--shade:60%"],
    ...["--shade:70%", "--shade:60%", undefined],
  ]);
  assert.ok(text.startsWith("\n\nTable 2. Overlap of the first 50 places."), text);
  for (const part of ["1.00", "0.43", "0.70", "0.60"]) assert.ok(text.includes(part), part);
});

Deno.test("overlapTable() shows what was not measured as an en dash without a shade", () => {
  const summary = sampleSummary();
  summary.overlap!.means = [[NaN, null as unknown as number]];
  const html = overlapTable(summary, 2);
  assert.equal(html.match(/<td class="none">–<\/td>/g)!.length, 9);
  assert.ok(!html.includes("--shade"));
});

Deno.test("overlapTable() is empty where there are no two lists", () => {
  const summary = sampleSummary();
  summary.overlap!.names = ["MF"];
  assert.equal(overlapTable(summary, 2), "");
  delete summary.overlap;
  assert.equal(overlapTable(summary, 2), "");
});

Deno.test("overlapLines() is a table for a terminal", () => {
  assert.deepEqual(overlapLines(sampleSummary().overlap!).split("\n"), [
    "overlap@50    MF    ML  Ensemble",
    "──────────  ────  ────  ────────",
    "MF          1.00  0.43      0.70",
    "ML          0.43  1.00      0.60",
    "Ensemble    0.70  0.60      1.00",
  ]);
});
