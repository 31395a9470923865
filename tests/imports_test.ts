import assert from "node:assert/strict";

/** Which folders of src each folder may import, beside the files at the root of src. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  gpu: [],
  kernels: ["gpu"],
  data: [],
  models: ["data", "kernels", "gpu"],
  evaluate: ["models", "data", "kernels", "gpu"],
  teachers: ["evaluate", "models", "data", "kernels", "gpu"],
  distill: ["teachers", "evaluate", "models", "data", "kernels", "gpu"],
  report: ["teachers", "distill", "evaluate", "models", "data"],
  export: ["models", "data"],
  serve: ["export", "models", "data"],
  cli: ["serve", "export", "report", "distill", "teachers", "evaluate", "models", "data", "kernels", "gpu"],
};

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly code?: { readonly specifier?: string };
  }[];
}

async function modulesOf(entry: string): Promise<Module[]> {
  const root = new URL("../", import.meta.url);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: root,
    stderr: "piped",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: Module[] };
  return modules.map((module) => ({ ...module, specifier: module.specifier.replace(root.href, "") }));
}

Deno.test("every module that mod.ts reaches imports relative and node: modules only", async () => {
  const modules = await modulesOf("mod.ts");
  assert.ok(modules.length > 50);
  for (const { specifier, dependencies = [] } of modules) {
    for (const dependency of dependencies) {
      assert.match(dependency.specifier, /^(\.\.?\/|node:)/, `${specifier} imports ${dependency.specifier}`);
    }
  }
});

Deno.test("folders of src import one way", async () => {
  const folderOf = (path: string) => /^src\/(\w+)\//.exec(path)?.[1];
  const root = new URL("../", import.meta.url).href;
  for (const { specifier, dependencies = [] } of await modulesOf("src/cli/main.ts")) {
    const folder = folderOf(specifier);
    if (!folder) continue;
    for (const { code } of dependencies) {
      const other = folderOf((code?.specifier ?? "").replace(root, ""));
      if (!other || other === folder) continue;
      assert.ok(allowed[folder]?.includes(other), `${specifier} imports src/${other}`);
    }
  }
});

Deno.test("no module of src is part of an import circle", async () => {
  const root = new URL("../", import.meta.url).href;
  const modules = await modulesOf("src/cli/main.ts");
  const edges = new Map(modules.map(({ specifier, dependencies = [] }) => {
    return [specifier, dependencies.map(({ code }) => (code?.specifier ?? "").replace(root, ""))] as const;
  }));
  const done = new Set<string>();
  const visit = (module: string, path: readonly string[]): void => {
    assert.ok(!path.includes(module), `circle: ${[...path, module].join(" -> ")}`);
    if (done.has(module)) return;
    for (const next of edges.get(module) ?? []) visit(next, [...path, module]);
    done.add(module);
  };
  for (const module of edges.keys()) visit(module, []);
});

Deno.test("deno.lock holds light packages only: every first command fetches all that it names", async () => {
  const lock = JSON.parse(await Deno.readTextFile(new URL("../deno.lock", import.meta.url)));
  const names = Object.keys(lock.npm).map((name) => name.replace(/(?<=.)@.*/, ""));
  const heavy = /duckdb|onnx|protobuf|tensorflow|jax|gpu\.js|playwright|vega/;
  assert.deepEqual(names.filter((name) => heavy.test(name)), []);
});
