import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../../src/data/safetensors.ts";
import { TrajectoryError } from "../../src/errors.ts";
import { loadTrajectory, saveTrajectory } from "../../src/teachers/trajectory_file.ts";
import { exampleSplit, exampleTrajectory } from "./example_trajectory.ts";

async function inFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

// deno-lint-ignore no-explicit-any
type Json = any;

async function changeManifest(folder: string, change: (manifest: Json) => void): Promise<void> {
  const manifest = JSON.parse(await Deno.readTextFile(`${folder}/manifest.json`));
  change(manifest);
  await Deno.writeTextFile(`${folder}/manifest.json`, JSON.stringify(manifest));
}

async function changeTensors(folder: string, change: (tensors: Map<string, Tensor>) => void): Promise<void> {
  const path = `${folder}/trajectory.safetensors`;
  const { tensors } = decodeSafetensors(await Deno.readFile(path), path);
  change(tensors);
  const bytes = encodeSafetensors(tensors);
  await Deno.writeFile(path, bytes);
  await changeManifest(folder, (manifest) => {
    manifest.tensors.bytes = bytes.length;
    manifest.tensors.sha256 = digest(bytes);
  });
}

function refuses(
  name: string,
  spoil: (folder: string) => Promise<unknown>,
  pattern: RegExp,
  options = {},
): void {
  Deno.test(`loadTrajectory() refuses ${name}`, () =>
    inFolder(async (folder) => {
      await saveTrajectory(folder, await exampleTrajectory());
      await spoil(folder);
      await assert.rejects(loadTrajectory(folder, options), (error) => {
        assert.ok(error instanceof TrajectoryError, String(error));
        assert.ok(error.message.includes(folder), error.message);
        assert.match(error.message, pattern);
        return true;
      });
    }));
}

Deno.test("loadTrajectory() gives back what saveTrajectory() took", () =>
  inFolder(async (folder) => {
    const trajectory = await exampleTrajectory();
    await saveTrajectory(`${folder}/deep/MF`, trajectory);
    assert.deepEqual(await loadTrajectory(`${folder}/deep/MF`), trajectory);
    const { fingerprint } = trajectory;
    assert.deepEqual(
      await loadTrajectory(`${folder}/deep/MF`, { split: exampleSplit(), fingerprint }),
      trajectory,
    );
    const names = [...Deno.readDirSync(`${folder}/deep/MF`)].map(({ name }) => name).sort();
    assert.deepEqual(names, ["manifest.json", "trajectory.safetensors"]);
  }));

Deno.test("saveTrajectory() writes the same bytes twice and replaces another trajectory", () =>
  inFolder(async (folder) => {
    const trajectory = await exampleTrajectory();
    await saveTrajectory(folder, { ...trajectory, states: trajectory.states.slice(1) });
    await saveTrajectory(folder, trajectory);
    const first = await Deno.readFile(`${folder}/trajectory.safetensors`);
    await saveTrajectory(folder, await loadTrajectory(folder));
    assert.deepEqual(await Deno.readFile(`${folder}/trajectory.safetensors`), first);
    assert.equal((await loadTrajectory(folder)).states.length, 2);
  }));

Deno.test("saveTrajectory() refuses an invalid trajectory and leaves the old one alone", () =>
  inFolder(async (folder) => {
    const trajectory = await exampleTrajectory();
    await saveTrajectory(folder, trajectory);
    await assert.rejects(saveTrajectory(folder, { ...trajectory, length: 2 }), TrajectoryError);
    await assert.rejects(saveTrajectory(folder, { ...trajectory, seed: NaN }), /'seed'/);
    const large = { ...trajectory, hyperparameters: { size: 1n as never } };
    await assert.rejects(saveTrajectory(folder, large), TrajectoryError);
    assert.deepEqual(await loadTrajectory(folder), trajectory);
  }));

Deno.test("loadTrajectory() ignores members and tensors of later writers", () =>
  inFolder(async (folder) => {
    await saveTrajectory(folder, await exampleTrajectory());
    await changeTensors(folder, (tensors) =>
      tensors.set("more", { dtype: "U8", shape: [1], data: Uint8Array.of(1) }));
    await changeManifest(folder, (manifest) =>
      manifest.more = 1);
    assert.deepEqual(await loadTrajectory(folder), await exampleTrajectory());
  }));

