import assert from "node:assert/strict";
import { renderTeachersReport } from "../../src/report/render_teachers_report.ts";
import type { TeachersSummary } from "../../src/report/run_summary.ts";
import { parseMarkup } from "./markup.ts";
import { sampleSummary } from "./sample_summary.ts";

function teachersOnly(): TeachersSummary {
  const { student: _1, history: _2, baseline: _3, phaseSwitch: _4, bestEpoch: _5, ...summary } =
    sampleSummary();
  const rows = summary.rows.filter(({ role }) => role !== "student" && role !== "baseline");
  return { ...summary, rows, title: "Teachers & co" };
}

Deno.test("renderTeachersReport() shows results, gain, overlaps and states, and nothing of a student", () => {
  const html = renderTeachersReport(teachersOnly());
  const { elements, text } = parseMarkup(html);
  const headings = elements.filter(({ name }) => name === "h2").map(({ attributes }) => attributes.get("id"));
  assert.deepEqual(headings, [
    "overlap-heading",
    "states-heading",
    "settings-heading",
    "definitions-heading",
  ]);
  const flat = text.replace(/\s+/g, " ");
  for (
    const part of [
      "Teachers & co",
      "the ensemble of 2 teachers reaches a test Recall@50 of 0.2800. Ensemble over best teacher (MF): Recall@50 +5.5 %",
      "RP3beta",
      "Table 2. Overlap",
      "Table 3. Trajectory states",
      "EASE is left out.",
    ]
  ) {
    assert.ok(flat.includes(part), part);
  }
  assert.doesNotMatch(flat, /w\/o KD|ranked phase|Share kept|undefined|NaN/);
  assert.ok(!elements.some(({ name }) => name === "figure" || name === "script"));
});

Deno.test("renderTeachersReport() works where nothing is known", () => {
  const { notes: _1, overlap: _2, stateMetrics: _3, ...summary } = teachersOnly();
  const { text } = parseMarkup(renderTeachersReport({ ...summary, rows: [], seconds: {} }));
  assert.ok(text.includes("No model was evaluated"));
  assert.doesNotMatch(text, /Table|undefined|NaN/);
});
