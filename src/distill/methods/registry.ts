/**
 * The methods that can be compared. To add one, write a file beside this one and name it below. This module is browser
 * compatible.
 *
 * @module
 */
import { ArgumentError } from "../../errors.ts";
import type { DistillationMethod } from "../method.ts";
import { bpr } from "./bpr.ts";
import { clDrd } from "./cl_drd.ts";
import { dcd } from "./dcd.ts";
import {
  hetcomp,
  hetcompFinal,
  hetcompOverall,
  hetcompRanked,
  hetcompReleased,
  hetcompSpectral,
  hetcompWeighted,
} from "./hetcomp.ts";
import { mtd } from "./mtd.ts";
import { rrd } from "./rrd.ts";
import { softmax } from "./softmax.ts";

/** The methods by their keys, in the order in which tables show them. */
export const distillationMethods: Readonly<Record<string, DistillationMethod>> = Object.fromEntries(
  [
    bpr,
    softmax,
    rrd,
    mtd,
    clDrd,
    dcd,
    hetcompReleased,
    hetcompFinal,
    hetcompOverall,
    hetcompRanked,
    hetcomp,
    hetcompSpectral,
    hetcompWeighted,
  ].map((method) => [method.key, method]),
);

/**
 * The method of a key.
 *
 * @throws {ArgumentError} if there is none, naming those there are.
 */
export function methodOf(key: string): DistillationMethod {
  const method = Object.hasOwn(distillationMethods, key) ? distillationMethods[key] : undefined;
  if (!method) {
    throw new ArgumentError("method", `there is no "${key}"`, Object.keys(distillationMethods).join(", "));
  }
  return method;
}
