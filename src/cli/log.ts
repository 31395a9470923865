/**
 * Everything that commands say on standard error: as text for people, or with `--log json` one JSON object a line,
 * `{"time", "level", "event", "message", ...}`. Interface:
 *
 *     logNotice("adapter", "adapter: llvmpipe", { name: "llvmpipe" });
 *
 * @module
 */

/** The forms of `--log`. */
export const logForms = ["text", "json"] as const;

/** A form of the log. */
export type LogForm = typeof logForms[number];

/** How grave a line is. */
export type LogLevel = "info" | "warning" | "error";

let form: LogForm = "text";

let clearLine: () => void = () => {};

/** Says how a line that is being drawn, such as a bar, is cleared before another is written; nothing: there is none. */
export function beforeLines(clear: () => void = () => {}): void {
  clearLine = clear;
}

/** Chooses the form for all that is said from now on. */
export function setLogForm(chosen: LogForm): void {
  form = chosen;
}

/** Whether lines are JSON. */
export function logsJson(): boolean {
  return form === "json";
}

/** The form that a command line asks for: to be known before it is parsed, since parsing may fail. */
export function askedLogForm(args: readonly string[]): LogForm {
  let asked: string | undefined;
  for (const [n, word] of args.entries()) {
    if (word === "--") break;
    if (word === "--log") asked = args[n + 1];
    else if (word.startsWith("--log=")) asked = word.slice("--log=".length);
  }
  return asked === "json" ? "json" : "text";
}

/** One line of the structured log. */
export function jsonLine(
  level: LogLevel,
  event: string,
  fields: Readonly<Record<string, unknown>>,
  time: Date = new Date(),
): string {
  return JSON.stringify({ time: time.toISOString(), level, event, ...fields });
}

/**
 * Says something.
 *
 * @param level How grave it is.
 * @param event What kind of thing it is, one word.
 * @param text For people; null: people are shown this in another way.
 * @param fields For machines, beside the text.
 */
export function log(
  level: LogLevel,
  event: string,
  text: string | null,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  if (form === "json") {
    console.error(jsonLine(level, event, { ...(text === null ? {} : { message: text.trim() }), ...fields }));
  } else if (text !== null) {
    clearLine();
    console.error(text);
  }
}

/** Says something that is no error. */
export function logNotice(event: string, text: string, fields: Readonly<Record<string, unknown>> = {}): void {
  log("info", event, text, fields);
}
