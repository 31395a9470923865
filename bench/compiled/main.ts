/**
 * Compiles the kernels of all benchmark cases for an AMD graphics processor, which need not be there: Mesa's driver
 * compiles for any of its processors. Shows registers, what did not fit into them, how many subgroups a processor can
 * hold at a time, and instructions.
 *
 *     deno run --allow-read --allow-write --allow-env --allow-run bench/compiled/main.ts [--filter TEXT] [--processor navi21] [--keep FOLDER]
 *
 * `--keep` leaves the modules (SPIR-V) and the processor's instructions in a new folder. Needs a C compiler and Debian's
 * packages libvulkan-dev and mesa-vulkan-drivers. No figure of it is a time; what it finds is worth a look all the same,
 * above all kernels whose arrays do not fit into registers.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { textTable } from "../../src/report/table.ts";

const { values } = parseArgs({
  options: {
    filter: { type: "string", default: "" },
    processor: { type: "string", default: "navi21" },
    keep: { type: "string" },
  },
});
const here = import.meta.dirname!;
const layer = "VK_LAYER_hetcomp_keep_modules";

function run(command: string, args: string[], env: Record<string, string> = {}): string {
  const { success, stdout } = new Deno.Command(command, { args, env, stderr: "inherit" }).outputSync();
  if (!success) throw new Error(`${command} failed`);
  return new TextDecoder().decode(stdout);
}

const folder = Deno.makeTempDirSync();
using _removed = { [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }) };
const modules = values.keep ?? `${folder}/modules`;
// Modules are told apart by how many there are.
Deno.mkdirSync(modules);
run("cc", ["-O1", "-shared", "-fPIC", "-o", `${folder}/keep_modules.so`, `${here}/keep_modules.c`]);
run("cc", ["-O1", "-o", `${folder}/compile_modules`, `${here}/compile_modules.c`, "-lvulkan"]);
Deno.writeTextFileSync(
  `${folder}/keep_modules.json`,
  JSON.stringify({
    file_format_version: "1.1.0",
    layer: {
      name: layer,
      type: "GLOBAL",
      library_path: "./keep_modules.so",
      api_version: "1.3.0",
      implementation_version: "1",
      description: "Keeps shader modules",
    },
  }),
);
const listed = run(Deno.execPath(), ["run", "--allow-read", "--allow-env", `${here}/kernels.ts`], {
  MODULES: modules,
  VK_LAYER_PATH: folder,
  VK_INSTANCE_LAYERS: layer,
  DENO_WEBGPU_BACKEND: "vulkan",
});
const kernels = listed.trim().split("\n").map((line) =>
  JSON.parse(line) as { file: string; kernel: string; constants: string }
).filter(({ kernel, constants }) => `${kernel} ${constants}`.includes(values.filter));
if (kernels.length === 0) {
  console.error(`error: no kernel's name or constants contain '${values.filter}'`);
  Deno.exitCode = 1;
} else {
  const told = run(`${folder}/compile_modules`, kernels.map(({ file }) => file), {
    RADV_FORCE_FAMILY: values.processor,
    VK_DRIVER_FILES: "/usr/share/vulkan/icd.d/radeon_icd.x86_64.json",
    VK_ICD_FILENAMES: "/usr/share/vulkan/icd.d/radeon_icd.x86_64.json",
  }).trim().split("\n");
  const columns = [
    "VGPRs",
    "Spilled VGPRs",
    "Scratch size",
    "LDS size",
    "Subgroups per SIMD",
    "Instructions",
  ];
  const rows = kernels.map(({ kernel, constants }, n) => {
    const pairs = told[n]!.split("\t").map((pair) => /^(.*) (\S+)$/.exec(pair)!);
    const statistics = new Map(pairs.map(([, name, value]) => [name, value!]));
    return [kernel, ...columns.map((name) => statistics.get(name) ?? ""), constants];
  });
  console.log(textTable(["kernel", ...columns, "constants"], rows));
}
