import assert from "node:assert/strict";
import { filesUnder, temporaryFolder } from "./small_run.ts";

const checkout = new URL("../../", import.meta.url);
const types: Readonly<Record<string, string>> = {
  ts: "text/typescript",
  wgsl: "text/plain",
  json: "application/json",
};

/** Serves the files of this checkout, as a host of modules does, and notes what was asked for. */
function serveCheckout() {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    try {
      const body = await Deno.readFile(new URL(`.${pathname}`, checkout));
      return new Response(body, {
        headers: { "content-type": types[pathname.split(".").at(-1)!] ?? "application/octet-stream" },
      });
    } catch {
      return new Response("not found", { status: 404 });
    }
  });
  const host = `127.0.0.1:${server.addr.port}`;
  return { host, asked, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** A program of somebody who has nothing but the address of mod.ts. */
const program = (host: string) => `
import * as hetcomp from "http://${host}/mod.ts";

using gpu = await hetcomp.openGpu();
const best = await hetcomp.topK(gpu, {
  users: Float32Array.of(1, 0, 0, 1),
  items: Float32Array.of(1, 5, 3, -2, 2, 9),
  dim: 2,
  k: 2,
  exclude: hetcomp.ragged([[1], []]),
});
const { loss, gradUsers, gradItems } = await hetcomp.listwiseLoss(gpu, {
  users: Float32Array.of(1),
  items: Float32Array.of(1, 2, 0),
  dim: 1,
  observed: hetcomp.ragged([[0]]),
  positives: hetcomp.ragged([[0]]),
  tops: hetcomp.ragged([[1]]),
  granularity: "overall",
});
const dataset = hetcomp.generateSample({ users: 30, items: 60, interactions: 400 });
const split = hetcomp.splitDataset(dataset, { test: 0.2, valid: 0.2, seed: 1 });
const student = new hetcomp.Student({
  dim: 1,
  userFactors: new Float32Array(30).fill(1),
  itemFactors: Float32Array.from({ length: 60 }, (_, item) => -item),
  userIds: split.userIds,
  itemIds: split.itemIds,
  seen: split.train,
});
const copy = hetcomp.decodeStudent(hetcomp.encodeStudent(student));
const { test } = await hetcomp.evaluate(gpu, copy, split, { k: [10] });
const missing = await hetcomp.loadDataset("elsewhere").catch((error) => error.name);
console.log(JSON.stringify({
  items: [...best.items],
  scores: [...best.scores],
  loss,
  gradUsers: [...gradUsers],
  gradItems: [...gradItems],
  users: dataset.users,
  fingerprint: (await hetcomp.splitFingerprint(split)).length,
  recommended: copy.recommend("user-3", { k: 3, exclude: false }).map(({ item }) => item),
  recall: test.means["recall@10"],
  missing,
}));
`;

async function runElsewhere(folder: string, host: string, permissions: string[]) {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-prompt", `--allow-import=${host}`, ...permissions, "main.ts"],
    cwd: folder,
    env: { NO_COLOR: "1", DENO_DIR: `${folder}/deno` },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { code: output.code, stdout: decoder.decode(output.stdout), stderr: decoder.decode(output.stderr) };
}

Deno.test("mod.ts works when imported by its address, with no permission but that import", async (t) => {
  await using folder = await temporaryFolder();
  await using server = serveCheckout();
  await Deno.writeTextFile(`${folder.path}/main.ts`, program(server.host));
  const { code, stdout, stderr } = await runElsewhere(folder.path, server.host, []);
  assert.equal(code, 0, stderr);
  const result = JSON.parse(stdout);

  await t.step("it ranks and computes losses on the device", () => {
    assert.deepEqual(result.items, [2, 0, 2, 0]);
    assert.deepEqual(result.scores, [2, 1, 9, 5]);
    // Scores 1, 2, 0: the first is observed, the second distilled, the third the rest.
    const one = 1 / (1 + Math.E);
    const two = 1 / (1 + Math.E ** 2);
    const gradient = [-one, -two, one + two];
    close([result.loss], [-Math.log(1 - one) - Math.log(1 - two)]);
    close(result.gradItems, gradient);
    close(result.gradUsers, [gradient[0]! + 2 * gradient[1]!]);
  });
  await t.step("it generates the sample and handles students", () => {
    assert.deepEqual(result.recommended, ["item-0", "item-1", "item-2"]);
    assert.ok(result.recall > 0 && result.recall < 1);
    assert.equal(result.users, 30);
    assert.equal(result.fingerprint, 64);
  });
  await t.step("it asks for modules and shaders of this checkout only, and for no npm package", () => {
    assert.ok(server.asked.includes("/mod.ts"));
    assert.ok(server.asked.some((path) => path.endsWith(".wgsl")));
    assert.deepEqual(server.asked.filter((path) => !/^\/(mod\.ts$|src\/|shaders\/)/.test(path)), []);
    assert.deepEqual(server.asked.filter((path) => path.startsWith("/src/cli/")), []);
    // Deno makes the folder npm itself, and leaves it empty.
    const cached = filesUnder(`${folder.path}/deno`);
    assert.ok(cached.some((path) => path.startsWith("remote/")), cached.join());
    assert.deepEqual(cached.filter((path) => /^npm\/./.test(path)), []);
  });
  await t.step("what needs more permission says so, and touches nothing", () => {
    assert.equal(result.missing, "DataError");
    assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name).sort(), ["deno", "main.ts"]);
  });
});

function close(found: readonly number[], expected: readonly number[]): void {
  assert.equal(found.length, expected.length);
  found.forEach((value, n) =>
    assert.ok(Math.abs(value - expected[n]!) < 1e-5, `${value}, not ${expected[n]}`)
  );
}
