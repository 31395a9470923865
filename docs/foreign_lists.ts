/**
 * Writes ranked lists of three models as CSV, as any program in any language could: user, item, rank. Here nearest
 * neighbours, a random walk and a linear model stand for them. docs/using_a_student.md measures them.
 *
 *     deno run --allow-read --allow-write docs/foreign_lists.ts FOLDER
 *
 * @module
 */
import { createYardstick, loadDataset, type Split, splitDataset, type YardstickKind } from "../mod.ts";

/** Names of the files, and the models that stand for somebody's own. */
const models: Readonly<Record<string, YardstickKind>> = { knn: "ItemKNN", walk: "RP3beta", linear: "EASE" };

/**
 * Writes FOLDER/NAME.csv for every model: the 100 best items that each user does not have.
 *
 * @returns The paths.
 */
export async function writeForeignLists(split: Split, folder: string): Promise<string[]> {
  const { users, items, train, userIds, itemIds } = split;
  await Deno.mkdir(folder, { recursive: true });
  return await Promise.all(
    Object.entries(models).map(async ([name, kind]) => {
      const model = createYardstick({ users, items, interactions: train }, kind);
      const lines = ["user,item,rank"];
      const best = new Uint32Array(100);
      for (let user = 0; user < users; user++) {
        model.rank(train.items.subarray(train.offsets[user]!, train.offsets[user + 1]!), best);
        best.forEach((item, rank) => {
          if (item < items) lines.push(`${userIds[user]},${itemIds[item]},${rank}`);
        });
      }
      const path = `${folder}/${name}.csv`;
      await Deno.writeTextFile(path, lines.join("\n") + "\n");
      return path;
    }),
  );
}

if (import.meta.main) {
  const dataset = await loadDataset("sample", { seed: 1 });
  // The split that the commands make of the sample.
  const split = splitDataset(dataset, { test: 0.2, valid: 0.2, seed: 1 });
  for (const path of await writeForeignLists(split, Deno.args[0] ?? "lists")) console.log(path);
}
