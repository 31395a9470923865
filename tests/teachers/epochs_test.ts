import fc from "fast-check";
import assert from "node:assert/strict";
import { folderCheckpoints, memoryCheckpoints } from "../../src/teachers/checkpoint_store.ts";
import { type Trainee, trainEpochs } from "../../src/teachers/epochs.ts";
import { DivergenceError } from "../../src/errors.ts";
import { type EpochRecord, Interrupted } from "../../src/teachers/training.ts";

const turns = async (count: number) => {
  for (let n = 0; n < count; n++) await Promise.resolve();
};

/** Its one parameter is a chain over the epochs recorded so far, so that an order or a state that is wrong shows. */
class Chain implements Trainee {
  state = 1;
  recorded = 0;
  waiting = 0;
  mostWaiting = 0;
  busy: Promise<unknown> = Promise.resolve();
  constructor(
    readonly options: {
      delay: (epoch: number) => number;
      failsAt?: number;
      pause?: number;
      whenRecorded?: (epoch: number) => void;
    },
  ) {}

  async prepare(epoch: number): Promise<void> {
    assert.equal(this.recorded, epoch - 1);
    await turns(this.options.delay(epoch + 1000));
    assert.equal(this.recorded, epoch - 1);
  }

  async epoch(epoch: number): Promise<{ loss: number }> {
    assert.equal(this.recorded, epoch - 1);
    if (epoch === this.options.failsAt) throw new Error("the device is gone");
    this.recorded = epoch;
    this.state = (this.state * 31 + epoch) % 1009;
    const loss = this.state;
    this.options.whenRecorded?.(epoch);
    this.mostWaiting = Math.max(this.mostWaiting, ++this.waiting);
    await turns(this.options.delay(epoch));
    const { pause } = this.options;
    // One epoch after the other, as a device works.
    if (pause) await (this.busy = this.busy.then(() => new Promise((resolve) => setTimeout(resolve, pause))));
    this.waiting--;
    return { loss };
  }

  async evaluate(record: { epoch: number; loss: number; valid?: Record<string, number> }): Promise<void> {
    await turns(this.options.delay(record.epoch + 2000));
    assert.equal(this.recorded, record.epoch);
    assert.equal(this.state, record.loss);
    record.valid = { quality: this.state };
  }

  checkpoint(): Promise<Record<string, Uint32Array<ArrayBuffer>>> {
    assert.equal(this.waiting, 0);
    return Promise.resolve({ chain: Uint32Array.of(this.state, this.recorded) });
  }

  restore({ chain }: Record<string, ArrayLike<number>>): void {
    [this.state, this.recorded] = [chain![0]!, chain![1]!];
  }
}

const delays = fc.array(fc.nat(12), { minLength: 5, maxLength: 5 }).map((all) => (epoch: number) =>
  all[epoch % 5]!
);
const lengths = { epochs: fc.integer({ min: 1, max: 30 }), every: fc.integer({ min: 1, max: 7 }) };

async function undisturbed(epochs: number, every: number) {
  const trainee = new Chain({ delay: () => 0 });
  return (await trainEpochs(trainee, { epochs, every, patience: 100, metric: "quality" }, "chain")).history;
}

const facts = (history: readonly { epoch: number; loss: number; valid?: unknown }[]) =>
  history.map(({ epoch, loss, valid }) => ({ epoch, loss, valid }));

Deno.test("epochs are recorded while one waits: more of short ones, none across an evaluation", async () => {
  const options = { epochs: 40, patience: 40, metric: "quality" };
  const delay = (epoch: number) => epoch < 1000 ? 500 : 0;
  for (const [every, most] of [[1, 1], [4, 4], [40, 16]] as const) {
    const trainee = new Chain({ delay });
    await trainEpochs(trainee, { ...options, every }, "chain");
    assert.equal(trainee.mostWaiting, most);
  }
  const slow = new Chain({ delay, pause: 450 });
  await trainEpochs(slow, { ...options, epochs: 4, every: 4 }, "chain");
  assert.equal(slow.mostWaiting, 1);
});

