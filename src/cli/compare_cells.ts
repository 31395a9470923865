/**
 * The cells of a comparison: one training of one method each, kept in a folder of its own.
 *
 * @module
 */
import { readBytes, writeAtomically } from "../data/files.ts";
import type { GeneralizationSplit } from "../data/generalization.ts";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../data/safetensors.ts";
import type { Split } from "../data/split.ts";
import type { SettingValue } from "../distill/method.ts";
import { distillWith } from "../distill/distill_with.ts";
import { DivergenceError } from "../errors.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import type { PerUserMetrics } from "../evaluate/per_user.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { foldIn } from "../models/fold_in.ts";
import { Student } from "../models/student.ts";
import { encodeStudent } from "../models/student_file.ts";
import { type CellSummary, comparedMetrics } from "../report/comparison_summary.ts";
import { folderCheckpoints } from "../teachers/checkpoint_store.ts";
import type { TrainingHooks } from "../teachers/training.ts";
import type { Trajectory } from "../teachers/trajectory.ts";
import type { Entry } from "./compare_entries.ts";
import { readKept } from "./kept_file.ts";

/** What all cells of a comparison share. */
export interface CellWorld {
  /** The device. */
  readonly gpu: Gpu;
  /** The split on which students are trained. */
  readonly split: Split;
  /** The three views of the data in the generalization setup, else null. */
  readonly views: GeneralizationSplit | null;
  /** The teachers. */
  readonly trajectories: readonly Trajectory[];
}

/** The content of a cell.json. */
export interface Cell extends CellSummary {
  /** Name of the method. */
  readonly name: string;
  /** Every setting. */
  readonly settings: Record<string, SettingValue>;
}

const cellName = "cell.json";
const divergedName = "diverged.json";
const files = ["student.safetensors", "per_user.safetensors", "metrics.jsonl", cellName];

/** The folder of a cell. */
export function cellFolder(folder: string, name: string, seed: number): string {
  return `${folder}/cells/${name}-${seed}`;
}

/** Reads a finished cell; null if it is not finished. */
export function readCell(folder: string): Promise<Cell | null> {
  return readKept(`${folder}/${cellName}`, `delete ${folder} to train it again`);
}

/** The epoch at which the training of a cell diverged; null if it did not. */
export async function readDivergence(folder: string): Promise<number | null> {
  const remedy = "delete it to train again";
  return (await readKept<{ epoch: number }>(`${folder}/${divergedName}`, remedy))?.epoch ?? null;
}

/** Copies a finished cell; the file that marks it as finished comes last. */
export async function copyCell(from: string, to: string): Promise<void> {
  for (const file of files) await writeAtomically(`${to}/${file}`, await readBytes(`${from}/${file}`));
}

/**
 * Trains, measures and keeps a cell, unless that was done before. A training that was stopped continues; one that
 * diverges leaves a note (see {@linkcode readDivergence}).
 *
 * @throws {Interrupted} if the signal asked to stop.
 * @throws {DivergenceError} if the training diverges.
 */
