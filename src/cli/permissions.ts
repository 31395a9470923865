/**
 * What the commands are allowed to do. The tasks in deno.json grant the same (a test compares them):
 *
 * - read: data, models and trajectories may lie in any folder;
 * - write: so may the folders that `--out` names, and the caches;
 * - net: the host of the public datasets, and this machine;
 * - env: where caches lie, how the driver is chosen, and whether colours are wanted;
 * - run: this same Deno, to start again with the embedded software driver where there is no other.
 *
 * @module
 */

/** Kinds of permission, as Deno calls them. */
type PermissionKind = "read" | "write" | "net" | "env" | "run" | "sys" | "ffi" | "import";

/** Hosts that commands may reach. */
export const allowedHosts: readonly string[] = ["raw.githubusercontent.com", "127.0.0.1", "localhost"];

/** Environment variables that commands may read or set. */
export const allowedVariables: readonly string[] = [
  "HOME",
  "XDG_CACHE_HOME",
  "XDG_RUNTIME_DIR",
  "DENO_WEBGPU_BACKEND",
  "VK_DRIVER_FILES",
  "VK_ICD_FILENAMES",
  "HETCOMP_EMBEDDED_DRIVER",
  "NO_COLOR",
  "FORCE_COLOR",
  "CLICOLOR_FORCE",
];

/** The flags of the commands' tasks; `deno` stands for the path of the running Deno. */
export function commandFlags(deno: string): string[] {
  return [
    "--allow-read",
    "--allow-write",
    `--allow-net=${allowedHosts.join(",")}`,
    `--allow-env=${allowedVariables.join(",")}`,
    `--allow-run=${deno}`,
  ];
}

/** The flags of the task `serve`: it writes nothing, starts nothing, and is reached from this machine only. */
export const serveFlags: readonly string[] = ["--allow-read", "--allow-net=127.0.0.1,localhost"];

async function granted(descriptor: Deno.PermissionDescriptor): Promise<boolean> {
  return (await Deno.permissions.query(descriptor)).state === "granted";
}

async function scope<T extends string>(
  kind: PermissionKind,
  values: readonly T[],
  descriptor: (value: T) => Deno.PermissionDescriptor,
): Promise<string[]> {
  const kept: string[] = [];
  for (const value of values) if (await granted(descriptor(value))) kept.push(value);
  return kept.length === 0 ? [] : [`--allow-${kind}=${kept.join(",")}`];
}

/** Flags that give another Deno what this one may do, and no more. */
export async function inheritedFlags(): Promise<string[]> {
  const flags: string[] = [];
  for (const kind of ["read", "write", "net", "env", "run", "sys", "ffi", "import"] as const) {
    if (await granted({ name: kind } as Deno.PermissionDescriptor)) flags.push(`--allow-${kind}`);
    else if (kind === "net") flags.push(...await scope(kind, allowedHosts, (host) => ({ name: kind, host })));
    else if (kind === "env") {
      flags.push(...await scope(kind, allowedVariables, (variable) => ({ name: kind, variable })));
    } else if (kind === "run") {
      flags.push(...await scope(kind, [Deno.execPath()], (command) => ({ name: kind, command })));
    } else if (kind === "read" || kind === "write") {
      flags.push(...await scope(kind, [Deno.cwd()], (path) => ({ name: kind, path })));
    }
  }
  return flags;
}
