import assert from "node:assert/strict";
import fc from "fast-check";
import { limits } from "../../src/serve/schemas.ts";
import { type Body, smallService } from "./small_service.ts";

const long = "x".repeat(limits.idLength + 1);
const many = Array.from({ length: limits.ids + 1 }, () => "1");

/** A query or body, the wrong field, and what is said of it. */
const queries: readonly (readonly [path: string, field: string, wrong: RegExp])[] = [
  ["/recommend", "user", /missing/],
  ["/recommend?user=", "user", /is ""/],
  [`/recommend?user=${long}`, "user", /257 characters/],
  ["/recommend?user=1&k=0", "k", /is 0$/],
  ["/recommend?user=1&k=1001", "k", /is 1001$/],
  ["/recommend?user=1&k=-1", "k", /is -1$/],
  ["/recommend?user=1&k=1.5", "k", /is 1.5$/],
  ["/recommend?user=1&k=ten", "k", /is "ten"/],
  ["/recommend?user=1&k=", "k", /is ""/],
  ["/recommend?user=1&k=1e2", "k", /is "1e2"/],
  ["/recommend?user=1&k=99999999999999999999", "k", /is 1000000/],
  ["/recommend?user=1&k=1&k=2", "k", /more than once/],
  ["/recommend?user=1&exclude=", "exclude[0]", /is ""/],
  ["/recommend?user=1&exclude=1,,2", "exclude[1]", /is ""/],
  ["/recommend?user=1&exclude=[]", "exclude", /list of 0/],
  ["/recommend?user=1&allow=[1]", "allow[0]", /is 1$/],
  ["/recommend?user=1&allow=[", "allow", /is "\["/],
  [`/recommend?user=1&allow=${many}`, "allow", /list of 1001/],
  ["/recommend?user=1&exlude=2", "exlude", /no such field/],
  ["/recommend?user=1&__proto__=2", "__proto__", /no such field/],
  ["/recommend?user=1&history=2", "history", /no such field/],
  ["/similar", "item", /missing/],
  ["/similar?item=1&k=0", "k", /is 0$/],
  ["/similar?itm=1&item=1", "itm", /no such field/],
  ["/health?verbose=1", "verbose", /no such field/],
  ["/metrics?a=1", "a", /no such field/],
  ["/openapi.json?a=1", "a", /no such field/],
];

const bodies: readonly (readonly [body: unknown, field: string, wrong: RegExp])[] = [
  [null, "body", /is null/],
  [[], "body", /list of 0/],
  ["1", "body", /is "1"/],
  [{}, "user", /neither user nor history/],
  [{ user: "1", history: ["1"] }, "user", /history is given too/],
  [{ user: 1 }, "user", /is 1$/],
  [{ user: "" }, "user", /is ""/],
  [{ user: null }, "user", /is null/],
  [{ user: long }, "user", /257 characters/],
  [{ history: [] }, "history", /list of 0/],
  [{ history: "1" }, "history", /is "1"/],
  [{ history: many }, "history", /list of 1001/],
  [{ history: ["1", 2] }, "history[1]", /is 2$/],
  [{ user: "1", k: "10" }, "k", /is "10"/],
  [{ user: "1", k: 0 }, "k", /is 0$/],
  [{ user: "1", k: 1.5 }, "k", /is 1.5$/],
  [{ user: "1", k: null }, "k", /is null$/],
  [{ user: "1", exclude: true }, "exclude", /is true/],
  [{ user: "1", exclude: [[]] }, "exclude[0]", /list of 0/],
  [{ user: "1", allow: { a: 1 } }, "allow", /is \{"a":1\}/],
  [{ user: "1", alow: ["1"] }, "alow", /no such field/],
  [JSON.parse('{"user":"1","__proto__":{"k":1}}'), "__proto__", /no such field/],
];

function requireProblem(body: Body, status: number, field: string, wrong: RegExp): void {
  assert.deepEqual(Object.keys(body), ["type", "title", "status", "detail", "errors"]);
  assert.equal(body.status, status);
  const error = body.errors.find((error: Body) => error.field === field);
  assert.ok(error, JSON.stringify(body));
  assert.match(error.wrong, wrong);
  assert.ok(error.expected.length > 0);
  assert.ok(body.detail.includes(`${field}: ${error.wrong}; expected ${error.expected}`));
  assert.doesNotMatch(JSON.stringify(body), /\.ts:|\\n\s+at /);
}

Deno.test("a wrong field of a query or a body is named, with what would be right", async () => {
  await using small = await smallService();
  for (const [path, field, wrong] of queries) {
    const { status, headers, body } = await small.ask(path);
    assert.equal(status, 400, path);
    assert.equal(headers.get("content-type"), "application/problem+json");
    requireProblem(body, 400, field, wrong);
  }
  for (const [value, field, wrong] of bodies) {
    const { status, body } = await small.post(value);
    assert.equal(status, 400, JSON.stringify(value));
    requireProblem(body, 400, field, wrong);
  }
  const { body } = await small.ask("/recommend?user=1&exlude=2");
  assert.deepEqual(body.errors[0].nearest, ["exclude"]);
  const large = await small.ask(`/recommend?user=1&k=${"9".repeat(26)}`);
  assert.deepEqual(large.body.errors.map(({ field }: { field: string }) => field), ["k"]);
  assert.deepEqual(small.errorLines, []);
});

