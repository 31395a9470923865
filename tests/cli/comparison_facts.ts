import type { ComparisonSummary } from "../../src/report/comparison_summary.ts";

/** The results of a comparison's folder. */
export async function results(folder: string): Promise<ComparisonSummary> {
  return JSON.parse(await Deno.readTextFile(`${folder}/results.json`));
}

/** What must not depend on how often a comparison was stopped, nor on how many processes shared it. */
export function facts({ methods, tests, references, missing }: ComparisonSummary) {
  return {
    methods: methods.map(({ cells, ...rest }) => ({
      ...rest,
      cells: cells.map((cell) => ({ ...cell, seconds: 0, inferenceSeconds: 0 })),
    })),
    tests,
    references: references.map((reference) => ({ ...reference, seconds: 0 })),
    missing,
  };
}

/** A comparison's results.csv without the columns of times. */
export async function untimedTable(folder: string): Promise<string[]> {
  const lines = (await Deno.readTextFile(`${folder}/results.csv`)).trimEnd().split("\n");
  const timed = lines[0]!.split(",").flatMap((name, n) => name.endsWith("_seconds") ? [n] : []);
  // Quoted fields come after all columns of times.
  return lines.map((line) => line.split(",").filter((_, n) => !timed.includes(n)).join(","));
}
