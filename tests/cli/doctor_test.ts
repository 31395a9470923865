import assert from "node:assert/strict";
import { adviceFor } from "../../src/cli/inspect_adapter.ts";
import { runProgram } from "./run_program.ts";

Deno.test("doctor --json prints valid JSON alone on standard output", async () => {
  const { code, stdout, stderr } = await runProgram(["doctor", "--json"]);
  assert.equal(code, 0, stderr);
  const report = JSON.parse(stdout);
  assert.ok(["hardware", "software"].includes(report.adapter.kind));
  assert.equal(report.system.deno, Deno.version.deno);
  assert.ok(report.limits.maxStorageBuffersPerShaderStage >= 8);
  assert.ok(report.throughput.copyBytesPerSecond > 0 && report.throughput.operationsPerSecond > 0);
  assert.equal(typeof report.features.subgroups, "boolean");
  if (report.adapter.kind === "software") assert.match(report.advice[0], /all work runs on the CPU/);
});

Deno.test("doctor prints a table for people", async () => {
  const { code, stdout } = await runProgram(["doctor"]);
  assert.equal(code, 0);
  assert.match(stdout, /^adapter +\S/m);
  assert.match(stdout, /^copy +[\d.]+ GB\/s/m);
  assert.match(stdout, /^multiply-add +[\d.e]+ GFLOP\/s/m);
});

Deno.test("adviceFor() says what is slow: a GPU without its driver, the embedded driver, no timestamps", () => {
  const adapter = { name: "x", kind: "software", vendor: "", architecture: "", backend: "vulkan" } as const;
  const throughput = {
    copyBytesPerSecond: 1,
    operationsPerSecond: 1,
    roundTripMilliseconds: 10,
    clock: "host",
  } as const;
  const features = { timestampQuery: true, shaderF16: false, subgroups: true };
  const unused = adviceFor({
    adapter: { ...adapter, embedded: false },
    devices: ["renderD128"],
    drivers: ["lvp_icd.x86_64.json"],
    features,
    throughput,
  });
  assert.equal(unused.length, 1);
  assert.match(unused[0]!, /renderD128.*install its Vulkan driver/);
  const none = { drivers: [], devices: [], features, throughput };
  const embedded = adviceFor({ ...none, adapter: { ...adapter, embedded: true } });
  assert.match(embedded.join("\n"), /no graphics device was found[^]*mesa-vulkan-drivers/);
  const real = { ...adapter, kind: "hardware", embedded: false } as const;
  assert.deepEqual(adviceFor({ ...none, adapter: real, devices: ["renderD128"] }), []);
  const old = adviceFor({ ...none, adapter: real, features: { ...features, timestampQuery: false } });
  assert.match(old[0]!, /timestamp/);
  // Drivers that are there, and were not used: it may be for the variables.
  const drivers = ["lvp_icd.x86_64.json", "radeon_icd.x86_64.json"];
  const hidden = adviceFor({
    ...none,
    drivers,
    adapter: { ...adapter, embedded: true },
    devices: ["renderD128"],
  });
  assert.match(hidden[0]!, /\(radeon_icd\.x86_64\.json\) none took it.*VK_DRIVER_FILES/);
  assert.match(hidden[1]!, /lvp_icd.*did not start.*VK_DRIVER_FILES/);
});
