import assert from "node:assert/strict";
import { openGpu } from "../../src/gpu/gpu.ts";
import { recordBinaryCrossEntropy } from "../../src/kernels/binary_cross_entropy.ts";
import { padRows, unpadRows } from "../../src/kernels/embedding.ts";
import { normal } from "../../src/random.ts";
import { assertClose } from "../oracle/close.ts";

Deno.test("recordBinaryCrossEntropy() equals its formula, for logits of any size, in a batch behind others", async () => {
  using gpu = await openGpu();
  const sizes = [0, 1e-30, 1e-4, 0.3, 1, 5, 20, 90, 1e4, 1e37];
  for (const examples of [1, 2, 5]) {
    const [first, count] = [3, 70];
    const values = Float32Array.from(
      { length: count * examples },
      (_, n) => n < 2 * sizes.length ? (n % 2 ? 1 : -1) * sizes[n >> 1]! : 3 * normal(1, 1, n, 0),
    );
    // the last group has no negatives: its user has every item
    const groups = Uint32Array.from(
      { length: (first + count) * (examples + 1) },
      (_, n) => n >= (first + count - 1) * (examples + 1) ? 7 : n,
    );
    using triples = gpu.upload("groups", groups);
    using logits = gpu.upload("logits", padRows("logits", values, 1));
    using logitGradient = gpu.array("gradient", 16 * count * examples);
    using losses = gpu.upload("losses", new Float32Array(first + count).fill(-5));
    const batch = { triples, sorted: triples, first, count };
    recordBinaryCrossEntropy(gpu, batch, { logits, logitGradient, losses, examples, scale: 0.25 });
    const [gradient, sums] = (await gpu.read(logitGradient, losses)).map((buffer) =>
      new Float32Array(buffer)
    );
    assert.deepEqual([...sums!.subarray(0, first)], [-5, -5, -5]);
    const wanted = { gradient: [] as number[], sums: [] as number[] };
    for (let g = 0; g < count; g++) {
      let sum = 0;
      for (let r = 0; r < examples; r++) {
        const absent = g === count - 1 && r > 0;
        const t = (r === 0 ? 1 : -1) * values[g * examples + r]!;
        sum += absent ? 0 : Math.max(-t, 0) + Math.log1p(Math.exp(-Math.abs(t)));
        wanted.gradient.push(absent ? 0 : 0.25 * (r === 0 ? -1 : 1) / (1 + Math.exp(t)));
      }
      wanted.sums.push(sum);
    }
    assertClose(unpadRows(gradient!, 1), wanted.gradient, 1e-6, 1, "gradient");
    assertClose(sums!.subarray(first), wanted.sums, 2e-6, 1, "losses");
    gradient!.forEach((value, n) => n % 4 === 0 || assert.equal(value, 0, "padding"));
  }
});
