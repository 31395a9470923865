import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { checkRagged, longestRow, type Ragged, rowCount } from "../ragged.ts";

/** Ragged lists on the device: the values of row `r` are `items[offsets[r] .. offsets[r + 1])`, both u32. */
export class DeviceRagged implements Disposable {
  /** `rows + 1` places in `items`. */
  readonly offsets: DeviceArray;
  /** The values of all rows, one row after the other. */
  readonly items: DeviceArray;
  /** How many rows there are. */
  readonly rows: number;
  /** How many values all rows hold together. */
  readonly length: number;
  /** How many values the longest row holds. */
  readonly longest: number;

  /**
   * Copies `lists` to the device; `label` names its buffers in errors.
   *
   * @throws {ArgumentError} if the offsets are not in order.
   */
  constructor(gpu: Gpu, label: string, lists: Ragged) {
    checkRagged(label, lists);
    this.rows = rowCount(lists);
    this.length = lists.items.length;
    this.longest = longestRow(lists);
    const { offsets, items } = gpu.allOrNothing(() => ({
      offsets: gpu.upload(`${label} offsets`, lists.offsets),
      items: gpu.upload(`${label} items`, lists.items),
    }));
    this.offsets = offsets;
    this.items = items;
  }

  /** Gives the memory back to the pool. */
  dispose(): void {
    this.offsets.dispose();
    this.items.dispose();
  }

  /** The same as {@linkcode DeviceRagged.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
