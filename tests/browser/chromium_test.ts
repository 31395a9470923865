import assert from "node:assert/strict";
import {
  distillationMethods,
  distillWith,
  generateSample,
  openGpu,
  ragged,
  rankCounts,
  splitDataset,
  topK,
  trainTeacher,
  type Trajectory,
} from "../../mod.ts";
import { studentKinds } from "../../src/distill/students.ts";

/** Chromium, under the names that it has; null if there is none. */
async function findChromium(): Promise<string | null> {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    const found = await new Deno.Command(name, { args: ["--version"], stdout: "null", stderr: "null" })
      .output()
      .then(({ success }) => success, () => false);
    if (found) return name;
  }
  return null;
}

const chromium = await findChromium();
if (chromium === null) console.warn("SKIPPED: no Chromium is installed, so that no browser was tried");

/** What page.html says in Chromium, which begins with the adapter and ends with "done" or an error. */
async function saidByPage(query: string, shaders = "[]"): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "hetcomp-browser-" });
  const bundled = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "-o", `${folder}/hetcomp.js`, "mod.ts"],
    cwd: new URL("../../", import.meta.url),
    stdout: "null",
    stderr: "piped",
  }).output();
  assert.ok(bundled.success, new TextDecoder().decode(bundled.stderr));
  const said: string[] = [];
  const { promise: end, resolve } = Promise.withResolvers<void>();
  let late: ReturnType<typeof setTimeout> | undefined;
  const wait = () => {
    clearTimeout(late);
    late = setTimeout(() => {
      said.push("error nothing more came for five minutes");
      resolve();
    }, 300_000);
  };
  const page = new URL("page.html", import.meta.url);
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/said") {
      said.push(await request.text());
      wait();
      if (/^(done|error)/.test(said.at(-1)!)) resolve();
      return new Response();
    }
    if (pathname === "/shaders") return new Response(shaders);
    const file = pathname === "/" ? page : pathname === "/hetcomp.js" ? `${folder}/hetcomp.js` : null;
    if (file === null) return new Response(null, { status: 404 });
    const type = file === page ? "text/html" : "text/javascript";
    return new Response(await Deno.readFile(file), { headers: { "content-type": type } });
  });
  const browser = new Deno.Command(chromium!, {
    args: [
      "--headless=new",
      "--no-sandbox",
      "--disable-dev-shm-usage",
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
      `--user-data-dir=${folder}/profile`,
      `http://127.0.0.1:${server.addr.port}/${query}`,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  wait();
  try {
    await end;
  } finally {
    clearTimeout(late);
    browser.kill();
    await browser.status;
    await server.shutdown();
    // Chromium's helpers may still write for a moment.
    for (let tries = 0; tries < 20; tries++) {
      if (await Deno.remove(folder, { recursive: true }).then(() => true, () => false)) break;
      await new Promise((wait) => setTimeout(wait, 100));
    }
  }
  assert.equal(said.at(-1), "done", said.join("\n"));
  assert.match(said[0]!, /^adapter ./);
  return said;
}

Deno.test({
  name: "Chromium takes all shaders of teachers, rankings and distillation, and learns with them",
  ignore: chromium === null,
}, async () => {
  const said = await saidByPage("");
  const recalls = said.filter((line) => line.startsWith("recall ")).map((line) => Number(line.slice(7)));
  assert.equal(recalls.length, 3);
  assert.ok(recalls[1]! > 0.2, said.join("\n"));
});

/** Every shader that the library compiles on a graphics processor for some teachers, methods and rankings. */
async function hardwareShaders(): Promise<{ label: string; code: string }[]> {
  using gpu = await openGpu();
  Object.assign(gpu, { adapter: { ...gpu.adapter, kind: "hardware" }, sharing: 1 });
  const shaders = new Map<string, { label: string; code: string }>();
  const create = gpu.device.createShaderModule.bind(gpu.device);
  gpu.device.createShaderModule = ({ label = "", code }) => {
    shaders.set(code, { label, code });
    return create({ label, code });
  };
  const dataset = generateSample({ users: 200, items: 600, interactions: 4000, communities: 5 });
  const split = splitDataset(dataset, { test: 0.2, valid: 0.2, seed: 1 });
  const teachers: Trajectory[] = [];
  for (const kind of ["MF", "ML", "DL", "GNN", "AE", "I-AE"] as const) {
    teachers.push(
      await trainTeacher(gpu, split, { kind, epochs: 10, every: 1, patience: 20, learningRate: 0.005 }),
    );
  }
  for (const method of Object.keys(distillationMethods)) {
    await distillWith(gpu, split, teachers, method, { epochs: 2, every: 2 });
  }
  for (const student of studentKinds) {
    const method = student === "GNN" || student === "AE" ? "hetcomp" : "weighted";
    await distillWith(gpu, split, teachers, method, { epochs: 1, every: 1, student });
  }
  const [dim, items] = [6, 4000];
  const numbers = (count: number) => Float32Array.from({ length: count * dim }, (_, n) => n * 7 % 17 - 8);
  const exclude = ragged([[], Array.from({ length: 300 }, (_, n) => 7 * n)]);
  for (const k of [10, 1000, 2000]) {
    const problem = { users: numbers(2), items: numbers(items), dim, exclude };
    const best = await topK(gpu, { ...problem, k });
    await rankCounts(gpu, { ...problem, targets: best.items, length: k });
  }
  return [...shaders.values()];
}

Deno.test({
  name: "Chromium finds no fault with the shaders for graphics processors, which it cannot run here",
  ignore: chromium === null,
}, async () => {
  const shaders = await hardwareShaders();
  assert.ok(shaders.length > 80, `${shaders.length}`);
  const said = await saidByPage("?shaders", JSON.stringify(shaders));
  assert.ok(said.includes(`read ${shaders.length} shaders`), said.join("\n"));
});
