import assert from "node:assert/strict";
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
