import { GpuError } from "../errors.ts";
import { unroll } from "./unroll.ts";
import { workgroupBytes, workgroupMemory } from "./workgroup_memory.ts";

/** Where `params` is bound in every kernel, behind the eight storage buffers that every device allows. */
export const parameterBinding = 8;

/** Bytes from one dispatch's parameters to the next: every device allows offsets in these steps. */
export const parameterStride = 256;

/** A compute shader and how it is specialised. */
export interface KernelSource {
  /** Short unique name, such as "rank/top_k"; errors and timings carry it. */
  readonly name: string;
  /** The WGSL file's text. Its entry point is `main`. */
  readonly code: string;
  /** Texts of shared WGSL helpers, joined in front. */
  readonly parts?: readonly string[];
  /** True constants (WGSL demands them for register arrays): `const NAME = VALUEu;` lines in front of the file. */
  readonly header?: Readonly<Record<string, number>>;
  /** Values of the file's `override` constants. */
  readonly constants?: Readonly<Record<string, number>>;
}

/** One storage buffer that a kernel declares. */
export interface KernelBinding {
  /** Variable name in the WGSL file. */
  readonly name: string;
  /** Binding number in group 0. */
  readonly binding: number;
  /** Whether the kernel writes to it. */
  readonly writable: boolean;
}

/** One scalar of a kernel's `struct Params`. */
export interface KernelParameter {
  /** Field name in the WGSL file. */
  readonly name: string;
  /** Scalar type. */
  readonly type: "u32" | "i32" | "f32";
}

/** What a WGSL file declares: read from its text, so that the file stays the only place that says it. */
export interface KernelInterface {
  /** Storage buffers, by binding number. */
  readonly bindings: readonly KernelBinding[];
  /** Fields of `struct Params`, in order, four bytes each. */
  readonly parameters: readonly KernelParameter[];
}

/** A compiled kernel, ready to dispatch. */
export interface Kernel extends KernelInterface {
  /** The source's name. */
  readonly name: string;
  /** The compute pipeline. */
  readonly pipeline: GPUComputePipeline;
  /** Layout of group 0. */
  readonly layout: GPUBindGroupLayout;
  /** Bind groups made so far with their buffers, the last used first. */
  readonly groups: { buffers: readonly GPUBuffer[]; group: GPUBindGroup }[];
}

/**
 * Reads the storage bindings of group 0 and the fields of `struct Params` from WGSL text.
 *
 * @throws {GpuError} if a parameter is not a scalar: each must take four bytes.
 */
export function readInterface(name: string, code: string): KernelInterface {
  const text = code.replace(/\/\/[^\n]*/g, "");
  const bindings = [...text.matchAll(
    /@group\(0\)\s*@binding\((\d+)\)\s*var<storage\s*(?:,\s*(read_write|read)\s*)?>\s*(\w+)/g,
  )].map((match) => ({ binding: Number(match[1]), writable: match[2] === "read_write", name: match[3]! }))
    .sort((left, right) => left.binding - right.binding);
  const fields = /struct\s+Params\s*\{([^}]*)\}/.exec(text)?.[1] ?? "";
  const parameters = fields.split(",").map((field) => field.trim()).filter((field) => field !== "").map(
    (field) => {
      const [fieldName, type] = field.split(":").map((part) => part.trim());
      if (type !== "u32" && type !== "i32" && type !== "f32") {
        throw new GpuError(
          `kernel ${name}: the parameter '${fieldName}' has type ${type}; expected u32, i32 or f32`,
        );
      }
      return { name: fieldName!, type: type as KernelParameter["type"] };
    },
  );
  return { bindings, parameters };
}

/** The WGSL text that is compiled: constants, shared parts, then the file. */
function assemble(source: KernelSource): string {
  const constants = Object.entries(source.header ?? {}).map(([name, value]) =>
    `const ${name} = ${value}u;\n`
  );
  return [...constants, unroll([...(source.parts ?? []), source.code].join("\n"), source.header ?? {})].join(
    "\n",
  );
}

/** A key that is equal for sources of the same name that compile to the same pipeline. */
export function kernelKey(source: KernelSource): string {
  return `${source.name} ${JSON.stringify(source.header ?? {})} ${JSON.stringify(source.constants ?? {})}`;
}

/** Whether two sources have the same text. */
export function hasSameCode({ code, parts = [] }: KernelSource, other: KernelSource): boolean {
  const others = other.parts ?? [];
  return code === other.code && parts.length === others.length &&
    parts.every((part, n) => part === others[n]);
}

/**
 * Compiles a kernel. Errors go to the error scope that the caller has opened.
 *
 * @throws {GpuError} if it takes more workgroup memory than every device allows.
 */
export function compile(device: GPUDevice, source: KernelSource): Kernel {
  const code = assemble(source);
  const bytes = workgroupBytes(source.name, code);
  if (bytes > workgroupMemory) {
    throw new GpuError(
      `kernel ${source.name} takes ${bytes} bytes of workgroup memory; devices allow ${workgroupMemory}`,
    );
  }
  const declared = readInterface(source.name, code);
  const module = device.createShaderModule({ label: source.name, code });
  const visibility = GPUShaderStage.COMPUTE;
  // A least size, known now, need not be looked for at every dispatch; no element is larger than a vec4, and every
  // pooled buffer is.
  const storage = declared.bindings.map(({ binding, writable }): GPUBindGroupLayoutEntry => ({
    binding,
    visibility,
    buffer: { type: writable ? "storage" : "read-only-storage", minBindingSize: 16 },
  }));
  const parameters: GPUBindGroupLayoutEntry = {
    binding: parameterBinding,
    visibility,
    buffer: { type: "uniform", hasDynamicOffset: true, minBindingSize: parameterStride },
  };
  const layout = device.createBindGroupLayout({ label: source.name, entries: [...storage, parameters] });
  const pipeline = device.createComputePipeline({
    label: source.name,
    layout: device.createPipelineLayout({ label: source.name, bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: "main", constants: { ...source.constants } },
  });
  return { name: source.name, ...declared, pipeline, layout, groups: [] };
}

/** Writes a dispatch's parameters into its slot of the uniform buffer, in the order of `struct Params`. */
export function packParameters(
  kernel: Kernel,
  values: Readonly<Record<string, number>>,
  target: DataView,
  offset: number,
): void {
  for (let n = 0; n < kernel.parameters.length; n++) {
    const { name, type } = kernel.parameters[n]!;
    const value = values[name];
    if (value === undefined) {
      throw new GpuError(`kernel ${kernel.name}: the parameter '${name}' was not given`);
    }
    const place = offset + 4 * n;
    if (type === "f32") target.setFloat32(place, value, true);
    else target.setUint32(place, value >>> 0, true);
  }
  if (Object.keys(values).length !== kernel.parameters.length) {
    const known = kernel.parameters.map((parameter) => parameter.name);
    const extra = Object.keys(values).filter((name) => !known.includes(name));
    throw new GpuError(
      `kernel ${kernel.name}: no parameter is called ${extra.join(", ")}; it has ${known.join(", ")}`,
    );
  }
}
