import assert from "node:assert/strict";
import { agreement } from "../../../bench/peers/agreement.ts";
import { Inputs, writeInputs } from "../../../bench/peers/inputs.ts";
import { TextLineStream } from "../../../bench/peers/lines.ts";
import { median } from "../../../bench/statistics.ts";
import { allWorks } from "../../../bench/peers/works.ts";
import { generateSample } from "../../../src/data/sample.ts";
import { splitDataset } from "../../../src/data/split.ts";
import { rowOf, sortedIncludes } from "../../../src/ragged.ts";

const world = generateSample({ users: 30, items: 400, interactions: 600, communities: 2 });
const split = splitDataset(world, { test: 0.2, valid: 0.2, seed: 1 });

async function withInputs(
  action: (inputs: Inputs, store: (values: ArrayLike<number>) => { file: string }) => void,
) {
  const folder = await Deno.makeTempDir();
  let files = 0;
  const store = (values: ArrayLike<number>) => {
    const file = `${folder}/stored-${files++}`;
    const typed = values instanceof Uint32Array ? values : Float32Array.from(values);
    Deno.writeFileSync(file, new Uint8Array(typed.buffer as ArrayBuffer));
    return { file };
  };
  try {
    writeInputs(folder, split);
    action(new Inputs(folder), store);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("writeInputs() writes lists that the losses accept, and what it described", async () => {
  await withInputs((inputs) => {
    const { header } = inputs;
    const [train, positives, tops] = ["train", "positives", "tops"].map((name) => inputs.lists(name));
    assert.equal(inputs.floats("users.6").length, header.users * 6);
    for (let user = 0; user < header.users; user++) {
      const observed = rowOf(train!, user);
      assert.ok(rowOf(positives!, user).every((item) => sortedIncludes(observed, item)));
      assert.equal(rowOf(positives!, user).length, Math.min(10, observed.length));
      const own = rowOf(tops!, user);
      assert.equal(new Set(own).size, header.k);
      assert.ok(own.every((item) => item < header.items && !sortedIncludes(observed, item)));
    }
    assert.equal(new Set(inputs.integers("batch")).size, inputs.integers("batch").length);
  });
});

Deno.test("agreement() accepts rounding of gradients, and nothing more", async () => {
  await withInputs((inputs, store) => {
    const work = allWorks(inputs.header).find(({ kind }) => kind === "listwise")!;
    const results = (loss: number, first: number) => ({
      loss,
      users: store([first, 2]),
      items: store([1]),
    });
    const judge = (loss: number, first: number) =>
      agreement(inputs, work, results(10, 1), results(loss, first)).agrees;
    assert.ok(judge(10.0005, 1.0001));
    assert.ok(!judge(10.01, 1));
    assert.ok(!judge(10, 1.001));
    assert.ok(!judge(10, NaN));
    assert.ok(!judge(NaN, 1));
  });
});

Deno.test("agreement() tells places swapped by rounding from wrong ones", async () => {
  await withInputs((inputs, store) => {
    const work = allWorks(inputs.header).find(({ kind, arguments: { dim } }) =>
      kind === "top-k" && dim === 6
    )!;
    const [users, items] = [inputs.floats("users.6"), inputs.floats("items.6")];
    const scoreOf = (item: number) => {
      let sum = 0;
      for (let d = 0; d < 6; d++) sum += users[d]! * items[6 * item + d]!;
      return sum;
    };
    const results = (list: number[], scores: number[]) => ({
      items: store(Uint32Array.from(list)),
      scores: store(scores),
    });
    const ours = results([0, 1], [scoreOf(0), scoreOf(1)]);
    assert.equal(agreement(inputs, work, ours, results([0, 1], [])).text, "same lists");
    const other = Array.from({ length: 400 }, (_, item) => item)
      .find((item) => Math.abs(scoreOf(item) - scoreOf(1)) > 0.1)!;
    assert.ok(!agreement(inputs, work, ours, results([0, other], [])).agrees);
    assert.ok(!agreement(inputs, work, ours, results([0], [])).agrees);
    const tied = results([0, 1], [scoreOf(0), scoreOf(other)]);
    assert.ok(agreement(inputs, work, tied, results([0, other], [])).agrees);
  });
});

Deno.test("agreement() of a teacher asks for the first loss and for as large a fall as ours", async () => {
  await withInputs((inputs) => {
    const work = allWorks(inputs.header).find(({ arguments: { kind } }) => kind === "MF")!;
    assert.ok(work.arguments.checked! > 1);
    const judge = (loss: number, lastLoss: number, ours = { loss: 0.693, lastLoss: 0.554 }) =>
      agreement(inputs, work, ours, { loss, lastLoss }).agrees;
    assert.ok(judge(0.693, 0.554));
    assert.ok(judge(0.691, 0.57));
    // A peer that never steps, one that takes half or twice the steps, and other losses altogether.
    assert.ok(!judge(0.693, 0.693));
    assert.ok(!judge(0.693, 0.624));
    assert.ok(!judge(0.692, 0.415));
    assert.ok(!judge(0.74, 0.601));
    assert.ok(!judge(0.693, NaN));
    assert.ok(!judge(NaN, 0.554));
    // Of a large loss that falls little, half a percent is left to the random numbers.
    assert.ok(judge(42.62, 42.16, { loss: 42.62, lastLoss: 42 }));
    assert.ok(!judge(154.8, 154.8, { loss: 154.8, lastLoss: 149.1 }));
  });
});

Deno.test("median() is the middle, the mean of two middles, or not a number", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

Deno.test("TextLineStream cuts at line ends, across chunks and at the end", async () => {
  const lines: string[] = [];
  const text = ReadableStream.from(["a\nb", "c\n\n", "d"]);
  for await (const line of text.pipeThrough(new TextLineStream())) lines.push(line);
  assert.deepEqual(lines, ["a", "bc", "", "d"]);
});
