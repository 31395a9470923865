import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { textTable } from "../../src/report/table.ts";

Deno.test("textTable() aligns numbers to the right and words to the left", () => {
  assert.equal(
    textTable(["model", "Recall@50", "parameters"], [["MF", 0.26534, 1945600], ["w/o KD", NaN, 182400], [
      "student",
      0.2331,
      null,
    ]]),
    [
      "model    Recall@50  parameters",
      "───────  ─────────  ──────────",
      "MF          0.2653     1945600",
      "w/o KD           –      182400",
      "student     0.2331           –",
    ].join("\n"),
  );
});

Deno.test("textTable() follows an alignment that is asked for", () => {
  assert.equal(
    textTable([{ title: "n", align: "left" }, { title: "word", align: "right" }], [[10, "a"], [5, "bc"]]),
    "n   word\n──  ────\n10     a\n5     bc",
  );
});

Deno.test("textTable() shows the head of a table without rows and nothing of one without columns", () => {
  assert.equal(textTable(["a", "bc"], []), "a  bc\n─  ──");
  assert.equal(textTable([], [[], []]), "\n\n\n");
});

Deno.test("textTable() counts wide and combining characters as a terminal does", () => {
  const lines = textTable(["name", "x"], [["音楽", "a"], ["e\u0301", "b"]]).split("\n");
  assert.equal(lines[2], "音楽  a");
  assert.equal(lines[3], "e\u0301     b");
});

Deno.test("textTable() lets no control character through", () => {
  assert.equal(textTable(["name"], [["a\x1b[2J\nb"]]).split("\n")[2], "a [2J b");
});

Deno.test("textTable() refuses a row of another length", () => {
  assert.throws(() => textTable(["a", "b"], [[1, 2], [1]]), ArgumentError);
  assert.throws(() => textTable(["a"], [[1, 2]]), ArgumentError);
});

Deno.test("textTable() makes lines of one width before trimming", () => {
  const cell = fc.oneof(fc.string(), fc.double(), fc.integer());
  fc.assert(fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
    const lines = textTable(["first", "second"], rows).split("\n");
    assert.equal(lines.length, rows.length + 2);
    for (const line of lines) assert.equal(line, line.trimEnd());
  }));
});
