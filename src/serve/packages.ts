/**
 * The packages of the service, fetched by the command `serve` and by no other.
 *
 * @module
 */
import { loadPackage } from "../export/load_package.ts";

/** The router. */
export type Hono = typeof import("npm:hono@4.13.19");
/** The schemas. */
export type Zod = typeof import("npm:zod@4.6.7");
/** The metrics. */
export type Prometheus = typeof import("npm:prom-client@15.1.3");

/** What the service is built on. */
export interface ServicePackages {
  readonly hono: Hono;
  readonly zod: Zod;
  readonly prometheus: Prometheus;
}

/**
 * Loads the packages of the service.
 *
 * @throws {HetcompError} naming the package that cannot be loaded.
 */
export async function loadServicePackages(): Promise<ServicePackages> {
  const [hono, zod, prometheus] = await Promise.all([
    loadPackage<Hono>("hono@4.13.19"),
    loadPackage<Zod>("zod@4.6.7"),
    loadPackage<Prometheus & { default?: Prometheus }>("prom-client@15.1.3"),
  ]);
  return { hono, zod, prometheus: prometheus.default ?? prometheus };
}
