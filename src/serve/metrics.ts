/**
 * What `/metrics` says.
 *
 * @module
 */
import type { Prometheus } from "./packages.ts";
import type { ServedStudent } from "./served_student.ts";

/** Counts and times what the service does. */
export interface Metrics {
  /** A request was answered. Routes and methods that there are not count as `other`, so that nobody can make many. */
  answered(request: { route: string; method: string; status: number; seconds: number }): void;
  /** A request met a defect. */
  erred(): void;
  /** The student file was loaded anew, or could not be. */
  reloaded(result: "ok" | "failed"): void;
  /** All of it, in the text format of Prometheus. */
  text(): Promise<string>;
  /** Media type of the text. */
  readonly contentType: string;
}

const methods: readonly string[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Metrics of their own, beside those of other services in this process. */
export function createMetrics(
  { Counter, Gauge, Histogram, Registry }: Prometheus,
  served: () => ServedStudent,
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: "hetcomp_requests_total",
    help: "Requests answered.",
    labelNames: ["route", "method", "status"],
    registers,
  });
  const durations = new Histogram({
    name: "hetcomp_request_duration_seconds",
    help: "Seconds from a request's head to its response.",
    labelNames: ["route"],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const errors = new Counter({
    name: "hetcomp_errors_total",
    help: "Requests that met a defect (status 500).",
    registers,
  });
  const reloads = new Counter({
    name: "hetcomp_student_reloads_total",
    help: "Times that the student file was loaded anew, or could not be (the one before is served on).",
    labelNames: ["result"],
    registers,
  });
  for (const result of ["ok", "failed"]) reloads.inc({ result }, 0);
  const gauge = (name: string, help: string, value: () => number) => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  };
  gauge(
    "hetcomp_student_users",
    "Users of the student that is served.",
    () => served().current.student.users,
  );
  gauge(
    "hetcomp_student_items",
    "Items of the student that is served.",
    () => served().current.student.items,
  );
  gauge(
    "hetcomp_student_stale",
    "1 if the file has changed into one that cannot be used.",
    () => Number(served().stale),
  );
  const started = Date.now() / 1000;
  gauge("process_start_time_seconds", "Start of the service, in seconds since 1970.", () => started);
  return {
    answered({ route, method, status, seconds }) {
      requests.inc({ route, method: methods.includes(method) ? method : "other", status });
      durations.observe({ route }, seconds);
    },
    erred: () => errors.inc(),
    reloaded: (result) => reloads.inc({ result }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
