import { ArgumentError, NoAdapterError } from "../errors.ts";

/** Which adapters may be chosen: a real GPU, a software driver, or the better of what there is. */
export type AdapterChoice = "any" | "hardware" | "software";
const choices: readonly AdapterChoice[] = ["any", "hardware", "software"];

/** What is known of the adapter in use. */
export interface AdapterDescription {
  /** The driver's own name for the device. */
  readonly name: string;
  /** Whether a graphics processor or the CPU does the work. */
  readonly kind: "hardware" | "software";
  /** Vendor as the driver reports it (a PCI number on some platforms). */
  readonly vendor: string;
  /** Architecture, where reported. */
  readonly architecture: string;
}

const softwareNames = /llvmpipe|lavapipe|swiftshader|warp|basic render|software/i;

/** Reads name and kind from an adapter. */
export function describeAdapter(adapter: GPUAdapter): AdapterDescription {
  const info = adapter.info;
  // Browsers keep the description to themselves.
  const name = info.description || [info.vendor, info.architecture].join(" ").trim() || "unnamed adapter";
  const software = softwareNames.test(name) ||
    ("isFallbackAdapter" in info && info.isFallbackAdapter === true);
  return {
    name,
    kind: software ? "software" : "hardware",
    vendor: info.vendor,
    architecture: info.architecture,
  };
}

/**
 * Finds an adapter: the fastest real GPU first, then a software driver.
 *
 * @throws {ArgumentError} if the choice is another word.
 * @throws {NoAdapterError} if there is none of the wanted kind; the message says what to install.
 */
export async function chooseAdapter(choice: AdapterChoice): Promise<GPUAdapter> {
  if (!choices.includes(choice)) throw new ArgumentError("adapter", `it is ${choice}`, choices.join(" or "));
  if (!globalThis.navigator?.gpu) {
    throw new NoAdapterError(
      "this program has no WebGPU (navigator.gpu is absent): use Deno 2.8 or newer, or a browser with WebGPU",
    );
  }
  const requests: GPURequestAdapterOptions[] = choice === "software"
    ? [{ forceFallbackAdapter: true }]
    : [{ powerPreference: "high-performance" }, {}];
  for (const request of requests) {
    const adapter = await navigator.gpu.requestAdapter(request);
    if (!adapter) continue;
    const { kind } = describeAdapter(adapter);
    if (choice === "any" || choice === kind) return adapter;
  }
  const wanted = choice === "any" ? "no WebGPU adapter" : `no ${choice} WebGPU adapter`;
  throw new NoAdapterError(
    `${wanted} was found; install a GPU driver with Vulkan, Metal or Direct3D 12, or the software driver ` +
      `(Debian, Ubuntu: apt-get install mesa-vulkan-drivers), then run: deno task doctor`,
  );
}
