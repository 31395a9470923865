import { exists, readText } from "../data/files.ts";
import { RunError } from "../errors.ts";

/**
 * Reads JSON that this program keeps; null if the file is not there.
 *
 * @param remedy What to do if it is damaged.
 * @throws {RunError} if it is no JSON.
 */
export async function readKept<T>(path: string, remedy: string): Promise<T | null> {
  if (!await exists(path)) return null;
  const text = await readText(path);
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new RunError(`${path} is damaged; ${remedy}`);
  }
}
