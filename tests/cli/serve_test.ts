import assert from "node:assert/strict";
import { serveFlags } from "../../src/cli/permissions.ts";
import { runProgram } from "./run_program.ts";
import { smallStudent } from "./small_student.ts";

/** Starts `hetcomp serve` with the permissions of its task, and waits for its first line. */
async function startServe(student: string, ...args: string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      ...serveFlags,
      "src/cli/main.ts",
      "serve",
      "--student",
      student,
      "--port",
      "0",
      ...args,
    ],
    cwd: new URL("../../", import.meta.url),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let stdout = "";
  const read = async (until: RegExp): Promise<string> => {
    while (!until.test(stdout)) {
      const { done, value } = await reader.read();
      if (done) break;
      stdout += value;
    }
    return stdout;
  };
  const port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(await read(/http:.*\n/))?.[1]);
  return { child, port, read, stderr };
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(
    {
      name: `serve answers running requests after ${signal}, takes no new ones, and exits with 0`,
      ignore: Deno.build.os === "windows",
    },
    async () => {
      await using small = await smallStudent();
      const { child, port, read, stderr } = await startServe(small.at("student.safetensors"), "--access-log");
      const encoder = new TextEncoder();
      using idle = await Deno.connect({ hostname: "127.0.0.1", port });
      await idle.write(encoder.encode("GET /health HTTP/1.1\r\nhost: a\r\n\r\n"));
      await idle.read(new Uint8Array(4096));
      using running = await Deno.connect({ hostname: "127.0.0.1", port });
      const json = '{"user":"0","k":3}';
      await running.write(encoder.encode(
        "POST /recommend HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n" +
          `content-length: ${json.length}\r\n\r\n${json.slice(0, 5)}`,
      ));
      await new Promise((resolve) => setTimeout(resolve, 300));
      child.kill(signal);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const late = await fetch(`http://127.0.0.1:${port}/health`);
      assert.equal(late.status, 503);
      assert.match(await late.text(), /is stopping/);
      await running.write(encoder.encode(json.slice(5)));
      const answer = new Uint8Array(4096);
      const text = new TextDecoder().decode(answer.subarray(0, await running.read(answer) ?? 0));
      assert.match(text, /^HTTP\/1\.1 200 /);
      assert.ok(text.endsWith(JSON.stringify({ items: small.student.recommend("0", { k: 3 }) })));
      const log = await read(/never/);
      const { code, signal: by } = await child.status;
      assert.deepEqual([code, by], [0, null]);
      assert.match(
        log,
        /^\S+ serving .*\n\S+ GET \/health 200 .* ms\n\S+ POST \/recommend 200 .* ms\n\S+ stopped\n$/,
      );
      assert.equal(await stderr, "");
      await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port }));
    },
  );
}

Deno.test({
  name: "serve loads the student again on SIGHUP, and logs no requests unasked",
  ignore: Deno.build.os === "windows",
}, async () => {
  await using small = await smallStudent();
  const { child, port, read } = await startServe(small.at("student.safetensors"), "--reload-seconds", "60");
  await (await fetch(`http://127.0.0.1:${port}/health`)).text();
  child.kill("SIGHUP");
  const log = await read(/reloaded .*\n/);
  child.kill("SIGTERM");
  assert.match(log, /^\S+ serving .*\n\S+ reloaded .*\n$/);
  await read(/never/);
  assert.equal((await child.status).code, 0);
});

Deno.test("serve logs JSON on standard error with --log json", async () => {
  await using small = await smallStudent();
  const args = ["--student", small.at("student.safetensors"), "--port", "0", "--access-log", "--log", "json"];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...serveFlags, "src/cli/main.ts", "serve", ...args],
    cwd: new URL("../../", import.meta.url),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = new Response(child.stdout).text();
  const lines: Record<string, unknown>[] = [];
  const closed = (async () => {
    let text = "";
    for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
      text += part;
      const ends = text.split("\n");
      text = ends.pop()!;
      for (const line of ends) {
        const read = JSON.parse(line) as Record<string, unknown>;
        lines.push(read);
        if (read.event === "serving") {
          const missing = await fetch(`${read.address}/similar?item=none`);
          await missing.body?.cancel();
          await Deno.writeTextFile(small.at("student.safetensors"), "no student");
          child.kill("SIGHUP");
        }
        if (read.event === "stale") child.kill("SIGTERM");
      }
    }
  })();
  assert.equal((await child.status).code, 0);
  await closed;
  assert.equal(await stdout, "");
  assert.deepEqual(lines.map(({ event }) => event), ["serving", "request", "stale", "stopped"]);
  assert.equal(lines[2]!.level, "error");

  const { method, path, status, level, milliseconds } = lines[1]!;
  assert.deepEqual([method, path, status, level], ["GET", "/similar", 404, "info"]);
  assert.ok((milliseconds as number) >= 0);
});

