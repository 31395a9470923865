import { invocation } from "./invocation.ts";

/**
 * Examples below a command's help.
 *
 * @param lines Commands with what stands behind them, and optionally two spaces and what it does.
 */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${invocation(line)}`).join("\n")}`;
}
