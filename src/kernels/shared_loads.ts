import none from "../../shaders/subgroup/share_none.wgsl" with { type: "text" };
import broadcast from "../../shaders/subgroup/share_broadcast.wgsl" with { type: "text" };
import shuffle from "../../shaders/subgroup/share_shuffle.wgsl" with { type: "text" };
import type { Sharing } from "../gpu/sharing.ts";

/** vec4 in what is loaded together, beyond which the loop over the lanes is not written out. */
const longestWritten = 2;

/**
 * The shader part with which a kernel streams embeddings past those it holds; share_broadcast.wgsl says what the kernel
 * has to offer.
 *
 * @param share How many invocations load for each other.
 * @param streamed vec4 in a streamed embedding.
 * @param small Whether the kernel's `visit` is small enough to be written out for each lane.
 */
export function sharedLoads(share: Sharing, streamed: number, small = true): string {
  if (share === 1) return none;
  return small && streamed <= longestWritten ? broadcast : shuffle;
}

/** vec4 of a row that an invocation keeps in registers; drivers on processors take minutes for arrays of 256. */
export function heldVectors(vectors: number): number {
  return Math.min(vectors, 32);
}

/** Users of one invocation that goes through the items, and invocations of its workgroup. */
export function streamingTile(
  vectors: number,
  kind: "hardware" | "software",
): { users: number; size: number } {
  if (kind === "software") return { users: vectors > 16 ? 4 : 8, size: 16 };
  return { users: Math.max(1, Math.min(8, Math.floor(32 / vectors))), size: 64 };
}
