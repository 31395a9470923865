/**
 * From a request to checked values, or a problem that names the field.
 *
 * @module
 */
import type { ZodType } from "npm:zod@4.6.7";
import { shown } from "../errors.ts";
import { nearestIds } from "../nearest_ids.ts";
import { type FieldError, fieldProblem, Problem } from "./problem.ts";
import { expectations, limits } from "./schemas.ts";

/** Wrong fields that one answer names at most. */
const mostErrors = 10;
const listFields: readonly string[] = ["exclude", "allow"];

type Issue = NonNullable<ReturnType<ZodType["safeParse"]>["error"]>["issues"][number];

/** The value that an issue speaks of; undefined if it is missing. */
function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
}

function wrongness(value: unknown): string {
  if (value === undefined) return "it is missing";
  if (Array.isArray(value)) return `it is a list of ${value.length}`;
  if (typeof value === "string" && value.length > limits.idLength) return `it has ${value.length} characters`;
  return `it is ${shown(value)}`;
}

function unknownField(name: string, known: readonly string[]): FieldError {
  const field = name.slice(0, limits.idLength);
  return {
    field,
    wrong: "there is no such field",
    expected: known.length === 0 ? "none" : `one of ${known.join(", ")}`,
    nearest: nearestIds(field, known, 1),
  };
}

function fieldErrors(issue: Issue, input: unknown, known: readonly string[]): FieldError[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, mostErrors).map((key) => unknownField(key, known));
  }
  const [name, ...inner] = issue.path;
  if (name === undefined) {
    return [{ field: "body", wrong: wrongness(input), expected: `a JSON object with ${known.join(", ")}` }];
  }
  const field = `${String(name)}${inner.map((key) => `[${String(key)}]`).join("")}`;
  if (issue.code === "custom") {
    const both = valueAt(input, issue.path) !== undefined;
    return [{
      field,
      wrong: both ? "history is given too" : "neither user nor history is given",
      expected: "either user or history",
    }];
  }
  const expected = inner.length === 0
    ? expectations[String(name)]!
    : `an id of 1 to ${limits.idLength} characters`;
  return [{ field, wrong: wrongness(valueAt(input, issue.path)), expected }];
}

/** The names of the fields of an object schema. */
export function fieldNames(schema: ZodType): string[] {
  return Object.keys((schema as unknown as { shape: object }).shape);
}

function validate<Value>(schema: ZodType<Value>, input: unknown): Value {
  const { success, data, error } = schema.safeParse(input);
  if (success) return data;
  const known = fieldNames(schema);
  const errors = new Map<string, FieldError>();
  for (const one of error.issues.slice(0, mostErrors).flatMap((issue) => fieldErrors(issue, input, known))) {
    // A number may break two rules.
    if (!errors.has(one.field)) errors.set(one.field, one);
  }
  throw fieldProblem(400, [...errors.values()].slice(0, mostErrors));
}

/** Ids separated by commas, or, where ids hold commas, a JSON array; as the command line reads them. */
function listOf(text: string): unknown {
  if (!text.startsWith("[")) return text.split(",").map((id) => id.trim());
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Reads and checks the query of a request.
 *
 * @throws {Problem} 400, naming the wrong fields.
 */
export function readQuery<Value>(url: string, schema: ZodType<Value>): Value {
  // Without a prototype no name of a field means anything else.
  const input: Record<string, unknown> = Object.create(null);
  const repeated = new Set<string>();
  for (const [name, text] of new URL(url).searchParams) {
    if (Object.hasOwn(input, name)) repeated.add(name);
    if (listFields.includes(name)) input[name] = listOf(text);
    else if (name === "k") input[name] = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    else input[name] = text;
  }
  const known = fieldNames(schema);
  const twice = known.filter((name) => repeated.has(name));
  if (twice.length > 0) {
    throw fieldProblem(
      400,
      twice.map((field) => ({ field, wrong: "it is given more than once", expected: "one value" })),
    );
  }
  return validate(schema, { ...input });
}

/**
 * Reads and checks the JSON body of a request.
 *
 * @throws {Problem} 400 naming the wrong fields, 408 if the body does not arrive in time, 413 if it is too large, 415 if
 * it is not JSON by its type.
 */
export async function readBody<Value>(request: Request, schema: ZodType<Value>): Promise<Value> {
  const type = request.headers.get("content-type");
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type ?? "")) {
    const wrong = type === null ? "it is missing" : `it is ${shown(type)}`;
    throw new Problem(415, `content-type: ${wrong}; expected application/json`, [
      { field: "content-type", wrong, expected: "application/json" },
    ], { accept: "application/json" });
  }
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity") {
    const wrong = `it is ${shown(encoding)}`;
    throw new Problem(415, `content-encoding: ${wrong}; expected none`, [
      { field: "content-encoding", wrong, expected: "none" },
    ], { "accept-encoding": "identity" });
  }
  const text = await bodyText(request);
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    throw fieldProblem(400, [
      { field: "body", wrong: `it is not JSON (${(error as Error).message})`, expected: "a JSON object" },
    ]);
  }
  return validate(schema, input);
}

/** What the body holds, whatever its content-length says. */
async function bodyText(request: Request): Promise<string> {
  const tooLarge = (): Problem =>
    new Problem(413, `body: it is larger than ${limits.bodyBytes} bytes; expected a smaller one`, [
      { field: "body", wrong: `it is larger than ${limits.bodyBytes} bytes`, expected: "a smaller one" },
    ]);
  if (Number(request.headers.get("content-length")) > limits.bodyBytes) throw tooLarge();
  const reader = request.body?.getReader();
  if (!reader) return "";
  const bytes = new Uint8Array(limits.bodyBytes);
  let length = 0;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    reader.cancel().catch(() => {});
  }, 1000 * limits.bodySeconds);
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (length + part.value.length > bytes.length) {
        reader.cancel().catch(() => {});
        throw tooLarge();
      }
      bytes.set(part.value, length);
      length += part.value.length;
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(400, "body: it ended early; expected as many bytes as content-length says");
  } finally {
    clearTimeout(timer);
  }
  if (late) throw new Problem(408, `body: it was not there after ${limits.bodySeconds} seconds`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length));
  } catch {
    throw fieldProblem(400, [{ field: "body", wrong: "it is not UTF-8", expected: "JSON in UTF-8" }]);
  }
}