Deno.test("serve names a permission that Deno takes where it may not listen, also on IPv6 hosts and any port", async () => {
  await using small = await smallStudent();
  const hosts = [["::1", "8123", "[::1]:8123"], ["::", "0", "[::]"], ["0.0.0.0", "0", "0.0.0.0"]] as const;
  for (const [host, port, permitted] of hosts) {
    const options = ["--student", small.at("student.safetensors"), "--host", host, "--port", port];
    const { code, stderr } = await runProgram(["serve", ...options], { flags: [...serveFlags] });
    assert.equal(code, 1);
    assert.ok(stderr.includes(`cannot listen on ${permitted}: `), stderr);
    const flag = /"(--allow-net=.*)" src/.exec(stderr)?.[1];
    assert.equal(flag, `--allow-net=${permitted}`);
    const asked = JSON.stringify({ name: "net", host: permitted });
    const query = `console.log(Deno.permissions.querySync(${asked}).state)`;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-config", flag!, `data:text/javascript,${encodeURIComponent(query)}`],
    }).output();
    assert.equal(new TextDecoder().decode(stdout), "granted\n");
  }
});

/** Runs `hetcomp serve` in a shell, after its words `before` and with `behind` its command line. */
function serveInShell(student: string, port: number, before: string, behind: string): Deno.ChildProcess {
  const words = [Deno.execPath(), "run", "--no-prompt", ...serveFlags, "src/cli/main.ts", "serve"];
  const line = [...words, "--student", student, "--port", String(port), "--access-log"];
  return new Deno.Command("sh", {
    args: ["-c", `${before} exec "$@" ${behind}`, "sh", ...line],
    cwd: new URL("../../", import.meta.url),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** The status of /health, once there is one. */
async function healthAt(port: number): Promise<number> {
  for (let n = 0; n < 400; n++) {
    try {
      const { status, body } = await fetch(`http://127.0.0.1:${port}/health`);
      await body?.cancel();
      return status;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return assert.fail("the service did not answer within 20 seconds");
}

const linux = { ignore: Deno.build.os !== "linux" };

Deno.test("serve outlives more connections than files may be open", linux, async () => {
  await using small = await smallStudent();
  const port = freePort();
  const child = serveInShell(small.at("student.safetensors"), port, "ulimit -n 150;", "");
  const stderr = new Response(child.stderr).text();
  assert.equal(await healthAt(port), 200);
  const connections: Deno.Conn[] = [];
  for (let n = 0; n < 160; n++) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => null);
    if (connection !== null) connections.push(connection);
  }
  assert.ok(connections.length > 100);
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const connection of connections) connection.close();
  assert.equal(await healthAt(port), 200);
  child.kill("SIGTERM");
  assert.equal((await child.status).code, 0);
  assert.match(await stderr, /no connection can be accepted: .*; listening again/);
});

Deno.test("serve answers where its log cannot be written", linux, async () => {
  await using small = await smallStudent();
  const port = freePort();
  const child = serveInShell(small.at("student.safetensors"), port, "", ">/dev/full");
  const stderr = new Response(child.stderr).text();
  for (let n = 0; n < 3; n++) assert.equal(await healthAt(port), 200);
  child.kill("SIGHUP");
  assert.equal(await healthAt(port), 200);
  child.kill("SIGTERM");
  assert.equal((await child.status).code, 0);
  assert.equal(await stderr, "");
});

Deno.test("serve names what is wrong in one line", async () => {
  await using small = await smallStudent();
  const student = small.at("student.safetensors");
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const cases: readonly (readonly [args: string[], message: RegExp])[] = [
    [["--student", small.at("none.safetensors")], /error: .*none\.safetensors: there is no such file/],
    [["--student", student, "--port", "65536"], /expected an integer from 0/],
    [["--student", student, "--port", "0", "--host", "0.0.0.0"], /error: .*127\.0\.0\.1 and localhost only/],
    [["--student", student, "--port", `${taken.addr.port}`], /error: .*another program does/],
  ];
  await Promise.all(cases.map(async ([args, message]) => {
    const { code, stdout, stderr } = await runProgram(["serve", ...args], { flags: [...serveFlags] });
    assert.equal(code, 1);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n\s+at /);
    assert.equal(stdout, "");
  }));
});