Deno.test("whatever the delays, and wherever it is stopped, a training has the same history", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        ...lengths,
        delay: delays,
        stops: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 4 }),
      }),
      async ({ epochs, every, delay, stops }) => {
        const checkpoints = memoryCheckpoints();
        const options = { epochs, every, patience: 100, metric: "quality" };
        let history;
        for (const stop of [...stops, Infinity]) {
          const controller = new AbortController();
          const trainee = new Chain({ delay, whenRecorded: (epoch) => epoch >= stop && controller.abort() });
          try {
            const hooks = { checkpoints, signal: controller.signal };
            ({ history } = await trainEpochs(trainee, options, "chain", hooks));
          } catch (error) {
            assert.ok(error instanceof Interrupted);
            assert.equal(error.epoch, trainee.recorded);
            assert.equal(trainee.waiting, 0);
          }
        }
        assert.deepEqual(facts(history!), facts(await undisturbed(epochs, every)));
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("a training that goes on to more epochs has the history of one that was meant to be as long", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ ...lengths, ends: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 3 }) }),
      async ({ epochs, every, ends }) => {
        const checkpoints = memoryCheckpoints();
        for (const end of [...ends.filter((n) => n < epochs).sort((a, b) => a - b), epochs]) {
          const options = { epochs: end, every, patience: 100, metric: "quality" };
          for (const _again of [1, 2]) {
            const trainee = new Chain({ delay: () => 0 });
            const { history } = await trainEpochs(trainee, options, "chain", { checkpoints });
            assert.deepEqual(facts(history), facts(await undisturbed(end, every)));
          }
        }
      },
    ),
  );
});

/** A chain whose evaluations rise up to an epoch and fall after it, and which goes back to the best of them. */
class FinalChain extends Chain {
  best = [0, 0];
  short = 0;
  begun: number[] = [];

  constructor(
    readonly peak: number,
    delay: (epoch: number) => number,
    whenRecorded?: (epoch: number) => void,
  ) {
    super({ delay, ...(whenRecorded ? { whenRecorded } : {}) });
  }

  override async evaluate(record: EpochRecord): Promise<void> {
    await super.evaluate(record);
    const quality = this.short ? -1 : -Math.abs(record.epoch - this.peak);
    record.valid = { quality };
    if (this.best[0] === 0 || quality > this.best[1]!) this.best = [this.state, quality];
  }

  beginFinal(): void {
    this.begun.push(this.recorded);
    this.state = this.best[0]!;
    this.short = 1;
  }

  override async checkpoint(): Promise<Record<string, Uint32Array<ArrayBuffer>>> {
    const [state, quality] = this.best as [number, number];
    return { ...await super.checkpoint(), best: Uint32Array.of(state, quality + 1000) };
  }

  override restore(checkpoint: Record<string, ArrayLike<number>>, final = false): void {
    super.restore(checkpoint);
    this.best = [checkpoint.best![0]!, checkpoint.best![1]! - 1000];
    this.short = Number(final);
  }
}

Deno.test("final epochs begin at the best evaluation, where patience or the others end, and nothing ends them", async () => {
  const begins = async (peak: number, epochs: number, patience: number) => {
    const trainee = new FinalChain(peak, () => 0);
    const options = { epochs, every: 3, patience, metric: "quality", finalEpochs: 7 };
    const { history } = await trainEpochs(trainee, options, "chain");
    const final = history.findIndex((record) => record.final);
    assert.deepEqual(trainee.begun, [final]);
    assert.ok(history.every((record, n) => (record.final ?? false) === n >= final));
    assert.equal(history.length, final + 7);
    assert.ok(history.at(-1)!.valid);
    // Their first step is from the state of the best evaluation.
    const best = history.find(({ epoch }) => epoch === peak)!;
    assert.equal(history[final]!.loss, (best.loss * 31 + final + 1) % 1009);
    return final;
  };
  assert.equal(await begins(6, 60, 2), 12);
  assert.equal(await begins(6, 20, 100), 13);
  assert.equal(await begins(12, 19, 100), 12);
});