const tensorsOf = (folder: string) => `${folder}/trajectory.safetensors`;

refuses("a folder without a manifest", (folder) => Deno.remove(`${folder}/manifest.json`), /no such file/);
refuses("a folder without lists", (folder) => Deno.remove(tensorsOf(folder)), /no such file/);
refuses("truncated lists", async (folder) => {
  await Deno.truncate(tensorsOf(folder), (await Deno.stat(tensorsOf(folder))).size - 1);
}, /truncated/);
refuses("lists that are too long", async (folder) => {
  await Deno.writeFile(tensorsOf(folder), Uint8Array.of(0), { append: true });
}, /too long/);
refuses("a flipped bit", async (folder) => {
  const bytes = await Deno.readFile(tensorsOf(folder));
  bytes[bytes.length - 2]! ^= 1;
  await Deno.writeFile(tensorsOf(folder), bytes);
}, /corrupted: its SHA-256/);
refuses(
  "a truncated manifest",
  (folder) => Deno.truncate(`${folder}/manifest.json`, 40),
  /manifest.json is not JSON/,
);
refuses("another format", (folder) => changeManifest(folder, (m) => m.format = "x"), /hetcomp-trajectory/);
refuses(
  "another version",
  (folder) => changeManifest(folder, (m) => m.version = 2),
  /version 2; .* version 1/,
);
refuses("a missing member", (folder) => changeManifest(folder, (m) => delete m.kind), /nothing as 'kind'/);
refuses(
  "a member of a wrong kind",
  (folder) => changeManifest(folder, (m) => m.users = "3"),
  /"3" as 'users'/,
);
refuses(
  "a state without metrics",
  (folder) => changeManifest(folder, (m) => delete m.states[1].metrics),
  /states\[1\]/,
);
refuses("a curve with null", (folder) => changeManifest(folder, (m) => m.curve[0].loss = null), /curve\[0\]/);
refuses("a path outside", (folder) => changeManifest(folder, (m) => m.tensors.file = "../x"), /tensors.file/);
refuses(
  "a SHA-256 that is none",
  (folder) => changeManifest(folder, (m) => m.tensors.sha256 = "x"),
  /tensors.sha256/,
);
refuses(
  "states out of order",
  (folder) => changeManifest(folder, (m) => m.states[0].epoch = 30),
  /not later than/,
);
refuses("more states than lists", (folder) => {
  return changeManifest(folder, (m) => m.states.push({ epoch: 90, metrics: {} }));
}, /no tensor 'state_2.items'/);
refuses(
  "lists of another shape",
  (folder) => changeManifest(folder, (m) => m.length = 1),
  /\[3, 3\]; expected U32 \[3, 1\]/,
);
refuses("lists of another type", (folder) =>
  changeTensors(folder, (tensors) => {
    tensors.set("observed", { dtype: "U32", shape: [7], data: new Uint32Array(7) });
  }), /'observed' is U32/);
refuses("an item out of range", (folder) =>
  changeTensors(folder, (tensors) => {
    tensors.get("state_1.items")!.data[0] = 6;
  }), /holds item 6/);
refuses(
  "a training item, given the split",
  (folder) =>
    changeTensors(folder, (tensors) => {
      tensors.get("state_1.items")!.data[0] = 1;
    }),
  /training items/,
  { split: exampleSplit() },
);
refuses("another fingerprint", () => Promise.resolve(), /another split/, { fingerprint: "f".repeat(64) });
refuses("a split with other held-out items", () => Promise.resolve(), /another split/, {
  split: { ...exampleSplit(), valid: exampleSplit().test },
});
refuses(
  "a split of another size",
  () => Promise.resolve(),
  /3 users and 6 items, the split 'example' of 3 and 8/,
  {
    split: { ...exampleSplit(), items: 8 },
  },
);

Deno.test("loadTrajectory() names a folder that is not there", async () => {
  await assert.rejects(loadTrajectory("no/such/folder"), (error) => {
    return error instanceof TrajectoryError && error.folder === "no/such/folder";
  });
});
