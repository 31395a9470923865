import assert from "node:assert/strict";
import { DataError } from "../../src/errors.ts";
import { exists, pathKind, readBytes, readText, sha256, writeAtomically } from "../../src/data/files.ts";

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("writeAtomically() creates folders, replaces files and leaves no temporary file", () =>
  withFolder(async (folder) => {
    const path = `${folder}/a/b/file.txt`;
    await writeAtomically(path, "first");
    await writeAtomically(path, "zweite, größer");
    assert.equal(await readText(path), "zweite, größer");
    await writeAtomically(path, Uint8Array.of(0, 255));
    assert.deepEqual(await readBytes(path), Uint8Array.of(0, 255));
    assert.deepEqual([...Deno.readDirSync(`${folder}/a/b`)].map((entry) => entry.name), ["file.txt"]);
  }));

Deno.test("writeAtomically() writes pieces, and leaves nothing behind if they throw", () =>
  withFolder(async (folder) => {
    const path = `${folder}/pieces`;
    async function* pieces(error?: Error): AsyncGenerator<Uint8Array | string> {
      yield "grö";
      await Promise.resolve();
      yield Uint8Array.of(65, 66);
      if (error) throw error;
    }
    await writeAtomically(path, pieces());
    assert.equal(await Deno.readTextFile(path), "gröAB");
    const mistake = new DataError({ file: "elsewhere" }, "it is wrong");
    await assert.rejects(writeAtomically(path, pieces(mistake)), (error) => error === mistake);
    assert.equal(await Deno.readTextFile(path), "gröAB");
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["pieces"]);
  }));

Deno.test("writeAtomically() names a file that cannot be written and leaves nothing behind", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/taken`);
    await assert.rejects(writeAtomically(`${folder}/taken`, "x"), (error) => {
      return error instanceof DataError && error.place.file === `${folder}/taken`;
    });
    assert.deepEqual([...Deno.readDirSync(folder)].map((entry) => entry.name), ["taken"]);
  }));

Deno.test("readBytes() names a missing file, a folder, and a file in the place of a folder", () =>
  withFolder(async (folder) => {
    await assert.rejects(readBytes(`${folder}/none`), (error) => {
      return error instanceof DataError && /none: there is no such file/.test(error.message);
    });
    await assert.rejects(readBytes(folder), /this is a folder; expected a file/);
    await Deno.writeTextFile(`${folder}/file`, "");
    await assert.rejects(readBytes(`${folder}/file/inner`), /there is no such file/);
    assert.equal((await readBytes(`${folder}/file`)).length, 0);
  }));

Deno.test("readText() refuses what is not UTF-8", () =>
  withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/bad`, Uint8Array.of(0xff, 0xfe));
    await assert.rejects(readText(`${folder}/bad`), /bad: the file is not UTF-8 text/);
  }));

Deno.test("exists() and pathKind() tell files, folders and nothing apart", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    assert.deepEqual(
      [
        await exists(folder),
        await exists(`${folder}/file`),
        await exists(`${folder}/none`),
        await exists(`${folder}/file/x`),
      ],
      [true, true, false, false],
    );
    assert.equal(await pathKind(folder), "folder");
    assert.equal(await pathKind(`${folder}/file`), "file");
    assert.equal(await pathKind(`${folder}/none`), "nothing");
  }));

Deno.test("sha256() gives the published digests", async () => {
  assert.equal(
    await sha256(new Uint8Array(0)),
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
  const abc = new TextEncoder().encode("abc");
  assert.equal(await sha256(abc), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
