import { generateSample } from "../../src/data/sample.ts";
import { type Split, splitDataset } from "../../src/data/split.ts";

/** A generated data set small enough to train on in a second. */
export function smallWorld(seed = 1): Split {
  const dataset = generateSample({ users: 90, items: 140, interactions: 1800, communities: 3, seed });
  return splitDataset(dataset, { test: 0.2, valid: 0.2, seed });
}

/** Aborts once `epoch` epochs were reported. */
export function stopAfter(
  epoch: number,
): { signal: AbortSignal; onEpoch: (record: { epoch: number }) => void } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onEpoch: (record) => {
      if (record.epoch === epoch) controller.abort();
    },
  };
}
