import assert from "node:assert/strict";
import fc from "fast-check";
import type { ArgumentError } from "../../src/errors.ts";
import { Student } from "../../src/models/student.ts";
import { saveStudent } from "../../src/models/student_file.ts";
import { type Body, smallService } from "./small_service.ts";

Deno.test("/recommend answers as Student.recommend() does, by GET and by POST", async () => {
  await using small = await smallService();
  const { student, ask, post } = small;
  const items = fc.uniqueArray(fc.constantFrom(...student.itemIds), { minLength: 1, maxLength: 20 });
  const request = fc.record({
    user: fc.constantFrom(...student.userIds),
    history: fc.option(items, { nil: undefined }),
    k: fc.oneof(
      fc.constantFrom(1, 2, student.items, student.items + 1, 1000),
      fc.integer({ min: 1, max: 1000 }),
    ),
    exclude: fc.option(items, { nil: undefined }),
    allow: fc.option(items, { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ user, history, k, exclude, allow }) => {
      const options = { k, ...(exclude ? { exclude } : {}), ...(allow ? { allow } : {}) };
      const posted = await post({ ...(history ? { history } : { user }), ...options });
      assert.equal(posted.status, 200);
      assert.deepEqual(posted.body, { items: student.recommend(history ?? user, options) });
      const query = new URLSearchParams({ user, k: `${k}` });
      if (exclude) query.set("exclude", exclude.join(","));
      if (allow) query.set("allow", JSON.stringify(allow));
      const got = await ask(`/recommend?${query}`);
      assert.deepEqual(got.body, { items: student.recommend(user, options) });
    }),
    { numRuns: 60 },
  );
});

Deno.test("/similar answers as Student.similar() does, and k is 10 where it is not given", async () => {
  await using small = await smallService();
  const { student, ask } = small;
  for (const item of student.itemIds.slice(0, 20)) {
    const { status, body } = await ask(`/similar?item=${item}&k=7`);
    assert.equal(status, 200);
    assert.deepEqual(body.items, student.similar(item, { k: 7 }));
  }
  const [item] = student.itemIds;
  assert.deepEqual((await ask(`/similar?item=${item}`)).body.items, student.similar(item!, { k: 10 }));
  const [user] = student.userIds;
  assert.deepEqual((await ask(`/recommend?user=${user}`)).body.items, student.recommend(user!, { k: 10 }));
});

Deno.test("/health says what is served", async () => {
  await using small = await smallService();
  const { headers, body } = await small.ask("/health");
  const { student, at } = small;
  const { uptime, sha256, ...rest } = body;
  assert.deepEqual(rest, {
    status: "ok",
    dataset: student.metadata["dataset"],
    users: student.users,
    items: student.items,
    dim: student.dim,
    version: "1.2.3",
    fingerprint: student.metadata["fingerprint"],
  });
  assert.ok(uptime >= 0 && uptime < 20);
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(at("student.safetensors")));
  assert.equal(sha256, new Uint8Array(digest).toHex());
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  const head = await fetch(`${small.service.address}/health`, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(await head.text(), "");
});

