import assert from "node:assert/strict";
import { ArgumentError } from "../../src/errors.ts";
import { type Gpu, openGpu } from "../../src/gpu/gpu.ts";
import { indexLists, uploadListIndex } from "../../src/kernels/list_index.ts";
import { type Granularity, listwiseLoss, ListwiseStep, type ScoreRange } from "../../src/kernels/listwise.ts";
import { permutation } from "../../src/random.ts";
import { ragged } from "../../src/ragged.ts";
import { assertClose } from "../oracle/close.ts";
import { type ListwiseCase, listwiseOracle } from "../oracle/listwise.ts";
import { randomCase } from "./random_lists.ts";

const granularities: Granularity[] = ["overall", "ranked"];

function loss(gpu: Gpu, given: ListwiseCase, granularity: Granularity, scores?: ScoreRange) {
  return listwiseLoss(gpu, {
    users: new Float32Array(given.users.flat()),
    items: new Float32Array(given.items.flat()),
    dim: given.users[0]?.length ?? given.items[0]!.length,
    observed: ragged(given.observed),
    positives: ragged(given.positives),
    tops: ragged(given.tops),
    granularity,
    ...(scores ? { scores } : {}),
  });
}

/** Errors relative to the largest entry. */
function assertNear(found: Float32Array, wanted: number[], tolerance: number, what: string) {
  const largest = wanted.reduce((high, value) => Math.max(high, Math.abs(value)), 1e-3);
  assertClose(found, wanted, tolerance, largest, what);
}

for (const [file, scores] of [["listwise.json", "clamped"], ["listwise-free.json", "free"]] as const) {
  const url = new URL(`../../../shared/golden/${file}`, import.meta.url);
  let text: string | null = null;
  try {
    text = Deno.readTextFileSync(url);
  } catch {
    console.warn(`SKIPPED: the golden figures ${url.pathname} are not there`);
  }
  Deno.test({
    name: `listwiseLoss() gives the golden figures of ${file}`,
    ignore: text === null,
    fn: async () => {
      using gpu = await openGpu();
      for (const golden of JSON.parse(text!)) {
        for (const granularity of granularities) {
          const given = { ...golden, users: golden.userFactors, items: golden.itemFactors };
          const found = await loss(gpu, given, granularity, scores === "clamped" ? undefined : scores);
          const wanted = golden[granularity];
          assertClose([found.loss], [wanted.loss], 2e-6, 0, "loss");
          assertNear(found.gradUsers, wanted.gradUsers.flat(), 4e-5, "gradUsers");
          assertNear(found.gradItems, wanted.gradItems.flat(), 4e-5, "gradItems");
        }
      }
    },
  });
}

Deno.test("the oracle's gradients are the slopes of its loss", () => {
  for (const scores of ["clamped", "free"] as const) {
    for (const granularity of [...granularities, "plackett-luce", "weighted"] as const) {
      for (const scale of [0.5, 3]) {
        const given = randomCase(3, 3, 30, 4, scale);
        const { gradUsers, gradItems } = listwiseOracle(given, granularity, scores);
        for (const [rows, gradients] of [[given.users, gradUsers], [given.items, gradItems]] as const) {
          rows.forEach((row, r) =>
            row.forEach((value, d) => {
              const at = (moved: number) => {
                row[d] = moved;
                return listwiseOracle(given, granularity, scores).loss;
              };
              const slope = (at(value + 1e-5) - at(value - 1e-5)) / 2e-5;
              row[d] = value;
              const close = Math.abs(slope - gradients[r]![d]!) < 1e-5 * Math.max(1, Math.abs(slope));
              assert.ok(close, `${slope} ${gradients[r]![d]}`);
            })
          );
        }
      }
    }
  }
});

Deno.test("listwiseLoss() takes free scores of several hundred, and lists of 256", async () => {
  using gpu = await openGpu();
  const given = randomCase(11, 5, 700, 6, 6.5);
  given.observed = given.users.map((_, u) => [u, u + 9, u + 20]);
  given.positives = given.observed.map((row) => row.slice(0, 2));
  given.tops = given.users.map((_, u) =>
    [...permutation(670, 2, 3, u)].slice(0, 254).map((item) => item + 30)
  );
  const scores = given.users.flatMap((user) =>
    given.items.map((item) => item.reduce((sum, value, d) => sum + value * user[d]!, 0))
  );
  assert.ok(Math.max(...scores) > 300);
  for (const granularity of granularities) {
    const wanted = listwiseOracle(given, granularity, "free");
    const found = await loss(gpu, given, granularity, "free");
    assertClose([found.loss], [wanted.loss], 2e-6, 0, "loss");
    assertNear(found.gradUsers, wanted.gradUsers.flat(), 1e-4, "gradUsers");
    assertNear(found.gradItems, wanted.gradItems.flat(), 1e-4, "gradItems");
  }
});

