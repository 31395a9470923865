/**
 * The optimiser, and what some models do to rows before and after it.
 *
 * @module
 */
import { Adam } from "../../src/kernels/adam.ts";
import { strideOf } from "../../src/kernels/embedding.ts";
import { recordItemSquares, recordItemSquaresGradient } from "../../src/kernels/item_squares.ts";
import { recordUnitBall } from "../../src/kernels/unit_ball.ts";
import { type BenchCase, Workspace } from "../case.ts";
import { adamCost, itemSquaresCost, unitBallCost } from "../costs.ts";
import { citeulike, count, lengthOutside, table } from "../inputs.ts";

function adamCase(rows: number, dim: number): BenchCase {
  const numbers = rows * strideOf(dim);
  return {
    family: "adam",
    name: "Adam",
    shape: `${count(rows)} rows, dim ${dim}`,
    quick: true,
    cost: adamCost(numbers),
    prepare(gpu) {
      const space = new Workspace(gpu);
      // A step sets the gradient to zero, and writes nothing where it is zero already.
      const gradient = space.renewed("gradient", table(rows, dim));
      const adam = space.own(new Adam(gpu, space.upload("table", table(rows, dim)), gradient.array));
      return space.prepared(() => adam.record(), gradient.renew);
    },
  };
}

function unitBallCase(rows: number, dim: number): BenchCase {
  return {
    family: "adam",
    name: "unit ball",
    shape: `${count(rows)} rows, dim ${dim}`,
    quick: true,
    cost: unitBallCost(rows, dim),
    prepare(gpu) {
      const space = new Workspace(gpu);
      // Rows inside the ball are not written.
      const outside = space.renewed("table", table(rows, dim, lengthOutside));
      return space.prepared(() => recordUnitBall(gpu, outside.array, rows, dim), outside.renew);
    },
  };
}

function squaresCase({ users, items }: { users: number; items: number }, dim: number): BenchCase {
  const numbers = (users + items) * strideOf(2 * dim);
  return {
    family: "adam",
    name: "squares of items, and back",
    shape: `${count(items)} items, dim ${dim}`,
    quick: true,
    cost: itemSquaresCost(items, dim),
    prepare(gpu) {
      const space = new Workspace(gpu);
      const rowsArray = space.upload("table", table(users + items, 2 * dim));
      const gradient = space.zeros("gradient", numbers);
      return space.prepared(() => {
        recordItemSquares(gpu, rowsArray, { users, items, dim });
        recordItemSquaresGradient(gpu, rowsArray, gradient, { users, items, dim });
      });
    },
  };
}

const rows = citeulike.users + citeulike.items;

/** All cases of the family. */
export const adamCases: readonly BenchCase[] = [
  adamCase(rows, 6),
  adamCase(rows, 64),
  adamCase(225_000, 64),
  unitBallCase(rows, 64),
  squaresCase(citeulike, 6),
];
