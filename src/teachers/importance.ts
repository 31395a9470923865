/**
 * How much a ranking state says for each item. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";

/** The shape of the importance: where it is cut and how fast it falls. */
export interface ImportanceOptions {
  /** Items at this 0-based rank and beyond get no importance (100 by default). */
  cut?: number;
  /** Scale of the rank term, in ranks (10 by default). */
  tauRank?: number;
  /** Scale of the consistency term, in ranks (100 by default). */
  tauConsistency?: number;
}

/** {@linkcode ImportanceOptions} with nothing left out. */
export const importanceDefaults: Readonly<Required<ImportanceOptions>> = {
  cut: 100,
  tauRank: 10,
  tauConsistency: 100,
};

/**
 * The importance of one item: exp(-rank / tauRank) + exp(-deviation / tauConsistency), or 0 from the cut on.
 *
 * @param rank The item's 0-based rank in this state.
 * @param deviation Population standard deviation of its rank over the latest checkpoints up to this state.
 * @param options Every option; see {@linkcode importanceDefaults}.
 */
export function itemImportance(
  rank: number,
  deviation: number,
  options: Required<ImportanceOptions>,
): number {
  if (!(rank < options.cut)) return 0;
  return Math.exp(-rank / options.tauRank) + Math.exp(-deviation / options.tauConsistency);
}

/**
 * The importance of items for one user in one state of a teacher: high for items ranked near the top whose rank was
 * stable over the latest checkpoints (the ensemble importance of ConCF, Kang et al., WWW 2022, as used by HetComp,
 * WWW 2023). With r the rank in the last checkpoint given and c the population standard deviation of the rank over
 * all checkpoints given: exp(-r / tauRank) + exp(-c / tauConsistency) if r < cut, else 0. It lies in [0, 2].
 *
 * @example One checkpoint: every rank counts as stable
 * ```ts
 * import { rankingImportance } from "@hetcomp/hetcomp";
 * const importance = rankingImportance([[1, 0, 2]], { cut: 2, tauRank: 10, tauConsistency: 100 });
 * console.assert(importance[1] === 2 && importance[2] === 0);
 * ```
 *
 * @param ranks [checkpoint][item] 0-based ranks, the oldest checkpoint first, the last row this state's. The method
 * passes the last five evaluated checkpoints; all rows given are used.
 * @param options The cut and the two scales.
 * @returns One importance per item.
 * @throws {ArgumentError} if there is no checkpoint, rows differ in length, a rank is not a number from 0 up, or an
 * option is out of range.
 */
export function rankingImportance(ranks: ArrayLike<number>[], options: ImportanceOptions = {}): number[] {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const full = { ...importanceDefaults, ...Object.fromEntries(given) };
  if (!(full.cut >= 0)) throw new ArgumentError("cut", `it is ${full.cut}`, "a number from 0 up");
  for (const name of ["tauRank", "tauConsistency"] as const) {
    if (!(full[name] > 0)) throw new ArgumentError(name, `it is ${full[name]}`, "a number above 0");
  }
  const state = ranks[ranks.length - 1];
  if (state === undefined) throw new ArgumentError("ranks", "it holds no checkpoint", "at least one row");
  ranks.forEach((row, checkpoint) => checkRow(row, checkpoint, state.length));
  const importance = new Array<number>(state.length);
  for (let item = 0; item < state.length; item++) {
    importance[item] = state[item]! < full.cut
      ? itemImportance(state[item]!, rankDeviation(ranks, item), full)
      : 0;
  }
  return importance;
}

function rankDeviation(ranks: ArrayLike<number>[], item: number): number {
  let sum = 0;
  for (const row of ranks) sum += row[item]!;
  const mean = sum / ranks.length;
  let squares = 0;
  for (const row of ranks) squares += (row[item]! - mean) ** 2;
  return Math.sqrt(squares / ranks.length);
}

function checkRow(row: ArrayLike<number>, checkpoint: number, items: number): void {
  if (row.length !== items) {
    throw new ArgumentError(
      "ranks",
      `row ${checkpoint} has ${row.length} items`,
      `${items}, as the last row`,
    );
  }
  for (let item = 0; item < items; item++) {
    if (!(row[item]! >= 0 && row[item]! < Infinity)) {
      throw new ArgumentError(
        "ranks",
        `row ${checkpoint} has ${row[item]} for item ${item}`,
        "ranks from 0 up",
      );
    }
  }
}
