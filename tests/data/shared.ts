/** Where the datasets for checks lie beside the checkout, and whether they do. */
import { fileURLToPath } from "node:url";

/** Path of a file or folder among the shared data. */
export function sharedPath(path: string): string {
  return fileURLToPath(new URL(`../../../shared/data/${path}`, import.meta.url));
}

/** Settings of a test that needs shared data: ignored, loudly, where it is absent. */
export function needsShared(
  name: string,
  paths: string[],
  fn: () => void | Promise<void>,
): Deno.TestDefinition {
  let missing = "";
  for (const path of paths) {
    try {
      Deno.statSync(sharedPath(path));
    } catch {
      missing = path;
    }
  }
  if (missing !== "") console.warn(`SKIPPED: "${name}" needs ${sharedPath(missing)}`);
  return { name, ignore: missing !== "", fn };
}