export async function runCell(
  world: CellWorld,
  entry: Entry,
  settings: Readonly<Record<string, SettingValue>>,
  folder: string,
  hooks: Pick<TrainingHooks, "onEpoch" | "signal">,
): Promise<Cell> {
  const known = await readCell(folder);
  if (known) return known;
  const { gpu, split, views } = world;
  const trajectories = world.trajectories.filter(({ kind }) =>
    entry.teacher === null || kind === entry.teacher
  );
  const checkpoints = folderCheckpoints(`${folder}/checkpoints`);
  const result = await distillWith(gpu, split, trajectories, entry.method, settings, {
    ...hooks,
    checkpoints,
  }).catch(async (error) => {
    if (error instanceof DivergenceError) {
      await writeAtomically(`${folder}/${divergedName}`, JSON.stringify({ epoch: error.epoch }) + "\n");
      await checkpoints.clear();
    }
    throw error;
  });
  const { student, history, bestEpoch } = result;
  const own = views
    ? await evaluate(gpu, studentOf(student, views.insideHistory, student.userFactors), views.insideHistory)
    : result.metrics;
  const outside = views && await evaluate(gpu, foldedIn(student, views.outside), views.outside);
  const bytes = encodeStudent(student);
  const cell: Cell = {
    name: entry.name,
    seed: settings.seed as number,
    settings: JSON.parse(student.metadata.settings!),
    epochs: history.length,
    bestEpoch,
    seconds: history.reduce((sum, { seconds }) => sum + seconds, 0),
    metrics: own.test.means,
    validMetrics: result.metrics.valid.means,
    ...(outside ? { outsideMetrics: outside.test.means } : {}),
    bytes: bytes.byteLength,
    inferenceSeconds: inferenceTime(student),
    adapter: gpu.adapter.name,
    curve: history.filter(({ valid }) => valid).map(({ epoch, valid, test }) => ({
      epoch,
      valid: valid!,
      test: test!,
    })),
  };
  await writeAtomically(`${folder}/student.safetensors`, bytes);
  await writeAtomically(
    `${folder}/per_user.safetensors`,
    encodeSafetensors({
      ...perUserTensors("", own.test.perUser),
      ...(outside ? perUserTensors("outside.", outside.test.perUser) : {}),
    }),
  );
  await writeAtomically(
    `${folder}/metrics.jsonl`,
    history.map((record) => JSON.stringify(record) + "\n").join(""),
  );
  await writeAtomically(`${folder}/${cellName}`, JSON.stringify(cell, null, 2) + "\n");
  await checkpoints.clear();
  return cell;
}

function studentOf(
  student: Student,
  { userIds, itemIds }: Split,
  userFactors: Float32Array<ArrayBuffer>,
): Student {
  return new Student({ dim: student.dim, userFactors, itemFactors: student.itemFactors, userIds, itemIds });
}

/** The student for users it never saw: each one's vector is folded in from the training items. */
function foldedIn(student: Student, split: Split): Student {
  const { dim, itemFactors } = student;
  const vectors = new Float32Array(split.users * dim);
  for (let user = 0; user < split.users; user++) {
    const history = [
      ...split.train.items.subarray(split.train.offsets[user]!, split.train.offsets[user + 1]!),
    ];
    vectors.set(foldIn(itemFactors, dim, history), user * dim);
  }
  return studentOf(student, split, vectors);
}

/** Median time for the best 50 items of a user, on the CPU. */
function inferenceTime(student: Student): number {
  const times: number[] = [];
  const every = Math.max(1, Math.floor(student.users / 100));
  for (let user = 0; user < student.users; user += every) {
    const start = performance.now();
    student.recommend(student.userIds[user]!, { k: 50 });
    times.push((performance.now() - start) / 1000);
  }
  return times.sort((left, right) => left - right)[times.length >> 1]!;
}

function perUserTensors(prefix: string, perUser: PerUserMetrics): Record<string, Tensor> {
  const count = perUser.users.length;
  const tensors: Record<string, Tensor> = {
    [`${prefix}users`]: { dtype: "U32", shape: [count], data: perUser.users },
  };
  for (const key of Object.keys(comparedMetrics)) {
    const [metric, k] = key.split("@") as ["recall" | "ndcg", string];
    const values = perUser[metric][perUser.k.indexOf(Number(k))]!;
    tensors[prefix + key] = { dtype: "F32", shape: [count], data: Float32Array.from(values) };
  }
  return tensors;
}

/** Every evaluated user's test metrics of a finished cell, by key; in the same order for all cells of a comparison. */
export async function readPerUser(folder: string): Promise<Record<string, Float32Array>> {
  const path = `${folder}/per_user.safetensors`;
  const { tensors } = decodeSafetensors(await readBytes(path), path);
  return Object.fromEntries(
    Object.keys(comparedMetrics).map((key) => [key, tensors.get(key)!.data as Float32Array]),
  );
}
