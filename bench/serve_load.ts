/**
 * `deno task bench-serve`: loads the HTTP service, in its own process, with concurrent kept-alive connections.
 *
 * @module
 */
import { Command } from "commander";
import { positiveInteger, positiveNumber } from "../src/cli/options.ts";
import { serveFlags } from "../src/cli/permissions.ts";
import { ragged } from "../src/ragged.ts";
import { saveStudent } from "../src/models/student_file.ts";
import { Student } from "../src/models/student.ts";
import { uniform } from "../src/random.ts";

const flags = new Command("deno task bench-serve")
  .description("Starts the service with a generated student of CiteULike's shape and loads it.")
  .option("--connections <number>", "concurrent connections", positiveInteger, 16)
  .option("--seconds <number>", "how long each kind of request is sent", positiveNumber, 10)
  .parse(Deno.args, { from: "user" })
  .opts<{ connections: number; seconds: number }>();

const users = 5219;
const items = 25181;
const dim = 6;
const seenPerUser = 15;

const factors = (rows: number, seed: number) =>
  Float32Array.from({ length: rows * dim }, (_, n) => 2 * uniform(seed, 0, 0, n) - 1);
const itemOf = (seed: number, n: number) => Math.floor(items * uniform(seed, 0, 0, n));
const student = new Student({
  dim,
  userFactors: factors(users, 1),
  itemFactors: factors(items, 2),
  userIds: Array.from({ length: users }, (_, n) => `user-${n}`),
  itemIds: Array.from({ length: items }, (_, n) => `item-${n}`),
  seen: ragged(
    Array.from({ length: users }, (_, user) => {
      const row = Array.from({ length: seenPerUser }, (_, n) => itemOf(3, user * seenPerUser + n));
      return [...new Set(row)].sort((a, b) => a - b);
    }),
  ),
});

/** Request number n of every kind. */
const kinds: Readonly<Record<string, (n: number) => [path: string, init?: RequestInit]>> = {
  health: () => ["/health"],
  recommend: (n) => [`/recommend?user=user-${n % users}&k=10`],
  history: (n) => ["/recommend", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      history: [1, 2, 3, 4, 5].map((other) => `item-${itemOf(4, 5 * n + other)}`),
      k: 10,
    }),
  }],
  similar: (n) => [`/similar?item=item-${n % items}&k=10`],
  unknown: (n) => [`/recommend?user=usr-${n}`],
};

const folder = await Deno.makeTempDir({ prefix: "hetcomp-bench-" });
const path = `${folder}/student.safetensors`;
await saveStudent(path, student);
const service = new Deno.Command(Deno.execPath(), {
  args: ["run", "--no-prompt", ...serveFlags, "src/cli/main.ts", "serve", "--student", path, "--port", "0"],
  stdin: "null",
  stdout: "piped",
  stderr: "inherit",
}).spawn();
try {
  const reader = service.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const address = /http:\S+/.exec((await reader.read()).value ?? "")?.[0];
  if (address === undefined) throw new Error("the service did not start");
  const load = () => Deno.loadavg().map((value) => value.toFixed(2)).join(" ");
  console.log(`${users} x ${items}, dim ${dim}; ${flags.connections} connections, ${flags.seconds} s each`);
  console.log(`${navigator.hardwareConcurrency} cores shared with this client; load before: ${load()}`);
  console.log("request     requests/s   p50 ms   p99 ms   max ms   errors");
  for (const [kind, request] of Object.entries(kinds)) {
    const times: number[] = [];
    let errors = 0;
    let n = 0;
    const expected = kind === "unknown" ? 404 : 200;
    const start = performance.now();
    await Promise.all(Array.from({ length: flags.connections }, async () => {
      while (performance.now() - start < 1000 * flags.seconds) {
        const [route, init] = request(n++);
        const sent = performance.now();
        try {
          const response = await fetch(address + route, init);
          await response.arrayBuffer();
          if (response.status !== expected) errors++;
        } catch {
          errors++;
        }
        times.push(performance.now() - sent);
      }
    }));
    const seconds = (performance.now() - start) / 1000;
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))]!;
    const cells = [at(0.5), at(0.99), at(1)].map((time) => time.toFixed(1).padStart(9));
    console.log(
      `${kind.padEnd(12)}${(times.length / seconds).toFixed(0).padStart(10)}${cells.join("")}${
        `${errors}`.padStart(9)
      }`,
    );
    if (errors > 0) Deno.exitCode = 1;
  }
  console.log(`load after: ${load()}`);
} finally {
  service.kill("SIGTERM");
  await service.status;
  await Deno.remove(folder, { recursive: true });
}
