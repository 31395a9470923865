/**
 * What there is to know of the adapter and this machine.
 *
 * @module
 */
import type { AdapterDescription } from "../gpu/adapter.ts";
import { type Gpu, openGpu } from "../gpu/gpu.ts";
import { measureThroughput, type Throughput } from "../kernels/probe.ts";
import { embeddedFolder } from "./embedded_driver.ts";

/** What `doctor` reports. */
export interface DoctorReport {
  /** Versions and machine. */
  readonly system: { hetcomp: string; deno: string; platform: string; processors: number };
  /** The adapter in use; `embedded` if it is the driver that hetcomp fetched itself. */
  readonly adapter: AdapterDescription & { backend: string; embedded: boolean };
  /** Vulkan drivers that are installed (Linux): the names of their description files. */
  readonly drivers: readonly string[];
  /** Graphics devices that the kernel of the operating system shows (Linux). */
  readonly devices: readonly string[];
  /** Limits of the device that hetcomp opens. */
  readonly limits: Readonly<Record<string, number>>;
  /** Optional abilities; subgroups are tried, since not every implementation lists them. */
  readonly features: { timestampQuery: boolean; shaderF16: boolean; subgroups: boolean };
  /** What was measured. */
  readonly throughput: Throughput;
  /** What makes it slow, and what to do. */
  readonly advice: readonly string[];
}

const limitNames = [
  "maxStorageBuffersPerShaderStage",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupsPerDimension",
] as const;

async function names(folder: string, pattern: RegExp): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) if (pattern.test(entry.name)) found.push(entry.name);
  } catch {
    // No such folder, or not for us to read: nothing to report.
  }
  return found.sort();
}

async function subgroupsWork(): Promise<boolean> {
  try {
    const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
    const device = await adapter?.requestDevice({ requiredFeatures: ["subgroups"] });
    device?.destroy();
    return device !== undefined;
  } catch {
    return false;
  }
}

function backend(): string {
  const chosen = Deno.env.get("DENO_WEBGPU_BACKEND");
  if (chosen) return chosen;
  return { darwin: "metal", windows: "dx12 or vulkan" }[Deno.build.os as string] ?? "vulkan";
}

/** Advice for an adapter. */
export function adviceFor(
  report: Pick<DoctorReport, "adapter" | "devices" | "drivers" | "features" | "throughput">,
): string[] {
  const advice: string[] = [];
  const { adapter, devices, drivers, features, throughput } = report;
  const others = drivers.filter((name) => !/lvp/.test(name));
  if (adapter.kind === "software") {
    advice.push(
      devices.length > 0
        ? `all work runs on the CPU, although this machine shows a graphics device (${
          devices.join(", ")
        }): ` +
          (others.length > 0
            ? `of the installed drivers (${
              others.join(", ")
            }) none took it: look at the access to the device ` +
              "and at VK_DRIVER_FILES, VK_ICD_FILENAMES, DENO_WEBGPU_BACKEND"
            : "install its Vulkan driver (Debian, Ubuntu: mesa-vulkan-drivers for AMD and Intel, nvidia-driver for " +
              "NVIDIA)")
        : Deno.build.os === "linux"
        ? "all work runs on the CPU, because no graphics device was found; a machine with a GPU is faster by far"
        : "all work runs on the CPU, because the system offers no graphics adapter",
    );
  }
  if (adapter.embedded) {
    advice.push(
      drivers.length > 0
        ? `the embedded software driver is the slowest; the installed ones (${
          drivers.join(", ")
        }) did not start: look ` +
          "at VK_DRIVER_FILES, VK_ICD_FILENAMES, DENO_WEBGPU_BACKEND"
        : "the embedded software driver is the slowest: a faster one for the CPU is a package away " +
          "(Debian, Ubuntu: apt-get install mesa-vulkan-drivers)",
    );
  }
  if (adapter.kind === "hardware" && throughput.roundTripMilliseconds > 50) {
    advice.push("a round trip to the device takes long: other programs may be using it");
  }
  if (!features.timestampQuery) {
    advice.push(
      "no timestamp queries: times of single kernels are not available (the work itself is not slower)",
    );
  }
  return advice;
}

/**
 * Opens the adapter and measures it.
 *
 * @throws {NoAdapterError} if there is none.
 * @throws {GpuError} if it computes wrongly.
 */
export async function inspectAdapter(version: string): Promise<DoctorReport> {
  using gpu: Gpu = await openGpu({ timing: true });
  const adapterFeatures = (await navigator.gpu.requestAdapter({ powerPreference: "high-performance" }))
    ?.features;
  const found = {
    system: {
      hetcomp: version,
      deno: Deno.version.deno,
      platform: `${Deno.build.os} ${Deno.build.arch}`,
      processors: navigator.hardwareConcurrency,
    },
    adapter: { ...gpu.adapter, backend: backend(), embedded: embeddedFolder() !== null },
    drivers: [
      ...await names("/usr/share/vulkan/icd.d", /\.json$/),
      ...await names("/etc/vulkan/icd.d", /\.json$/),
    ],
    devices: [...await names("/dev/dri", /^renderD/), ...await names("/dev", /^nvidia\d+$/)],
    limits: Object.fromEntries(limitNames.map((name) => [name, gpu.device.limits[name]])),
    features: {
      timestampQuery: gpu.device.features.has("timestamp-query"),
      shaderF16: adapterFeatures?.has("shader-f16") ?? false,
      subgroups: await subgroupsWork(),
    },
    throughput: await measureThroughput(gpu),
  };
  return { ...found, advice: adviceFor(found) };
}
