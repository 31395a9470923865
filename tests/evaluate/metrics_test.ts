import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { emptyPlace } from "../../src/ragged.ts";
import { type MetricName, metricNames, rankingMetrics } from "../../src/evaluate/metrics.ts";

const goldenFile = new URL("../../../shared/golden/metrics.json", import.meta.url);
const golden = await Deno.readTextFile(goldenFile).then(JSON.parse, () => undefined);
if (golden === undefined) {
  console.warn(`SKIPPED: ${goldenFile.pathname} is not there; golden metrics are not checked`);
}

const claimed: Record<string, MetricName> = {
  "recall/n": "recall",
  "ndcg/linear": "ndcg",
  "precision/k": "precision",
  "hit/any": "hit",
  "rr": "reciprocalRank",
  "ap/min": "averagePrecision",
};

type Truth = (string | number)[] | Record<string, number>;
interface Task {
  recommended: number[];
  relevant: number[];
}
/** Every user's lists, or the reason why the case is outside what rankingMetrics defines. */
// deno-lint-ignore no-explicit-any
type Case = any;

function tasksOf(input: Case): Task[] | string {
  const numbers = new Map<string, number>();
  const number = (id: string | number) => {
    if (!numbers.has(String(id))) numbers.set(String(id), numbers.size);
    return numbers.get(String(id))!;
  };
  const graded = (truth: Truth) =>
    !Array.isArray(truth) && Object.values(truth).some((gain) => gain !== 0 && gain !== 1);
  const relevantOf = (truth: Truth) =>
    (Array.isArray(truth) ? truth : Object.keys(truth).filter((id) => truth[id]! > 0)).map(number);
  const byScore = (scores: Record<string, number>) =>
    Object.keys(scores).sort((a, b) => scores[b]! - scores[a]!).map(number);
  const task = (recommended: number[], truth: Truth): Task | string =>
    graded(truth) ? "graded relevance; ours is binary" : { recommended, relevant: relevantOf(truth) };
  let tasks: (Task | string)[];
  switch (input.kind) {
    case "hit-matrix":
      tasks = input.hits.map((row: number[], user: number) => {
        const found = row.reduce((sum, hit) => sum + hit, 0);
        const relevant = row.flatMap((hit, rank) => hit === 1 ? [rank] : []);
        for (let n = found; n < input.n_relevant[user]; n++) relevant.push(1000 + n);
        return { recommended: row.map((_, rank) => rank), relevant };
      });
      break;
    case "single-list":
      tasks = [task(input.recs.map(number), input.truth)];
      break;
    case "many-lists":
      tasks = input.recs.map((recs: number[], user: number) => task(recs.map(number), input.truth[user]));
      break;
    case "scored":
      tasks = [task(byScore(input.scores), input.truth)];
      break;
    case "scored-many":
      tasks = Object.keys(input.truth).map((user) =>
        task(byScore(input.scores[user] ?? {}), input.truth[user])
      );
      break;
    case "ranked-table": {
      const users: number[] = [...new Set<number>(input.truth.user)];
      tasks = users.map((user) => {
        const recommended = new Array<number>(20).fill(emptyPlace);
        input.recs.user.forEach((other: number, n: number) => {
          if (other === user) recommended[input.recs.rank[n] - 1] = number(input.recs.item[n]);
        });
        return task(
          recommended,
          input.truth.item.filter((_: number, n: number) => input.truth.user[n] === user),
        );
      });
      break;
    }
    case "scores-and-label": {
      const items = input.scores.map((_: number, n: number) => n);
      const order = items.sort((a: number, b: number) => input.scores[b] - input.scores[a] || a - b);
      tasks = input.labels.map((label: number) => ({ recommended: order, relevant: [label] }));
      break;
    }
    default:
      return `unknown kind of input: ${input.kind}`;
  }
  const reason = tasks.find((one) => typeof one === "string");
  return typeof reason === "string" ? reason : tasks as Task[];
}

Deno.test({
  name: "rankingMetrics() gives the golden figures of public toolkits",
  ignore: golden === undefined,
}, () => {
  const skipped = new Map<string, string[]>();
  const skip = (reason: string, id: string) => skipped.set(reason, [...skipped.get(reason) ?? [], id]);
  let checked = 0;
  for (const { id, variant, input, params, expected, tolerance } of golden.cases as Case[]) {
    const metric = claimed[variant];
    if (metric === undefined) {
      skip("another definition or another quantity", `${id} (${variant ?? "no variant"})`);
      continue;
    }
    const tasks = tasksOf(input);
    if (typeof tasks === "string") {
      skip(tasks, id);
      continue;
    }
    const at = (k: number) =>
      tasks.map(({ recommended, relevant }) => rankingMetrics(recommended, relevant, k)[metric]);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const close = (actual: number, wanted: number, where: string) =>
      assert.ok(Math.abs(actual - wanted) <= tolerance, `${id} ${where}: ${actual} instead of ${wanted}`);
    const longest = Math.max(1, ...tasks.map(({ recommended }) => recommended.length));
    if (expected.per_user_at_k !== undefined) {
      expected.per_user_at_k.forEach((row: number[], user: number) =>
        row.forEach((value, n) => close(at(n + 1)[user]!, value, `user ${user} k ${n + 1}`))
      );
    } else if (expected.mean_at_k !== undefined) {
      params.k.forEach((k: number, n: number) => close(mean(at(k)), expected.mean_at_k[n], `k ${k}`));
    } else if (expected.per_user !== undefined) {
      at(params?.k ?? longest).forEach((value, user) =>
        close(value, expected.per_user[user], `user ${user}`)
      );
    } else {
      close(mean(at(params?.k ?? longest)), expected.value ?? expected.mean, "value");
    }
    checked++;
  }
  for (const [reason, ids] of skipped) console.log(`skipped ${ids.length}, ${reason}: ${ids.join(", ")}`);
  console.log(`checked ${checked} of ${golden.cases.length} golden cases`);
  assert.ok(checked >= 40, `only ${checked} cases were checked`);
});

