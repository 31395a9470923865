/**
 * What requests may hold and responses do hold. The same schemas validate and are shown by `/openapi.json`.
 *
 * @module
 */
import type { ZodType } from "npm:zod@4.6.7";
import type { Recommendation } from "../models/student.ts";
import type { Zod } from "./packages.ts";

/** The largest requests that are answered. */
export const limits = {
  /** Bytes of a body. */
  bodyBytes: 65_536,
  /** Seconds until a body has to be there. */
  bodySeconds: 10,
  /** Items that one list may be asked to hold. */
  k: 1000,
  /** Ids in `history`, `exclude` and `allow`. */
  ids: 1000,
  /** UTF-16 units of an id. */
  idLength: 256,
} as const;

/** A request for recommendations; either `user` or `history` is there. */
export interface RecommendRequest {
  readonly user?: string | undefined;
  readonly history?: string[] | undefined;
  readonly k: number;
  readonly exclude?: string[] | undefined;
  readonly allow?: string[] | undefined;
}

/** A request for similar items. */
export interface SimilarRequest {
  readonly item: string;
  readonly k: number;
}

/** What `/health` says. */
export interface Health {
  /** `stale`: the file has changed into one that cannot be used, and the student before it is served. */
  readonly status: "ok" | "stale";
  readonly dataset: string | null;
  readonly users: number;
  readonly items: number;
  readonly dim: number;
  readonly version: string;
  readonly fingerprint: string | null;
  readonly sha256: string;
  readonly uptime: number;
}

/** All schemas of the service. */
export interface Schemas {
  readonly recommendQuery: ZodType<RecommendRequest>;
  readonly recommendBody: ZodType<RecommendRequest>;
  readonly similarQuery: ZodType<SimilarRequest>;
  readonly list: ZodType<{ items: Recommendation[] }>;
  readonly health: ZodType<Health>;
  readonly problem: ZodType;
}

/** What every field of a request has to be, for messages. */
export const expectations: Readonly<Record<string, string>> = {
  user: `the id of a user, 1 to ${limits.idLength} characters`,
  item: `the id of an item, 1 to ${limits.idLength} characters`,
  history: `1 to ${limits.ids} ids of items, each of 1 to ${limits.idLength} characters`,
  exclude: `1 to ${limits.ids} ids of items, each of 1 to ${limits.idLength} characters`,
  allow: `1 to ${limits.ids} ids of items, each of 1 to ${limits.idLength} characters`,
  k: `an integer from 1 to ${limits.k}`,
};

/** The schemas of the service. */
export function createSchemas(z: Zod): Schemas {
  const id = z.string().min(1).max(limits.idLength);
  const ids = z.array(id).min(1).max(limits.ids);
  const user = id.describe("The id of a user of the training data.");
  const item = id.describe("The id of an item of the training data.");
  const k = z.int().min(1).max(limits.k).default(10).describe("How many items at most.");
  const choice = {
    k,
    exclude: ids.optional().describe(
      "Items to leave out, beside those that the user has had, or the history.",
    ),
    allow: ids.optional().describe("The only items that may be recommended."),
  };
  const text = z.string();
  const history = ids.describe("The items that somebody has had who is not in the training data.");
  return {
    recommendQuery: z.strictObject({ user, ...choice }),
    recommendBody: z.strictObject({ user: user.optional(), history: history.optional(), ...choice })
      .refine((body) => (body.user === undefined) !== (body.history === undefined), { path: ["user"] })
      .meta({ oneOf: [{ required: ["user"] }, { required: ["history"] }] }),
    similarQuery: z.strictObject({ item, k }),
    list: z.strictObject({
      items: z.array(z.strictObject({
        item: text.describe("The id of an item."),
        score: z.number().describe(
          "Recommended: the dot product, comparable within this list. Similar: the cosine.",
        ),
      })).describe("The best first."),
    }),
    health: z.strictObject({
      status: z.enum(["ok", "stale"]).describe(
        "stale: the file has changed into one that cannot be used, and the student before it is served.",
      ),
      dataset: text.nullable().describe("What the student was trained on."),
      users: z.int().min(0),
      items: z.int().min(0),
      dim: z.int().min(1).describe("Length of a vector."),
      version: text.describe("Version of hetcomp."),
      fingerprint: text.nullable().describe("Fingerprint of the split that the student was trained on."),
      sha256: text.describe("SHA-256 of the student file that is served."),
      uptime: z.number().min(0).describe("Seconds since the start of the service."),
    }),
    problem: z.strictObject({
      type: text,
      title: text,
      status: z.int(),
      detail: text,
      errors: z.array(z.strictObject({
        field: text,
        wrong: text,
        expected: text,
        nearest: z.array(text).optional().describe("The known names or ids most like it."),
      })),
    }).describe("A problem document (RFC 9457)."),
  };
}
