import { GpuError } from "../errors.ts";

/** Bytes of workgroup memory that every device allows a kernel. Not every implementation checks it; browsers do. */
export const workgroupMemory = 16 * 1024;

const sizes: Readonly<Record<string, number>> = {
  u32: 4,
  i32: 4,
  f32: 4,
  vec2f: 8,
  vec2u: 8,
  vec4f: 16,
  vec4u: 16,
};

/** Bytes of the variables in workgroup memory that WGSL text declares, each on a border of 16. */
export function workgroupBytes(name: string, code: string): number {
  const text = code.replace(/\/\/[^\n]*/g, "");
  const constants = new Map(
    [...text.matchAll(/\bconst\s+(\w+)\s*(?::\s*u32\s*)?=\s*(\d+)u?\s*;/g)].map((match) => [
      match[1]!,
      Number(match[2]),
    ]),
  );
  const lengthOf = (product: string) =>
    product.split("*").reduce((total, factor) => {
      const term = factor.trim();
      const value = /^\d+u?$/.test(term) ? parseInt(term) : constants.get(term);
      if (value === undefined) throw new GpuError(`kernel ${name}: the length ${term} is no known constant`);
      return total * value;
    }, 1);
  const bytesOf = (type: string): number => {
    const array = /^array<(.*),([^,]*)>$/.exec(type);
    if (array) return lengthOf(array[2]!) * bytesOf(array[1]!.trim());
    const bytes = sizes[/^atomic<(\w+)>$/.exec(type)?.[1] ?? type];
    if (bytes === undefined) throw new GpuError(`kernel ${name}: the type ${type} has no known size`);
    return bytes;
  };
  const variables = [...text.matchAll(/var<workgroup>\s*\w+\s*:\s*([^;]+);/g)];
  return variables.reduce((sum, match) => sum + 16 * Math.ceil(bytesOf(match[1]!.trim()) / 16), 0);
}
