/**
 * Packages for formats of the outside world, fetched only when such a format is asked for.
 *
 * @module
 */
import { HetcompError } from "../errors.ts";

/**
 * Imports an npm package. The name is not a literal in an import, so that no command fetches what it does not use.
 *
 * @param name Name and exact version, such as `hyparquet-writer@0.17.0`.
 * @throws {HetcompError} naming the package, if it is not there and cannot be fetched.
 */
export async function loadPackage<Module>(name: string): Promise<Module> {
  try {
    return await import(`npm:${name}`) as Module;
  } catch (error) {
    throw new HetcompError(
      `the npm package ${name} is needed for this and cannot be loaded (${(error as Error).message}); ` +
        "it is fetched once, so run the command again with a connection to the npm registry",
    );
  }
}
