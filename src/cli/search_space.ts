/**
 * What a search chooses from. A setting is chosen from words or numbers (`16,32,64`), from a range (`0.1..0.5`), from a
 * range by its logarithm (`log:1e-4..1e-1`), or from the whole numbers of either (`int:8..128`, `log-int:8..128`).
 *
 * @module
 */
import { readText } from "../data/files.ts";
import { ArgumentError } from "../errors.ts";
import type { Hyperparameters } from "../models/model.ts";
import { stream, uniform } from "../random.ts";

type Value = Hyperparameters[string];

/** Values of one setting. */
export type Choice =
  | { readonly kind: "choices"; readonly values: readonly Value[] }
  | {
    readonly kind: "range";
    readonly least: number;
    readonly most: number;
    readonly log: boolean;
    readonly whole: boolean;
  };

/** What is chosen from, by the settings' names. */
export type SearchSpace = Readonly<Record<string, Choice>>;

const forms =
  "values such as 16,32,64, or a range such as 0.1..0.5, log:1e-4..1e-1, int:8..128 or log-int:8..128";

function valueOf(text: string): Value {
  const word = text.trim();
  if (word === "true" || word === "false") return word === "true";
  return word !== "" && Number.isFinite(Number(word)) ? Number(word) : word;
}

/**
 * Reads what one setting is chosen from.
 *
 * @throws {ArgumentError} if it is neither values nor a range with two ends in order.
 */
export function parseChoice(name: string, given: unknown): Choice {
  const fail = (wrong: string): never => {
    throw new ArgumentError(`--space ${name}`, wrong, forms);
  };
  if (Array.isArray(given)) {
    const isValue = (value: unknown) => ["number", "string", "boolean"].includes(typeof value);
    if (given.length === 0 || !given.every(isValue)) return fail(`it is ${JSON.stringify(given)}`);
    return { kind: "choices", values: given as Value[] };
  }
  if (typeof given !== "string") {
    return typeof given === "number" || typeof given === "boolean"
      ? { kind: "choices", values: [given] }
      : fail(`it is ${JSON.stringify(given)}`);
  }
  const range = /^(?:(log|int|log-int):)?([^:]+?)\.\.(.+)$/.exec(given.trim());
  if (!range) {
    if (given.trim() === "" || /^[\w-]+:|\.\./.test(given)) return fail(`it is ${JSON.stringify(given)}`);
    return { kind: "choices", values: given.split(",").map(valueOf) };
  }
  const [least, most] = [Number(range[2]), Number(range[3])];
  const form = range[1] ?? "";
  const log = form.startsWith("log");
  const whole = form.endsWith("int");
  if (!(Number.isFinite(least) && Number.isFinite(most) && least <= most)) {
    return fail(`its ends are not in order: ${given}`);
  }
  if (log && least <= 0) return fail(`a logarithm needs ends above 0: ${given}`);
  if (whole && !(Number.isInteger(least) && Number.isInteger(most))) {
    return fail(`its ends are not whole: ${given}`);
  }
  return { kind: "range", least, most, log, whole };
}

/**
 * Reads the space of a search.
 *
 * @param given Of each `--space`: NAME=CHOICE, or a file of such settings, TOML or JSON.
 * @param parseFile Reads the content of a file.
 * @throws {ArgumentError} if it is empty or a choice is malformed.
 */
export async function readSpace(
  given: readonly string[],
  parseFile: (file: string, text: string) => Promise<unknown>,
): Promise<SearchSpace> {
  const space: Record<string, Choice> = {};
  for (const text of given) {
    const at = text.indexOf("=");
    if (at > 0) {
      space[text.slice(0, at)] = parseChoice(text.slice(0, at), text.slice(at + 1));
      continue;
    }
    const content = await parseFile(text, await readText(text));
    if (typeof content !== "object" || content === null || Array.isArray(content)) {
      throw new ArgumentError("--space", `${text} holds no settings`, forms);
    }
    for (const [name, value] of Object.entries(content)) space[name] = parseChoice(name, value);
  }
  if (Object.keys(space).length === 0) {
    throw new ArgumentError("--space", "it names no setting", `NAME=... with ${forms}`);
  }
  return space;
}

/** Trials drawn anew for each one that is wanted, before the space counts as exhausted. */
const drawsPerTrial = 100;

function pick(choice: Choice, share: number): Value {
  if (choice.kind === "choices") return choice.values[Math.floor(share * choice.values.length)]!;
  const { least, most, log, whole } = choice;
  // Every whole number has the same share, the two at the ends too.
  const [low, high] = whole ? [least - 0.5, most + 0.5] : [least, most];
  const value = log ? low * (high / low) ** share : low + (high - low) * share;
  const near = whole ? Math.round(value) : value;
  return Math.min(most, Math.max(least, near));
}

/** The settings of one trial. They depend on the seed, the trial's number and the names of the settings alone. */
export function sampleTrial(space: SearchSpace, seed: number, trial: number): Record<string, Value> {
  const names = Object.keys(space).toSorted();
  return Object.fromEntries(
    names.map((name, n) => [name, pick(space[name]!, uniform(seed, stream.trial, trial, n))]),
  );
}

/**
 * The settings of `count` trials, no two alike: those of {@linkcode sampleTrial} without what came before. Fewer if the
 * space seems to hold no more.
 */
export function sampleTrials(space: SearchSpace, seed: number, count: number): Record<string, Value>[] {
  const found = new Map<string, Record<string, Value>>();
  for (let draw = 0; found.size < count && draw < drawsPerTrial * count; draw++) {
    const settings = sampleTrial(space, seed, draw);
    const key = JSON.stringify(settings);
    if (!found.has(key)) found.set(key, settings);
  }
  return [...found.values()];
}
