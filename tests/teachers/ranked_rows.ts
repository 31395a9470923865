import type { RankedRow } from "../../src/data/ranked_rows.ts";
import type { Split } from "../../src/data/split.ts";
import { type TableField, type TableValue, writeTable } from "../../src/export/table_file.ts";
import { uploadExclusions } from "../../src/kernels/exclusions.ts";
import { ragged } from "../../src/ragged.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { createModel } from "../../src/models/registry.ts";
import { rankerOf } from "../../src/models/ranker.ts";
import { memoryCheckpoints } from "../../src/teachers/checkpoint_store.ts";
import { snapshotName } from "../../src/teachers/fit.ts";
import { trainTeacher } from "../../src/teachers/train_teacher.ts";
import type { Trajectory } from "../../src/teachers/trajectory.ts";

/** A built-in teacher, and its whole ranking of all items for all users at each of its checkpoints. */
export async function teacherAndRows(split: Split): Promise<{ trajectory: Trajectory; rows: RankedRow[] }> {
  using gpu = await openGpu();
  const checkpoints = memoryCheckpoints();
  const settings = { dim: 8, learningRate: 0.02 };
  const options = { kind: "MF", ...settings, epochs: 24, every: 3, patience: 20 } as const;
  const trajectory = await trainTeacher(gpu, split, options, { checkpoints });
  const training = { users: split.users, items: split.items, interactions: split.train };
  using model = createModel(gpu, "MF", training, { ...settings, seed: 1 });
  using nothing = uploadExclusions(gpu, ragged(split.userIds.map(() => [])));
  const rows: RankedRow[] = [];
  for (const { epoch } of trajectory.curve) {
    model.load((await checkpoints.get(snapshotName(epoch)))!.arrays);
    using best = rankerOf(gpu, model).topK(split.items, nothing);
    const order = await gpu.readIntegers(best);
    for (let place = 0; place < order.length; place++) {
      rows.push({
        user: split.userIds[Math.floor(place / split.items)]!,
        item: split.itemIds[order[place]!]!,
        rank: place % split.items,
        checkpoint: epoch,
      });
    }
  }
  return { trajectory, rows };
}

/** Writes rows as a table whose form the path's end says, or, at .txt, in TREC's form. */
export async function writeRows(path: string, rows: readonly RankedRow[]): Promise<void> {
  if (path.endsWith(".txt")) {
    const lines = rows.map(({ user, item, rank }) => `${user}\tQ0 ${item}  0 ${-rank!} mine\n`);
    return await Deno.writeTextFile(path, lines.join(""));
  }
  const numbers = (["rank", "score", "state", "checkpoint"] as const)
    .filter((name) => rows[0]![name] !== undefined);
  const fields: TableField[] = [
    { name: "item", type: "text" },
    { name: "user", type: "text" },
    ...numbers.map((name) => ({ name, type: "number" as const })),
  ];
  const values = rows.map((row): TableValue[] => [row.item, row.user, ...numbers.map((name) => row[name]!)]);
  await writeTable(path, fields, [values.slice(0, 1000), values.slice(1000)]);
}
