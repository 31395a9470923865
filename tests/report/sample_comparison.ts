import type { CellSummary, ComparisonSummary, MethodSummary } from "../../src/report/comparison_summary.ts";

function cell(seed: number, level: number): CellSummary {
  const metrics = (value: number) => ({
    "recall@10": value / 2,
    "ndcg@10": value / 3,
    "recall@50": value,
    "ndcg@50": value / 2.5,
  });
  return {
    seed,
    epochs: 30,
    bestEpoch: 20,
    seconds: 60 * seed,
    metrics: metrics(level),
    validMetrics: metrics(level * 0.9),
    bytes: 24_000,
    inferenceSeconds: 0.0004,
    curve: [10, 20, 30].map((epoch) => ({ epoch, test: metrics(level * epoch / 25), valid: metrics(level) })),
  };
}

function method(name: string, title: string, group: MethodSummary["group"], levels: number[]): MethodSummary {
  return {
    name,
    title,
    group,
    settings: { learningRate: 0.003, dim: 6 },
    parameters: 6000,
    trials: [{ settings: { learningRate: 0.003 }, value: 0.2, epochs: 30 }, {
      settings: { learningRate: 0.01 },
      value: 0.1,
      epochs: 30,
    }],
    cells: levels.map((level, n) => cell(n + 1, level)),
  };
}

/** A comparison of five methods with two seeds, one of them not begun. */
export function sampleComparison(): ComparisonSummary {
  const test = { metric: "recall@50", difference: 0.05, margin: 0.01, t: 0.00001, wilcoxon: 0.03 };
  return {
    title: "Methods on <nothing>",
    dataset: {
      name: "sample",
      users: 400,
      items: 600,
      train: 900,
      valid: 300,
      test: 300,
      fingerprint: "9f2c",
    },
    setup: "benchmark",
    commands: ["deno task compare --seeds 1", "deno task compare --seeds 1,2"],
    commit: "0123abc",
    started: "2026-01-01T00:00:00Z",
    adapter: { name: "llvmpipe", kind: "software" },
    versions: { hetcomp: "0.1.0" },
    shared: { dimension: 6 },
    missing: 2,
    methods: [
      method("bpr", "w/o KD (BPR)", "method", [0.1, 0.12]),
      method("rrd", "RRD", "method", [0.15, 0.17]),
      method("hetcomp-ranked", "HetComp, ranked loss only", "ablation", []),
      method("hetcomp", "HetComp", "method", [0.2, 0.22]),
      method("weighted", "Weighted lists", "own", [0.22, 0.24]),
    ],
    references: [
      { name: "MF", role: "teacher", parameters: 64_000, seconds: 9, metrics: { "recall@50": 0.25 } },
      { name: "ensemble", role: "ensemble", metrics: { "recall@50": 0.31 } },
      { name: "TopPop", role: "yardstick", metrics: { "recall@50": 0.05 } },
    ],
    main: "hetcomp",
    leaders: [{ metric: "recall@50", best: "hetcomp", second: { ...test, name: "rrd" } }],
    tests: [{ ...test, name: "bpr" }, { ...test, name: "rrd", difference: -0.002, t: 1, wilcoxon: 0.5 }],
  };
}
