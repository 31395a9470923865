/**
 * The student that is served, and its replacement while requests go on.
 *
 * @module
 */
import { readBytes, sha256 } from "../data/files.ts";
import { ModelError, shown } from "../errors.ts";
import { mostEntries, nearestIds } from "../nearest_ids.ts";
import { decodeStudent } from "../models/student_decoder.ts";
import type { Student } from "../models/student.ts";
import { fieldProblem } from "./problem.ts";

/** Unknown ids that one answer names at most. */
const mostUnknown = 5;

/** A student with what the service has to know about it. */
export interface LoadedStudent {
  readonly student: Student;
  /** Of the file, in hexadecimal digits. */
  readonly sha256: string;
  readonly users: ReadonlySet<string>;
  readonly items: ReadonlySet<string>;
}

/** Loads a student file. */
async function loadServed(path: string): Promise<LoadedStudent> {
  const bytes = await readBytes(path);
  const student = decodeStudent(bytes, path);
  return {
    student,
    sha256: await sha256(bytes),
    users: new Set(student.userIds),
    items: new Set(student.itemIds),
  };
}

/**
 * Checks ids before a student looks for them, which would name the first unknown one only.
 *
 * @param wanted Field, ids, and the ids that are known.
 * @throws {Problem} 404, naming the unknown ids and the nearest known ones.
 */
export function requireKnown(
  wanted: readonly (readonly [field: string, ids: string | readonly string[], known: ReadonlySet<string>])[],
): void {
  const unknown: { field: string; id: string; known: ReadonlySet<string> }[] = [];
  for (const [field, ids, known] of wanted) {
    const list = typeof ids === "string" ? [ids] : ids;
    for (let n = 0; n < list.length && unknown.length < mostUnknown; n++) {
      const id = list[n]!;
      if (!known.has(id)) {
        unknown.push({ field: typeof ids === "string" ? field : `${field}[${n}]`, id, known });
      }
    }
  }
  if (unknown.length === 0) return;
  // One answer costs no more than one search.
  const entries = mostEntries / unknown.length;
  const errors = unknown.map(({ field, id, known }) => ({
    field,
    wrong: `the student does not know ${shown(id)}`,
    expected: "a known id",
    nearest: nearestIds(id, known, 3, entries),
  }));
  throw fieldProblem(404, errors);
}

/** What is told about a reload. */
export interface ReloadHooks {
  /** The new student is served. */
  readonly loaded: (loaded: LoadedStudent) => void;
  /** The file cannot be used; the student before it is served on. */
  readonly failed: (reason: string) => void;
}

/** Something that changes whenever the file does, by a write or a rename; null: there is none. */
async function signatureOf(path: string): Promise<string | null> {
  try {
    const { mtime, size, ino, dev } = await Deno.stat(path);
    return [mtime?.getTime(), size, ino, dev].join(" ");
  } catch {
    return null;
  }
}

/** No timer runs for longer. */
const longestPause = 2 ** 31 - 1;

/** Serves a student file that may be replaced. */
export class ServedStudent {
  /** What requests are answered with; a request takes it once. */
  current: LoadedStudent;
  /** Whether the file has changed into one that cannot be used. */
  stale = false;
  readonly #path: string;
  readonly #hooks: ReloadHooks;
  /** Of the file that was looked at last; undefined: it has to be looked at again. */
  #signature: string | null | undefined;
  #reloading: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  private constructor(path: string, current: LoadedStudent, signature: string | null, hooks: ReloadHooks) {
    this.#path = path;
    this.current = current;
    this.#signature = signature;
    this.#hooks = hooks;
  }

  /**
   * Loads the student.
   *
   * @throws {DataError} if the file cannot be read.
   * @throws {ModelError} naming the file and the reason, if it cannot be used.
   */
  static async open(path: string, hooks: ReloadHooks): Promise<ServedStudent> {
    // Asked before reading: what changes in between is seen as a change.
    const signature = await signatureOf(path);
    return new ServedStudent(path, await loadServed(path), signature, hooks);
  }

  /** Looks at the file every so many seconds. */
  watch(seconds: number): void {
    this.#timer = setTimeout(async () => {
      await this.reload(false);
      if (!this.#closed) this.watch(seconds);
    }, Math.min(1000 * seconds, longestPause));
  }

  /** Loads the file if it has changed, or in any case. */
  reload(always: boolean): Promise<void> {
    return this.#reloading = this.#reloading.then(() => this.#reload(always));
  }

  /** Looks at the file no more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#reloading;
  }

  async #reload(always: boolean): Promise<void> {
    const signature = await signatureOf(this.#path);
    if (this.#closed || signature === this.#signature && !always) return;
    this.#signature = signature;
    let loaded: LoadedStudent;
    try {
      loaded = await loadServed(this.#path);
    } catch (error) {
      // What cannot be read now may well be, later, without a change.
      if (signature !== null && !(error instanceof ModelError)) this.#signature = undefined;
      this.stale = true;
      return this.#hooks.failed((error as Error).message);
    }
    this.current = loaded;
    this.stale = false;
    this.#hooks.loaded(loaded);
  }
}
