/**
 * Making sure that there is a WebGPU adapter. Interfaces:
 *
 *     await withDriver()                  first line of every command that opens a GPU
 *     await driverLaunch()                null if an adapter is there, else flags and variables that give a child one
 *     embedded: boolean                   whether this process runs on the embedded driver
 *
 * The variable HETCOMP_EMBEDDED_DRIVER holds the driver's folder in a process that was started on it; the value
 * "never" forbids it.
 *
 * @module
 */
import { NoAdapterError } from "../errors.ts";
import {
  type AdapterChoice,
  type AdapterDescription,
  chooseAdapter,
  describeAdapter,
} from "../gpu/adapter.ts";
import { runDeno } from "./child_process.ts";
import { embeddedDriver } from "./driver_cache.ts";
import { invocation } from "./invocation.ts";
import { logNotice } from "./log.ts";
import { inheritedFlags } from "./permissions.ts";

const marker = "HETCOMP_EMBEDDED_DRIVER";

/** How to start a Deno that has an adapter. */
export interface DriverLaunch {
  /** More flags for `deno run` or `deno test`. */
  readonly flags: string[];
  /** More environment variables. */
  readonly env: Record<string, string>;
}

/** The folder of the embedded driver if this process runs on it, else null. */
export function embeddedFolder(): string | null {
  const value = Deno.env.get(marker);
  return !value || value === "never" ? null : value;
}

/**
 * Sets what the system's drivers read from the environment; to be called before the first requestAdapter().
 * On Linux only Vulkan is asked: OpenGL adapters are incomplete, and starting them costs time and prints complaints.
 */
export function prepareEnvironment(): Record<string, string> {
  if (Deno.build.os !== "linux") return {};
  const defaults = { DENO_WEBGPU_BACKEND: "vulkan", XDG_RUNTIME_DIR: "/tmp" };
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(defaults)) {
    if (Deno.env.get(name)) continue;
    Deno.env.set(name, value);
    set[name] = value;
  }
  return set;
}

async function findAdapter(): Promise<AdapterDescription | null> {
  try {
    return describeAdapter(await chooseAdapter("any"));
  } catch (error) {
    if (error instanceof NoAdapterError && navigator.gpu) return null;
    throw error;
  }
}

async function launchWithout(quiet = false): Promise<DriverLaunch> {
  const value = Deno.env.get(marker);
  const backend = Deno.env.get("DENO_WEBGPU_BACKEND");
  if (Deno.build.os === "linux" && !/^(vulkan|vk)$/i.test(backend ?? "")) {
    throw new NoAdapterError(
      `no WebGPU adapter was found by DENO_WEBGPU_BACKEND=${backend}; expected vulkan, or no such variable`,
    );
  }
  const chosen = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].filter((name) => !value && Deno.env.get(name));
  if (chosen.length > 0 && !quiet) {
    logNotice(
      "driver",
      `${chosen.join(" and ")} choose the drivers that are looked for: none of those starts`,
    );
  }
  if (value === "never") {
    throw new NoAdapterError(
      `no WebGPU adapter was found, and ${marker}=never forbids the embedded software driver; install a GPU driver with ` +
        "Vulkan, or a software driver (Debian, Ubuntu: apt-get install mesa-vulkan-drivers)",
    );
  }
  if (value) {
    throw new NoAdapterError(
      `the embedded software driver in ${value} does not start; delete that folder and run again, or install a driver ` +
        "(Debian, Ubuntu: apt-get install mesa-vulkan-drivers)",
    );
  }
  const folder = await embeddedDriver(quiet);
  const description = `${folder}/vk_swiftshader_icd.json`;
  return {
    flags: [`--allow-ffi=${folder}`, `--preload=${import.meta.resolve("./load_driver.ts")}`],
    env: { [marker]: folder, VK_ICD_FILENAMES: description, VK_DRIVER_FILES: description },
  };
}

/**
 * Looks for an adapter.
 *
 * @returns null if there is one, else what makes a child process have the embedded one.
 * @throws {NoAdapterError} if there is none and the embedded one cannot be had.
 */
export async function driverLaunch(): Promise<DriverLaunch | null> {
  prepareEnvironment();
  return await findAdapter() ? null : await launchWithout();
}

/** One line about a software adapter, or null for a real GPU. */
export function softwareNotice(adapter: AdapterDescription): string | null {
  if (adapter.kind === "hardware") return null;
  return embeddedFolder()
    ? `adapter: ${adapter.name} (embedded software driver on the CPU; several times faster: apt-get install ` +
      "mesa-vulkan-drivers; better still: a GPU with its Vulkan driver)"
    : `adapter: ${adapter.name} (software driver on the CPU; faster: a GPU with its driver, see ${
      invocation("doctor")
    })`;
}

/**
 * Makes sure of an adapter: returns if there is one; else starts this program again on the embedded software driver,
 * and ends with its exit code. Says on standard error if a software driver does the work.
 *
 * @param options `adapter`: "hardware" refuses to fall back on the embedded driver. `quiet`: nothing is said.
 * `shown`: the command shows the adapter itself.
 * @throws {NoAdapterError} if there is none and the embedded one cannot be had.
 */
export async function withDriver(
  options: { readonly adapter?: AdapterChoice; readonly quiet?: boolean; readonly shown?: boolean } = {},
): Promise<void> {
  prepareEnvironment();
  if (options.adapter === "hardware") await chooseAdapter("hardware");
  const adapter = await findAdapter();
  if (adapter) {
    const notice = softwareNotice(adapter);
    if (notice && !options.quiet && !options.shown) {
      logNotice("adapter", notice, { name: adapter.name, kind: adapter.kind });
    }
    return;
  }
  const { flags, env } = await launchWithout(options.quiet);
  const args = ["run", ...await inheritedFlags(), ...flags, Deno.mainModule, ...Deno.args];
  Deno.exit(await runDeno(args, env));
}
