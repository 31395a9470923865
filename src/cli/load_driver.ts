/**
 * Loads the embedded driver's Vulkan loader before anything asks for an adapter (`deno run --preload`). The system's
 * linker then finds it by name, so that no LD_LIBRARY_PATH is needed, which only an unlimited --allow-run could set.
 *
 * @module
 */
const folder = Deno.env.get("HETCOMP_EMBEDDED_DRIVER");
if (folder) {
  try {
    Deno.dlopen(`${folder}/libvulkan.so.1`, {});
  } catch {
    // There is no adapter then, and the program says so.
  }
}
