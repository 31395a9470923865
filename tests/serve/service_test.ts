import assert from "node:assert/strict";
import { saveStudent } from "../../src/models/student_file.ts";
import { Student } from "../../src/models/student.ts";
import { smallService } from "./small_service.ts";

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 200; n++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail("it did not come to that within 5 seconds");
}

Deno.test("a new student is served once its file is valid, without a failed request under load", async () => {
  await using small = await smallService();
  const { student, at, ask, lines, errorLines, service } = small;
  const file = at("student.safetensors");
  const user = student.userIds[0]!;
  const turned = new Student({ ...student, itemFactors: student.itemFactors.map((value) => -value) });
  const answers = [student, turned].map((each) => JSON.stringify(each.recommend(user, { k: 5 })));
  let over = false;
  const seen = new Map<string, number>();
  const load = Array.from({ length: 4 }, async () => {
    while (!over) {
      const { status, body } = await ask(`/recommend?user=${user}&k=5`);
      assert.equal(status, 200);
      const text = JSON.stringify(body.items);
      seen.set(text, (seen.get(text) ?? 0) + 1);
    }
  });
  const reloads = () => lines.filter((line) => line.startsWith("reloaded ")).length;
  try {
    for (let round = 1; round <= 4; round++) {
      await saveStudent(file, round % 2 === 1 ? turned : student); // renamed into place
      await until(() => reloads() === round);
    }
    await Deno.truncate(file, 100); // truncated in place
    await until(() => errorLines.length === 1);
    assert.equal((await ask("/health")).body.status, "stale");
    await Deno.remove(file);
    await until(() => errorLines.length === 2);
    await saveStudent(file, turned);
    await until(() => reloads() === 5);
  } finally {
    over = true;
  }
  await Promise.all(load);
  assert.equal((await ask("/health")).body.status, "ok");
  assert.deepEqual([...seen.keys()].sort(), answers.sort());
  assert.match(errorLines[0]!, /^not reloaded, the student before is served on: .*student\.safetensors: /);
  assert.match(errorLines[1]!, /there is no such file/);
  const metrics = await (await fetch(`${service.address}/metrics`)).text();
  assert.match(metrics, /^hetcomp_student_reloads_total\{result="ok"\} 5$/m);
  assert.match(metrics, /^hetcomp_student_reloads_total\{result="failed"\} 2$/m);
  assert.match(metrics, /^hetcomp_errors_total 0$/m);
});

Deno.test("an unchanged file is loaded once, and again when that is asked for", async () => {
  await using small = await smallService();
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(small.lines.length, 1);
  await small.service.reload();
  assert.match(small.lines[1]!, /^reloaded .*: 100 users, 150 items, dim 4, sha256 [0-9a-f]{12}$/);
});

Deno.test({
  name: "stop() ends although a client never sends the body it has announced",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const small = await smallService();
    const { hostname, port } = new URL(small.service.address);
    using connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(new TextEncoder().encode(
      "POST /recommend HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n",
    ));
    await connection.read(new Uint8Array(4096));
    const start = performance.now();
    await small[Symbol.asyncDispose]();
    assert.ok(performance.now() - start < 8000);
  },
});
