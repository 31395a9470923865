/**
 * From requests to responses.
 *
 * @module
 */
import { nearestIds } from "../nearest_ids.ts";
import type { Metrics } from "./metrics.ts";
import { openApiDocument } from "./openapi.ts";
import type { ServicePackages } from "./packages.ts";
import { Problem } from "./problem.ts";
import { readBody, readQuery } from "./read_request.ts";
import { createSchemas, type Health, type RecommendRequest } from "./schemas.ts";
import { type LoadedStudent, requireKnown, type ServedStudent } from "./served_student.ts";

/** Takes something to be logged: a line for people, and for machines its event, one word, and fields. */
export type ServiceLog = (line: string, event: string, fields?: Readonly<Record<string, unknown>>) => void;

/** What the service works with. */
export interface AppParts {
  readonly packages: ServicePackages;
  readonly served: ServedStudent;
  readonly metrics: Metrics;
  /** Version of hetcomp. */
  readonly version: string;
  /** Takes a defect. */
  readonly logError: ServiceLog;
  /** Takes every request, if wanted. */
  readonly logRequest?: ServiceLog;
}

/** The methods of every path, beside HEAD where there is GET. */
const routes: Readonly<Record<string, readonly string[]>> = {
  "/recommend": ["GET", "POST"],
  "/similar": ["GET"],
  "/health": ["GET"],
  "/metrics": ["GET"],
  "/openapi.json": ["GET"],
};

function recommend({ student, users, items }: LoadedStudent, request: RecommendRequest): Response {
  const { user, history, k, exclude, allow } = request;
  requireKnown([
    ["user", user ?? [], users],
    ["history", history ?? [], items],
    ["exclude", exclude ?? [], items],
    ["allow", allow ?? [], items],
  ]);
  const options = { k, ...(exclude ? { exclude } : {}), ...(allow ? { allow } : {}) };
  return Response.json({ items: student.recommend(user ?? history!, options) });
}

function notFound(path: string): Problem {
  const paths = Object.keys(routes);
  const wrong = "there is no such path";
  const expected = `one of ${paths.join(", ")}`;
  const nearest = nearestIds(path.slice(0, 100), paths, 1);
  return new Problem(404, `path: ${wrong}; expected ${expected}`, [{
    field: "path",
    wrong,
    expected,
    nearest,
  }]);
}

function wrongMethod(path: string, method: string): Problem {
  const allowed = routes[path]!.flatMap((known) => known === "GET" ? ["GET", "HEAD"] : [known]).join(", ");
  const wrong = `${path} does not take ${method}`;
  return new Problem(405, `method: ${wrong}; expected one of ${allowed}`, [
    { field: "method", wrong, expected: `one of ${allowed}` },
  ], { allow: allowed });
}

/** A path as one line without control characters, and not endless. */
function printable(path: string): string {
  return JSON.stringify(path.slice(0, 200)).slice(1, -1).replaceAll(
    /[\x7f-\x9f]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** One line about a defect: its message and where it came from. */
function defectLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = /\n\s+at (.*)/.exec(error.stack ?? "")?.[1];
  return `${error.name}: ${error.message}${place === undefined ? "" : ` at ${place}`}`.replaceAll(
    /\s+/g,
    " ",
  );
}

/** The function that answers requests. */
export function createApp(parts: AppParts): (request: Request) => Response | Promise<Response> {
  const { packages, served, metrics, version, logError, logRequest } = parts;
  const schemas = createSchemas(packages.zod);
  const nothing = packages.zod.strictObject({});
  const openApi = openApiDocument(packages.zod, schemas, version);
  const started = performance.now();
  const app = new packages.hono.Hono<{ Bindings: { method: string } }>();

  app.use(async (context, next) => {
    const start = performance.now();
    await next();
    context.res.headers.set("x-content-type-options", "nosniff");
    context.res.headers.set("cache-control", "no-store");
    const { path } = context.req;
    const { method } = context.env;
    const { status } = context.res;
    const seconds = (performance.now() - start) / 1000;
    metrics.answered({ route: Object.hasOwn(routes, path) ? path : "other", method, status, seconds });
    const milliseconds = (1000 * seconds).toFixed(1);
    const fields = { method, path, status, milliseconds: Number(milliseconds) };
    logRequest?.(`${method} ${printable(path)} ${status} ${milliseconds} ms`, "request", fields);
  });
  app.use(async ({ req }, next) => {
    if (!URL.canParse(req.url)) throw new Problem(400, "host: it is not the name of a host");
    await next();
  });
  app.onError((error) => {
    if (error instanceof Problem) return error.response();
    metrics.erred();
    logError(`defect: ${defectLine(error)}`, "defect");
    return new Problem(500, "the service met a defect; its log says more").response();
  });
  app.notFound(({ req }) => notFound(req.path).response());

  app.get("/recommend", ({ req }) => recommend(served.current, readQuery(req.url, schemas.recommendQuery)));
  app.post("/recommend", async ({ req }) => {
    readQuery(req.url, nothing);
    const body = await readBody(req.raw, schemas.recommendBody);
    return recommend(served.current, body);
  });
  app.get("/similar", ({ req }) => {
    const { item, k } = readQuery(req.url, schemas.similarQuery);
    const { student, items } = served.current;
    requireKnown([["item", item, items]]);
    return Response.json({ items: student.similar(item, { k }) });
  });
  app.get("/health", ({ req }) => {
    readQuery(req.url, nothing);
    const { student, sha256 } = served.current;
    const { users, items, dim, metadata } = student;
    const health: Health = {
      status: served.stale ? "stale" : "ok",
      dataset: metadata["dataset"] ?? null,
      users,
      items,
      dim,
      version,
      fingerprint: metadata["fingerprint"] ?? null,
      sha256,
      uptime: Math.round(performance.now() - started) / 1000,
    };
    return Response.json(health);
  });
  app.get("/metrics", async ({ req }) => {
    readQuery(req.url, nothing);
    return new Response(await metrics.text(), { headers: { "content-type": metrics.contentType } });
  });
  app.get("/openapi.json", ({ req }) => {
    readQuery(req.url, nothing);
    return Response.json(openApi);
  });
  for (const path of Object.keys(routes)) {
    app.all(path, ({ req }) => wrongMethod(path, req.method).response());
  }
  return (request) => {
    const { method } = request;
    // The server leaves the body of an answer to HEAD out itself, and tells the length that it would have.
    const asGet = method === "HEAD" && URL.canParse(request.url);
    return app.fetch(asGet ? new Request(request.url, { headers: request.headers }) : request, { method });
  };
}
