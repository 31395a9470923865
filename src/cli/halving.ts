/**
 * Successive halving (Jamieson and Talwalkar, AISTATS 2016): all trials are trained for a few epochs, the best of them
 * for more, and so on, until the last few have had all epochs.
 *
 * @module
 */

/** How a trial stood after some epochs. */
export interface RungResult {
  /** Epochs that it was allowed by then. */
  readonly epochs: number;
  /** Epochs that it took: fewer if it had stopped by itself. */
  readonly trained: number;
  /** Its best validation value by then. */
  readonly value: number;
  /** The epoch of that value. */
  readonly bestEpoch: number;
  /** Whether its numbers left the range of floats before there was a value. */
  readonly diverged?: true;
}

/** How far a trial has come. */
export interface TrialRecord {
  /** Its number, from 0. */
  readonly trial: number;
  /** Pruned: others were better; complete: it was never outdone. */
  readonly state: "open" | "pruned" | "complete";
  /** Its results, in the order of rungs. */
  readonly rungs: readonly RungResult[];
}

/** The shape of a search. */
export interface HalvingPlan {
  /** Number of trials. */
  readonly trials: number;
  /** Epochs at whose end trials are compared, ascending; the last is all. */
  readonly rungs: readonly number[];
  /** One of this many trials goes on from each rung. */
  readonly eta: number;
}

/** Epochs of the rungs: `first`, and each `eta` times as many as the one before, up to `most`. */
export function rungEpochs(first: number, most: number, eta: number): number[] {
  const rungs: number[] = [];
  for (let epochs = first; epochs < most; epochs *= eta) rungs.push(epochs);
  return [...rungs, most];
}

/** How many trials go on from each rung but the last. */
export function survivorCounts({ trials, rungs, eta }: HalvingPlan): number[] {
  const counts = [trials];
  for (let rung = 1; rung < rungs.length; rung++) counts.push(Math.max(1, Math.floor(counts.at(-1)! / eta)));
  return counts;
}

/** The most epochs that a search can take in all. */
export function epochBudget(plan: HalvingPlan): number {
  return survivorCounts(plan).reduce(
    (sum, count, rung) => sum + count * (plan.rungs[rung]! - (plan.rungs[rung - 1] ?? 0)),
    0,
  );
}

/** The value of a trial so far. */
export function valueOf({ rungs }: TrialRecord): number {
  return rungs.at(-1)?.value ?? -Infinity;
}

/** Trials from the best to the worst; of equals the first tried is better. */
export function byValue(records: readonly TrialRecord[]): TrialRecord[] {
  return records.toSorted((a, b) => valueOf(b) - valueOf(a) || a.trial - b.trial);
}

/**
 * Runs a search, or what is left of it.
 *
 * @param past The records of an earlier run of the same plan; empty at first.
 * @param train Trains a trial up to so many epochs in all, from where it was.
 * @param onChange Called with all records after every change.
 */
export async function successiveHalving(
  plan: HalvingPlan,
  past: readonly TrialRecord[],
  train: (trial: number, epochs: number, rung: number) => Promise<RungResult>,
  onChange: (records: readonly TrialRecord[]) => Promise<void>,
): Promise<TrialRecord[]> {
  const records: TrialRecord[] = Array.from(
    { length: plan.trials },
    (_, trial) => past[trial] ?? { trial, state: "open", rungs: [] },
  );
  const counts = survivorCounts(plan);
  for (const [rung, epochs] of plan.rungs.entries()) {
    // Those that an earlier run has pruned here or later took part in this rung.
    for (const { trial, state, rungs } of records.slice()) {
      if (state !== "open" || rungs.length > rung) continue;
      const result = await train(trial, epochs, rung);
      records[trial] = { trial, state, rungs: [...rungs, result] };
      await onChange(records);
    }
    const isLast = rung === plan.rungs.length - 1;
    const open = byValue(records.filter(({ state, rungs }) => state === "open" && rungs.length === rung + 1));
    const kept = counts[rung + 1] ?? open.length;
    for (const [place, record] of open.entries()) {
      if (isLast) records[record.trial] = { ...record, state: "complete" };
      else if (place >= kept) records[record.trial] = { ...record, state: "pruned" };
    }
    await onChange(records);
  }
  return records;
}
