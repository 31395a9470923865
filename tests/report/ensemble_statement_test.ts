import assert from "node:assert/strict";
import { ensembleGainLine, ensembleSentences } from "../../src/report/ensemble_statement.ts";
import type { ModelRow } from "../../src/report/run_summary.ts";

function row(name: string, role: ModelRow["role"], recall: number, ndcg: number): ModelRow {
  return { name, role, metrics: { "recall@50": recall, "ndcg@50": ndcg } };
}

const rows = [row("MF", "teacher", 0.2, 0.1), row("GNN", "teacher", 0.25, 0.125)];

Deno.test("ensembleGainLine() names the one teacher that is best in both metrics", () => {
  assert.equal(
    ensembleGainLine([...rows, row("ensemble", "ensemble", 0.2655, 0.13)]),
    "ensemble over best teacher (GNN): Recall@50 +6.2 %, NDCG@50 +4.0 %",
  );
});

Deno.test("ensembleGainLine() names a teacher for each metric where they differ, and shows losses", () => {
  assert.equal(
    ensembleGainLine([...rows, row("ML", "teacher", 0.1, 0.2), row("ensemble", "ensemble", 0.25, 0.15)]),
    "ensemble over best teacher: Recall@50 +0.0 % (GNN), NDCG@50 -25.0 % (ML)",
  );
});

Deno.test("ensembleGainLine() is empty for a single teacher", () => {
  assert.equal(ensembleGainLine([rows[0]!, row("ensemble", "ensemble", 0.2, 0.1)]), "");
  assert.deepEqual(ensembleSentences([rows[0]!, row("ensemble", "ensemble", 0.2, 0.1)]), []);
});

Deno.test("ensembleSentences() escapes names", () => {
  const text = ensembleSentences([
    row("<i>", "teacher", 0.2, 0.1),
    rows[0]!,
    row("e", "ensemble", 0.3, 0.2),
    row("<b>", "yardstick", 0.1, 0.1),
  ]).join(" ");
  assert.ok(text.includes("(&lt;i&gt;)") && text.includes("&lt;b&gt;, reaches 0.1000."), text);
});
