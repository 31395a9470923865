/**
 * Students as ONNX models.
 *
 * @module
 */
import { ModelError } from "../errors.ts";
import type { FoldInOptions } from "../models/fold_in.ts";
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
 * - `exclude` int64 [pairs, 2]: (row of the batch, item number) to be left out, such as seen items; there may be 0 pairs,
 *   and a pair whose item is -1 leaves out nothing.
 *
 * Other numbers that name no user, row or item of `exclude` are refused by the runtime.
 *
 * Its outputs are `items` int64, `ids` string and `scores` float, all [batch, min(k, items)]; equal scores by the lower
 * item number; where fewer items are left, the rest has the score -Infinity.
 *
 * A history is folded in as {@linkcode Student.recommend} does it, to the same solution by another way: 16 steps of
 * Newton's method, written out, each as long as makes the slope along it smallest.
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
    const user = withoutNegatives(graph, "user");
    scores = graph.add("MatMul", [graph.add("Gather", [table, user], { axis: 0 }), factors]);
  } else {
    if (itemFactors.every((value, n) => value === itemFactors[n % dim])) {
      throw new ModelError("all item vectors of the student are equal: a history says nothing");
    }
    graph.input("history", "int64", ["batch", "length"]);
    const vector = foldInNodes(graph, dim, factors, options);
    scores = leaveOutHistory(graph, graph.add("MatMul", [vector, factors]));
  }
  graph.input("k", "int64", [1]);
  graph.input("exclude", "int64", ["pairs", 2]);
  const excludedItems = graph.add("Gather", ["exclude", graph.integers([], [1])], { axis: 1 });
  const isFilling = graph.add("Equal", [excludedItems, graph.integers([], [-1])]);
  const excluded = graph.add("Compress", ["exclude", graph.add("Not", [isFilling])], { axis: 0 });
  const pairs = graph.add("Gather", [graph.add("Shape", [excluded]), graph.integers([1], [0])], { axis: 0 });
  const nothing = graph.add("Expand", [graph.floats([1], [-Infinity]), pairs]);
  const left = graph.add("ScatterND", [scores, withoutNegatives(graph, excluded), nothing]);
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

/** The numbers, with one too large for any runtime in place of negative ones, which would count from the end. */
function withoutNegatives(graph: OnnxGraph, numbers: string): string {
  const isNegative = graph.add("Less", [numbers, graph.integers([], [0])]);
  return graph.add("Where", [isNegative, graph.integers([], [2 ** 31]), numbers]);
}

/** Newton steps of a fold-in: twice as many as random and trained students needed. */
const newtonSteps = 16;
/** Lengths that are tried of each: 1, 1/2, 1/4, ... */
const stepLengths = Array.from({ length: 10 }, (_, n) => 2 ** -n);

