import assert from "node:assert/strict";
import fc from "fast-check";
import { renderReport } from "../../src/report/render_report.ts";
import type { EpochRecord, ModelRow, RunSummary } from "../../src/report/run_summary.ts";
import { assertFiniteGeometry, parseMarkup } from "./markup.ts";
import { sampleSummary } from "./sample_summary.ts";

function textOf(summary: RunSummary): string {
  return parseMarkup(renderReport(summary)).text.replace(/\s+/g, " ");
}

function tableRows(html: string): string[][] {
  const table = /<table>[\s\S]*?<\/table>/.exec(html)![0];
  return [...table.matchAll(/<tr[\s\S]*?<\/tr>/g)].map(([row]) =>
    [...row.matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map((match) => match[1]!)
  );
}

Deno.test("renderReport() is well-formed, with finite geometry and unique ids", () => {
  const html = renderReport(sampleSummary());
  assertFiniteGeometry(html);
  const ids = parseMarkup(html).elements.flatMap(({ attributes }) => attributes.get("id") ?? []);
  assert.equal(new Set(ids).size, ids.length);
  for (const { attributes } of parseMarkup(html).elements) {
    for (const id of (attributes.get("aria-labelledby") ?? "").split(" ")) {
      assert.ok(id === "" || ids.includes(id), id);
    }
  }
});

Deno.test("renderReport() refers to nothing outside the file and holds no script", () => {
  const html = renderReport(sampleSummary());
  assert.ok(!/<script|<link|<img|\bsrc=|\bhref=|url\(|@import/i.test(html));
  assert.deepEqual([...new Set(html.match(/https?:\/\/[^"\s]+/g))], ["http://www.w3.org/2000/svg"]);
  assert.ok(html.includes("prefers-color-scheme:dark") && html.includes("@media print"));
});

Deno.test("renderReport() states the result in its first paragraph", () => {
  const text = textOf(sampleSummary());
  for (
    const part of [
      "Recall@50 of 0.2300",
      "adds 76.9 %",
      "keeps 66.7 %",
      "16 times smaller",
      "24.0 KB",
      "384 KB",
    ]
  ) {
    assert.ok(text.includes(part), part);
  }
});

Deno.test("renderReport() says so when distillation does not help", () => {
  const summary = sampleSummary();
  summary.rows.find(({ role }) => role === "student")!.metrics["recall@50"] = 0.104;
  const text = textOf(summary);
  assert.ok(text.includes("takes away 20.0 %"));
  assert.ok(text.includes("keeps nothing"));
});

Deno.test("renderReport() sorts the rows, marks the ensemble and makes the best of each column bold", () => {
  const rows = tableRows(renderReport(sampleSummary()));
  assert.deepEqual(rows.map((row) => row[0]!.replace(/ <small>.*/, "")), [
    "Model",
    "RP3beta",
    "TopPop",
    "MF",
    "ML",
    "Ensemble",
    "w/o KD",
    "Student",
  ]);
  assert.ok(rows[5]![0]!.includes("the sum of its teachers"));
  const ensemble = rows[5]!.slice(1);
  assert.deepEqual(ensemble, [
    "<strong>0.1120</strong>",
    "<strong>0.0840</strong>",
    "<strong>0.2800</strong>",
    "<strong>0.1400</strong>",
    "–",
    "96\u202f000",
    "384 KB",
    "–",
  ]);
  const bold = rows.slice(1).map((row) => row.map((cell) => cell.startsWith("<strong>")));
  for (const column of [6, 7, 8]) {
    assert.deepEqual(bold.map((row) => row[column]), [false, false, false, false, false, true, true]);
  }
});

Deno.test("renderReport() says what the ensemble gains, what the best yardstick reaches, and what was left out", () => {
  const text = textOf(sampleSummary());
  for (
    const part of [
      "Ensemble over best teacher (MF): Recall@50 +5.5 %, NDCG@50 +5.5 %.",
      "The best yardstick without any training, RP3beta, reaches 0.2100.",
      "EASE is left out.",
    ]
  ) {
    assert.ok(text.includes(part), part);
  }
  const summary = sampleSummary();
  summary.rows.find(({ name }) => name === "RP3beta")!.metrics["recall@50"] = 0.3;
  assert.ok(textOf(summary).includes("RP3beta, reaches 0.3000, more than the ensemble."));
});

Deno.test("renderReport() numbers its tables in a row, whichever are there", () => {
  const numbers = (summary: RunSummary) =>
    [...renderReport(summary).matchAll(/<b>Table (\d)\.<\/b>/g)].map((match) => match[1]).join("");
  const summary = sampleSummary();
  assert.equal(numbers(summary), "1234");
  delete summary.overlap;
  assert.equal(numbers(summary), "123");
  delete summary.stateMetrics;
  assert.equal(numbers(summary), "12");
});

Deno.test("renderReport() shows every series and line of the figures", () => {
  const html = renderReport(sampleSummary());
  const figures = html.match(/<figure[\s\S]*?<\/figure>/g)!;
  assert.equal(figures.length, 3);
  for (const name of ["Student", "w/o KD", "MF", "ML", "Ensemble"]) {
    assert.ok(figures[0]!.includes(`<title>${name}`), name);
  }
  for (const name of ["MF", "ML"]) assert.ok(figures[1]!.includes(`<title>${name}</title>`), name);
  assert.ok(figures[2]!.includes("Loss, overall phase") && figures[2]!.includes("Loss, ranked phase"));
  assert.ok(figures[0]!.includes("ranked phase starts") && figures[1]!.includes("ranked phase starts"));
  assert.ok(figures[0]!.includes("Test Recall@50 per epoch"));
});

Deno.test("renderReport() falls back to validation curves and says that the lines are test values", () => {
  const summary = sampleSummary();
  for (const record of summary.history) delete record.test;
  assert.match(textOf(summary), /Validation Recall@50 per epoch\. Horizontal lines:[^.]*test values/);
  for (const row of summary.rows) row.validMetrics = { "recall@50": 0.2 };
  assert.doesNotMatch(textOf(summary), /their test values/);
});

Deno.test("renderReport() cuts a much longer training without distillation and says so", () => {
  const summary = sampleSummary();
  const last = { "recall@50": 0.1357 };
  summary.baseline.push({ epoch: 900, loss: 0.1, seconds: 1, valid: last, test: last });
  assert.ok(textOf(summary).includes("its epoch 900 reaches 0.1357"));
});

Deno.test("renderReport() draws w/o KD as a line when only its result is known", () => {
  const summary = sampleSummary();
  summary.baseline = [];
  const first = /<figure[\s\S]*?<\/figure>/.exec(renderReport(summary))![0];
  assert.ok(first.includes("<title>w/o KD: 0.1300</title>"));
});

Deno.test("renderReport() handles a run of one epoch", () => {
  const summary = sampleSummary();
  Object.assign(summary, {
    history: summary.history.slice(9, 10),
    baseline: [],
    phaseSwitch: null,
    bestEpoch: 10,
  });
  assertFiniteGeometry(renderReport(summary));
  assert.ok(textOf(summary).includes("the ranked phase was not reached"));
});

Deno.test("renderReport() handles a run of which nothing is known", () => {
  const summary = sampleSummary();
  Object.assign(summary, {
    rows: [],
    history: [],
    baseline: [],
    phaseSwitch: null,
    bestEpoch: NaN,
    seconds: {},
  });
  delete summary.stateMetrics;
  delete summary.overlap;
  delete summary.notes;
  assertFiniteGeometry(renderReport(summary));
  const text = textOf(summary);
  for (const part of ["No model was evaluated", "No Recall@50 was recorded", "No states", "No loss"]) {
    assert.ok(text.includes(part), part);
  }
});

Deno.test("renderReport() shows an en dash for NaN, null and absent metrics", () => {
  const summary = sampleSummary();
  for (const row of summary.rows) row.metrics = { "recall@10": NaN, "recall@50": null as unknown as number };
  const rows = tableRows(renderReport(summary)).slice(1);
  for (const row of rows) assert.deepEqual(row.slice(1, 5), ["–", "–", "–", "–"]);
  assert.ok(!/NaN|undefined|null/.test(textOf(summary)));
});

Deno.test("renderReport() gives the same page after a trip through JSON", () => {
  const summary = sampleSummary();
  summary.history[4]!.loss = NaN;
  assert.equal(renderReport(JSON.parse(JSON.stringify(summary))), renderReport(summary));
});

Deno.test("renderReport() is deterministic and leaves its input alone", () => {
  const summary = sampleSummary();
  const before = structuredClone(summary);
  assert.equal(renderReport(summary), renderReport(sampleSummary()));
  assert.deepEqual(summary, before);
});

Deno.test("renderReport() calls a teacher final at its own last state", () => {
  const summary = sampleSummary();
  const describedStates = () => /<desc id="states-wide-description">([^<]*)/.exec(renderReport(summary))![1]!;
  for (const record of summary.history) record.meanState = { MF: 0, ML: Math.min(2, record.epoch / 10) };
  const all = summary.stateMetrics!.map(({ states }) => states);
  summary.stateMetrics![0]!.states = all[0]!.slice(-1);
  summary.stateMetrics![1]!.states = all[1]!.slice(-3);
  assert.match(describedStates(), /^MF is final from epoch 1\. ML is final from epoch 20\.$/);
  summary.stateMetrics![1]!.states = all[1]!;
  assert.match(describedStates(), /ML does not reach its final state/);
});

Deno.test("renderReport() escapes every text of the user", () => {
  const nasty = `<b id="x">&'</b>`;
  const summary = sampleSummary();
  Object.assign(summary, {
    title: nasty,
    command: nasty,
    started: nasty,
    adapter: { name: nasty, kind: nasty },
  });
  Object.assign(summary.dataset, { name: nasty, fingerprint: nasty });
  summary.versions = { [nasty]: nasty };
  summary.seconds = { [nasty]: 1 };
  summary.rows.forEach((row, n) => row.name = nasty + n);
  for (const record of summary.history) record.meanState = { [nasty + 3]: 1, ["__proto__"]: 1 };
  summary.stateMetrics![0]!.teacher = nasty;
  summary.notes = [nasty];
  summary.overlap!.names[0] = nasty;
  const html = renderReport(summary);
  const { elements, text } = parseMarkup(html);
  assert.ok(elements.every(({ name, attributes }) => name !== "b" || !attributes.has("id")));
  for (const row of summary.rows) assert.ok(text.includes(row.name));
});

Deno.test("renderReport() is well-formed and finite for random runs", () => {
  const number = fc.oneof(fc.double(), fc.double({ min: 0, max: 1 }), fc.integer({ min: 0, max: 300 }));
  const name = fc.oneof(fc.string(), fc.constantFrom("MF", "w/o KD", "__proto__", "toString"));
  const metrics = fc.dictionary(fc.constantFrom("recall@10", "recall@50", "ndcg@10", "ndcg@50"), number);
  const record: fc.Arbitrary<EpochRecord> = fc.record({
    epoch: fc.oneof(fc.nat(200), number),
    phase: fc.constantFrom("overall" as const, "ranked" as const),
    loss: number,
    seconds: number,
    valid: metrics,
    test: metrics,
    meanState: fc.dictionary(name, number),
  }, { requiredKeys: ["epoch", "loss", "seconds"] });
  const row: fc.Arbitrary<ModelRow> = fc.record({
    name,
    role: fc.constantFrom<ModelRow["role"]>("yardstick", "teacher", "ensemble", "student", "baseline"),
    dim: number,
    parameters: number,
    bytes: number,
    trainingSeconds: number,
    metrics,
    validMetrics: metrics,
  }, { requiredKeys: ["name", "role", "metrics"] });
  const changes = fc.record({
    title: fc.string(),
    command: fc.string(),
    started: fc.string(),
    seed: number,
    seconds: fc.dictionary(name, number),
    versions: fc.dictionary(name, fc.string()),
    student: fc.record({ dim: number, parameters: number, bytes: number }),
    rows: fc.array(row, { maxLength: 9 }),
    history: fc.array(record, { maxLength: 20 }),
    baseline: fc.array(record, { maxLength: 10 }),
    phaseSwitch: fc.option(number),
    bestEpoch: number,
    notes: fc.array(fc.string(), { maxLength: 2 }),
    overlap: fc.record({
      k: number,
      names: fc.array(name, { maxLength: 4 }),
      means: fc.array(fc.array(number, { maxLength: 4 }), { maxLength: 4 }),
    }),
    stateMetrics: fc.array(
      fc.record({ teacher: name, states: fc.array(fc.record({ epoch: number, metrics }), { maxLength: 5 }) }),
      { maxLength: 3 },
    ),
  }, { requiredKeys: [] });
  fc.assert(
    fc.property(changes, (change) => {
      const summary: RunSummary = { ...sampleSummary(), ...change };
      const html = renderReport(summary);
      assertFiniteGeometry(html);
      const text = parseMarkup(html).text;
      for (const { name } of summary.rows) if (/^[\w /]+$/.test(name)) assert.ok(text.includes(name));
    }),
    // A failure is shown as it is: shrinking a whole report takes hours.
    { numRuns: 150, endOnFailure: true },
  );
});
