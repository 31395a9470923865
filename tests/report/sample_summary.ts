import type { EpochRecord, ModelRow, RunSummary } from "../../src/report/run_summary.ts";

function metrics(recall: number): Record<string, number> {
  return { "recall@10": recall * 0.4, "ndcg@10": recall * 0.3, "recall@50": recall, "ndcg@50": recall * 0.5 };
}

function epochs(count: number, recall: (epoch: number) => number): EpochRecord[] {
  return Array.from({ length: count }, (_, n) => {
    const epoch = n + 1;
    const evaluated = epoch % 10 === 0;
    return {
      epoch,
      loss: 5 / epoch,
      seconds: 0.5,
      ...(evaluated ? { valid: metrics(recall(epoch) * 0.9), test: metrics(recall(epoch)) } : {}),
    };
  });
}

/** A small made-up run; every call gives a new object. */
export function sampleSummary(): RunSummary {
  const model = (name: string, role: ModelRow["role"], recall: number, dim?: number): ModelRow => ({
    name,
    role,
    metrics: metrics(recall),
    ...(dim === undefined ? {} : { dim, parameters: dim * 1000, bytes: dim * 4000, trainingSeconds: dim }),
  });
  return {
    title: "A run",
    dataset: {
      name: "sample",
      users: 400,
      items: 600,
      train: 9000,
      valid: 2000,
      test: 2500,
      fingerprint: "4be1f0c2",
    },
    command: "hetcomp distill sample",
    adapter: { name: "llvmpipe", kind: "software" },
    versions: { hetcomp: "0.1.0", deno: "2.9.6" },
    seed: 7,
    started: "2026-03-14T09:26:53Z",
    seconds: { "teacher MF": 192, distillation: 61.5 },
    student: { dim: 6, parameters: 6000, bytes: 24000 },
    rows: [
      model("RP3beta", "yardstick", 0.21),
      model("TopPop", "yardstick", 0.05),
      model("Student", "student", 0.23, 6),
      model("w/o KD", "baseline", 0.13, 6),
      model("Ensemble", "ensemble", 0.28),
      model("MF", "teacher", 0.2653, 64),
      model("ML", "teacher", 0.2483, 32),
    ],
    notes: ["EASE is left out."],
    overlap: {
      k: 50,
      names: ["MF", "ML", "Ensemble"],
      means: [[1, 0.4321, 0.7], [0.4321, 1, 0.6], [0.7, 0.6, 1]],
    },
    history: epochs(60, (epoch) => 0.23 * (1 - Math.exp(-epoch / 20))).map((record) => ({
      ...record,
      phase: record.epoch < 40 ? "overall" : "ranked",
      meanState: { MF: Math.min(3, record.epoch / 13), ML: Math.min(3, record.epoch / 10) },
    })),
    baseline: epochs(50, (epoch) => 0.13 * (1 - Math.exp(-epoch / 20))),
    phaseSwitch: 40,
    bestEpoch: 60,
    stateMetricsOn: "valid",
    stateMetrics: ["MF", "ML"].map((teacher) => ({
      teacher,
      states: [10, 20, 40, 90].map((epoch, n) => ({ epoch, metrics: metrics(0.06 * (n + 1)) })),
    })),
  };
}
