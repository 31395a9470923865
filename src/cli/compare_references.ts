/**
 * The models beside the methods of a comparison: teachers, their ensemble, and yardsticks.
 *
 * @module
 */
import { writeAtomically } from "../data/files.ts";
import type { Split } from "../data/split.ts";
import { finalStates, fuseTeachers } from "../distill/ensemble.ts";
import { emptyPlace, rowLength } from "../ragged.ts";
import { RankingEvaluation } from "../evaluate/ranking_evaluation.ts";
import { parameterCount } from "../models/parameter_count.ts";
import type { YardstickKind } from "../models/yardsticks.ts";
import type { ReferenceSummary } from "../report/comparison_summary.ts";
import type { Trajectory } from "../teachers/trajectory.ts";
import { takeClaim } from "./claim.ts";
import type { CellWorld } from "./compare_cells.ts";
import { readKept } from "./kept_file.ts";
import { logNotice } from "./log.ts";
import { computeYardsticks } from "./measure_yardsticks.ts";
import { type KeptLists, shortListNote, wholeRankingMeans } from "./short_lists.ts";

/** Leaves a user's known items out of a list, as rankings do. */
function withoutHistory(lists: Uint32Array, width: number, { train, users, items }: Split): Uint32Array {
  const kept = new Uint32Array(lists.length).fill(emptyPlace);
  const knownTo = new Uint32Array(items);
  for (let user = 0; user < users; user++) {
    for (let n = train.offsets[user]!; n < train.offsets[user + 1]!; n++) knownTo[train.items[n]!] = user + 1;
    let place = user * width;
    for (let n = user * width; n < (user + 1) * width; n++) {
      if (lists[n] !== emptyPlace && knownTo[lists[n]!] !== user + 1) kept[place++] = lists[n]!;
    }
  }
  return kept;
}

async function readReferences(path: string, identity: string): Promise<ReferenceSummary[] | null> {
  const found = await readKept<{ identity: string; references: ReferenceSummary[] }>(
    path,
    "delete it to measure again",
  );
  return found?.identity === identity ? found.references : null;
}

/**
 * Measures them, unless the file says that this was done with the same data and teachers.
 *
 * @returns null while another process measures them.
 * @throws {DOMException} the signal's reason, if it asked to stop.
 */
export async function measureReferences(
  { gpu, split, views, trajectories }: CellWorld,
  yardsticks: readonly YardstickKind[],
  path: string,
  asked: { signal: AbortSignal; quiet: boolean },
): Promise<ReferenceSummary[] | null> {
  const identity = JSON.stringify([
    trajectories.map((
      { kind, fingerprint, seed, hyperparameters },
    ) => [kind, fingerprint, seed, hyperparameters]),
    yardsticks,
    split.name,
  ]);
  const known = await readReferences(path, identity);
  if (known) return known;
  using claim = await takeClaim(`${path}.claim`);
  if (claim === null) return null;
  const others = await readReferences(path, identity);
  if (others) return others;
  const history = views?.insideHistory ?? split;
  using evaluation = new RankingEvaluation(gpu, history);
  const kept = (items: Uint32Array, width: number, teachers: readonly Trajectory[] = []): KeptLists => ({
    lists: withoutHistory(items, width, history),
    width,
    teachers,
  });
  const meansOf = ({ lists, width }: KeptLists) => evaluation.measure(lists, width).test.means;
  const own = trajectories.map((teacher) => kept(teacher.states.at(-1)!.items, teacher.length, [teacher]));
  const references: ReferenceSummary[] = trajectories.map((
    { kind, hyperparameters, seconds, states },
    n,
  ) => {
    const parameters = parameterCount(kind, split, hyperparameters);
    const means = meansOf(own[n]!);
    return {
      name: kind,
      role: "teacher",
      ...(parameters === undefined ? {} : { parameters }),
      // An imported teacher does not say how long it was trained.
      ...(seconds > 0 ? { seconds } : {}),
      metrics: views ? means : wholeRankingMeans(means, states.at(-1)!, "test."),
    };
  });
  // Items of the history that nobody was trained on are left out, too.
  let heldBack = 0;
  for (let user = 0; user < split.users; user++) {
    heldBack = Math.max(heldBack, rowLength(history.train, user) - rowLength(split.train, user));
  }
  const width = Math.min(split.items, evaluation.width + heldBack);
  const fused = fuseTeachers(trajectories, finalStates(trajectories), width);
  const ensemble = kept(fused.items, width, trajectories);
  // Ranking with the ensemble takes all teachers.
  const sumOf = (name: "parameters" | "seconds") => {
    const sum = references.reduce((all, teacher) => all + (teacher[name] ?? NaN), 0);
    return Number.isFinite(sum) ? { [name]: sum } : {};
  };
  references.push({
    name: "ensemble",
    role: "ensemble",
    ...sumOf("parameters"),
    ...sumOf("seconds"),
    metrics: meansOf(ensemble),
  });
  const short = views
    ? shortListNote(history, [...own, ensemble], "teachers and ensemble")
    : shortListNote(history, [ensemble], "the ensemble");
  const notes = await computeYardsticks(split, yardsticks, width, asked, ({ kind, lists, seconds }) => {
    references.push({ name: kind, role: "yardstick", seconds, metrics: meansOf(kept(lists, width)) });
  });
  if (short !== null) notes.push(short);
  if (!asked.quiet) { for (const note of notes) logNotice("references", note); }
  await writeAtomically(path, JSON.stringify({ identity, references }, null, 2) + "\n");
  return references;
}
