import assert from "node:assert/strict";
import { smallStudent } from "../cli/small_student.ts";

const root = new URL("../../", import.meta.url);

Deno.test("the edge worker of the documentation answers known users, and tells others what is wrong", async () => {
  await using small = await smallStudent();
  const page = await Deno.readTextFile(new URL("docs/using_a_student.md", root));
  const [, worker] = /^```js\n(.*?)^```$/ms.exec(page)!;
  await Deno.writeTextFile(small.at("worker.js"), worker!);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "-o", small.at("scorer.js"), "src/models/scorer.ts"],
    cwd: root,
  }).output();
  assert.ok(success);
  await using child = new Deno.Command(Deno.execPath(), {
    args: [
      "serve",
      "--no-config",
      "--no-prompt",
      `--allow-read=${small.at("")}`,
      "--host",
      "127.0.0.1",
      "--port",
      "0",
      small.at("worker.js"),
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let said = "";
  let address: string | undefined;
  for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
    said += part;
    address = /http:\/\/127\.0\.0\.1:\d+\//.exec(said)?.[0];
    if (address !== undefined) break;
  }
  assert.ok(address, said);
  const [user] = small.student.userIds;
  const known = await fetch(`${address}?user=${user}`);
  assert.deepEqual(await known.json(), small.student.recommend(user!, { k: 10 }));
  const missing = await fetch(address);
  assert.deepEqual([missing.status, await missing.text()], [400, "user is missing\n"]);
  const unknown = await fetch(`${address}?user=nobody`);
  assert.equal(unknown.status, 404);
  assert.match(await unknown.text(), /does not know "nobody"/);
});