const lists = fc.record({
  recommended: fc.uniqueArray(fc.nat(30), { maxLength: 20 }),
  relevant: fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 15 }),
  k: fc.integer({ min: 1, max: 25 }),
});

Deno.test("rankingMetrics() stays within [0, 1] and follows its definitions", () => {
  fc.assert(fc.property(lists, ({ recommended, relevant, k }) => {
    const metrics = rankingMetrics(recommended, relevant, k);
    for (const name of metricNames) assert.ok(metrics[name] >= 0 && metrics[name] <= 1 + 1e-15, name);
    const hits = recommended.slice(0, k).filter((item) => relevant.includes(item)).length;
    assert.equal(metrics.recall, hits / relevant.length);
    assert.equal(metrics.precision, hits / k);
    assert.equal(metrics.hit, hits > 0 ? 1 : 0);
    const first = recommended.slice(0, k).findIndex((item) => relevant.includes(item));
    assert.equal(metrics.reciprocalRank, first < 0 ? 0 : 1 / (first + 1));
  }));
});

Deno.test("rankingMetrics() is not changed by what stands at or below the cut-off", () => {
  fc.assert(fc.property(lists, fc.array(fc.nat(99)), ({ recommended, relevant, k }, tail) => {
    const full = [...recommended, ...Array.from({ length: k }, (_, n) => 1000 + n)].slice(0, k);
    assert.deepEqual(rankingMetrics([...full, ...tail], relevant, k), rankingMetrics(full, relevant, k));
  }));
});

Deno.test("rankingMetrics() never falls when a relevant item moves up past an irrelevant one", () => {
  fc.assert(fc.property(lists, fc.nat(19), fc.nat(19), ({ recommended, relevant, k }, a, b) => {
    const upper = Math.min(a, b);
    const lower = Math.max(a, b);
    fc.pre(lower < recommended.length && upper < lower);
    fc.pre(relevant.includes(recommended[lower]!) && !relevant.includes(recommended[upper]!));
    const swapped = recommended.slice();
    swapped[upper] = recommended[lower]!;
    swapped[lower] = recommended[upper]!;
    const before = rankingMetrics(recommended, relevant, k);
    const after = rankingMetrics(swapped, relevant, k);
    for (const name of metricNames) assert.ok(after[name] >= before[name] - 1e-12, name);
    if (upper < k) assert.ok(after.ndcg > before.ndcg);
  }));
});

Deno.test("rankingMetrics() gives a perfect ranking 1, except precision beyond the relevant", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(30), { minLength: 1 }),
      fc.integer({ min: 1, max: 40 }),
      (relevant, k) => {
        const metrics = rankingMetrics(relevant, relevant, k);
        for (const name of ["ndcg", "averagePrecision", "hit", "reciprocalRank"] as const) {
          assert.ok(Math.abs(metrics[name] - 1) < 1e-12, name);
        }
        assert.equal(metrics.recall, Math.min(1, k / relevant.length));
        assert.equal(metrics.precision, Math.min(1, relevant.length / k));
      },
    ),
  );
});

Deno.test("rankingMetrics() is 0 with nothing relevant and with nothing recommended", () => {
  for (const name of metricNames) {
    assert.equal(rankingMetrics([1, 2], [], 2)[name], 0);
    assert.equal(rankingMetrics([], [1, 2], 2)[name], 0);
    assert.equal(rankingMetrics([emptyPlace, emptyPlace], [1, emptyPlace], 2)[name], 0);
  }
});

Deno.test("rankingMetrics() counts an item once, at its first place", () => {
  const metrics = rankingMetrics([5, 5, 7], new Set([5, 7]), 3);
  assert.equal(metrics.recall, 1);
  assert.equal(metrics.precision, 2 / 3);
  assert.ok(Math.abs(metrics.averagePrecision - (1 + 2 / 3) / 2) < 1e-15);
  assert.deepEqual(rankingMetrics([5], [5, 5, 5], 1), rankingMetrics([5], [5], 1));
});

Deno.test("rankingMetrics() refuses a cut-off that is not a positive integer", () => {
  for (const k of [0, -1, 1.5, NaN, Infinity]) {
    assert.throws(
      () => rankingMetrics([1], [1], k),
      (error) => error instanceof ArgumentError && /'k'/.test(error.message),
    );
  }
});
