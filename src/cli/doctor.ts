/**
 * The command `doctor`: which adapter does the work, what it can do, how fast it is, and what to do about it.
 *
 * @module
 */
import type { Command } from "commander";
import { formatBytes, formatCount, formatNumber } from "../report/format.ts";
import { textTable } from "../report/table.ts";
import { withDriver } from "./embedded_driver.ts";
import { examples } from "./examples.ts";
import { type DoctorReport, inspectAdapter } from "./inspect_adapter.ts";

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}

/** The report as text for people. */
export function doctorText(report: DoctorReport): string {
  const { system, adapter, drivers, devices, limits, features, throughput, advice } = report;
  const clock = throughput.clock === "device" ? "by the device's clock" : "by the host's clock";
  const kind = adapter.kind === "hardware"
    ? "hardware (a GPU does the work)"
    : `software (the CPU does the work${adapter.embedded ? "; embedded driver" : ""})`;
  const limit = (name: string, value: number) =>
    /Size|Storage$/.test(name) ? formatBytes(value) : formatCount(value);
  const rows: string[][] = [
    [
      "hetcomp",
      `${system.hetcomp}, Deno ${system.deno}, ${system.platform}, ${system.processors} processors`,
    ],
    ["adapter", adapter.name],
    ["kind", kind],
    ["backend", adapter.backend],
    ["Vulkan drivers", drivers.join(", ") || "none found"],
    ["devices", devices.join(", ") || "none found"],
    ...Object.entries(limits).map(([name, value]) => [name, limit(name, value)]),
    ["timestamp-query", yesNo(features.timestampQuery)],
    ["shader-f16", yesNo(features.shaderF16)],
    ["subgroups", yesNo(features.subgroups)],
    ["copy", `${formatNumber(throughput.copyBytesPerSecond / 1e9)} GB/s (read and written, ${clock})`],
    [
      "multiply-add",
      `${formatNumber(throughput.operationsPerSecond / 1e9)} GFLOP/s (${clock}; results checked)`,
    ],
    ["round trip", `${formatNumber(throughput.roundTripMilliseconds)} ms`],
  ];
  const notes = advice.length === 0 ? ["nothing to complain about"] : advice;
  return `${textTable(["what", "found"], rows)}\n\n${notes.map((note) => `- ${note}`).join("\n")}`;
}

/** Adds the command `doctor` to the program. */
export function registerDoctor(program: Command): void {
  program.command("doctor")
    .description("Shows the adapter, its limits and speed, and what makes it slow.")
    .option("--json", "print JSON", false)
    .addHelpText("after", examples("doctor", "doctor --json"))
    .action(async (options: { json: boolean }) => {
      await withDriver({ quiet: program.opts().quiet ?? false, shown: true });
      const report = await inspectAdapter(program.version() ?? "");
      console.log(options.json ? JSON.stringify(report, null, 2) : doctorText(report));
    });
}
