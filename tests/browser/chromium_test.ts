import assert from "node:assert/strict";

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

Deno.test({
  name: "Chromium takes all shaders of teachers, rankings and distillation, and learns with them",
  ignore: chromium === null,
}, async () => {
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
      `http://127.0.0.1:${server.addr.port}/`,
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
  const recalls = said.filter((line) => line.startsWith("recall ")).map((line) => Number(line.slice(7)));
  assert.equal(recalls.length, 3);
  assert.ok(recalls[1]! > 0.2, said.join("\n"));
});