/** [batch, dim] the users' vectors; see `foldIn` for the equation. */
function foldInNodes(
  graph: OnnxGraph,
  dim: number,
  factors: string,
  { penalty = 1 }: FoldInOptions,
): string {
  const [one, two] = [1, 2].map((n) => graph.integers([1], [n])) as [string, string];
  const { sum, length } = historySums(graph, factors);
  const rows = graph.add("Transpose", [factors]);
  const ridge = graph.floats(
    [dim, dim],
    Array.from({ length: dim * dim }, (_, n) => n % (dim + 1) ? 0 : penalty),
  );
  const weight = graph.floats([], [penalty]);
  const lengths = graph.floats([1, stepLengths.length, 1], stepLengths);
  let vector = graph.add("Mul", [sum, graph.floats([], [0])]);
  for (let step = 0; step < newtonSteps; step++) {
    const scores = graph.add("MatMul", [vector, factors]);
    const shares = graph.add("Softmax", [scores], { axis: -1 });
    const mean = graph.add("MatMul", [shares, rows]);
    const pull = graph.add("Sub", [graph.add("Mul", [mean, length]), sum]);
    const gradient = graph.add("Add", [pull, graph.add("Mul", [vector, weight])]);
    const shared = graph.add("Mul", [factors, graph.add("Unsqueeze", [shares, one])]);
    const meanColumn = graph.add("Unsqueeze", [mean, two]);
    const square = graph.add("MatMul", [meanColumn, graph.add("Unsqueeze", [mean, one])]);
    const spread = graph.add("Sub", [graph.add("MatMul", [shared, rows]), square]);
    const curvature = graph.add("Mul", [spread, graph.add("Unsqueeze", [length, two])]);
    const matrix = graph.add("Add", [curvature, ridge]);
    const direction = graph.add("Neg", [solved(graph, matrix, gradient, dim)]);
    // Along the direction, the slope at each length: the loss is convex, and least where the slope is nearest to 0.
    const rises = graph.add("Unsqueeze", [graph.add("MatMul", [direction, factors]), one]);
    const moved = graph.add("Add", [
      graph.add("Unsqueeze", [scores, one]),
      graph.add("Mul", [rises, lengths]),
    ]);
    const movedShares = graph.add("Softmax", [moved], { axis: -1 });
    const rise = graph.add("ReduceSum", [graph.add("Mul", [movedShares, rises]), two], { keepdims: 1 });
    const along = (other: string) =>
      graph.add("Unsqueeze", [graph.add("ReduceSum", [graph.add("Mul", [direction, other]), one]), two]);
    const fixed = graph.add("Sub", [graph.add("Mul", [along(vector), weight]), along(sum)]);
    const grown = graph.add("Mul", [graph.add("Mul", [along(direction), weight]), lengths]);
    const pulled = graph.add("Mul", [rise, graph.add("Unsqueeze", [length, two])]);
    const slopes = graph.add("Add", [graph.add("Add", [pulled, fixed]), grown]);
    const best = graph.add("ArgMin", [graph.add("Abs", [slopes])], { axis: 1, keepdims: 0 });
    const size = graph.add("Gather", [graph.floats([stepLengths.length], stepLengths), best], { axis: 0 });
    vector = graph.add("Add", [vector, graph.add("Mul", [direction, size])]);
  }
  return vector;
}

/** Of each history, [batch, dim] the sum of its items' vectors and [batch, 1] the number of its items. */
function historySums(graph: OnnxGraph, factors: string): { sum: string; length: string } {
  const [one, two] = [1, 2].map((n) => graph.integers([1], [n])) as [string, string];
  const valid = graph.add("GreaterOrEqual", ["history", graph.integers([], [0])]);
  const item = graph.add("Max", ["history", graph.integers([], [0])]);
  const gathered = graph.add("Gather", [factors, item], { axis: 1 });
  const vectors = graph.add("Transpose", [gathered], { perm: [1, 2, 0] });
  // An item that stands twice counts at its first place.
  const across = graph.add("Unsqueeze", ["history", one]);
  const down = graph.add("Unsqueeze", ["history", two]);
  const same = graph.add("Cast", [graph.add("Equal", [down, across])], { to: 1 });
  const earlier = graph.add("Trilu", [same, graph.integers([], [-1])], { upper: 0 });
  const repeated = graph.add("ReduceSum", [earlier, two], { keepdims: 0 });
  const first = graph.add("Equal", [repeated, graph.floats([], [0])]);
  const weight = graph.add("Cast", [graph.add("And", [valid, first])], { to: 1 });
  const weighted = graph.add("Mul", [vectors, graph.add("Unsqueeze", [weight, two])]);
  return {
    sum: graph.add("ReduceSum", [weighted, one], { keepdims: 0 }),
    length: graph.add("ReduceSum", [weight, one], { keepdims: 1 }),
  };
}

/** [batch, dim] the solutions x of A x = b, by Gauss-Jordan elimination: A is positive definite and needs no pivoting. */
function solved(graph: OnnxGraph, matrix: string, right: string, dim: number): string {
  const two = graph.integers([1], [2]);
  let system = graph.add("Concat", [matrix, graph.add("Unsqueeze", [right, two])], { axis: 2 });
  for (let d = 0; d < dim; d++) {
    const place = graph.integers([1], [d]);
    const unit = graph.floats([dim, 1], Array.from({ length: dim }, (_, n) => n === d ? 1 : 0));
    const row = graph.add("Gather", [system, place], { axis: 1 });
    const normal = graph.add("Div", [row, graph.add("Gather", [row, place], { axis: 2 })]);
    const column = graph.add("Sub", [graph.add("Gather", [system, place], { axis: 2 }), unit]);
    system = graph.add("Sub", [system, graph.add("MatMul", [column, normal])]);
  }
  return graph.add("Squeeze", [graph.add("Gather", [system, graph.integers([1], [dim])], { axis: 2 }), two]);
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
