import assert from "node:assert/strict";
import fc from "fast-check";
import {
  byValue,
  epochBudget,
  type HalvingPlan,
  rungEpochs,
  type RungResult,
  successiveHalving,
  survivorCounts,
  type TrialRecord,
  valueOf,
} from "../../src/cli/halving.ts";
import { uniform } from "../../src/random.ts";

const plans = fc.record({
  trials: fc.integer({ min: 1, max: 30 }),
  first: fc.integer({ min: 1, max: 20 }),
  most: fc.integer({ min: 1, max: 200 }),
  eta: fc.integer({ min: 2, max: 5 }),
}).map(({ trials, first, most, eta }): HalvingPlan => {
  return { trials, eta, rungs: rungEpochs(Math.min(first, most), most, eta) };
});

/** Learning curves in steps, so that there are ties; some trials stop by themselves. */
class World {
  epochs = 0;
  readonly reached = new Map<number, number>();
  constructor(readonly seed: number, readonly stopAfter = Infinity) {}

  valueAt(trial: number, epochs: number): number {
    let best = 0;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      best = Math.max(best, Math.floor(uniform(this.seed, 0, trial, epoch) * (5 + Math.log2(epoch))));
    }
    return best;
  }

  train = (trial: number, epochs: number): Promise<RungResult> => {
    const limit = 1 + Math.floor(uniform(this.seed, 1, trial, 0) * 100);
    const trained = Math.min(epochs, limit);
    this.epochs += trained - (this.reached.get(trial) ?? 0);
    this.reached.set(trial, trained);
    if (this.epochs > this.stopAfter) return Promise.reject(new Error("killed"));
    return Promise.resolve({ epochs, trained, value: this.valueAt(trial, trained), bestEpoch: trained });
  };
}

const nothing = () => Promise.resolve();
const seeds = fc.integer({ min: 0, max: 0xffffffff });

Deno.test("rungEpochs() ends with all epochs, and every rung has eta times as many as the one before", () => {
  assert.deepEqual(rungEpochs(5, 45, 3), [5, 15, 45]);
  assert.deepEqual(rungEpochs(5, 46, 3), [5, 15, 45, 46]);
  assert.deepEqual(rungEpochs(7, 7, 3), [7]);
  assert.deepEqual(survivorCounts({ trials: 20, rungs: [5, 15, 45], eta: 3 }), [20, 6, 2]);
  assert.deepEqual(survivorCounts({ trials: 1, rungs: [5, 15], eta: 3 }), [1, 1]);
  assert.equal(epochBudget({ trials: 20, rungs: [5, 15, 45], eta: 3 }), 20 * 5 + 6 * 10 + 2 * 30);
});

Deno.test("successiveHalving() never prunes the best so far, and keeps to its budget", async () => {
  await fc.assert(fc.asyncProperty(plans, seeds, async (plan, seed) => {
    const world = new World(seed);
    const records = await successiveHalving(plan, [], world.train, (changed) => {
      const best = Math.max(...changed.map(valueOf));
      const ahead = changed.filter((record) => valueOf(record) === best);
      assert.ok(ahead.some(({ state }) => state !== "pruned"));
      return nothing();
    });
    assert.ok(world.epochs <= epochBudget(plan), `${world.epochs} epochs of ${epochBudget(plan)}`);
    const counts = survivorCounts(plan);
    plan.rungs.forEach((_, rung) => {
      assert.equal(records.filter(({ rungs }) => rungs.length > rung).length, counts[rung]);
    });
    assert.equal(byValue(records)[0]!.state, "complete");
    for (const { state, rungs } of records) {
      assert.equal(state, rungs.length === plan.rungs.length ? "complete" : "pruned");
    }
    // Nobody goes on who was worse at a rung than one who was pruned there.
    plan.rungs.slice(0, -1).forEach((_, rung) => {
      const at = (chosen: TrialRecord[]) => chosen.map(({ rungs }) => rungs[rung]!.value);
      const on = at(records.filter(({ rungs }) => rungs.length > rung + 1));
      const out = at(records.filter(({ rungs }) => rungs.length === rung + 1));
      assert.ok(Math.min(...on) >= Math.max(...out, -Infinity));
    });
  }));
});

Deno.test("a search that was killed anywhere, any number of times, continues to the undisturbed records", async () => {
  await fc.assert(
    fc.asyncProperty(plans, seeds, fc.array(fc.nat(200), { maxLength: 4 }), async (plan, seed, kills) => {
      const expected = await successiveHalving(plan, [], new World(seed).train, nothing);
      let kept = "[]";
      for (const stopAfter of [...kills, Infinity]) {
        const past = JSON.parse(kept) as TrialRecord[];
        const run = successiveHalving(plan, past, new World(seed, stopAfter).train, (records) => {
          kept = JSON.stringify(records);
          return nothing();
        });
        await run.catch((error) => assert.equal(error.message, "killed"));
      }
      assert.deepEqual(JSON.parse(kept), expected);
    }),
  );
});

Deno.test("successiveHalving() trains nothing again once all is done", async () => {
  const plan = { trials: 7, rungs: [2, 6], eta: 3 };
  const records = await successiveHalving(plan, [], new World(1).train, nothing);
  const again = await successiveHalving(plan, records, () => Promise.reject(new Error("trained")), nothing);
  assert.deepEqual(again, records);
});
