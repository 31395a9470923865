import assert from "node:assert/strict";
import { encodeSafetensors } from "../../src/data/safetensors.ts";
import {
  type CheckpointStore,
  folderCheckpoints,
  memoryCheckpoints,
} from "../../src/teachers/checkpoint_store.ts";

const folder = await Deno.makeTempDir();
const stores: Record<string, CheckpointStore> = {
  memoryCheckpoints: memoryCheckpoints(),
  folderCheckpoints: folderCheckpoints(`${folder}/run`),
};

for (const [name, store] of Object.entries(stores)) {
  Deno.test(`${name}() gives back what was put, the latest of a name, and nothing after clear`, async () => {
    assert.equal(await store.get("latest"), null);
    await store.put("latest", { arrays: { table: Float32Array.of(1) }, facts: {} });
    const table = Float32Array.of(1.5, -0, 3e-38);
    await store.put("latest", {
      arrays: { table, step: Uint32Array.of(7) },
      facts: { every: 10, history: [{ epoch: 1 }] },
    });
    const again = await store.get("latest");
    assert.deepEqual(again?.arrays.table, table);
    assert.deepEqual(again?.arrays.step, Uint32Array.of(7));
    assert.deepEqual(again?.facts, { every: 10, history: [{ epoch: 1 }] });
    await store.clear();
    assert.equal(await store.get("latest"), null);
  });
}

Deno.test("memoryCheckpoints() keeps what was put, whatever becomes of the facts outside", async () => {
  const store = memoryCheckpoints();
  const history = [1];
  await store.put("latest", { arrays: {}, facts: { history } });
  history.push(2);
  const taken = (await store.get("latest"))!.facts.history as number[];
  assert.deepEqual(taken, [1]);
  taken.push(3);
  assert.deepEqual((await store.get("latest"))!.facts.history, [1]);
});

Deno.test("folderCheckpoints() forgets its own files only", async () => {
  const path = await Deno.makeTempDir();
  const store = folderCheckpoints(path);
  const mine = encodeSafetensors({ table: { dtype: "F32", shape: [1], data: Float32Array.of(1) } }, {
    by: "me",
  });
  await Deno.writeFile(`${path}/student.safetensors`, mine);
  await Deno.writeTextFile(`${path}/notes.safetensors`, "mine");
  await Deno.writeTextFile(`${path}/empty.safetensors`, "");
  await Deno.writeTextFile(`${path}/notes.txt`, "mine");
  await Deno.writeTextFile(`${path}/latest.safetensors.${crypto.randomUUID()}.part`, "half");
  await store.put("latest", { arrays: { table: Float32Array.of(1) }, facts: { every: 1 } });
  await store.put("epoch-00010", { arrays: {}, facts: {} });
  await store.clear();
  const left = Array.from(Deno.readDirSync(path), ({ name }) => name).sort();
  assert.deepEqual(left, ["empty.safetensors", "notes.safetensors", "notes.txt", "student.safetensors"]);
  await Deno.remove(path, { recursive: true });
  await store.clear();
  await store.put("latest", { arrays: {}, facts: {} });
  await store.clear();
  await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
});
