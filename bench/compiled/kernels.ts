/**
 * Makes the kernels of all benchmark cases as for a graphics processor, and prints for each a line of JSON: the file of
 * its module, which keep_modules.c has just written into $MODULES, and the kernel's name with its constants. Nothing is run.
 *
 * @module
 */
import { openGpu } from "../../src/gpu/gpu.ts";
import type { KernelSource } from "../../src/gpu/kernel.ts";
import { allCases } from "../cases/all.ts";

const folder = Deno.env.get("MODULES")!;
const made = () => [...Deno.readDirSync(folder)].length;

using gpu = await openGpu({ adapter: "software" });
Object.defineProperty(gpu, "adapter", { value: { ...gpu.adapter, kind: "hardware" } });
Object.defineProperty(gpu, "sharing", { value: 1 });
gpu.device.queue.submit = () => {};
const compile = gpu.kernel.bind(gpu);
gpu.kernel = (source: KernelSource) => {
  const before = made();
  const kernel = compile(source);
  if (made() > before) {
    const constants = Object.entries({ ...source.header, ...source.constants });
    console.log(JSON.stringify({
      file: `${folder}/${before}.spv`,
      kernel: source.name,
      constants: constants.map(([name, value]) => `${name} ${value}`).join(", "),
    }));
  }
  return kernel;
};
for (const each of allCases) {
  using prepared = each.prepare(gpu);
  prepared.record();
}
