/**
 * The HTTP service on a student file: start, reload, stop.
 *
 * @module
 */
import { RunError } from "../errors.ts";
import type { Student } from "../models/student.ts";
import { createApp, type ServiceLog } from "./app.ts";
import { createMetrics } from "./metrics.ts";
import { loadServicePackages } from "./packages.ts";
import { Problem } from "./problem.ts";
import { ServedStudent } from "./served_student.ts";

/** Between accepting no more connections and listening again. */
const pauseMilliseconds = 200;

/** For how long answers may still be on their way after a stop. */
const lingerMilliseconds = 2000;

/** How the service is started. */
export interface ServiceOptions {
  /** Path of the student file. */
  readonly student: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Seconds between two looks at the student file. */
  readonly reloadSeconds: number;
  /** Version of hetcomp. */
  readonly version: string;
  /** Whether every request is logged. */
  readonly accessLog: boolean;
  /** Takes a start, reload, stop or request (whose event is "request"). */
  readonly log: ServiceLog;
  /** Takes what went wrong. */
  readonly logError: ServiceLog;
}

/** A running service. */
export interface Service {
  /** Such as `http://127.0.0.1:8000`. */
  readonly address: string;
  /** Loads the student file whether or not it has changed. */
  reload(): Promise<void>;
  /** Takes no more requests, and ends when the running ones have been answered. */
  stop(): Promise<void>;
}

/**
 * Starts the service.
 *
 * @throws {DataError} if the student file cannot be read.
 * @throws {ModelError} if it holds no usable student.
 * @throws {RunError} if the address cannot be listened on.
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { student: path, host, port, version, log, logError } = options;
  const packages = await loadServicePackages();
  const served = await ServedStudent.open(path, {
    loaded: ({ student, sha256 }) => {
      metrics.reloaded("ok");
      log(`reloaded ${path}: ${sizes(student)}, sha256 ${sha256.slice(0, 12)}`, "reloaded", { path, sha256 });
    },
    failed: (reason) => {
      metrics.reloaded("failed");
      logError(`not reloaded, the student before is served on: ${reason}`, "stale", { path });
    },
  });
  const metrics = createMetrics(packages.prometheus, () => served);
  const app = createApp({
    packages,
    served,
    metrics,
    version,
    logError,
    ...(options.accessLog ? { logRequest: log } : {}),
  });
  const { answer, drain } = drainable(app);
  let server = listen(host, port, answer);
  const { hostname, port: bound } = server.addr;
  let stopping = false;
  // Accepting ends for good where there are more connections than files may be open.
  const listenAgain = async () => {
    while (!stopping) {
      const reason = await server.finished.then(() => null, (error: Error) => error.message);
      if (reason === null || stopping) return;
      logError(`no connection can be accepted: ${reason}; listening again`, "refusing");
      for (let listens = false; !listens && !stopping;) {
        await new Promise((resume) => setTimeout(resume, pauseMilliseconds));
        try {
          if (!stopping) server = listen(hostname, bound, answer);
          listens = true;
        } catch { /* the port may not be free yet */ }
      }
    }
  };
  const listening = listenAgain();
  const address = `http://${hostAndPort(hostname, bound)}`;
  log(`serving ${path} (${sizes(served.current.student)}) on ${address}`, "serving", { path, address });
  served.watch(options.reloadSeconds);
  return {
    address,
    reload: () => served.reload(true),
    async stop() {
      stopping = true;
      const closed = served.close();
      await drain();
      // A client that never sends the body it has announced would keep its connection, and us, for ever.
      const { promise: enough, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, lingerMilliseconds);
      const shutDown = server.shutdown().catch(() => {}).then(() => listening);
      await Promise.race([shutDown, enough]);
      clearTimeout(timer);
      await closed;
      log("stopped", "stopped");
    },
  };
}

/**
 * Deno's shutdown() cuts off bodies that are still arriving, so running requests are waited for first; those that come
 * meanwhile are told to go elsewhere.
 */
function drainable(app: (request: Request) => Response | Promise<Response>): {
  answer: (request: Request) => Promise<Response>;
  drain: () => Promise<void>;
} {
  let running = 0;
  const { promise: drained, resolve } = Promise.withResolvers<void>();
  let draining = false;
  return {
    async answer(request) {
      if (draining) {
        return new Problem(503, "the service is stopping; expected another attempt, later or elsewhere", [], {
          connection: "close",
          "retry-after": "1",
        }).response();
      }
      running++;
      try {
        return await app(request);
      } finally {
        running--;
        if (draining && running === 0) resolve();
      }
    },
    drain() {
      draining = true;
      if (running === 0) resolve();
      return drained;
    },
  };
}

function sizes({ users, items, dim, seen }: Student): string {
  const without = seen === undefined ? ", without what users have had" : "";
  return `${users} users, ${items} items, dim ${dim}${without}`;
}

/** As addresses and permissions write them; without a port that is 0, any that is free. */
function hostAndPort(host: string, port: number): string {
  const written = host.includes(":") ? `[${host}]` : host;
  return port === 0 ? written : `${written}:${port}`;
}

function listen(
  hostname: string,
  port: number,
  app: (request: Request) => Response | Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  const wanted = hostAndPort(hostname, port);
  const fail = (reason: string): never => {
    throw new RunError(`the service cannot listen on ${wanted}: ${reason}`);
  };
  try {
    return Deno.serve({
      hostname,
      port,
      onListen() {},
      onError: () => new Problem(500, "the service met a defect").response(),
    }, app);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      return fail(
        "the task allows 127.0.0.1 and localhost only; expected one of them, or " +
          `deno run --allow-read "--allow-net=${wanted}" src/cli/main.ts serve ...`,
      );
    }
    if (error instanceof Deno.errors.AddrInUse) return fail("another program does; expected a free --port");
    return fail(`${(error as Error).message}; expected an address of this machine and a free port`);
  }
}
