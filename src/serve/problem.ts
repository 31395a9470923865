/**
 * What a request gets that cannot be answered: a problem document (RFC 9457) that names each wrong field and what would
 * be right.
 *
 * @module
 */
import { HetcompError } from "../errors.ts";

/** One wrong field of a request. */
export interface FieldError {
  /** Its name, such as `k` or `exclude[2]`. */
  readonly field: string;
  /** What it was. */
  readonly wrong: string;
  /** What would be right. */
  readonly expected: string;
  /** The known names or ids most like it. */
  readonly nearest?: readonly string[];
}

const titles = {
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const;

/** Statuses that a problem may have. */
export type ProblemStatus = keyof typeof titles;

/** A request that cannot be answered. */
export class Problem extends HetcompError {
  /** The class name. */
  override name = "Problem";
  constructor(
    readonly status: ProblemStatus,
    detail: string,
    readonly errors: readonly FieldError[] = [],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
  }

  /** The response that says so. */
  response(): Response {
    const { status, message: detail, errors } = this;
    const body = { type: "about:blank", title: titles[status], status, detail, errors };
    return new Response(`${JSON.stringify(body)}\n`, {
      status,
      headers: { ...this.headers, "content-type": "application/problem+json" },
    });
  }
}

/** A problem whose detail is put together from its fields. */
export function fieldProblem(status: 400 | 404, errors: readonly FieldError[]): Problem {
  const detail = errors.map(({ field, wrong, expected, nearest = [] }) =>
    `${field}: ${wrong}; expected ${expected}` +
    (nearest.length === 0 ? "" : `, the nearest: ${nearest.map((name) => JSON.stringify(name)).join(", ")}`)
  ).join(". ");
  return new Problem(status, detail, errors);
}
