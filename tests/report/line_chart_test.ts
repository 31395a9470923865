import assert from "node:assert/strict";
import fc from "fast-check";
import { type LineChart, lineChart } from "../../src/report/line_chart.ts";
import { assertFiniteGeometry, parseMarkup } from "./markup.ts";

function chart(parts: Partial<LineChart> = {}): LineChart {
  return {
    id: "c",
    title: "A title",
    description: "A description",
    width: 600,
    height: 300,
    xLabel: "Epoch",
    yLabel: "Loss",
    series: [],
    format: String,
    ...parts,
  };
}

/** Numbers of the path of the first series: the one with the given stroke. */
function pathOf(svg: string, color: string): string {
  const path = parseMarkup(svg).elements.find(({ name, attributes }) =>
    name === "path" && attributes.get("style") === `stroke:${color}` && attributes.get("d")!.startsWith("M")
  );
  return path?.attributes.get("d") ?? "";
}

Deno.test("lineChart() names itself by title and description", () => {
  const { elements, text } = parseMarkup(lineChart(chart()));
  assert.equal(elements[0]!.attributes.get("aria-labelledby"), "c-title c-description");
  assert.equal(elements[0]!.attributes.get("role"), "img");
  assert.ok(elements.some(({ name, attributes }) => name === "title" && attributes.get("id") === "c-title"));
  assert.ok(
    elements.some(({ name, attributes }) => name === "desc" && attributes.get("id") === "c-description"),
  );
  assert.ok(text.includes("A title") && text.includes("A description"));
});

Deno.test("lineChart() draws every series and reference and names them", () => {
  const { text } = parseMarkup(lineChart(chart({
    series: [
      { name: "one", points: [{ x: 1, y: 1 }, { x: 2, y: 2 }], color: "red", value: "2.0" },
      { name: "two", points: [{ x: 1, y: 2 }], color: "blue" },
    ],
    references: [{ name: "level", y: 3, color: "green", value: "3.0" }],
    events: [{ x: 2, label: "it happens" }],
  })));
  for (const word of ["one", "2.0", "two", "level", "3.0", "it happens", "Epoch 1\none: 1\ntwo: 2"]) {
    assert.ok(text.includes(word), word);
  }
});

Deno.test("lineChart() joins points by x and breaks the line where a value is missing", () => {
  const points = [{ x: 4, y: 1 }, { x: 1, y: 1 }, { x: 3, y: NaN }, { x: 2, y: 2 }, { x: 5, y: 0 }];
  const path = pathOf(lineChart(chart({ series: [{ name: "s", points, color: "red" }] })), "red");
  assert.equal(path.replace(/[\d. -]+/g, ""), "MLML");
  const xs = [...path.matchAll(/[ML]([\d.]+)/g)].map((match) => Number(match[1]));
  assert.deepEqual(xs, [...xs].sort((a, b) => a - b));
});

Deno.test("lineChart() draws a stepped series in right angles", () => {
  const points = [{ x: 1, y: 0 }, { x: 2, y: 1 }];
  const path = pathOf(lineChart(chart({ series: [{ name: "s", points, color: "red", step: true }] })), "red");
  assert.equal(path.replace(/[\d. -]+/g, ""), "MHV");
});

Deno.test("lineChart() shows a single point as a dot", () => {
  const svg = lineChart(chart({ series: [{ name: "s", points: [{ x: 1, y: 1 }], color: "red" }] }));
  assert.ok(svg.includes('style="fill:red"'));
  assertFiniteGeometry(svg);
});

Deno.test("lineChart() leaves out an event beyond the axis", () => {
  const points = [{ x: 1, y: 1 }, { x: 9, y: 1 }];
  const svg = lineChart(chart({
    series: [{ name: "s", points, color: "red" }],
    events: [{ x: 10, label: "later" }, { x: NaN, label: "never" }],
  }));
  assert.ok(!svg.includes("later") && !svg.includes("never"));
});

Deno.test("lineChart() keeps the labels at line ends apart", () => {
  const references = [0.281, 0.28, 0.279, 0.2795].map((y, n) => ({ name: `t${n}`, y, color: "green" }));
  const svg = lineChart(chart({ references }));
  const ys = [...svg.matchAll(/<text x="[\d.]+" y="([\d.]+)"[^>]*><title>t\d/g)].map((match) =>
    Number(match[1])
  );
  assert.equal(ys.length, 4);
  ys.sort((a, b) => a - b);
  for (let n = 1; n < 4; n++) assert.ok(ys[n]! - ys[n - 1]! >= 12);
});

Deno.test("lineChart() escapes names and colours and stays finite for any points", () => {
  const point = fc.record({ x: fc.double(), y: fc.double() });
  const series = fc.record({
    name: fc.string(),
    points: fc.array(point),
    color: fc.string(),
    step: fc.boolean(),
    marker: fc.constantFrom("circle" as const, "square" as const, "cross" as const),
  });
  fc.assert(fc.property(
    fc.array(series, { maxLength: 4 }),
    fc.array(fc.record({ name: fc.string(), y: fc.double(), color: fc.string() }), { maxLength: 4 }),
    fc.array(fc.record({ x: fc.double(), label: fc.string() }), { maxLength: 3 }),
    fc.constantFrom("ends" as const, "legend" as const, "none" as const),
    (series, references, events, names) =>
      assertFiniteGeometry(lineChart(chart({ series, references, events, names }))),
  ));
});
