/**
 * Students as ONNX models.
 *
 * @module
 */
import { ModelError } from "../errors.ts";
import { type FoldInOptions, itemStatistics } from "../models/fold_in.ts";
import type { Student } from "../models/student.ts";
import { OnnxGraph } from "./onnx_graph.ts";

/** Which question a graph answers: the best items for known users, or for histories of people never seen in training. */
export type OnnxQuestion = "user" | "history";

/**
 * A student as an ONNX model (operator set 17). Its inputs are
 *
 * - `user` int64 [batch]: user numbers, for the question "user"; or `history` int64 [batch, length]: item numbers, short
 *   rows filled up with -1, for the question "history", whose items are left out;
 * - `k` int64 [1]: how many items at most;
 * - `exclude` int64 [pairs, 2]: (row of the batch, item number) to be left out, such as seen items; there may be 0 pairs.
 *
 * Its outputs are `items` int64, `ids` string and `scores` float, all [batch, min(k, items)]; equal scores by the lower
 * item number; where fewer items are left, the rest has the score -Infinity.
 *
 * A history is folded in as {@linkcode Student.recommend} does it. The matrix that is to be inverted depends on the
 * history, so no fixed inverse can be multiplied with; the dim x dim system of each row is solved by Gauss-Jordan
 * elimination, unrolled into 5 dim nodes. It needs no pivoting, the matrix being positive definite; its condition is at
 * most about dim / ridge times the share of the history, which 32-bit floats bear.
 *
 * @param student The student.
 * @param question What it is asked.
 * @param options How a history becomes a user vector.
 * @returns The bytes of the model file.
 * @throws {ModelError} if there are no items, or all item vectors are equal, so that no history says anything.
 */
export async function encodeOnnx(
  student: Student,
  question: OnnxQuestion,
  options: FoldInOptions = {},
): Promise<Uint8Array> {
  if (student.items === 0) throw new ModelError("the student has no items: there is nothing to rank");
  const { dim, items, users, itemFactors } = student;
  const graph = new OnnxGraph();
  const transposed = new Float32Array(itemFactors.length);
  for (let n = 0; n < itemFactors.length; n++) {
    transposed[n % dim * items + Math.floor(n / dim)] = itemFactors[n]!;
  }
  const factors = graph.floats([dim, items], transposed, "item_factors");
  let scores: string;
  if (question === "user") {
    graph.input("user", "int64", ["batch"]);
    const table = graph.floats([users, dim], student.userFactors, "user_factors");
    scores = graph.add("MatMul", [graph.add("Gather", [table, "user"], { axis: 0 }), factors]);
  } else {
    graph.input("history", "int64", ["batch", "length"]);
    const vector = foldInNodes(graph, student, factors, options);
    scores = leaveOutHistory(graph, graph.add("MatMul", [vector, factors]));
  }
  graph.input("k", "int64", [1]);
  graph.input("exclude", "int64", ["pairs", 2]);
  const pairs = graph.add("Gather", [graph.add("Shape", ["exclude"]), graph.integers([1], [0])], { axis: 0 });
  const nothing = graph.add("Expand", [graph.floats([1], [-Infinity]), pairs]);
  const left = graph.add("ScatterND", [scores, "exclude", nothing]);
  const most = graph.add("Min", ["k", graph.integers([1], [items])]);
  graph.addNode("TopK", [left, most], ["scores", "items"], { axis: -1, largest: 1, sorted: 1 });
  graph.add("Gather", [graph.texts(student.itemIds, "item_ids"), "items"], { axis: 0 }, "ids");
  graph.output("items", "int64", ["batch", "best"]);
  graph.output("ids", "string", ["batch", "best"]);
  graph.output("scores", "float", ["batch", "best"]);
  const about = question === "user"
    ? "the best items for known users"
    : "the best items for histories of items";
  return await graph.encode(`hetcomp_student_${question}`, `A hetcomp student: ${about}.`, student.metadata);
}

