import assert from "node:assert/strict";
import { DataError } from "../../../src/errors.ts";
import { fileBytes, firstBytes, wholeFile } from "../../../src/data/log/file_bytes.ts";
import { gzipped, withFile } from "./log_files.ts";

const large = crypto.getRandomValues(new Uint8Array(65_536));
const content = new Uint8Array(40 * large.length).map((_, n) => large[n % large.length]! ^ (n >> 16));

async function rejects(path: string, message: RegExp): Promise<void> {
  await assert.rejects(wholeFile(path), (error) => {
    assert.ok(error instanceof DataError);
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("fileBytes() gives a file as it is, and a gzipped one decompressed, also of several members", async () => {
  const same = async (path: string) => assert.deepEqual(await wholeFile(path), content);
  await withFile("plain", content, same);
  await withFile("any.name", gzipped(content), same);
  const half = content.length >> 1;
  const members = [gzipped(content.subarray(0, half)), gzipped(content.subarray(half))];
  await withFile("joined.gz", new Uint8Array(await new Blob(members as BlobPart[]).arrayBuffer()), same);
  await withFile("empty", "", async (path) => assert.equal((await wholeFile(path)).length, 0));
  await withFile("empty.gz", gzipped(""), async (path) => assert.equal((await wholeFile(path)).length, 0));
});

Deno.test("firstBytes() stops early, and closes the file", async () => {
  for (const bytes of [content, gzipped(content)]) {
    await withFile("file", bytes, async (path) => {
      assert.deepEqual(await firstBytes(path, 1000), content.subarray(0, 1000));
      assert.equal((await firstBytes(path, content.length + 1)).length, content.length);
    });
  }
});

Deno.test("a pipe is refused at once: nothing would be left to read behind its first lines", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const folder = await Deno.makeTempDir();
  assert.ok((await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output()).success);
  await rejects(
    `${folder}/pipe`,
    /pipe: this is a pipe or a device, which can be read only once; expected a file/,
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("fileBytes() says what is wrong with a file", async () => {
  await withFile(
    "cut.gz",
    gzipped(content).subarray(0, 100_000),
    (path) => rejects(path, /cut\.gz: .*damaged or cut off/),
  );
  const broken = gzipped(content);
  broken.fill(0, 50_000, 60_000);
  await withFile("broken.gz", broken, (path) => rejects(path, /broken\.gz: .*damaged or cut off/));
  await withFile(
    "log.zip",
    "PK\u0003\u0004...",
    (path) => rejects(path, /is a zip archive; expected the unpacked file/),
  );
  await withFile("log.zst", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd), (path) => rejects(path, /Zstandard/));
  await withFile(
    "log.csv",
    Uint8Array.of(0xff, 0xfe, 0x61, 0),
    (path) => rejects(path, /UTF-16 text; expected UTF-8/),
  );
  await rejects("/nowhere/log.csv", /there is no such file/);
  await rejects(".", /this is a folder/);
});

Deno.test("fileBytes() tells progress and stops on a signal", async () => {
  for (const bytes of [content, gzipped(content)]) {
    await withFile("file", bytes, async (path) => {
      const seen: number[] = [];
      for await (const _ of fileBytes(path, { onProgress: (read, total) => seen.push(read, total) }));
      assert.deepEqual(seen.slice(-2), [bytes.length, bytes.length]);
      assert.equal(seen.filter((read) => read === bytes.length).length, seen.length / 2 + 1);
      const controller = new AbortController();
      const reading = async () => {
        for await (
          const _ of fileBytes(path, {
            signal: controller.signal,
            onProgress: () => controller.abort(),
          })
        );
      };
      if (bytes.length > 1 << 20) await assert.rejects(reading(), { name: "AbortError" });
    });
  }
});