Deno.test("listwiseLoss() is 0 without lists, without a rest of items, and without users or items", async () => {
  using gpu = await openGpu();
  const none = { users: [[1]], items: [[1], [2]], observed: [[]], positives: [[]], tops: [[]] };
  const alone = { users: [[9]], items: [[1]], observed: [[0]], positives: [[0]], tops: [[]] };
  for (const granularity of granularities) {
    for (const scores of ["clamped", "free"] as const) {
      for (const given of [none, alone]) {
        const found = await loss(gpu, given, granularity, scores);
        assert.ok(Math.abs(found.loss) < 1e-6);
        assert.ok([...found.gradUsers, ...found.gradItems].every((value) => Math.abs(value) < 1e-6));
      }
    }
    const nobody = { ...none, users: [], observed: [], positives: [], tops: [] };
    assert.deepEqual([...(await loss(gpu, nobody, granularity)).gradItems], [0, 0]);
    const nothing = { ...none, items: [] };
    assert.deepEqual([...(await loss(gpu, nothing, granularity)).gradUsers], [0]);
  }
});

Deno.test("listwiseLoss() gives the same bits again, and sums batches of more than 1,024 users", async () => {
  using gpu = await openGpu();
  const given = randomCase(5, 1030, 40, 6, 1);
  for (const granularity of granularities) {
    const first = await loss(gpu, given, granularity);
    assert.deepEqual(await loss(gpu, given, granularity), first);
    const wanted = listwiseOracle(given, granularity, "clamped");
    assertClose([first.loss], [wanted.loss], 1e-5, 1, "loss");
    assertNear(first.gradUsers, wanted.gradUsers.flat(), 2e-5, "gradUsers");
    assertNear(first.gradItems, wanted.gradItems.flat(), 2e-5, "gradItems");
  }
});

Deno.test("listwiseLoss() and ListwiseStep name what they cannot use", async () => {
  using gpu = await openGpu();
  const given = { users: [[1, 2]], items: [[1, 2], [3, 4]], observed: [[0]], positives: [[0]], tops: [[1]] };
  const refused = async (wrong: Partial<Record<string, unknown>>, message: RegExp) => {
    const input = {
      users: new Float32Array(given.users.flat()),
      items: new Float32Array(given.items.flat()),
      dim: 2,
      observed: ragged(given.observed),
      positives: ragged(given.positives),
      tops: ragged(given.tops),
      granularity: "overall" as const,
    };
    await assert.rejects(
      listwiseLoss(gpu, { ...input, ...wrong } as typeof input),
      (error) => error instanceof ArgumentError && message.test(error.message),
    );
  };
  await refused({ granularity: "fine" }, /'granularity'.*fine/);
  await refused({ scores: "open" }, /'scores'.*open/);
  await refused({ dim: 3 }, /'users'.*2 is no multiple/);
  await refused({ users: Float32Array.of(1, NaN) }, /'users'.*row 0 holds NaN/);
  await refused({ items: Float32Array.of(1, 2, 3, -Infinity) }, /'items'.*row 1 holds -Infinity/);
  await refused(
    { observed: { offsets: Uint32Array.of(0, 9), items: Uint32Array.of(0) } },
    /'observed'.*a rise from 0 to 1,/,
  );
  await refused({ users: new Float32Array(4) }, /'users'.*2 rows.*1/);
  await refused({ tops: ragged([[0]]) }, /'tops'.*item 0.*unobserved/);
  await refused({ positives: ragged([[1]]) }, /'positives'.*item 1/);

  using step = new ListwiseStep(gpu, { users: 2, items: 2, dim: 2, capacity: 1 });
  using array = gpu.zeros("any", 64);
  const none = ragged([[]]);
  using index = uploadListIndex(
    gpu,
    indexLists({ users: 1, items: 2, observed: none, positives: none, tops: none }),
  );
  const batch = {
    table: array,
    gradient: array,
    users: array,
    start: 0,
    count: 1,
    index,
    granularity: "overall" as const,
    losses: array,
  };
  assert.throws(() => step.record({ ...batch, weight: -1 }), /'weight'.*-1/);
  assert.throws(() => step.record({ ...batch, weight: 1 }), /'index'.*1 users/);
  const weighted = { ...batch, weight: 1, granularity: "weighted" as const };
  assert.throws(() => step.record(weighted), /'weights'.*undefined/);
  assert.throws(
    () => step.record({ ...weighted, weights: { scale: 0, positives: 1 } }),
    /'weights'.*"scale":0/,
  );
});

Deno.test("listwiseLoss() takes lists of 10,000 items, and refuses longer ones", async () => {
  using gpu = await openGpu();
  const tops = 9_997;
  const given = (length: number) => ({
    users: Float32Array.of(1),
    items: Float32Array.from({ length: length + 200 }, (_, n) => Math.sin(n) / 2),
    dim: 1,
    observed: ragged([[0, 1, 2]]),
    positives: ragged([[0, 1, 2]]),
    tops: ragged([Array.from({ length }, (_, n) => 50 + n)]),
    granularity: "ranked" as const,
    scores: "free" as const,
  });
  const input = given(tops);
  const rows = (values: Float32Array) => [...values].map((value) => [value]);
  const wanted = listwiseOracle(
    {
      users: rows(input.users),
      items: rows(input.items),
      observed: [[0, 1, 2]],
      positives: [[0, 1, 2]],
      tops: [[...input.tops.items]],
    },
    "ranked",
    "free",
    { scale: 1, positives: 1 },
  );
  const found = await listwiseLoss(gpu, input);
  assertClose([found.loss], [wanted.loss], 1e-4, 1, "loss");
  assertClose(found.gradUsers, wanted.gradUsers[0]!, 1e-3, 1, "gradient of the user");
  await assert.rejects(listwiseLoss(gpu, given(tops + 1)), /'index'.*10001 items; expected at most 10000/);
});
