import assert from "node:assert/strict";
import { ModelError } from "../../src/errors.ts";
import { encodeOnnx } from "../../src/export/onnx.ts";
import { type Recommendation, Student } from "../../src/models/student.ts";
import { ragged, rowOf } from "../../src/ragged.ts";
import { randomStudent } from "./random_student.ts";
import { runForeign } from "./run_foreign.ts";

interface Output {
  dims: number[];
  items: number[];
  ids: string[];
  scores: string[];
}

async function runModel(
  bytes: Uint8Array,
  feeds: Record<string, number[] | number[][]>[],
): Promise<Output[]> {
  const path = await Deno.makeTempFile({ suffix: ".onnx" });
  try {
    await Deno.writeFile(path, bytes);
    return JSON.parse(await runForeign("tests/export/run_onnx_program.ts", [path, JSON.stringify(feeds)]));
  } finally {
    await Deno.remove(path);
  }
}

/** One row of the outputs is what the student recommends; what is left of it has no score. */
function sameRow(
  { dims, items, ids, scores }: Output,
  row: number,
  list: Recommendation[],
  student: Student,
) {
  const width = dims[1]!;
  for (let n = 0; n < width; n++) {
    const place = row * width + n;
    if (n >= list.length) {
      assert.equal(scores[place], "-Infinity");
      continue;
    }
    assert.equal(ids[place], list[n]!.item, `row ${row}, rank ${n}`);
    assert.equal(student.itemIds[items[place]!], list[n]!.item);
    const { score } = list[n]!;
    assert.ok(
      Math.abs(Number(scores[place]) - score) < 2e-5 * (1 + Math.abs(score)),
      `${scores[place]}, ${score}`,
    );
  }
}

Deno.test("ONNX Runtime gives the student's recommendations to users, seen items left out where given", async () => {
  const student = randomStudent(7, 40, 5);
  const users = [3, 0, 6];
  const seen = users.flatMap((user, row) => [...rowOf(student.seen!, user)].map((item) => [row, item]));
  const [plain, without, all] = await runModel(await encodeOnnx(student, "user"), [
    { user: users, k: [10], exclude: [] },
    { user: users, exclude: seen, k: [12] },
    { user: users, exclude: seen, k: [99] },
  ]);
  assert.deepEqual([plain!.dims, without!.dims, all!.dims], [[3, 10], [3, 12], [3, 40]]);
  users.forEach((user, row) => {
    const id = student.userIds[user]!;
    sameRow(plain!, row, student.recommend(id, { k: 10, exclude: false }), student);
    sameRow(without!, row, student.recommend(id, { k: 12 }), student);
    sameRow(all!, row, student.recommend(id, { k: 99 }), student);
  });
});

Deno.test("ONNX Runtime refuses users, rows and items that are not there, and passes over pairs with item -1", async () => {
  const student = randomStudent(7, 40, 5);
  const model = await encodeOnnx(student, "user");
  const [filled, onlyFilled] = await runModel(model, [
    { user: [3, 6], k: [40], exclude: [[0, -1], [1, 2], [-1, -1], [0, 39], [0, -1]] },
    { user: [3, 6], k: [40], exclude: [[1, -1]] },
  ]);
  [[39], [2]].forEach((items, row) => {
    const id = student.userIds[[3, 6][row]!]!;
    const exclude = items.map((item) => student.itemIds[item]!);
    const unseen = new Student({ ...student, seen: ragged(student.userIds.map(() => [])) });
    sameRow(filled!, row, unseen.recommend(id, { k: 40, exclude }), student);
    sameRow(onlyFilled!, row, unseen.recommend(id, { k: 40 }), student);
  });
  const refused = [
    { user: [-1], k: [5], exclude: [] },
    { user: [7], k: [5], exclude: [] },
    { user: [0], k: [5], exclude: [[0, -2]] },
    { user: [0], k: [5], exclude: [[0, 40]] },
    { user: [0], k: [5], exclude: [[-1, 3]] },
  ];
  for (const feed of refused) {
    await assert.rejects(runModel(model, [feed]), /indices element out of data bounds|invalid indice/);
  }
});

Deno.test("ONNX Runtime folds histories in as the student does", async () => {
  for (const dim of [1, 2, 6, 17]) {
    const student = randomStudent(1, 50, dim, dim);
    const histories = [[4, 9, 30, 2], [0, -1, -1, -1], [7, 7, 11, 7], [12, 0, 49, -1]];
    const feeds = [{ history: histories, k: [60], exclude: [] }, {
      history: [histories[0]!],
      k: [10],
      exclude: [[0, 5], [0, 6]],
    }];
    const [output, excluded] = await runModel(await encodeOnnx(student, "history"), feeds);
    assert.deepEqual(output!.dims, [4, 50]);
    histories.forEach((history, row) => {
      const ids = history.filter((item) => item >= 0).map((item) => student.itemIds[item]!);
      sameRow(output!, row, student.recommend(ids, { k: 60 }), student);
    });
    const ids = histories[0]!.map((item) => student.itemIds[item]!);
    const exclude = [student.itemIds[5]!, student.itemIds[6]!];
    sameRow(excluded!, 0, student.recommend(ids, { k: 10, exclude }), student);
  }
});

Deno.test("ONNX Runtime folds in with other weights, and breaks ties by the lower item number", async () => {
  const student = new Student({
    dim: 2,
    userFactors: Float32Array.of(1, 1),
    itemFactors: Float32Array.of(1, 2, 2, 1, 0, 3, 1, 2, 3, 0),
    userIds: ["ann"],
    itemIds: ["a", "b", "c", "d", "e"],
  });
  const [ties] = await runModel(await encodeOnnx(student, "user"), [{ user: [0], k: [5], exclude: [] }]);
  assert.deepEqual(ties!.items, [0, 1, 2, 3, 4]);
  const foldIn = { penalty: 0.1 };
  const [weighted] = await runModel(await encodeOnnx(student, "history", foldIn), [{
    history: [[1]],
    k: [4],
    exclude: [],
  }]);
  const expected = student.recommend(["b"], { k: 4, foldIn });
  expected.forEach(({ score }, n) => assert.ok(Math.abs(Number(weighted!.scores[n]) - score) < 1e-5));
  assert.equal(weighted!.ids[0], expected[0]!.item);
});

Deno.test("encodeOnnx() refuses students that rank nothing", async () => {
  const parts = { dim: 1, userFactors: Float32Array.of(1), userIds: ["ann"] };
  const empty = new Student({ ...parts, itemFactors: new Float32Array(), itemIds: [] });
  await assert.rejects(encodeOnnx(empty, "user"), ModelError);
  const equal = new Student({ ...parts, itemFactors: Float32Array.of(2, 2), itemIds: ["a", "b"] });
  await assert.rejects(encodeOnnx(equal, "history"), ModelError);
});
