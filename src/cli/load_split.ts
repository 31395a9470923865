import { loadDataset } from "../data/dataset.ts";
import { exists, pathKind } from "../data/files.ts";
import { readSplitFolder, type Split, splitDataset } from "../data/split.ts";
import { DataError } from "../errors.ts";
import type { Ragged } from "../ragged.ts";

/** Which data a command works on. */
export interface DataChoice {
  /** "sample", a registry name, a users.dat file, or a folder (with train.txt and valid.txt or test.txt: as split). */
  readonly source: string;
  /** Users with fewer interactions are left out; null: the data set's own default. */
  readonly minimumInteractions: number | null;
  /** Seed of the random split, and of the built-in sample. */
  readonly splitSeed: number;
}

/**
 * Loads the data and splits it 60/20/20 per user, unless it comes as a split.
 *
 * @throws {DataError} if the data is missing or malformed.
 */
export async function loadSplit({ source, minimumInteractions, splitSeed }: DataChoice): Promise<Split> {
  if (await isSplitFolder(source)) return await readSplitFolder(source);
  const dataset = await loadDataset(source, {
    seed: splitSeed,
    ...(minimumInteractions === null ? {} : { minimumInteractions }),
  });
  const split = splitDataset(dataset, { test: 0.2, valid: 0.2, seed: splitSeed });
  // Teachers of one split are of no use to another: each has a folder of its own.
  return splitSeed === 1 ? split : { ...split, name: `${split.name}-${splitSeed}` };
}

/**
 * Makes sure that training has something to be judged by.
 *
 * @throws {DataError} if no user has validation items, or none has test items, or there are so few items that every
 * ranking has the same Recall@50, by which all training is judged.
 */
export function requireEvaluated(split: Split, source: string): void {
  for (const [part, { items }] of Object.entries({ validation: split.valid, test: split.test })) {
    if (items.length > 0) continue;
    throw new DataError(
      { file: source },
      `nobody has ${part} items, so that no model can be evaluated`,
      "users with 5 items or more, some of which other users have too, or a split with both parts",
    );
  }
  const length = ({ offsets }: Ragged, user: number) => offsets[user + 1]! - offsets[user]!;
  for (let user = 0; user < split.users; user++) {
    const ranked = split.items - length(split.train, user) - length(split.test, user);
    if (length(split.valid, user) > 0 && ranked > 50) return;
  }
  throw new DataError(
    { file: source },
    `with ${split.items} items, no user has more than 50 to be ranked, so that Recall@50 is 1 for any model`,
    "more items",
  );
}

async function isSplitFolder(source: string): Promise<boolean> {
  if (await pathKind(source) !== "folder" || !await exists(`${source}/train.txt`)) return false;
  return await exists(`${source}/valid.txt`) || await exists(`${source}/test.txt`);
}
