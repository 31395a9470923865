/**
 * The embedded software driver on disk: SwiftShader, taken once from an npm package and kept in the user's cache.
 *
 *     cacheFolder(): string                          where it lies, or will
 *     embeddedDriver(): Promise<string>              that folder, filled; NoAdapterError if that cannot be done
 *
 * @module
 */
import { NoAdapterError } from "../errors.ts";
import { logNotice } from "./log.ts";

/** The npm package that carries the driver (MIT; SwiftShader itself is under the Apache License 2.0). */
export const driverPackage = "@sparticuz/chromium@147.0.0";
const archiveSha256 = "f957ea867313f9815b71dc2ed30cce301e01db4f3973fbdb31ffa5391b0ec45a";
const driverFiles = ["libvulkan.so.1", "libvk_swiftshader.so", "vk_swiftshader_icd.json"] as const;

const advice = "install a GPU driver with Vulkan, or a software driver " +
  "(Debian, Ubuntu: apt-get install mesa-vulkan-drivers), then run: deno task doctor";

/** The folder of the embedded driver, whether it is there or not. */
export function cacheFolder(): string {
  const home = Deno.env.get("HOME");
  const base = Deno.env.get("XDG_CACHE_HOME") || (home ? `${home}/.cache` : undefined);
  if (!base) {
    throw new NoAdapterError(
      `no WebGPU adapter was found, and neither HOME nor XDG_CACHE_HOME says where to keep an embedded one; ${advice}`,
    );
  }
  return `${base}/hetcomp/swiftshader-${driverPackage.split("@").at(-1)}`;
}

/** Reads the regular files of a tar archive. */
export function untar(archive: Uint8Array<ArrayBuffer>): Map<string, Uint8Array<ArrayBuffer>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const text = (start: number, length: number) =>
    new TextDecoder().decode(archive.subarray(start, start + length)).replace(/\0.*$/s, "").trim();
  for (let header = 0; header + 512 <= archive.length && archive[header] !== 0;) {
    const size = parseInt(text(header + 124, 12), 8);
    const type = text(header + 156, 1);
    const start = header + 512;
    if (!(size >= 0) || start + size > archive.length) throw new RangeError("the tar archive is damaged");
    if (type === "" || type === "0") {
      files.set(text(header, 100).replace(/^\.\//, ""), archive.subarray(start, start + size));
    }
    header = start + Math.ceil(size / 512) * 512;
  }
  return files;
}

async function present(folder: string): Promise<boolean> {
  try {
    for (const file of driverFiles) {
      if ((await Deno.stat(`${folder}/${file}`)).size === 0) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/** The part of `deno info --json` that is used. */
interface DenoInfo {
  npmPackages?: Record<string, { localPath?: string }>;
  modules?: { error?: string }[];
}

/** Fetches the package with this Deno's own npm client, which checks its integrity, and says where it lies. */
async function fetchPackage(): Promise<string> {
  const specifier = `npm:${driverPackage}`;
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-config", "--no-lock", specifier],
    env: { NO_COLOR: "1" },
    cwd: "/",
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  if (!output.success) {
    const lines = decoder.decode(output.stderr).split("\n").filter((line) => !/^Download/.test(line));
    throw new Error(lines.join(" ").replace(/\s+/g, " ").replace(/ Stack backtrace:.*$/, "").trim());
  }
  const { npmPackages, modules }: DenoInfo = JSON.parse(decoder.decode(output.stdout));
  const folder = npmPackages?.[driverPackage]?.localPath;
  if (!folder) {
    throw new Error(modules?.find((module) => module.error)?.error ?? `deno info does not know ${specifier}`);
  }
  return folder;
}

async function unpack(archivePath: string, folder: string): Promise<void> {
  const { brotliDecompressSync } = await import("node:zlib");
  const packed = await Deno.readFile(archivePath);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", packed)).toHex();
  if (digest !== archiveSha256) throw new Error(`${archivePath} has SHA-256 ${digest}, not ${archiveSha256}`);
  const files = untar(new Uint8Array(brotliDecompressSync(packed)));
  const temporary = `${folder}.${crypto.randomUUID()}`;
  await Deno.mkdir(temporary, { recursive: true });
  try {
    for (const file of driverFiles) {
      const bytes = files.get(file);
      if (!bytes) throw new Error(`${archivePath} holds no ${file}`);
      await Deno.writeFile(`${temporary}/${file}`, bytes);
    }
    await Deno.rename(temporary, folder).catch(async (cause) => {
      // Another process was faster, or an incomplete folder stands in the way.
      if (await present(folder)) return;
      await Deno.remove(folder, { recursive: true }).catch(() => {
        throw cause;
      });
      await Deno.rename(temporary, folder);
    });
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
}

/**
 * The folder of the embedded driver; fetches and unpacks it if it is not there.
 *
 * @throws {NoAdapterError} if this is no Linux on x86-64, or it cannot be fetched or unpacked.
 */
export async function embeddedDriver(quiet = false): Promise<string> {
  const { os, arch } = Deno.build;
  if (os !== "linux" || arch !== "x86_64" || Deno.build.standalone) {
    throw new NoAdapterError(
      `no WebGPU adapter was found, and the embedded software driver is for Deno on Linux x86_64 (this is ${os} ${arch}); ${advice}`,
    );
  }
  const folder = cacheFolder();
  if (await present(folder)) return folder;
  if (!quiet) {
    logNotice("driver", "no WebGPU adapter: fetching a software driver (npm package of 70 MB, once) ...");
  }
  try {
    await unpack(`${await fetchPackage()}/bin/swiftshader.tar.br`, folder);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NoAdapterError(
      `no WebGPU adapter was found, and the embedded software driver could not be had from npm (${reason}); ${advice}`,
    );
  }
  return folder;
}
