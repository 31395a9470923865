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

/**
 * The first setting that differs between what was begun and what is asked, as `NAME WAS, not IS`; null: none does.
 *
 * @param name What both are.
 */
export function difference(begun: unknown, asked: unknown, name = "its form"): string | null {
  const isTable = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isTable(begun) || !isTable(asked)) {
    const [was, is] = [begun, asked].map((value) => JSON.stringify(value) ?? "none");
    return was === is ? null : `${name} ${was}, not ${is}`;
  }
  for (const key of new Set([...Object.keys(begun), ...Object.keys(asked)])) {
    const found = difference(begun[key], asked[key], key);
    if (found !== null) return found;
  }
  return null;
}
