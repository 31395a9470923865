import assert from "node:assert/strict";
import { untar } from "../../src/cli/driver_cache.ts";
import { runProgram, runScript, withoutAdapter } from "./run_program.ts";

/** A tar archive of one block per header and content. */
function tar(...files: [name: string, type: string, content: string][]): Uint8Array<ArrayBuffer> {
  const archive = new Uint8Array(512 * (2 * files.length + 2));
  const encoder = new TextEncoder();
  files.forEach(([name, type, content], n) => {
    const start = 1024 * n;
    archive.set(encoder.encode(name), start);
    archive.set(encoder.encode(content.length.toString(8).padStart(11, "0")), start + 124);
    archive.set(encoder.encode(type), start + 156);
    archive.set(encoder.encode(content), start + 512);
  });
  return archive;
}

Deno.test("untar() reads regular files and passes over the rest", () => {
  const files = untar(tar(["./a.so", "0", "first"], ["link", "2", " "], ["b.json", "0", "{}"]));
  assert.deepEqual([...files.keys()], ["a.so", "b.json"]);
  assert.equal(new TextDecoder().decode(files.get("a.so")), "first");
});

Deno.test("untar() reports an archive that ends too early", () => {
  assert.throws(() => untar(tar(["a", "0", "x".repeat(500)]).slice(0, 700)), /damaged/);
});

/** Where this Deno keeps packages: XDG_CACHE_HOME would move it. */
async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

const linux = { ignore: Deno.build.os !== "linux" || Deno.build.arch !== "x86_64" };

Deno.test("without an adapter, doctor runs on the embedded driver", linux, async () => {
  const cache = await Deno.makeTempDir();
  const env = { ...withoutAdapter, XDG_CACHE_HOME: cache, DENO_DIR: await denoFolder() };
  const first = await runProgram(["doctor", "--json"], { env });
  if (first.code === 1 && /could not be had from npm/.test(first.stderr)) {
    console.warn(`SKIPPED: the embedded driver cannot be tested: ${first.stderr}`);
    return;
  }
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, /fetching a software driver/);
  const report = JSON.parse(first.stdout);
  assert.match(report.adapter.name, /SwiftShader/);
  assert.equal(report.adapter.embedded, true);
  assert.equal(report.adapter.kind, "software");
  // The second time the cache is used, without a connection.
  const offline = { ...env, HTTPS_PROXY: "http://127.0.0.1:9", HTTP_PROXY: "http://127.0.0.1:9" };
  const again = await runProgram(["doctor", "--json"], { env: offline });
  assert.equal(again.code, 0, again.stderr);
  assert.doesNotMatch(again.stderr, /fetching/);
  assert.deepEqual([...Deno.readDirSync(`${cache}/hetcomp`)].map((entry) => entry.name), [
    "swiftshader-147.0.0",
  ]);
  await Deno.remove(cache, { recursive: true });
});

Deno.test(
  "without an adapter and a way to get one, a command ends with a message and exit code 1",
  linux,
  async () => {
    const cache = await Deno.makeTempDir();
    const missing = await runProgram(["doctor"], {
      env: {
        ...withoutAdapter,
        XDG_CACHE_HOME: cache,
        DENO_DIR: await denoFolder(),
        HETCOMP_EMBEDDED_DRIVER: "never",
      },
    });
    const broken = await runProgram(["doctor"], {
      env: { ...withoutAdapter, HETCOMP_EMBEDDED_DRIVER: cache },
    });
    for (const { code, stdout, stderr } of [missing, broken]) {
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.match(stderr, /^error: .*mesa-vulkan-drivers/m);
      assert.doesNotMatch(stderr, /\n\s+at |defect/);
    }
    await Deno.remove(cache, { recursive: true });
  },
);

Deno.test(
  "embeddedDriver() says what to install when npm cannot be reached, and leaves nothing behind",
  linux,
  async () => {
    const cache = await Deno.makeTempDir();
    const env = { XDG_CACHE_HOME: cache, DENO_DIR: `${cache}/deno`, HTTPS_PROXY: "http://127.0.0.1:9" };
    const { stdout } = await runScript("tests/cli/embedded_program.ts", [], { env });
    assert.match(
      stdout,
      /^NoAdapterError: no WebGPU adapter .* could not be had from npm \(.+\); install .*mesa-vulkan-drivers/,
    );
    assert.deepEqual(
      [...Deno.readDirSync(cache)].map((entry) => entry.name).filter((name) => name !== "deno"),
      [],
    );
    await Deno.remove(cache, { recursive: true });
  },
);
