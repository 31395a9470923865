import type { Student } from "../../src/models/student.ts";
import { type Service, type ServiceOptions, startService } from "../../src/serve/service.ts";
import { smallStudent } from "../cli/small_student.ts";

/** A service on a small student, with what it has logged. */
export interface SmallService extends AsyncDisposable {
  readonly service: Service;
  readonly student: Student;
  /** The path of a file beside the student. */
  readonly at: (name: string) => string;
  readonly lines: string[];
  readonly errorLines: string[];
  /** What is at a path, and its body as JSON. */
  readonly ask: (
    path: string,
    init?: RequestInit,
  ) => Promise<{ status: number; headers: Headers; body: Body }>;
  /** Sends a JSON body to `/recommend`. */
  readonly post: (body: unknown) => Promise<{ status: number; headers: Headers; body: Body }>;
}

/** A JSON answer, of which tests read what they expect. */
// deno-lint-ignore no-explicit-any
export type Body = any;

/** Starts a service on any free port. */
export async function smallService(options: Partial<ServiceOptions> = {}): Promise<SmallService> {
  const made = await smallStudent();
  const lines: string[] = [];
  const errorLines: string[] = [];
  const service = await startService({
    student: made.at("student.safetensors"),
    host: "127.0.0.1",
    port: 0,
    reloadSeconds: 0.05,
    accessLog: false,
    version: "1.2.3",
    log: (line) => lines.push(line),
    logError: (line) => errorLines.push(line),
    ...options,
  });
  const ask: SmallService["ask"] = async (path, init) => {
    const response = await fetch(service.address + path, init);
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  return {
    service,
    student: made.student,
    at: made.at,
    lines,
    errorLines,
    ask,
    post: (body) =>
      ask("/recommend", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    async [Symbol.asyncDispose]() {
      await service.stop();
      await made[Symbol.asyncDispose]();
    },
  };
}
