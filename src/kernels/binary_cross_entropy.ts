import lossCode from "../../shaders/loss/binary_cross_entropy.wgsl" with { type: "text" };
import logOnePlusCode from "../../shaders/loss/log_one_plus.wgsl" with { type: "text" };
import logSigmoidCode from "../../shaders/loss/log_sigmoid.wgsl" with { type: "text" };
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import type { ExampleBatch } from "./example_rows.ts";

/** Logits of a batch's examples and where their losses go. */
export interface BinaryCrossEntropy {
  /** [examples x 1], padded. */
  readonly logits: DeviceArray;
  /** [examples x 1], padded; receives the derivative of `scale` x loss by the logit. */
  readonly logitGradient: DeviceArray;
  /** Receives each group's sum over its examples, from entry `batch.first` on. */
  readonly losses: DeviceArray;
  /** Examples a group; the first is the positive one. */
  readonly examples: number;
  /** Factor on the gradient. */
  readonly scale: number;
}

/**
 * Records the binary cross-entropy with logits of a batch's examples: -log sigmoid(x) for a group's positive item,
 * -log sigmoid(-x) for its negatives. A negative that equals its positive (its user has every item) costs nothing.
 */
export function recordBinaryCrossEntropy(
  gpu: Gpu,
  { triples, first, count }: ExampleBatch,
  { logits, logitGradient, losses, examples, scale }: BinaryCrossEntropy,
): void {
  gpu.dispatch(
    gpu.kernel({
      name: "loss/binary_cross_entropy",
      code: lossCode,
      parts: [logOnePlusCode, logSigmoidCode],
    }),
    { groups: triples, logits, logit_gradient: logitGradient, losses },
    { first, count, examples, scale },
    spread(Math.ceil(count / 64)),
    count * examples * 40,
  );
}
