import assert from "node:assert/strict";
import type { Inputs } from "../../../bench/peers/inputs.ts";
import { hasFailed, measure } from "../../../bench/peers/measure.ts";
import { PeerFailure, UnsupportedWork } from "../../../bench/peers/peer_process.ts";
import type { Work } from "../../../bench/peers/works.ts";

const work: Work = { name: "epoch", kind: "teacher", arguments: {}, repeats: 2, leastRuns: 3 };
// Works of this kind compare numbers alone.
const inputs = {} as Inputs;

/** A peer whose runs take 10 ms until the one of that number fails. */
function peer(key: string, failing = Infinity, lastLoss = 1) {
  let runs = 0;
  return {
    key,
    prepare: () => Promise.resolve({ loss: 2, lastLoss }),
    run() {
      if (runs++ === failing) return Promise.reject(new PeerFailure("process ended (SIGKILL)"));
      return Promise.resolve({ clock: 10, processor: 20 });
    },
  };
}

Deno.test("measure() times a repetition in each round and compares with the first peer", async () => {
  const [ours, same, other] = await measure(inputs, work, [peer("ours"), peer("a"), peer("b", Infinity, 2)], {
    rounds: 3,
    seconds: 30,
  });
  assert.deepEqual(ours!.times, [5, 5, 5]);
  assert.deepEqual(same!.processorTimes, [10, 10, 10]);
  assert.equal(ours!.agreement, null);
  assert.deepEqual([ours, same, other].map((each) => hasFailed(each!)), [false, false, true]);
});

Deno.test("a peer that ends in a timed run has neither times nor agreement, and has failed", async () => {
  const [ours, ended] = await measure(inputs, work, [peer("ours"), peer("a", 2)], { rounds: 5, seconds: 30 });
  assert.equal(ours!.times.length, 5);
  assert.deepEqual(ended, {
    work: "epoch",
    peer: "a",
    times: [],
    processorTimes: [],
    agreement: null,
    failure: "process ended (SIGKILL)",
    unsupported: false,
  });
  assert.ok(hasFailed(ended!) && !hasFailed(ours!));
});

Deno.test("a peer without such work has not failed; one that cannot be prepared has, ours too", async () => {
  const without = { ...peer("a"), prepare: () => Promise.reject(new UnsupportedWork("no sort")) };
  const late = { ...peer("b"), prepare: () => Promise.reject(new PeerFailure("no answer within 1 s")) };
  const effort = { rounds: 1, seconds: 30 };
  const found = await measure(inputs, work, [peer("ours"), without, late], effort);
  assert.deepEqual(found.map(hasFailed), [false, false, true]);
  assert.deepEqual(found.map(({ failure }) => failure), [null, "no sort", "no answer within 1 s"]);
  assert.ok(hasFailed((await measure(inputs, work, [late], effort))[0]!));
});