Deno.test("whatever JSON is sent, the answer is 200, 400 or 404, and never a defect", async () => {
  await using small = await smallService();
  const field = fc.constantFrom("user", "history", "k", "exclude", "allow", "other");
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom("1", ["1"], 3));
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.dictionary(field, value)), async (input) => {
      const { status, body } = await small.post(input);
      assert.ok([200, 400, 404].includes(status), JSON.stringify(body));
    }),
    { numRuns: 150 },
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(field, fc.string({ unit: "binary" })), async (input) => {
      const query = Object.entries(input).map(([name, text]) =>
        `${name}=${encodeURIComponent(text.toWellFormed())}`
      );
      const { status, body } = await small.ask(`/recommend?${query.join("&")}`);
      assert.ok([200, 400, 404].includes(status), JSON.stringify(body));
    }),
    { numRuns: 100 },
  );
  assert.deepEqual(small.errorLines, []);
});

Deno.test("a body of the largest size is read, and one byte more gets 413, also without a content-length", async () => {
  await using small = await smallService();
  const { ask, student } = small;
  const json = JSON.stringify({ user: student.userIds[0], k: 1 });
  const headers = { "content-type": "application/json; charset=utf-8" };
  const send = (body: BodyInit) => ask("/recommend", { method: "POST", headers, body });
  const streamed = (text: string) => {
    return new Blob([text]).stream().pipeThrough(new TransformStream());
  };
  const fits = json.padEnd(limits.bodyBytes);
  assert.equal((await send(fits)).status, 200);
  assert.equal((await send(streamed(fits))).status, 200);
  for (const body of [`${fits} `, streamed(`${fits} `), streamed(json.padEnd(4 * limits.bodyBytes))]) {
    const answer = await send(body);
    assert.equal(answer.status, 413);
    requireProblem(answer.body, 413, "body", /larger than 65536 bytes/);
  }
});

/** Sends bytes as they are and gives what comes back first; nothing if the connection ends. */
async function raw(address: string, text: string, closeWrite = false): Promise<string> {
  const { hostname, port } = new URL(address);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(text));
  if (closeWrite) await connection.closeWrite();
  const answer = new Uint8Array(4096);
  return new TextDecoder().decode(answer.subarray(0, await connection.read(answer) ?? 0));
}

const head = (length: number, path = "/recommend") =>
  `POST ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n` +
  `content-length: ${length}\r\n\r\n`;

Deno.test("a content-length that lies does no harm", async () => {
  await using small = await smallService();
  const { service, ask } = small;
  // Said to be huge: refused before it comes.
  assert.match(await raw(service.address, head(1e12)), /^HTTP\/1\.1 413 /);
  // Shorter than it is: the rest is no part of the body.
  const json = '{"user":"0","k":1}';
  assert.match(await raw(service.address, head(json.length) + json + "x".repeat(1000)), /^HTTP\/1\.1 200 /);
  assert.match(await raw(service.address, head(5) + json), /^HTTP\/1\.1 400 /);
  // Longer than it is, and then the end of the connection.
  assert.doesNotMatch(await raw(service.address, head(500) + json, true), /200 OK| at /);
  assert.equal((await ask("/health")).status, 200);
  assert.deepEqual(small.errorLines, []);
});

Deno.test("a body of another type or coding gets 415, and one that is not JSON or not UTF-8 gets 400", async () => {
  await using small = await smallService();
  const send = (headers: Record<string, string>, body: BodyInit) =>
    small.ask("/recommend", { method: "POST", headers, body });
  const json = '{"user":"0"}';
  for (const type of ["text/plain", "application/jsonp", "application/json; charset=latin1"]) {
    const { status, headers, body } = await send({ "content-type": type }, json);
    assert.equal(status, 415);
    assert.equal(headers.get("accept"), "application/json");
    requireProblem(body, 415, "content-type", new RegExp(type));
  }
  const untyped = await send({}, new TextEncoder().encode(json));
  requireProblem(untyped.body, 415, "content-type", /missing/);
  const type = { "content-type": "application/json" };
  const coded = await send({ ...type, "content-encoding": "gzip" }, json);
  requireProblem(coded.body, 415, "content-encoding", /gzip/);
  requireProblem((await send(type, "")).body, 400, "body", /not JSON/);
  requireProblem((await send(type, '{"user":')).body, 400, "body", /not JSON/);
  requireProblem((await send(type, Uint8Array.of(0x22, 0xff, 0x22))).body, 400, "body", /not UTF-8/);
});
