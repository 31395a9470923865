import assert from "node:assert/strict";
import fc from "fast-check";
import { timeToQuality, timeToQualityLine } from "../../src/report/time_to_quality.ts";
import type { EpochRecord } from "../../src/teachers/training.ts";

function historyOf(values: readonly (number | undefined)[]): EpochRecord[] {
  return values.map((value, n) => ({
    epoch: n + 1,
    loss: 1,
    seconds: 2,
    ...(value === undefined ? {} : { valid: { "recall@50": value } as EpochRecord["valid"] & object }),
  }));
}

Deno.test("timeToQuality() gives the first evaluation that is near enough to the best", () => {
  const history = historyOf([undefined, 0.1, undefined, 0.19, 0.2, 0.15]);
  assert.deepEqual(timeToQuality(history, "recall@50", 0.95), {
    epoch: 4,
    seconds: 8,
    value: 0.19,
    best: 0.2,
  });
  assert.equal(timeToQuality(history, "recall@50", 1)!.epoch, 5);
  assert.equal(timeToQuality(history, "ndcg@50", 1), undefined);
  assert.equal(timeToQuality([], "recall@50", 1), undefined);
});

Deno.test("timeToQuality() is the earliest such evaluation, for any history", () => {
  const value = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, share) => {
        const found = timeToQuality(historyOf(values), "recall@50", share);
        const measured = values.filter((one) => one !== undefined);
        if (measured.length === 0) return assert.equal(found, undefined);
        const best = Math.max(...measured);
        assert.equal(found!.best, best);
        assert.equal(found!.epoch, values.findIndex((one) => one !== undefined && one >= share * best) + 1);
        assert.equal(found!.seconds, 2 * found!.epoch);
      },
    ),
  );
});

Deno.test("timeToQualityLine() says epoch and time, and nothing without an evaluation", () => {
  assert.equal(
    timeToQualityLine(historyOf([0.1, undefined, 0.2])),
    "student at 95 % of its best validation Recall@50 (0.2000 of 0.2000): epoch 3, 6.0 s",
  );
  assert.equal(timeToQualityLine(historyOf([undefined])), "");
});
