import type { PairwiseLoss } from "../../src/kernels/pairwise.ts";
import { initialRows } from "../../src/models/embedding_table.ts";
import type { TrainingSet } from "../../src/models/model.ts";
import type { PairwiseSettings } from "../../src/models/pairwise_model.ts";
import { permutation, stream } from "../../src/random.ts";
import { AdamTwin } from "../oracle/adam.ts";
import { triples } from "../oracle/negatives.ts";
import { pairwise } from "../oracle/pairwise.ts";
import { unitBall } from "../oracle/unit_ball.ts";

/** Trains in float64 with the same random numbers; gives the table and each epoch's mean loss. */
export function trainTwin(
  training: TrainingSet,
  loss: PairwiseLoss,
  settings: PairwiseSettings,
  epochs: number,
): { table: Float64Array; losses: number[] } {
  const { dim, batch, seed, margin = 0 } = settings;
  const rows = training.users + training.items;
  const adam = new AdamTwin(initialRows({ ...settings, rows }), {
    learningRate: settings.learningRate,
    weightDecay: settings.weightDecay,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
  });
  const table = adam.values;
  if (loss === "hinge") unitBall(table, dim);
  const losses: number[] = [];
  const count = training.interactions.items.length;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(count, seed, stream.shuffle, epoch);
    const drawn = triples({ ...training, order, seed, epoch });
    let sum = 0;
    for (let first = 0; first < count; first += batch) {
      const part = drawn.subarray(3 * first, 3 * (first + batch));
      const scale = settings.reduction === "mean" ? 3 / part.length : 1;
      const step = pairwise({ triples: part, table, dim, loss, margin, scale });
      for (const value of step.losses) sum += value;
      adam.step(step.gradient);
      if (loss === "hinge") unitBall(table, dim);
    }
    losses.push(sum / count);
  }
  return { table, losses };
}
