/**
 * The description of the service, made of the schemas that validate.
 *
 * @module
 */
import type { ZodType } from "npm:zod@4.6.7";
import type { Zod } from "./packages.ts";
import { limits, type Schemas } from "./schemas.ts";

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document. */
export function openApiDocument(z: Zod, schemas: Schemas, version: string): Json {
  const jsonSchema = (schema: ZodType, io: "input" | "output"): Json => {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
    return rest;
  };
  const parameters = (schema: ZodType): Json[] => {
    const { properties, required = [] } = jsonSchema(schema, "input") as {
      properties: Record<string, Json>;
      required?: string[];
    };
    return Object.entries(properties).map(([name, { description, ...rest }]) => ({
      name,
      in: "query",
      description,
      required: required.includes(name),
      // As a JSON array an id may hold commas, which a list between commas cannot tell from its own.
      ...(rest["type"] === "array"
        ? { content: { "application/json": { schema: rest } } }
        : { schema: rest }),
    }));
  };
  const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
  const answer = (description: string, type: string, schema: Json): Json => ({
    description,
    content: { [type]: { schema } },
  });
  const answers = (schema: string, ...problems: (readonly [number, string])[]): Json => ({
    200: answer("The answer.", "application/json", reference(schema)),
    ...Object.fromEntries(
      problems.map(([status, text]) => [
        status,
        answer(text, "application/problem+json", reference("Problem")),
      ]),
    ),
  });
  const invalid = [400, "A field is missing, wrong or unknown."] as const;
  const unknown = [404, "An id is unknown; the nearest known ones are named."] as const;
  return {
    openapi: "3.1.0",
    info: {
      title: "hetcomp",
      version,
      description: "Recommendations and similar items of one student file.",
    },
    paths: {
      "/recommend": {
        get: {
          operationId: "recommendToUser",
          summary: "The best items for a known user.",
          parameters: parameters(schemas.recommendQuery),
          responses: answers("List", invalid, unknown),
        },
        post: {
          operationId: "recommend",
          summary: "The best items for a known user, or for a history.",
          requestBody: {
            required: true,
            content: { "application/json": { schema: jsonSchema(schemas.recommendBody, "input") } },
          },
          responses: answers(
            "List",
            invalid,
            unknown,
            [408, `The body was not there after ${limits.bodySeconds} seconds.`],
            [413, `The body is larger than ${limits.bodyBytes} bytes.`],
            [415, "The body is not application/json."],
          ),
        },
      },
      "/similar": {
        get: {
          operationId: "similar",
          summary: "The items whose vectors are nearest to an item's, by their cosine.",
          parameters: parameters(schemas.similarQuery),
          responses: answers("List", invalid, unknown),
        },
      },
      "/health": {
        get: { operationId: "health", summary: "What is served.", responses: answers("Health") },
      },
      "/metrics": {
        get: {
          operationId: "metrics",
          summary: "Counters and latencies for Prometheus.",
          responses: {
            200: answer("The text format of Prometheus.", "text/plain", { type: "string" }),
          },
        },
      },
      "/openapi.json": {
        get: {
          operationId: "openapi",
          summary: "This document.",
          responses: { 200: answer("OpenAPI 3.1.", "application/json", { type: "object" }) },
        },
      },
    },
    components: {
      schemas: {
        List: jsonSchema(schemas.list, "output"),
        Health: jsonSchema(schemas.health, "output"),
        Problem: jsonSchema(schemas.problem, "output"),
      },
    },
  };
}
