import { GpuError } from "../errors.ts";

const marked = /\/\* unroll \*\/ for \(var (\w+) = 0u; \1 < (\w+); \1\+\+\) \{/;

function closing(code: string, from: number): number {
  let depth = 1;
  for (let at = from; at < code.length; at++) {
    if (code[at] === "{") depth++;
    else if (code[at] === "}" && --depth === 0) return at;
  }
  return code.length;
}

/**
 * Writes out the loops marked `/* unroll *\/`, which run from 0 to a number or a constant of the header. Drivers on processors keep
 * an array in memory, far slower, unless every index into it is constant, and not every loop do they unroll themselves.
 *
 * @throws {GpuError} if the header lacks the constant.
 */
export function unroll(code: string, header: Readonly<Record<string, number>>): string {
  for (let found = marked.exec(code); found; found = marked.exec(code)) {
    const [whole, name, length] = found;
    const turns = /^\d+u$/.test(length!) ? parseInt(length!) : header[length!];
    if (turns === undefined) {
      throw new GpuError(`a loop to ${length} is marked 'unroll'; the header lacks ${length}`);
    }
    const start = found.index + whole.length;
    const end = closing(code, start);
    const body = code.slice(start, end);
    const variable = new RegExp(`(?<![.\\w])${name}\\b`, "g");
    const written = Array.from({ length: turns }, (_, n) => `{${body.replace(variable, `${n}u`)}}`);
    code = `${code.slice(0, found.index)}${written.join("\n")}${code.slice(end + 1)}`;
  }
  return code;
}
