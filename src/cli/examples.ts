/**
 * Examples below a command's help.
 *
 * @param lines What stands behind `deno task`, and optionally two spaces and what it does.
 */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  deno task ${line}`).join("\n")}`;
}
