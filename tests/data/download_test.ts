import assert from "node:assert/strict";
import { DataError } from "../../src/errors.ts";
import { sha256 } from "../../src/data/files.ts";
import { downloadDataset, downloadEntry } from "../../src/data/download.ts";
import { type DatasetEntry, registryEntry } from "../../src/data/registry.ts";
import { loadDataset } from "../../src/data/dataset.ts";
import { needsShared, sharedPath } from "./shared.ts";

const contents = { "train.txt": "0 1 2\n".repeat(40_000), "test.txt": "0 3\n" };

async function entryAt(base: string): Promise<DatasetEntry> {
  const files = await Promise.all(
    Object.entries(contents).map(async ([name, text]) => {
      const bytes = new TextEncoder().encode(text);
      return { name, url: `${base}/${name}`, sha256: await sha256(bytes), bytes: bytes.length };
    }),
  );
  return { ...registryEntry("gowalla"), name: "tiny", files };
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function entriesOf(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

Deno.test("downloadEntry() fetches from a server, reports progress and does not fetch twice", () =>
  withFolder(async (folder) => {
    let requests = 0;
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
      requests++;
      return new Response(contents[new URL(request.url).pathname.slice(1) as keyof typeof contents]);
    });
    try {
      const entry = await entryAt(`http://127.0.0.1:${server.addr.port}`);
      const calls: [number, number][] = [];
      const onProgress = (received: number, total: number) => calls.push([received, total]);
      const path = await downloadEntry(entry, { folder, onProgress });
      assert.equal(path, `${folder}/tiny`);
      for (const [name, text] of Object.entries(contents)) {
        assert.equal(await Deno.readTextFile(`${path}/${name}`), text);
      }
      assert.deepEqual(entriesOf(path), ["test.txt", "train.txt"]);
      const total = 240_004;
      assert.deepEqual(calls.at(-1), [total, total]);
      assert(calls.every(([received], n) => n === 0 || received > calls[n - 1]![0]));
      await downloadEntry(entry, { folder });
      assert.equal(requests, 2);
      await Deno.writeTextFile(`${path}/test.txt`, "damaged");
      await downloadEntry(entry, { folder });
      assert.equal(requests, 3);
      assert.equal(await Deno.readTextFile(`${path}/test.txt`), contents["test.txt"]);
    } finally {
      await server.shutdown();
    }
  }));

Deno.test("downloadDataset() names both checksums and keeps nothing when they differ", () =>
  withFolder(async (folder) => {
    const bytes = new TextEncoder().encode("1 5\n");
    const fetch = () => Promise.resolve(new Response(bytes));
    const right = registryEntry("citeulike").files[0]!.sha256;
    const got = await sha256(bytes);
    await assert.rejects(downloadDataset("citeulike", { folder, fetch }), (error) => {
      return error instanceof DataError && error.message.includes(right) && error.message.includes(got);
    });
    assert.deepEqual(entriesOf(folder), []);
  }));

Deno.test("downloadEntry() writes no file while another one is wrong", () =>
  withFolder(async (folder) => {
    const fetch = (url: string | URL | Request) =>
      Promise.resolve(new Response(String(url).endsWith("train.txt") ? contents["train.txt"] : "other"));
    await assert.rejects(
      downloadEntry(await entryAt("http://nowhere"), { folder, fetch }),
      /test\.txt.*SHA-256/,
    );
    assert.deepEqual(entriesOf(folder), []);
  }));

Deno.test("downloadDataset() says how to go on without a connection", () =>
  withFolder(async (folder) => {
    const fetch = () => Promise.reject(new TypeError("dns error"));
    await assert.rejects(downloadDataset("citeulike", { folder, fetch }), (error) => {
      assert(error instanceof DataError);
      assert.match(error.message, /citeulike.users\.dat: the download failed \(dns error\)/);
      assert.match(error.message, /https:\/\/raw\.githubusercontent\.com\/\S+ by other means, put it there/);
      assert.match(error.message, /--data FOLDER/);
      return true;
    });
    assert.deepEqual(entriesOf(folder), []);
  }));

Deno.test("downloadDataset() passes on the server's refusal, and stops an endless body", () =>
  withFolder(async (folder) => {
    const missing = () => Promise.resolve(new Response("no", { status: 404, statusText: "Not Found" }));
    await assert.rejects(
      downloadDataset("citeulike", { folder, fetch: missing }),
      /the server answered 404 Not Found/,
    );
    const endless = () =>
      Promise.resolve(
        new Response(
          new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(500_000)) }),
        ),
      );
    await assert.rejects(
      downloadDataset("citeulike", { folder, fetch: endless }),
      /the server sent more than/,
    );
    assert.deepEqual(entriesOf(folder), []);
  }));

Deno.test("downloadDataset() stops on the signal, with its reason", () =>
  withFolder(async (folder) => {
    const stop = new AbortController();
    const reason = new Error("enough");
    const fetch = () =>
      Promise.resolve(
        new Response(
          new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1000)) }),
        ),
      );
    const onProgress = () => stop.abort(reason);
    const download = downloadDataset("citeulike", { folder, fetch, onProgress, signal: stop.signal });
    await assert.rejects(download, (error) => error === reason);
    assert.deepEqual(entriesOf(folder), []);
  }));

Deno.test("downloadDataset() does not invent an address", () =>
  withFolder(async (folder) => {
    const fetch = () => Promise.reject(new Error("must not be called"));
    await assert.rejects(
      downloadDataset("amazon-music", { folder, fetch }),
      /has no direct download; expected the file/,
    );
    await assert.rejects(downloadDataset("netflix", { folder, fetch }), /no dataset of this name/);
  }));

Deno.test(
  needsShared(
    "downloadDataset() accepts the published bytes",
    ["gowalla/test.txt", "gowalla/train.txt"],
    () =>
      withFolder(async (folder) => {
        const fetch = async (url: string | URL | Request) => {
          return new Response(await Deno.readFile(sharedPath(`gowalla/${String(url).split("/").at(-1)}`)));
        };
        await downloadDataset("gowalla", { folder, fetch });
        assert.equal((await loadDataset("gowalla", { downloads: folder })).users, 29_858);
      }),
  ),
);