/** [batch, dim] the users' vectors; see `foldIn` for the equation. */
function foldInNodes(
  graph: OnnxGraph,
  { dim, itemFactors }: Student,
  factors: string,
  { alpha = 10, ridge = 0.1 }: FoldInOptions,
): string {
  const { mean, gram } = itemStatistics(itemFactors, dim);
  let trace = 0;
  for (let d = 0; d < dim; d++) trace += gram[d * dim + d]!;
  const base = gram.map((value, n) => value + (n % (dim + 1) === 0 ? ridge * trace / dim : 0));
  if (!(trace > 1e-24 * itemFactors.length * mean.reduce((sum, value) => sum + value ** 2, 0))) {
    throw new ModelError("all item vectors of the student are equal: a history says nothing");
  }
  const [zero, one, two] = [0, 1, 2].map((n) => graph.integers([1], [n]));
  const valid = graph.add("GreaterOrEqual", ["history", graph.integers([], [0])]);
  const item = graph.add("Max", ["history", graph.integers([], [0])]);
  const gathered = graph.add("Transpose", [graph.add("Gather", [factors, item], { axis: 1 })], {
    perm: [1, 2, 0],
  });
  const rows = graph.add("Sub", [gathered, graph.floats([dim], mean)]);
  // An item that stands twice counts at its first place.
  const across = graph.add("Unsqueeze", ["history", one!]);
  const down = graph.add("Unsqueeze", ["history", two!]);
  const same = graph.add("Cast", [graph.add("Equal", [down, across])], { to: 1 });
  const earlier = graph.add("Trilu", [same, graph.integers([], [-1])], { upper: 0 });
  const repeated = graph.add("ReduceSum", [earlier, two!], { keepdims: 0 });
  const first = graph.add("Equal", [repeated, graph.floats([], [0])]);
  const weight = graph.add("Cast", [graph.add("And", [valid, first])], { to: 1 });
  const weighted = graph.add("Mul", [rows, graph.add("Unsqueeze", [weight, two!])]);
  const products = graph.add("MatMul", [graph.add("Transpose", [weighted], { perm: [0, 2, 1] }), rows]);
  const scaled = graph.add("Mul", [products, graph.floats([], [alpha])]);
  const matrix = graph.add("Add", [scaled, graph.floats([dim, dim], base)]);
  const sum = graph.add("Unsqueeze", [graph.add("ReduceSum", [weighted, one!], { keepdims: 0 }), two!]);
  const right = graph.add("Mul", [sum, graph.floats([], [1 + alpha])]);
  let system = graph.add("Concat", [matrix, right], { axis: 2 });
  for (let d = 0; d < dim; d++) {
    const place = d === 0 ? zero! : graph.integers([1], [d]);
    const unit = graph.floats([dim, 1], Array.from({ length: dim }, (_, n) => n === d ? 1 : 0));
    const row = graph.add("Gather", [system, place], { axis: 1 });
    const normal = graph.add("Div", [row, graph.add("Gather", [row, place], { axis: 2 })]);
    const column = graph.add("Sub", [graph.add("Gather", [system, place], { axis: 2 }), unit]);
    system = graph.add("Sub", [system, graph.add("MatMul", [column, normal])]);
  }
  const solution = graph.add("Gather", [system, graph.integers([1], [dim])], { axis: 2 });
  return graph.add("Squeeze", [solution, two!]);
}

/** The scores, with -Infinity for the items of the history. */
function leaveOutHistory(graph: OnnxGraph, scores: string): string {
  const nought = graph.integers([], [0]);
  const isItem = graph.add("GreaterOrEqual", ["history", nought]);
  // Filling places repeat the first item, so that all that is written to one place is the same.
  const first = graph.add("Gather", ["history", graph.integers([1], [0])], { axis: 1 });
  const filled = graph.add("Where", [isItem, "history", first]);
  const place = graph.add("Max", [filled, nought]);
  const kept = graph.add("GatherElements", [scores, place], { axis: 1 });
  const isThere = graph.add("GreaterOrEqual", [filled, nought]);
  const written = graph.add("Where", [isThere, graph.floats([], [-Infinity]), kept]);
  return graph.add("ScatterElements", [scores, place, written], { axis: 1 });
}