Deno.test("/metrics counts requests by route, method and status, and times them", async () => {
  await using small = await smallService();
  const { ask, service } = small;
  await ask("/health");
  await ask("/health");
  await ask("/recommend?user=nobody");
  await ask("/some/where");
  await ask("/else/where");
  await ask("/health", { method: "PURGE" });
  const response = await fetch(`${service.address}/metrics`);
  assert.match(response.headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split("\n");
  for (
    const line of [
      'hetcomp_requests_total{route="/health",method="GET",status="200"} 2',
      'hetcomp_requests_total{route="/health",method="other",status="405"} 1',
      'hetcomp_requests_total{route="/recommend",method="GET",status="404"} 1',
      'hetcomp_requests_total{route="other",method="GET",status="404"} 2',
      'hetcomp_request_duration_seconds_count{route="/health"} 3',
      'hetcomp_request_duration_seconds_bucket{le="+Inf",route="other"} 2',
      'hetcomp_student_reloads_total{result="ok"} 0',
      'hetcomp_student_reloads_total{result="failed"} 0',
      "hetcomp_errors_total 0",
      "hetcomp_student_items 150",
      "hetcomp_student_stale 0",
    ]
  ) assert.ok(lines.includes(line), line);
  // Every line is a comment or a sample.
  for (const line of lines.filter((line) => line !== "" && !line.startsWith("# "))) {
    assert.match(line, /^[a-z_]+(\{[^{}]*\})? [-+\d.e]+$/);
  }
});

Deno.test("/openapi.json is valid OpenAPI 3.1, and the schemas are those that validate", async () => {
  const { Validator } = await import("npm:@seriousme/openapi-schema-validator@2.11.0");
  await using small = await smallService();
  const { body } = await small.ask("/openapi.json");
  const { valid, errors } = await new Validator().validate(structuredClone(body));
  assert.ok(valid, JSON.stringify(errors));
  assert.match(body.openapi, /^3\.1\./);
  assert.equal(body.info.version, "1.2.3");
  const parameters = body.paths["/recommend"].get.parameters as { name: string; schema: Body }[];
  assert.deepEqual(parameters.map(({ name }) => name), ["user", "k", "exclude", "allow"]);
  const { minimum, maximum } = parameters[1]!.schema;
  const statusOf = async (k: number) => (await small.ask(`/recommend?user=0&k=${k}`)).status;
  assert.deepEqual(await Promise.all([minimum - 1, minimum, maximum, maximum + 1].map(statusOf)), [
    400,
    200,
    200,
    400,
  ]);
  const { properties, oneOf } = body.paths["/recommend"].post.requestBody.content["application/json"].schema;
  assert.deepEqual(Object.keys(properties), ["user", "history", "k", "exclude", "allow"]);
  assert.equal(oneOf.length, 2);
});

Deno.test("a list written as /openapi.json says holds ids with commas", async () => {
  await using small = await smallService();
  const { student, at, service, ask } = small;
  const itemIds = student.itemIds.map((id) => `${id},${id}`);
  const withCommas = new Student({ ...student, itemIds });
  await saveStudent(at("student.safetensors"), withCommas);
  await service.reload();
  const { parameters } = (await ask("/openapi.json")).body.paths["/recommend"].get;
  const user = student.userIds[0]!;
  const some = itemIds.slice(3, 90);
  for (const name of ["exclude", "allow"] as const) {
    const parameter = parameters.find((parameter: Body) => parameter.name === name);
    assert.deepEqual(Object.keys(parameter.content), ["application/json"]);
    assert.equal(parameter.content["application/json"].schema.type, "array");
    const query = new URLSearchParams({ user, [name]: JSON.stringify(some) });
    const { body } = await ask(`/recommend?${query}`);
    assert.deepEqual(body.items, withCommas.recommend(user, { k: 10, [name]: some }));
  }
});

Deno.test("unknown ids get 404 with the nearest known ones, as Student names them", async () => {
  await using small = await smallService();
  const { student, ask, post } = small;
  for (const user of ["9x", "100", "00"]) {
    const { status, body } = await ask(`/recommend?user=${user}`);
    assert.equal(status, 404);
    assert.equal(body.errors[0].field, "user");
    const { nearest } = body.errors[0];
    assert.throws(() => student.recommend(user, { k: 1 }), ({ message }: ArgumentError) => {
      return message.endsWith(nearest.map((id: string) => JSON.stringify(id)).join(", "));
    });
  }
  const [known] = student.itemIds;
  const { status, body } = await post({
    history: [known, "1x"],
    exclude: ["2x"],
    allow: [known, known, "3x"],
  });
  assert.equal(status, 404);
  assert.deepEqual(body.errors.map(({ field }: Body) => field), ["history[1]", "exclude[0]", "allow[2]"]);
  assert.ok(body.errors.every(({ nearest }: Body) => nearest.length > 0));
  const many = await post({ history: Array.from({ length: 1000 }, (_, n) => `no such item ${n}`) });
  assert.equal(many.status, 404);
  assert.equal(many.body.errors.length, 5);
  assert.equal((await ask("/similar?item=-1")).status, 404);
});

Deno.test("HEAD has the headers of GET, and counts as HEAD", async () => {
  await using small = await smallService();
  const { service, student } = small;
  for (const path of [`/recommend?user=${student.userIds[0]}`, "/openapi.json", "/nowhere"]) {
    const get = await fetch(service.address + path);
    const head = await fetch(service.address + path, { method: "HEAD" });
    assert.equal(await head.text(), "");
    assert.equal(head.status, get.status);
    const length = new TextEncoder().encode(await get.text()).length;
    assert.equal(head.headers.get("content-length"), `${length}`);
    assert.equal(head.headers.get("content-type"), get.headers.get("content-type"));
  }
  const metrics = await (await fetch(`${service.address}/metrics`)).text();
  assert.match(metrics, /route="\/openapi.json",method="HEAD",status="200"\} 1$/m);
});

Deno.test("what is no host gets 400, and no path can write lines of the log", async () => {
  await using small = await smallService({ accessLog: true });
  const { hostname, port } = new URL(small.service.address);
  const answer = async (request: string) => {
    using connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(new TextEncoder().encode(request));
    return await new Response(connection.readable).text();
  };
  for (const method of ["GET", "HEAD"]) {
    const text = await answer(`${method} /health HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n`);
    assert.match(text, /^HTTP\/1\.1 400 /);
  }
  assert.deepEqual(small.errorLines, []);
  await small.ask(`/%0aFAKE%1b[31m%C2%85${"x".repeat(9000)}`);
  assert.ok(small.lines.some((line) => line.includes("/\\nFAKE\\u001b[31m\\u0085xxx")));
  assert.ok(small.lines.every((line) => /^[\x20-\x7e]{1,400}$/.test(line)), small.lines.join("\n"));
});

Deno.test("an unknown path gets 404 with the nearest, a wrong method 405 with those allowed", async () => {
  await using small = await smallService();
  const path = await small.ask("/recomend?user=1");
  assert.equal(path.status, 404);
  assert.deepEqual(path.body.errors[0].nearest, ["/recommend"]);
  for (const method of ["PUT", "DELETE", "OPTIONS"]) {
    const { status, headers, body } = await small.ask("/recommend", { method });
    assert.equal(status, 405);
    assert.equal(headers.get("allow"), "GET, HEAD, POST");
    assert.equal(headers.get("content-type"), "application/problem+json");
    assert.match(body.detail, new RegExp(`does not take ${method}`));
  }
  assert.equal((await small.ask("/similar", { method: "POST" })).headers.get("allow"), "GET, HEAD");
});