Deno.test("wherever a training with final epochs is stopped, it has the same history", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        ...lengths,
        delay: delays,
        stops: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 4 }),
        peak: fc.integer({ min: 1, max: 20 }),
        patience: fc.integer({ min: 1, max: 4 }),
        finalEpochs: fc.integer({ min: 0, max: 9 }),
      }),
      async ({ epochs: more, every, delay, stops, peak, patience, finalEpochs }) => {
        const epochs = finalEpochs + more;
        const options = { epochs, every, patience, metric: "quality", finalEpochs };
        const undisturbed = await trainEpochs(new FinalChain(peak, () => 0), options, "chain");
        const checkpoints = memoryCheckpoints();
        let history: EpochRecord[] = [];
        for (const stop of [...stops, Infinity]) {
          const controller = new AbortController();
          const trainee = new FinalChain(peak, delay, (epoch) => epoch >= stop && controller.abort());
          const hooks = { checkpoints, signal: controller.signal };
          await trainEpochs(trainee, options, "chain", hooks).then(
            (trained) => ({ history } = trained),
            (error) => {
              assert.ok(error instanceof Interrupted);
            },
          );
        }
        assert.deepEqual(facts(history), facts(undisturbed.history));
        assert.deepEqual(history.map(({ final }) => final), undisturbed.history.map(({ final }) => final));
        assert.ok(history.length <= epochs);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("a training with final epochs that goes on to more epochs knows nothing of those it had", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        ...lengths,
        ends: fc.array(fc.integer({ min: 10, max: 40 }), { maxLength: 3 }),
        peak: fc.integer({ min: 1, max: 40 }),
        finalEpochs: fc.integer({ min: 0, max: 9 }),
      }),
      async ({ every, ends, peak, finalEpochs }) => {
        const checkpoints = memoryCheckpoints();
        for (const epochs of [...ends.sort((a, b) => a - b), 41]) {
          const options = { epochs, every, patience: 3, metric: "quality", finalEpochs };
          const undisturbed = await trainEpochs(new FinalChain(peak, () => 0), options, "chain");
          for (const _again of [1, 2]) {
            const trainee = new FinalChain(peak, () => 0);
            const { history } = await trainEpochs(trainee, options, "chain", { checkpoints });
            assert.deepEqual(facts(history), facts(undisturbed.history));
          }
        }
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("a metric that is not measured is named at the first evaluation", async () => {
  const options = { epochs: 3, every: 2, patience: 5, metric: "recall@20" };
  await assert.rejects(trainEpochs(new Chain({ delay: () => 0 }), options, "chain"), {
    name: "ArgumentError",
    message: /'metric'.*recall@20.*quality/,
  });
});

Deno.test("a loss that is no number ends the training: with an error, or with what was evaluated before", async () => {
  const train = (from: number, onStage?: (stage: string) => void) => {
    const trainee = new Chain({ delay: () => 0 });
    const epoch = trainee.epoch.bind(trainee);
    trainee.epoch = async (n) => ({ loss: (await epoch(n)).loss + (n < from ? 0 : NaN) });
    const options = { epochs: 20, every: 3, patience: 20, metric: "quality" };
    return trainEpochs(trainee, options, "chain", onStage ? { onStage } : {});
  };
  await assert.rejects(train(2), (error) => {
    assert.ok(error instanceof DivergenceError);
    assert.equal(error.epoch, 2);
    assert.match(error.message, /loss of epoch 2 is NaN.*lower the learning rate/);
    return true;
  });
  const said: string[] = [];
  const { history } = await train(8, (stage) => said.push(stage));
  assert.deepEqual(facts(history), facts((await undisturbed(20, 3)).slice(0, 7)));
  assert.match(said.join(), /loss of epoch 8 is NaN.*what was best before is kept/);
});

Deno.test("an evaluation with nothing to measure ends the training: with an error, or before its epoch", async () => {
  const store = memoryCheckpoints();
  const train = (from: number, epochs: number, said: string[] = []) => {
    const trainee = new Chain({ delay: () => 0 });
    const evaluate = trainee.evaluate.bind(trainee);
    trainee.evaluate = async (record) => {
      if (record.epoch >= from) throw new DivergenceError(record.epoch, "it is gone");
      await evaluate(record);
    };
    const options = { epochs, every: 3, patience: 20, metric: "quality" };
    const hooks = { checkpoints: store, onStage: (stage: string) => void said.push(stage) };
    return trainEpochs(trainee, options, `chain ${from}`, hooks);
  };
  await assert.rejects(train(3, 20), DivergenceError);
  for (const epochs of [20, 8]) {
    await store.clear();
    // The last of 8 epochs is evaluated out of turn: its checkpoint is there when the training goes on.
    for (const _ of [1, 2]) {
      const said: string[] = [];
      const { history } = await train(7, epochs, said);
      assert.deepEqual(facts(history), facts((await undisturbed(20, 3)).slice(0, epochs === 20 ? 8 : 7)));
      assert.match(said.join(), /it is gone.*what was best before is kept/);
    }
  }
});

Deno.test("a training that has gone further than wanted is refused, not mixed up", async () => {
  const checkpoints = memoryCheckpoints();
  const train = (epochs: number) =>
    trainEpochs(
      new Chain({ delay: () => 0 }),
      { epochs, every: 3, patience: 20, metric: "quality" },
      "chain",
      { checkpoints },
    );
  await train(12);
  await assert.rejects(train(11), /'epochs'.* is 11; expected 12 or more, as the checkpoint is of epoch 12/);
  assert.equal((await train(14)).history.length, 14);
});

Deno.test("a training that continues tells what is behind it, one that begins does not", async () => {
  const checkpoints = memoryCheckpoints();
  const told: number[][] = [];
  const train = (epochs: number) =>
    trainEpochs(
      new Chain({ delay: () => 0 }),
      { epochs, every: 3, patience: 20, metric: "quality" },
      "chain",
      { checkpoints, onResume: (history) => void told.push(history.map(({ epoch }) => epoch)) },
    );
  await train(3);
  await train(6);
  assert.deepEqual(told, [[1, 2, 3]]);
});

Deno.test("metrics over nobody outlast a checkpoint", async () => {
  const folder = await Deno.makeTempDir();
  const checkpoints = folderCheckpoints(`${folder}/run`);
  const train = (epochs: number) => {
    const trainee = new Chain({ delay: () => 0 });
    const evaluate = trainee.evaluate.bind(trainee);
    trainee.evaluate = async (record: EpochRecord) => {
      await evaluate(record as EpochRecord & { loss: number });
      record.test = { quality: NaN };
    };
    return trainEpochs(trainee, { epochs, every: 2, patience: 20, metric: "quality" }, "chain", {
      checkpoints,
    });
  };
  await train(4);
  const { history } = await train(6);
  assert.deepEqual(history.filter(({ test }) => test).map(({ test }) => test!.quality), [NaN, NaN, NaN]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("an epoch that fails ends the training with its error, once nothing is under way", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ ...lengths, delay: delays, failsAt: fc.integer({ min: 1, max: 30 }) }),
      async ({ epochs, every, delay, failsAt }) => {
        fc.pre(failsAt <= epochs);
        const trainee = new Chain({ delay, failsAt });
        const seen: number[] = [];
        const hooks = { onEpoch: ({ epoch }: { epoch: number }) => void seen.push(epoch) };
        const options = { epochs, every, patience: 100, metric: "quality" };
        await assert.rejects(trainEpochs(trainee, options, "chain", hooks), {
          message: "the device is gone",
        });
        assert.equal(trainee.waiting, 0);
        assert.deepEqual(seen, Array.from({ length: failsAt - 1 }, (_, n) => n + 1));
      },
    ),
  );
});
