import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * How a command of this program is called: as a task in the folder of the repository, where tasks work, elsewhere by the
 * name under which it is installed.
 *
 * @param command The command, and what stands behind it.
 */
export function invocation(command: string): string {
  const { href, protocol } = new URL("../../", import.meta.url);
  const isRepository = protocol === "file:" && resolve(fileURLToPath(href)) === resolve(Deno.cwd());
  return `${isRepository ? "deno task" : "hetcomp"} ${command}`;
}
